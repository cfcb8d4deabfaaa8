"""Python values as the server's JSON: what expressions and arguments send."""

from __future__ import annotations

import datetime
import decimal
import math
from collections.abc import Callable, Iterable
from typing import Any, cast


def json_list(values: Iterable[Any], form: Callable[[Any], Any] | None = None) -> list[Any]:
    """``values`` as a list ready for JSON, each by ``form``; a lone text is refused."""
    if isinstance(values, (str, bytes)) or not isinstance(values, (list, tuple, set, frozenset)):
        raise TypeError(f"Give a list, tuple or set of values, not {values!r}.")
    items = [(form or json_value)(value) for value in cast("Iterable[Any]", values)]
    return sorted(items, key=repr) if isinstance(values, (set, frozenset)) else items


def json_value(value: Any) -> Any:
    """``value`` as it is sent: a moment or day as ISO text, a Decimal as a number."""
    if isinstance(value, datetime.datetime):
        return _moment(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return _number(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{value} is no number that the server knows.")
    if isinstance(value, (str, bool, int, float)):
        return value
    raise TypeError(f"{value!r} is no value of a field: give a text, number, bool, date, or datetime.")


def _moment(value: datetime.datetime) -> str:
    if value.utcoffset() is None:
        raise ValueError(
            f"{value!r} has no time zone, so it names no moment. Give it one, for example tzinfo=datetime.UTC."
        )
    return value.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z")


def _number(value: decimal.Decimal) -> int | float | str:
    """A Decimal without losing digits: an int, a float that is exactly it when read back, or else its text."""
    if not value.is_finite():
        raise ValueError(f"{value} is no number that the server knows.")
    if value == value.to_integral_value():
        return int(value)
    return float(value) if decimal.Decimal(repr(float(value))) == value else str(value)

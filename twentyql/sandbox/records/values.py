"""Values between the API's form and the form in the database.

In the database a missing value is NULL; where the API answers an empty text or list for it, an empty one is stored as
NULL too, as the real server does for nullable fields.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from twentyql.sandbox.records.layout import LISTS, NUMBERS, Leaf

MOST_INTEGER = 2**63 - 1
_decode = msgspec.json.Decoder().decode


def jsonb_text(value: Any) -> str:
    """``value`` as PostgreSQL prints jsonb: spaces after ``,`` and ``:``; short keys first."""
    return json.dumps(_ordered(value), ensure_ascii=False)


def _ordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _ordered(value[key]) for key in sorted(value, key=lambda key: (len(key.encode()), key))}
    return [_ordered(item) for item in value] if isinstance(value, list) else value


def writer(leaf: Leaf) -> Callable[[Any], Any]:
    """The function that turns an API value of ``leaf`` into what its column holds."""
    if leaf.type in LISTS:
        return lambda value: jsonb_text(value) if value else None
    if leaf.in_json:
        empty = leaf.empty
        return lambda value: None if value is None or value == empty else jsonb_text(value)
    if leaf.type == "BOOLEAN":
        return lambda value: None if value is None else int(bool(value))
    if leaf.type in NUMBERS:
        return _number
    if leaf.type == "TEXT":
        nullable = leaf.nullable
        return lambda value: None if value is None or (value == "" and nullable) else str(value)
    if leaf.type == "DATE_TIME":
        return lambda value: None if value is None else normal_time(value) or str(value)
    if leaf.type == "UUID":
        return lambda value: str(value).lower() if value else None
    return lambda value: None if value is None else str(value)


def _number(value: Any) -> Any:
    if isinstance(value, int) and abs(value) > MOST_INTEGER:
        return float(value)
    return value


def reader(leaf: Leaf) -> Callable[[Any], Any] | None:
    """The function that turns a column's value into the API's, None where they are the same."""
    if leaf.in_json:
        return lambda value: _copy(leaf.empty) if value is None else _decode(value)
    if leaf.type == "BOOLEAN":
        return lambda value: None if value is None else bool(value)
    if leaf.empty == "":
        return lambda value: "" if value is None else value
    return None


def _copy(empty: Any) -> Any:
    return [] if empty == [] else empty


def normal_time(value: Any) -> str | None:
    """A point in time as the API prints it (UTC, milliseconds, ``Z``); None for what is none."""
    if not isinstance(value, str):
        return None
    if len(value) == 24 and value[-1] == "Z" and value[10] == "T" and value[19] == ".":
        return value
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return as_time(found if found.tzinfo else found.replace(tzinfo=UTC))


def as_time(moment: datetime) -> str:
    """A moment as the API prints it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def shown(value: Any) -> str:
    """A value as the server's messages show it (Node's ``inspect``)."""
    if isinstance(value, str):
        return f"'{value}'"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, dict):
        inner = ", ".join(f"{key}: {shown(item)}" for key, item in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list):
        inner = ", ".join(shown(item) for item in value)
        return f"[ {inner} ]" if inner else "[]"
    return str(value)

"""One value of a scalar field in the form that the server takes, or a ValueRefusedError that says what it takes.

``loose`` is for text files: numbers, truth values, lists and dates are read from text, and numbers become text where a
text is wanted. Without it a value has to be of its field's own type, as the server wants it.
"""

from __future__ import annotations

import datetime
import json
import re
import uuid
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from twentyql.errors import ValueRefusedError, nearest
from twentyql.schema.model import FieldModel, Kind

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\Z")
_TRUTH = {"true": True, "yes": True, "y": True, "1": True, "false": False, "no": False, "n": False, "0": False}
_LISTS = re.compile(r"\s*[;|\n]\s*")
_WHOLE_NUMBER = re.compile(r"Int|BigInt")


def refuse(path: str, why: str, *, valid: tuple[str, ...] = (), advice: str = "") -> ValueRefusedError:
    """The error of one value; the value itself stays out of it, for it is personal data."""
    return ValueRefusedError(f"{path}: {why}", field=path, valid=valid, advice=advice)


def is_uuid(value: object) -> bool:
    """Whether ``value`` is a UUID that the server takes: a version of 1 to 8 and the RFC's variant."""
    return isinstance(value, uuid.UUID) or (isinstance(value, str) and bool(_UUID.match(value.lower())))


def scalar(field: FieldModel, value: Any, path: str, *, loose: bool = False) -> Any:
    """``value`` as ``field`` is sent. ``path`` is its name in messages. Raises ValueRefusedError."""
    if value is None:
        return None
    if loose and isinstance(value, str) and not value.strip():
        return None
    return _CHECKS.get(field.kind, _as_it_is)(field, value, path, loose)


def _as_it_is(field: FieldModel, value: Any, path: str, loose: bool) -> Any:
    return value


def _uuid(field: FieldModel, value: Any, path: str, loose: bool) -> str:
    text = str(value).strip().lower()
    if not is_uuid(text):
        raise refuse(path, "this is no UUID.")
    return text


def _text(field: FieldModel, value: Any, path: str, loose: bool) -> str:
    if isinstance(value, str):
        if "\0" in value:
            raise refuse(path, "a text cannot hold the character NUL.")
        return value
    if loose and isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return str(value)
    if loose and isinstance(value, (datetime.date, uuid.UUID)):
        return value.isoformat() if isinstance(value, datetime.date) else str(value)
    raise refuse(path, f"a text is wanted, not {_kind(value)}.")


def _number(field: FieldModel, value: Any, path: str, loose: bool) -> Any:
    if loose and isinstance(value, str):
        value = _parsed(value, path)
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise refuse(path, f"a number is wanted, not {_kind(value)}.")
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        raise refuse(path, "a number is wanted, and this is none.")
    if number == number.to_integral_value():
        return int(number)
    if _WHOLE_NUMBER.fullmatch(field.type_name):
        raise refuse(path, "a whole number is wanted.")
    return float(number)


def _parsed(text: str, path: str) -> Decimal:
    try:
        return Decimal(text.strip())
    except InvalidOperation:
        raise refuse(path, "this is no number.", advice="Write it with digits and a point, as 1234.5.") from None


def _boolean(field: FieldModel, value: Any, path: str, loose: bool) -> bool:
    if isinstance(value, bool):
        return value
    found = _TRUTH.get(str(value).strip().lower()) if loose else None
    if found is None:
        raise refuse(path, f"true or false is wanted, not {_kind(value)}.", valid=("true", "false"))
    return found


def _moment(field: FieldModel, value: Any, path: str, loose: bool) -> str:
    if isinstance(value, str):
        try:
            value = datetime.datetime.fromisoformat(value.strip())
        except ValueError:
            raise refuse(path, "a moment is wanted, as 2026-01-31T09:30:00Z.") from None
    if not isinstance(value, datetime.date):
        raise refuse(path, f"a moment is wanted, not {_kind(value)}.")
    if not isinstance(value, datetime.datetime):
        value = datetime.datetime(value.year, value.month, value.day)
    moment: datetime.datetime = value
    aware = moment.replace(tzinfo=datetime.UTC) if moment.utcoffset() is None else moment.astimezone(datetime.UTC)
    return aware.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _day(field: FieldModel, value: Any, path: str, loose: bool) -> str:
    if isinstance(value, datetime.date):
        return f"{value:%Y-%m-%d}"
    try:
        return datetime.datetime.fromisoformat(str(value).strip()).date().isoformat()
    except ValueError:
        raise refuse(path, "a day is wanted, as 2026-01-31.") from None


def _position(field: FieldModel, value: Any, path: str, loose: bool) -> Any:
    return value if value in ("first", "last") else _number(field, value, path, loose)


def _option(field: FieldModel, value: Any, path: str, loose: bool) -> str:
    if field.kind is Kind.RATING and str(value).strip() in {"1", "2", "3", "4", "5"}:
        value = f"RATING_{str(value).strip()}"
    values = tuple(option.value for option in field.options)
    if not values or value in values:
        return str(value)
    by_name = {name.casefold(): o.value for o in field.options for name in (o.label or o.value, o.value)}
    found = by_name.get(str(value).strip().casefold())
    if found is None:
        near = nearest(str(value), [*(o.label for o in field.options if o.label), *values])
        hint = f"Did you mean {' or '.join(map(repr, near))}? " if near else ""
        raise refuse(path, "this is no option.", valid=values, advice=f"{hint}It takes: {', '.join(values)}.")
    return found


def _options(field: FieldModel, value: Any, path: str, loose: bool) -> list[str]:
    return [_option(field, item, path, loose) for item in items_of(value, path, loose)]


def _texts(field: FieldModel, value: Any, path: str, loose: bool) -> list[str]:
    return [_text(field, item, path, loose) for item in items_of(value, path, loose)]


def items_of(value: Any, path: str, loose: bool) -> list[Any]:
    """The items of a list; a text is one item, or in a text file several, parted by ``;`` or written as JSON."""
    if isinstance(value, str):
        if loose and value.lstrip().startswith("["):
            return _listed(json_of(value, path), path)
        return [item for item in _LISTS.split(value.strip()) if item] if loose else [value]
    return _listed(value, path)


def _listed(value: Any, path: str) -> list[Any]:
    if isinstance(value, (list, tuple, set, frozenset)):
        return list(cast("list[Any]", value))
    if hasattr(value, "tolist"):
        return list(value.tolist())
    raise refuse(path, f"a list is wanted, not {_kind(value)}.")


def json_of(text: str, path: str) -> Any:
    """The JSON in a text. Raises ValueRefusedError."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise refuse(path, "this is no JSON.") from None


def _json(field: FieldModel, value: Any, path: str, loose: bool) -> Any:
    found = json_of(value, path) if loose and isinstance(value, str) else value
    if not isinstance(found, (dict, list)):
        raise refuse(path, "a JSON object or list is wanted.")
    return found


def _files(field: FieldModel, value: Any, path: str, loose: bool) -> list[Any]:
    found = [
        item if isinstance(item, Mapping) else getattr(item, "wire", item) for item in items_of(value, path, loose)
    ]
    if not all(isinstance(item, Mapping) and "fileId" in item for item in found):
        raise refuse(path, "a file is wanted as client.files.upload gives it, or as {fileId, label}.")
    return [{name: item[name] for name in ("fileId", "label") if name in item} for item in found]


def _vector(field: FieldModel, value: Any, path: str, loose: bool) -> Any:
    raise refuse(path, "the server writes this field itself.")


def _kind(value: object) -> str:
    return {"str": "a text", "bool": "true or false", "dict": "an object", "list": "a list"}.get(
        type(value).__name__, f"a value of type {type(value).__name__}"
    )


_CHECKS: dict[Kind, Callable[[FieldModel, Any, str, bool], Any]] = {
    Kind.UUID: _uuid,
    Kind.TEXT: _text,
    Kind.DATE_TIME: _moment,
    Kind.DATE: _day,
    Kind.BOOLEAN: _boolean,
    Kind.NUMBER: _number,
    Kind.NUMERIC: _number,
    Kind.POSITION: _position,
    Kind.RATING: _option,
    Kind.SELECT: _option,
    Kind.MULTI_SELECT: _options,
    Kind.ARRAY: _texts,
    Kind.RAW_JSON: _json,
    Kind.FILES: _files,
    Kind.TS_VECTOR: _vector,
}

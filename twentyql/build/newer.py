"""Rows of a server that is newer than the generated code: what does not fit arrives raw, and a warning says so once.

A page is decoded strictly, at full speed. Only one that does not fit is read a second time, value by value: a new
option of a select stays its text, an object where a text was expected stays a dict. A null where the schema promised a
value is no news but an error, and stays one.
"""

from __future__ import annotations

import types
import warnings
from collections.abc import Mapping
from typing import Any, Literal, Union, get_args, get_origin

import msgspec

from twentyql.build.row import Row
from twentyql.errors import TwentyqlWarning

Place = tuple[str, ...]

_told: set[str] = set()


class RowsDecoder:
    """A JSON decoder of a type that holds Records, which keeps values that do not fit as they came."""

    def __init__(self, type_: Any) -> None:
        self._type = type_
        self._strict: Any = msgspec.json.Decoder(type_)

    def decode(self, body: bytes | msgspec.Raw) -> Any:
        """The value; msgspec.DecodeError for no JSON, msgspec.ValidationError for a null that must not be."""
        try:
            return self._strict.decode(body)
        except msgspec.ValidationError:
            return fit(self._type, msgspec.json.decode(body))


def decoder_of(type_: Any, row: Any) -> Any:
    """The decoder of ``type_``, which holds rows of the type ``row``: lenient where those are Records."""
    is_record = isinstance(row, type) and issubclass(row, Row)
    return RowsDecoder(type_) if is_record else msgspec.json.Decoder(type_)


def fit(type_: Any, value: Any, owner: str = "", place: Place = ()) -> Any:
    """``value``, as JSON gave it, as ``type_`` as far as it goes; what does not fit stays as it is."""
    try:
        return msgspec.convert(value, type_)
    except msgspec.ValidationError as error:
        if value is None:
            raise msgspec.ValidationError(f"{error} (of {owner}: {'.'.join(place)})") from error
    inner = _without_none(type_)
    made, fits = _by_parts(inner, value, owner, place)
    if not fits:
        _tell(inner, value, owner, place)
    return made


def _by_parts(type_: Any, value: Any, owner: str, place: Place) -> tuple[Any, bool]:
    """``value`` taken apart, if it has the parts that ``type_`` has."""
    origin = get_origin(type_) or type_
    arguments = get_args(type_)
    if isinstance(value, list) and origin is list:
        return [fit(arguments[0], item, owner, place) for item in value], True
    if isinstance(value, dict) and origin is dict:
        return {key: fit(arguments[1], item, owner, (*place, key)) for key, item in value.items()}, True
    if isinstance(value, dict) and isinstance(origin, type) and issubclass(origin, msgspec.Struct):
        return _struct(type_, origin, value, owner, place), True
    return value, False


def _struct(type_: Any, origin: Any, value: Mapping[str, Any], owner: str, place: Place) -> Any:
    if issubclass(origin, Row):
        owner, place = origin.__name__, ()
    given: dict[str, Any] = {}
    for field in msgspec.structs.fields(type_):
        if field.encode_name in value:
            item = value[field.encode_name]
            here = (*place, field.encode_name)
            is_raw = field.type is msgspec.Raw
            given[field.name] = msgspec.Raw(msgspec.json.encode(item)) if is_raw else fit(field.type, item, owner, here)
        elif field.required:
            missing = ".".join((*place, field.encode_name))
            raise msgspec.ValidationError(f"Object missing required field `{missing}` (of {owner})")
    return origin(**given)


def _without_none(type_: Any) -> Any:
    if get_origin(type_) not in (Union, types.UnionType):
        return type_
    kept = [argument for argument in get_args(type_) if argument is not type(None)]
    return kept[0] if len(kept) == 1 else type_


def _tell(type_: Any, value: Any, owner: str, place: Place) -> None:
    where = f"{owner}: {'.'.join(place)}" if owner else ".".join(place)
    if get_origin(type_) is Literal and isinstance(value, str):
        what = f"has the option {value!r}, which is newer than the generated code"
    else:
        wanted = getattr(type_, "__name__", str(type_)).removeprefix("_t_")
        what = f"is {type(value).__name__} where the generated code expects {wanted}"
    message = f"{where} {what}; it arrives as it came. Pull and generate again."
    if message not in _told:
        _told.add(message)
        warnings.warn(message, TwentyqlWarning, stacklevel=2)

"""JSON that does not fit its type, read all the same: what fits is typed, the rest arrives raw and a warning says so.

A server may be newer than the generated code: an option, a type or a form of a value that was not known then must not
lose a page. Only a null or a hole where the schema allows none is an error, because the type promises a value.
"""

from __future__ import annotations

import re
import types
import typing
import warnings
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, cast, get_args, get_origin

import msgspec

from twentyql.build.variants import Variants, hook
from twentyql.errors import NotGraphQLError, TwentyqlWarning

_NAME = re.compile(r"[_A-Za-z]\w{0,80}\Z", re.ASCII)
_ADVICE = "Was the schema changed? Pull and generate again."
_told: set[tuple[str, str]] = set()


def lenient(value: Any, type_: Any, what: str, place: str = "") -> Any:
    """``value`` as ``type_``, with what does not fit left as it came. ``what`` names the reader in warnings, which
    come once a place. Raises NotGraphQLError for a null or a missing field where the type has none.
    """
    try:
        return msgspec.convert(value, type_, dec_hook=hook)
    except msgspec.ValidationError:
        pass
    arms = _arms(type_)
    if value is None:
        raise NotGraphQLError(f"{what} has no value at {place}, where the schema promises one.", advice=_ADVICE)
    for arm in arms:
        if isinstance(arm, Variants) and isinstance(value, dict):
            arm = arm.chosen(value)
        if isinstance(arm, type) and issubclass(arm, msgspec.Struct) and isinstance(value, dict):
            return _struct(cast(dict[str, Any], value), arm, what, place)
        if get_origin(arm) is list and isinstance(value, list):
            return [lenient(item, get_args(arm)[0], what, place) for item in value]
        if get_origin(arm) is dict and isinstance(value, dict):
            inner = get_args(arm)[1]
            items = cast(dict[str, Any], value).items()
            return {name: lenient(item, inner, what, _below(place, name)) for name, item in items}
    _tell(value, arms, what, place)
    return value


def _struct(value: Mapping[str, Any], struct: type[msgspec.Struct], what: str, place: str) -> Any:
    made: dict[str, Any] = {}
    hints = _hints(struct)
    for field in msgspec.structs.fields(struct):
        at = _below(place, field.encode_name)
        if field.encode_name in value:
            made[field.name] = lenient(value[field.encode_name], hints[field.name], what, at)
        elif field.required:
            raise NotGraphQLError(f"{what} misses {at}, which was asked for.", advice=_ADVICE)
    return struct(**made)


@cache
def _hints(struct: type[msgspec.Struct]) -> dict[str, Any]:
    return typing.get_type_hints(struct)


def _arms(type_: Any) -> tuple[Any, ...]:
    """The types that a union joins, null and nothing left out."""
    is_union = get_origin(type_) in (types.UnionType, typing.Union)
    arms = get_args(type_) if is_union else (type_,)
    return tuple(arm for arm in arms if arm not in (type(None), msgspec.UnsetType))


def _below(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _tell(value: Any, arms: tuple[Any, ...], what: str, place: str) -> None:
    """Warn once that a value came raw. It is not shown, unless it is an option or a type: rows are personal data."""
    kind = cast(dict[str, Any], value).get("__typename") if isinstance(value, dict) else value
    shown = kind if isinstance(kind, str) and _NAME.match(kind) and (isinstance(value, dict) or _options(arms)) else ""
    if (place, shown) in _told:
        return
    _told.add((place, shown))
    thing = "type" if isinstance(value, dict) else "option"
    said = f"the {thing} {shown!r} is not known here" if shown else f"a {type(value).__name__} does not fit its type"
    warnings.warn(f"{what}: at {place}, {said}; it is given as it came. {_ADVICE}", TwentyqlWarning, stacklevel=2)


def _options(arms: tuple[Any, ...]) -> bool:
    return any(get_origin(arm) is Literal for arm in arms)

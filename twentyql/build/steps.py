"""One step of a path where a plain field name is not enough: a field with arguments, or a type among several.

A step is a text, so that a path stays a tuple of texts. A `Step` is the key under which the answer holds the field's
value; the field and its arguments are beside it. An `On` stands for ``... on Type`` and has no place in the answer.
"""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import msgspec

from twentyql.build.json_values import json_value


@dataclass(frozen=True, slots=True)
class Argument:
    """A value for an argument of a field: what is sent as JSON, for a variable of this GraphQL type."""

    name: str
    type: str
    value: Any


class Step(str):
    """A field with arguments; the text is its key in the answer."""

    __slots__ = ("arguments", "field")
    field: str
    arguments: tuple[Argument, ...]

    def __new__(cls, key: str, field: str, arguments: tuple[Argument, ...]) -> Step:
        made = super().__new__(cls, key)
        made.field, made.arguments = field, arguments
        return made

    def __getnewargs__(self) -> tuple[str, str, tuple[Argument, ...]]:  # type: ignore[override]
        return str(self), self.field, self.arguments


class On(str):
    """``... on Type``: the text is the type's name."""

    __slots__ = ()


def step(field: str, arguments: tuple[Argument, ...], key: str | None = None) -> str:
    """``field`` asked with ``arguments``. Its key tells them apart: the same field with others has another key."""
    if not arguments:
        return field
    if key is None:
        import hashlib  # few schemas have arguments, so few programs need it

        told = msgspec.json.encode([[a.name, a.type, a.value] for a in arguments], order="sorted")
        key = f"{field}_{hashlib.sha256(told).hexdigest()[:8]}"
    return Step(key, field, arguments)


def field_of(name: str) -> str:
    """The GraphQL field that a step of a path asks for."""
    return name.field if isinstance(name, Step) else name


def plain(path: Sequence[str]) -> tuple[str, ...]:
    """A path as the answer has it: without the steps that stand for a type."""
    return tuple(str(name) for name in path if not isinstance(name, On))


def argument_json(value: Any) -> Any:
    """The value of an argument as it is sent: moments and days as ISO text, lists and input objects item by item."""
    if isinstance(value, Mapping):
        return {str(name): argument_json(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = [argument_json(item) for item in cast("Sequence[Any]", value)]
        return sorted(items, key=repr) if isinstance(value, set | frozenset) else items
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, datetime.date | decimal.Decimal):
        return json_value(value)
    raise TypeError(f"{value!r} cannot be an argument: give a text, number, bool, date, datetime, list or dict.")

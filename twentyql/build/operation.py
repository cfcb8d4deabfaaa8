"""The one namespace of generated operations: ``from twentyql.build import operation as _o``.

A generated operation is a class whose attributes are its variables, so an instance is a call that is ready to run. Its
answer is decoded from bytes into Structs that have just what the file selects. Quick to import: msgspec alone.
"""

from __future__ import annotations

import datetime
import decimal
import sys
import uuid
from collections.abc import Sequence
from typing import Any, ClassVar, Generic, Literal, NamedTuple, Required, TypeAlias, TypeVar

import msgspec

from twentyql.build.variants import one_of

D = TypeVar("D", covariant=True)
"""What the operation gives."""
N = TypeVar("N", covariant=True)
"""One node of the list that the operation pages through."""
_Item = TypeVar("_Item")

UNSET = msgspec.UNSET
"""No value at all: a variable that is not sent, or an optional part that was not asked for. It is false."""
Unset: TypeAlias = msgspec.UnsetType
Anything: TypeAlias = Any
Str: TypeAlias = str
Bool: TypeAlias = bool
Int: TypeAlias = int
Num: TypeAlias = float
Dec: TypeAlias = decimal.Decimal
Moment: TypeAlias = datetime.datetime
Day: TypeAlias = datetime.date
List: TypeAlias = list[_Item]
Seq: TypeAlias = Sequence[_Item]
Id: TypeAlias = str | uuid.UUID
"""An id as a variable takes it."""
Exact: TypeAlias = decimal.Decimal | int
"""A number that keeps every digit, as a variable takes it."""


class Source(NamedTuple):
    """One definition of a ``.graphql`` file: the file, where in it the text begins, and the text."""

    path: str
    line: int
    column: int
    text: str


class Shape(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Base of what an operation answers: one selection of the file."""


class Operation(msgspec.Struct, Generic[D], frozen=True, kw_only=True, gc=False):
    """Base of generated operations: one that gives a ``D``.

    Its attributes are its variables, ``UNSET`` where none was given; null is ``None``. ``await client.run(...)`` it.
    """

    _o_name: ClassVar[str] = ""
    _o_data: ClassVar[str] = ""
    _o_sources: ClassVar[tuple[Source, ...]] = ()

    def __repr__(self) -> str:  # values are personal data
        given = ", ".join(f"${name}" for name in variables_of(self))
        return f"<{type(self).__name__} with {given}>" if given else f"<{type(self).__name__}>"


class Pages(Operation[D], Generic[D, N], frozen=True, kw_only=True, gc=False):
    """Base of operations that page through one list: ``client.stream(...)`` gives its nodes, each an ``N``.

    ``$first`` is then the size of a page, and ``$after`` where to begin.
    """

    _o_node: ClassVar[str] = ""


def variables_of(operation: Operation[Any]) -> dict[str, Any]:
    """The variables that were given, by their names in GraphQL."""
    pairs = zip(operation.__struct_fields__, operation.__struct_encode_fields__, strict=True)
    return {name: value for attribute, name in pairs if (value := getattr(operation, attribute)) is not UNSET}


def data_type(operation: type[Operation[Any]]) -> Any:
    """The type of the operation's answer."""
    return _found(operation, operation._o_data)  # pyright: ignore[reportPrivateUsage]


def node_type(operation: type[Pages[Any, Any]]) -> Any:
    """The type of one node of the list that the operation pages through."""
    return _found(operation, operation._o_node)  # pyright: ignore[reportPrivateUsage]


def name_of(operation: type[Operation[Any]]) -> str:
    """The operation's name in GraphQL."""
    return operation._o_name  # pyright: ignore[reportPrivateUsage]


def sources_of(operation: type[Operation[Any]]) -> tuple[Source, ...]:
    """The texts that the operation's document is made of: its own first, then the fragments that it reaches."""
    return operation._o_sources  # pyright: ignore[reportPrivateUsage]


def _found(operation: type[Operation[Any]], dotted: str) -> Any:
    """The object that generated code calls ``dotted``: a name of its module, or of a module imported there."""
    found: Any = sys.modules[operation.__module__]
    for name in dotted.split("."):
        found = getattr(found, name)
    return found


__all__ = [
    "UNSET",
    "Anything",
    "Bool",
    "Day",
    "Dec",
    "Exact",
    "Id",
    "Int",
    "List",
    "Literal",
    "Moment",
    "Num",
    "Operation",
    "Pages",
    "Required",
    "Seq",
    "Shape",
    "Source",
    "Str",
    "TypeAlias",
    "Unset",
    "one_of",
]

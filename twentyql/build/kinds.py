# pyright: reportPrivateUsage=false
"""The kinds of fields: what each decodes to, and which operators its filter really takes.

Python has no higher-kinded types, so every kind repeats the block of ``__get__``: read from the object class it is an
expression; from a path through a to-one, an expression whose value may be null; from a composite, an expression; from
a row, the value.
"""

from __future__ import annotations

import importlib
import re
from typing import TYPE_CHECKING, Any, Generic, Self, get_args, overload

from twentyql.build.aggregates import Aggregate, aggregate
from twentyql.build.operators import Equal, Field, Many, Nullable, OneOf, Ordered, P, T, V, json_list
from twentyql.build.query import Condition, O
from twentyql.errors import QueryError, UnknownNameError

if TYPE_CHECKING:
    from twentyql.build.objects import Composite, Object
    from twentyql.build.row import Row


class Matching(Ordered[O, V, T], Generic[O, V, T]):
    """Texts: ordered, and matched by patterns with ``%`` (anything) and ``_`` (one letter)."""

    __hash__ = object.__hash__
    words: tuple[str, ...] = (*Ordered.words, "like", "ilike", "starts_with", "ends_with")

    def like(self, pattern: V) -> Condition[O]:
        """Matches the pattern, with upper and lower case told apart."""
        return self._f_compare("like", self._f_json(pattern))

    def ilike(self, pattern: V) -> Condition[O]:
        """Matches the pattern in upper or lower case."""
        return self._f_compare("ilike", self._f_json(pattern))

    def starts_with(self, start: V) -> Condition[O]:
        """Begins with this text, with upper and lower case told apart; ``%`` and ``_`` mean themselves."""
        return self._f_compare("startsWith", self._f_json(start))

    def ends_with(self, end: V) -> Condition[O]:
        """Ends with this text, with upper and lower case told apart; ``%`` and ``_`` mean themselves."""
        return self._f_compare("endsWith", self._f_json(end))


class Listed(Nullable[O, T], Generic[O, T]):
    """A field that holds a list."""

    hashable = False
    words: tuple[str, ...] = ("is_empty", *Nullable.words)

    def is_empty(self) -> Condition[O]:
        """The list is there and has no items; ``is_null()`` also finds where there is no list."""
        return self._f_compare("isEmptyArray", True)


class Document(Nullable[O, T], Generic[O, T]):
    """A field that holds JSON, matched as its text."""

    hashable = False
    operands = (str,)
    words: tuple[str, ...] = ("like", *Nullable.words)

    def like(self, pattern: str) -> Condition[O]:
        """The JSON text matches the pattern."""
        return self._f_compare("like", self._f_json(pattern))


class Text(Matching[O, str, T], Generic[O, T]):
    """A text."""

    __hash__ = object.__hash__
    value_type = str
    operands = (str,)

    @overload
    def __get__(self, obj: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, obj: Object[P, Any], owner: Any) -> Text[P, T | None]: ...
    @overload
    def __get__(self, obj: Composite[P, Any], owner: Any) -> Text[P, T]: ...
    @overload
    def __get__(self, obj: Row[Any], owner: Any) -> T: ...
    def __get__(self, obj: Any, owner: Any) -> Any:
        return self._f_read(obj)


class Uuid(OneOf[O, str, T], Generic[O, T]):
    """The id of a record; no ranges, which newer servers refuse."""

    __hash__ = object.__hash__
    value_type = str
    operands = (str,)

    @overload
    def __get__(self, obj: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, obj: Object[P, Any], owner: Any) -> Uuid[P, T | None]: ...
    @overload
    def __get__(self, obj: Composite[P, Any], owner: Any) -> Uuid[P, T]: ...
    @overload
    def __get__(self, obj: Row[Any], owner: Any) -> T: ...
    def __get__(self, obj: Any, owner: Any) -> Any:
        return self._f_read(obj)

    def _f_json(self, value: Any) -> Any:
        is_uuid = type(value).__name__ == "UUID"  # not imported here for this alone
        text = str(super()._f_json(str(value) if is_uuid else value)).lower()
        if not UUID.fullmatch(text):  # one malformed id fails the whole request
            raise QueryError(
                f"{self!r} compares with ids, and {value!r} is none.", advice="An id is a UUID of version 1 to 8."
            )
        return text


class Boolean(Equal[O, bool, T], Generic[O, T]):
    """True or false."""

    __hash__ = object.__hash__
    value_type = bool
    operands = (bool,)

    @overload
    def __get__(self, obj: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, obj: Object[P, Any], owner: Any) -> Boolean[P, T | None]: ...
    @overload
    def __get__(self, obj: Composite[P, Any], owner: Any) -> Boolean[P, T]: ...
    @overload
    def __get__(self, obj: Row[Any], owner: Any) -> T: ...
    def __get__(self, obj: Any, owner: Any) -> Any:
        return self._f_read(obj)

    def count_true(self) -> Aggregate[O, int]:
        """In how many of a group's records the field is true."""
        return aggregate(self, "countTrue", _count)

    def count_false(self) -> Aggregate[O, int]:
        """In how many of a group's records the field is false."""
        return aggregate(self, "countFalse", _count)


class Chosen(Field[O, T], Generic[O, T]):
    """A field whose values are options; ``enum`` names them in the ``_enums`` of the generated package."""

    def __init__(self, name: str, nullable: bool = True, enum: str = "") -> None:
        super().__init__(name, nullable)
        self._f_enum = enum
        self._f_home = ""

    def __set_name__(self, owner: Any, attribute: str) -> None:
        super().__set_name__(owner, attribute)
        self._f_home = self._f_home or owner.__module__.rpartition(".")[0]

    @property
    def _f_literal(self) -> Any:
        """The options as a Literal, or str where the generated code does not tell them."""
        if not self._f_enum:
            return str
        return getattr(importlib.import_module(f"{self._f_home}._enums"), self._f_enum)

    def _f_json(self, value: Any) -> Any:
        option, known = super()._f_json(value), get_args(self._f_literal)
        if known and option not in known:
            raise UnknownNameError("option", option, known, where=f"of {self!r} ({', '.join(known)})")
        return option


class Select(Chosen[O, T], OneOf[O, V, T], Generic[O, V, T]):
    """One option of several (SELECT, RATING). An option newer than the generated code arrives as its text."""

    __hash__ = object.__hash__
    operands = (str,)
    words = OneOf.words

    @property
    def value_type(self) -> Any:
        return self._f_literal

    @overload
    def __get__(self, obj: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, obj: Object[P, Any], owner: Any) -> Select[P, V, T | None]: ...
    @overload
    def __get__(self, obj: Composite[P, Any], owner: Any) -> Select[P, V, T]: ...
    @overload
    def __get__(self, obj: Row[Any], owner: Any) -> T: ...
    def __get__(self, obj: Any, owner: Any) -> Any:
        return self._f_read(obj)


class MultiSelect(Chosen[O, T], Listed[O, T], Generic[O, V, T]):
    """Several options. One that is newer than the generated code arrives as its text."""

    operands = (str,)
    words: tuple[str, ...] = ("contains_any", *Listed.words)

    @property
    def value_type(self) -> Any:
        literal: Any = self._f_literal
        return list[literal]

    @overload
    def __get__(self, obj: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, obj: Object[P, Any], owner: Any) -> MultiSelect[P, V, T | None]: ...
    @overload
    def __get__(self, obj: Composite[P, Any], owner: Any) -> MultiSelect[P, V, T]: ...
    @overload
    def __get__(self, obj: Row[Any], owner: Any) -> T: ...
    def __get__(self, obj: Any, owner: Any) -> Any:
        return self._f_read(obj)

    def contains_any(self, options: Many[V]) -> Condition[O]:
        """The list has at least one of ``options``; false when there are none."""
        return self._f_compare("containsAny", json_list(options, self._f_json))


class Array(Listed[O, T], Generic[O, T]):
    """A list of texts."""

    value_type = list[str]
    operands = (str,)
    words: tuple[str, ...] = ("contains_ilike", *Listed.words)

    @overload
    def __get__(self, obj: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, obj: Object[P, Any], owner: Any) -> Array[P, T | None]: ...
    @overload
    def __get__(self, obj: Composite[P, Any], owner: Any) -> Array[P, T]: ...
    @overload
    def __get__(self, obj: Row[Any], owner: Any) -> T: ...
    def __get__(self, obj: Any, owner: Any) -> Any:
        return self._f_read(obj)

    def contains_ilike(self, pattern: str) -> Condition[O]:
        """At least one item matches the pattern in upper or lower case."""
        return self._f_compare("containsIlike", self._f_json(pattern))


class Json(Document[O, T], Generic[O, T]):
    """JSON, as it came."""

    @overload
    def __get__(self, obj: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, obj: Object[P, Any], owner: Any) -> Json[P, T | None]: ...
    @overload
    def __get__(self, obj: Composite[P, Any], owner: Any) -> Json[P, T]: ...
    @overload
    def __get__(self, obj: Row[Any], owner: Any) -> T: ...
    def __get__(self, obj: Any, owner: Any) -> Any:
        return self._f_read(obj)


class Files(Document[O, T], Generic[O, T]):
    """Files, as JSON."""

    @overload
    def __get__(self, obj: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, obj: Object[P, Any], owner: Any) -> Files[P, T | None]: ...
    @overload
    def __get__(self, obj: Composite[P, Any], owner: Any) -> Files[P, T]: ...
    @overload
    def __get__(self, obj: Row[Any], owner: Any) -> T: ...
    def __get__(self, obj: Any, owner: Any) -> Any:
        return self._f_read(obj)


class Vector(Field[O, T], Generic[O, T]):
    """The index of full-text search."""

    value_type = str
    operands = (str,)
    words: tuple[str, ...] = ("search",)

    @overload
    def __get__(self, obj: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, obj: Object[P, Any], owner: Any) -> Vector[P, T | None]: ...
    @overload
    def __get__(self, obj: Composite[P, Any], owner: Any) -> Vector[P, T]: ...
    @overload
    def __get__(self, obj: Row[Any], owner: Any) -> T: ...
    def __get__(self, obj: Any, owner: Any) -> Any:
        return self._f_read(obj)

    def search(self, words: str) -> Condition[O]:
        """The record matches the words, as the search box of Twenty does."""
        return self._f_compare("search", self._f_json(words))


class Raw(Nullable[O, T], Generic[O, T]):
    """A scalar that the toolkit does not know; its value arrives as it came."""

    hashable = False

    @overload
    def __get__(self, obj: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, obj: Object[P, Any], owner: Any) -> Raw[P, T | None]: ...
    @overload
    def __get__(self, obj: Composite[P, Any], owner: Any) -> Raw[P, T]: ...
    @overload
    def __get__(self, obj: Row[Any], owner: Any) -> T: ...
    def __get__(self, obj: Any, owner: Any) -> Any:
        return self._f_read(obj)


UUID = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}|([0f])\1{7}(-\1{4}){3}-\1{12}"
)


def _count(value: Any) -> int:
    return int(value or 0)

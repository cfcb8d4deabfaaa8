# pyright: reportPrivateUsage=false
"""The kinds of fields: what each decodes to, and which operators its filter really takes.

Python has no higher-kinded types, so every kind repeats the block of ``__get__``: read from the object class it is an
expression; from a path through a to-one, an expression whose value may be null; from a composite, an expression; from
a row, the value.
"""

from __future__ import annotations

import datetime
import decimal
from typing import TYPE_CHECKING, Any, Generic, Self, overload

from twentyql.build.operators import Equal, Field, Many, OneOf, Ordered, P, T, V, json_list
from twentyql.build.query import Condition, O

if TYPE_CHECKING:
    from twentyql.build.objects import Composite, Object
    from twentyql.build.row import Row


class Matching(Ordered[O, V, T], Generic[O, V, T]):
    """Texts: ordered, and matched by patterns with ``%`` (anything) and ``_`` (one letter)."""

    __hash__ = object.__hash__

    def like(self, pattern: V) -> Condition[O]:
        """Matches the pattern, with upper and lower case told apart."""
        return self._f_compare("like", pattern)

    def ilike(self, pattern: V) -> Condition[O]:
        """Matches the pattern in upper or lower case."""
        return self._f_compare("ilike", pattern)

    def starts_with(self, start: V) -> Condition[O]:
        return self._f_compare("startsWith", start)

    def ends_with(self, end: V) -> Condition[O]:
        return self._f_compare("endsWith", end)


class Listed(Field[O, T], Generic[O, T]):
    """A field that holds a list."""

    hashable = False

    def is_empty(self) -> Condition[O]:
        """The list is there and has no items."""
        return self._f_compare("isEmptyArray", True)


class Document(Field[O, T], Generic[O, T]):
    """A field that holds JSON, matched as its text."""

    hashable = False

    def like(self, pattern: str) -> Condition[O]:
        """The JSON text matches the pattern."""
        return self._f_compare("like", pattern)


class Text(Matching[O, str, T], Generic[O, T]):
    """A text."""

    __hash__ = object.__hash__
    value_type = str

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


class DateTime(Ordered[O, datetime.datetime, T], Generic[O, T]):
    """A moment, with its time zone."""

    __hash__ = object.__hash__
    value_type = datetime.datetime

    @overload
    def __get__(self, obj: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, obj: Object[P, Any], owner: Any) -> DateTime[P, T | None]: ...
    @overload
    def __get__(self, obj: Composite[P, Any], owner: Any) -> DateTime[P, T]: ...
    @overload
    def __get__(self, obj: Row[Any], owner: Any) -> T: ...
    def __get__(self, obj: Any, owner: Any) -> Any:
        return self._f_read(obj)


class Date(Ordered[O, datetime.date, T], Generic[O, T]):
    """A day."""

    __hash__ = object.__hash__
    value_type = datetime.date

    @overload
    def __get__(self, obj: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, obj: Object[P, Any], owner: Any) -> Date[P, T | None]: ...
    @overload
    def __get__(self, obj: Composite[P, Any], owner: Any) -> Date[P, T]: ...
    @overload
    def __get__(self, obj: Row[Any], owner: Any) -> T: ...
    def __get__(self, obj: Any, owner: Any) -> Any:
        return self._f_read(obj)


class Boolean(Equal[O, bool, T], Generic[O, T]):
    """True or false."""

    __hash__ = object.__hash__
    value_type = bool

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


class Integer(Ordered[O, int, T], Generic[O, T]):
    """A whole number."""

    __hash__ = object.__hash__
    value_type = int

    @overload
    def __get__(self, obj: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, obj: Object[P, Any], owner: Any) -> Integer[P, T | None]: ...
    @overload
    def __get__(self, obj: Composite[P, Any], owner: Any) -> Integer[P, T]: ...
    @overload
    def __get__(self, obj: Row[Any], owner: Any) -> T: ...
    def __get__(self, obj: Any, owner: Any) -> Any:
        return self._f_read(obj)


class Float(Ordered[O, float, T], Generic[O, T]):
    """A number."""

    __hash__ = object.__hash__
    value_type = float

    @overload
    def __get__(self, obj: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, obj: Object[P, Any], owner: Any) -> Float[P, T | None]: ...
    @overload
    def __get__(self, obj: Composite[P, Any], owner: Any) -> Float[P, T]: ...
    @overload
    def __get__(self, obj: Row[Any], owner: Any) -> T: ...
    def __get__(self, obj: Any, owner: Any) -> Any:
        return self._f_read(obj)


class Numeric(Ordered[O, decimal.Decimal | int, T], Generic[O, T]):
    """A number that keeps every digit: money in micros, coordinates."""

    __hash__ = object.__hash__
    value_type = decimal.Decimal

    @overload
    def __get__(self, obj: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, obj: Object[P, Any], owner: Any) -> Numeric[P, T | None]: ...
    @overload
    def __get__(self, obj: Composite[P, Any], owner: Any) -> Numeric[P, T]: ...
    @overload
    def __get__(self, obj: Row[Any], owner: Any) -> T: ...
    def __get__(self, obj: Any, owner: Any) -> Any:
        return self._f_read(obj)


class Select(OneOf[O, V, T], Generic[O, V, T]):
    """One option of several (SELECT, RATING); decoded as text, so a new option cannot fail a page."""

    __hash__ = object.__hash__
    value_type = str

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


class MultiSelect(Listed[O, T], Generic[O, V, T]):
    """Several options; decoded as texts."""

    value_type = list[str]

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
        return self._f_compare("containsAny", json_list(options))


class Array(Listed[O, T], Generic[O, T]):
    """A list of texts."""

    value_type = list[str]

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
        return self._f_compare("containsIlike", pattern)


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
        return self._f_compare("search", words)


class Raw(Field[O, T], Generic[O, T]):
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

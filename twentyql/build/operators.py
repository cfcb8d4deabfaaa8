# pyright: reportPrivateUsage=false
"""What a field expression can be asked: the bases of every kind, each adding operators to the one before.

``Field`` (orders) < ``Nullable`` (null tests) < ``Equal`` (``==``) < ``OneOf`` (``!=``, ``in_``) < ``Ordered`` (``<``).
Operators give `Compare` nodes whose values are ready for JSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Generic, Never, Self

from typing_extensions import TypeVar

from twentyql.build.calls import with_arguments
from twentyql.build.json_values import json_list, json_value
from twentyql.build.query import All, Compare, Condition, O, Order
from twentyql.errors import QueryError, nearest

P = TypeVar("P", default=Any)
"""The object that a path starts from."""
T = TypeVar("T", default=Any)
"""The value of the field in a row."""
V = TypeVar("V", default=Any)
"""What the operators compare with; for a composite, its value in a row."""

Many = list[V] | tuple[V, ...] | set[V] | frozenset[V]


class Path:
    """A place in the object graph: the class it starts from, and the GraphQL names down to it."""

    _f_is_entry: ClassVar[bool] = True

    _f_root: Any
    _f_path: tuple[str, ...]
    _f_hops: int

    _f_accepts: Any = None

    def __bool__(self) -> bool:
        raise TypeError("A path has no truth value.")

    if not TYPE_CHECKING:  # only what generated code gives arguments to may be called

        def __call__(self, **arguments: Any) -> Any:
            return with_arguments(self, self._f_path, arguments)


class Field(Generic[O, T]):
    """A field of an object: an expression on the class, a value on a row.

    ``name`` is the GraphQL name, so that the attribute may be called anything.
    """

    _f_is_entry: ClassVar[bool] = True

    value_type: Any = Any
    hashable = True
    _f_accepts: Any = None
    operands: tuple[type, ...] = ()
    words: tuple[str, ...] = ()

    def __init__(self, name: str, nullable: bool = True) -> None:
        self._f_path: tuple[str, ...] = (name,)
        self._f_root: Any = None
        self._f_nullable = nullable
        self._f_hops = 0

    def __set_name__(self, owner: Any, _attribute: str) -> None:
        if self._f_root is None:
            self._f_root = owner

    def __repr__(self) -> str:
        return f"{getattr(self._f_root, '__name__', '?')}:{'.'.join(self._f_path)}"

    def __bool__(self) -> bool:
        raise TypeError(f"{self!r} has no truth value: join conditions with & | ~ instead of and, or, not.")

    def __set__(self, obj: Any, value: Never) -> None:
        raise AttributeError("rows are read-only")

    if not TYPE_CHECKING:

        def __call__(self, **arguments: Any) -> Any:
            return with_arguments(self, self._f_path, arguments)

    def _f_read(self, obj: Any) -> Any:
        """The expression as read from ``obj``: the object class (None) or a path that leads to it."""
        if not isinstance(obj, Path):
            return self
        copy = object.__new__(type(self))
        copy.__dict__.update(self.__dict__)
        copy._f_root = obj._f_root
        copy._f_path = (*obj._f_path, *self._f_path)
        copy._f_nullable = True
        copy._f_hops = obj._f_hops
        return copy

    def _f_compare(self, operator: str, value: Any) -> Condition[O]:
        if self._f_hops > 1:
            raise QueryError(
                f"{self!r} goes through {self._f_hops} relations; a filter can go through one.",
                advice="Read the records in between first, and filter by their ids.",
            )
        return Compare(self._f_path, operator, value)

    def _f_json(self, value: Any) -> Any:
        """A value that the field is compared with, as it is sent; TypeError names the field."""
        if value is None:
            raise TypeError(f"{self!r} compares with no None: use is_null() or is_not_null().")
        wrong = isinstance(value, bool) and bool not in self.operands
        if wrong or not isinstance(value, self.operands or object):
            wanted = " or ".join(kind.__name__ for kind in self.operands)
            raise TypeError(f"{self!r} compares with {wanted}, not with {value!r}.")
        return json_value(value)

    if not TYPE_CHECKING:  # the checkers know which operators there are; here the message should say it

        def __getattr__(self, name: str) -> Any:
            if name.startswith("_"):
                raise AttributeError(name)
            near = nearest(name, self.words)
            hint = f"Did you mean {near[0]}? " if near else ""
            raise AttributeError(f"{self!r} has no operator {name!r}. {hint}It takes {', '.join(self.words)}.")

        def _f_refuse(self, _other: Any) -> Any:
            raise TypeError(f"{self!r} has no such operator. It takes {', '.join(self.words)}.")

        __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _f_refuse
        __hash__ = object.__hash__

    def asc(self) -> Order[O]:
        """Smallest first, nulls last; ``.asc().nulls("first")`` puts them first."""
        return Order(self._f_path, "AscNullsLast")

    def desc(self) -> Order[O]:
        """Largest first, nulls last."""
        return Order(self._f_path, "DescNullsLast")


class Nullable(Field[O, T], Generic[O, T]):
    """A field that can be asked whether it has a value."""

    words: tuple[str, ...] = ("is_null", "is_not_null")

    def is_null(self) -> Condition[O]:
        """The field is empty. The server counts an empty text or list as null too, and ``== ""`` finds both."""
        return self._f_compare("is", "NULL")

    def is_not_null(self) -> Condition[O]:
        """The field has a value."""
        return self._f_compare("is", "NOT_NULL")


class Equal(Nullable[O, T], Generic[O, V, T]):
    """A field that can be compared for equality."""

    __hash__ = object.__hash__
    words: tuple[str, ...] = ("==", *Nullable.words)

    def __eq__(self, other: V) -> Condition[O]:  # type: ignore[override]
        return self._f_compare("eq", self._f_json(other))

    def __ne__(self, other: object) -> bool:
        raise TypeError(
            f"{self!r} cannot be compared with !=: the server has no such operator here. Use ~(... == ...)."
        )


class OneOf(Equal[O, V, T], Generic[O, V, T]):
    """A field that can also be unequal, or one of several values."""

    __hash__ = object.__hash__
    words: tuple[str, ...] = ("==", "!=", "in_", *Nullable.words)

    def __ne__(self, other: V) -> Condition[O]:  # type: ignore[override]
        return self._f_compare("neq", self._f_json(other))

    def in_(self, values: Many[V]) -> Condition[O]:
        """The field is one of ``values``; false when there are none, which is known without asking the server."""
        return self._f_compare("in", json_list(values, self._f_json))


class Ordered(OneOf[O, V, T], Generic[O, V, T]):
    """A field whose values have an order."""

    __hash__ = object.__hash__
    words: tuple[str, ...] = ("==", "!=", "<", "<=", ">", ">=", "between", "in_", *Nullable.words)

    def __lt__(self, other: V) -> Condition[O]:
        return self._f_compare("lt", self._f_json(other))

    def __le__(self, other: V) -> Condition[O]:
        return self._f_compare("lte", self._f_json(other))

    def __gt__(self, other: V) -> Condition[O]:
        return self._f_compare("gt", self._f_json(other))

    def __ge__(self, other: V) -> Condition[O]:
        return self._f_compare("gte", self._f_json(other))

    def between(self, low: V, high: V) -> Condition[O]:
        """From ``low`` to ``high``, both included: two comparisons, as the server takes one operator a field."""
        return All((self >= low, self <= high))


__all__ = [
    "Equal",
    "Field",
    "Many",
    "Nullable",
    "OneOf",
    "Ordered",
    "P",
    "Path",
    "Self",
    "T",
    "V",
    "json_list",
    "json_value",
]

# pyright: reportPrivateUsage=false
"""Objects, composites and relations: the classes that generated code is made of.

A generated class is an object; an instance of it is a path that leads to it through to-one relations. Neither has a
public member of its own, so a field may have any name.
"""

from __future__ import annotations

import decimal
import importlib
import sys
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Never, Self, overload

import msgspec
from typing_extensions import TypeVar

from twentyql.build.calls import called
from twentyql.build.numbers import units
from twentyql.build.operators import P, Path, V
from twentyql.build.query import O

if TYPE_CHECKING:
    from twentyql.build.row import Row

H = TypeVar("H", default=Any)
"""The path one hop from the object."""
D = TypeVar("D", default=Any)
"""The same path from further away, whose root is Any."""
M = TypeVar("M", default=Any, contravariant=True)
"""Every object that a morph relation may lead to."""
Q = TypeVar("Q", bound="Root")
"""The query type."""


class Value(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Base of the value of a composite in a row: all of its parts."""


class MoneyValue(Value, frozen=True, kw_only=True, gc=False):
    """Base of the value of an amount of money, which the server keeps in micros."""

    @property
    def units(self) -> decimal.Decimal | None:
        """The amount in units: 12.5 for 12,500,000 micros."""
        micros: Any = getattr(self, "amount_micros", None)
        found: decimal.Decimal | None = units(micros)
        return found


class Object(Path, Generic[P, O]):
    """Base of generated objects. ``wire`` and ``plural`` are their names in the schema, ``type`` their GraphQL type."""

    _f_wire: ClassVar[str]
    _f_plural: ClassVar[str]
    _f_type: ClassVar[str]

    def __init_subclass__(cls, *, wire: str = "", plural: str = "", type: str = "", **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._f_wire = wire
        cls._f_plural = plural
        cls._f_type = type


class Abstract(Object[P, O], Generic[P, O, M]):
    """Base of generated interfaces and unions: a record there is of one of several types, or a path goes on through
    the fields that they share. ``possible`` are the GraphQL types.
    """

    _f_possible: ClassVar[frozenset[str]]

    def __init_subclass__(cls, *, possible: str = "", **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._f_possible = frozenset(possible.split())


class Root:
    """Marks the query type: a path from it is where a query may start."""


class Call(Generic[P]):
    """A field that can only be selected with arguments."""


class Composite(Path, Generic[P, V]):
    """Base of generated composites, whose attributes are their parts. ``value`` is their class in a row."""

    _f_value: ClassVar[Any]
    _f_nullable: bool

    def __init_subclass__(cls, *, value: Any = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._f_value = value

    @overload
    def __get__(self, obj: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, obj: Row[Any], owner: Any) -> V: ...
    def __get__(self, obj: Any, owner: Any) -> Any:
        return self

    def __set__(self, obj: Row[Any], value: Never) -> None:
        raise AttributeError("rows are read-only")


class _Link:
    """What leads on from an object to a class that is found by name at first use."""

    _f_is_entry: ClassVar[bool] = True

    def __init__(self, name: str, target: str) -> None:
        self._f_name = name
        self._f_target = target
        self._f_owner: Any = None
        self._f_first: Any = None
        self._f_accepts: Any = None

    def __set_name__(self, owner: Any, _attribute: str) -> None:
        self._f_owner = owner

    def _f_resolve(self) -> Any:
        return find(self._f_owner, self._f_target)

    def _f_follow(self, obj: Any, nullable: bool = True) -> Any:
        if isinstance(obj, Path):
            return self._f_step(obj._f_root, obj._f_path, obj._f_hops, True)
        if self._f_first is None:
            self._f_first = self._f_step(self._f_owner, (), 0, nullable)
        return self._f_first

    def _f_step(self, root: Any, path: tuple[str, ...], hops: int, nullable: bool) -> Any:
        target = self._f_resolve()
        step = object.__new__(target)
        step._f_root, step._f_path = root, (*path, self._f_name)
        if self._f_accepts is not None:
            step._f_accepts = self._f_accepts
        step._f_hops = hops + isinstance(self, ToOne)
        if issubclass(target, Composite):
            step._f_nullable = nullable
        return step


class Parts(_Link, Generic[H, D]):
    """A composite field: reading it gives the composite, whose attributes are its parts."""

    def __init__(self, name: str, nullable: bool, target: str) -> None:
        super().__init__(name, target)
        self._f_nullable = nullable

    @overload
    def __get__(self, obj: None, owner: Any) -> H: ...
    @overload
    def __get__(self, obj: Object[Any, Any], owner: Any) -> D: ...
    def __get__(self, obj: Any, owner: Any) -> Any:
        return self._f_follow(obj, self._f_nullable)


class ToOne(_Link, Generic[H, D]):
    """A relation to at most one record: reading it gives the path to that record's object."""

    @overload
    def __get__(self, obj: None, owner: Any) -> H: ...
    @overload
    def __get__(self, obj: Object[Any, Any], owner: Any) -> D: ...
    def __get__(self, obj: Any, owner: Any) -> Any:
        return self._f_follow(obj)

    def _f_from(self, owner: Any) -> Any:
        self._f_owner = owner
        return self._f_follow(None)


class ToMany(_Link, Generic[P, O]):
    """A relation to any number of records, selected by ``Record.many``."""

    _f_before: tuple[Any, tuple[str, ...]] | None = None

    @overload
    def __get__(self, obj: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, obj: Object[Q, Any], owner: Any) -> Self: ...
    def __get__(self, obj: Any, owner: Any) -> Any:
        if obj is None:
            return self
        if issubclass(obj._f_root, Root):
            return self._f_copy(self._f_name, (obj._f_root, obj._f_path))
        raise TypeError(
            f"{self!r} is a list, so it cannot be read through a to-one path. "
            "Select the record before it with Record.one, and its list in that Record."
        )

    if not TYPE_CHECKING:

        def __call__(self, **arguments: Any) -> Any:
            return self._f_copy(called(self._f_accepts, self._f_name, arguments), self._f_before, None)

    def _f_copy(self, name: str, before: Any, accepts: Any = ...) -> Any:
        made = ToMany[Any, Any](name, self._f_target)
        made._f_owner, made._f_before = self._f_owner, before
        made._f_accepts = self._f_accepts if accepts is ... else accepts
        return made

    def _f_start(self) -> tuple[Any, tuple[str, ...]]:
        """Where the path to the list begins, and the path."""
        root, before = self._f_before or (self._f_owner, ())
        return root, (*before, self._f_name)

    def __repr__(self) -> str:
        return f"{getattr(self._f_owner, '__name__', '?')}:{self._f_name}"


class ToAny(ToMany[P, Any], Generic[P, M]):
    """A relation to any number of records of several objects: `Record.many` takes those of one."""


class Morph(Generic[P, M]):
    """A relation to a record of one of several objects, selected by a Record for each: ``A.one(...) | B.one(...)``.

    ``ways`` pairs the GraphQL name of each relation that it is made of with the class that one leads to.
    """

    _f_is_entry: ClassVar[bool] = True

    def __init__(self, name: str, *ways: tuple[str, str]) -> None:
        self._f_name = name
        self._f_ways = ways
        self._f_owner: Any = None

    def __set_name__(self, owner: Any, _attribute: str) -> None:
        self._f_owner = owner

    def __get__(self, obj: None, owner: Any) -> Self:
        if obj is not None:
            raise TypeError(
                f"{self!r} leads to several objects, so no path goes through it: select it with Record.one."
            )
        return self

    def __repr__(self) -> str:
        return f"{getattr(self._f_owner, '__name__', '?')}:{self._f_name}"

    def _f_to(self, wanted: Any, record: str) -> Any:
        """The path to the object ``wanted``."""
        for name, target in self._f_ways:
            if wanted is not None and target == wanted.__name__:
                return ToOne[Any, Any](name, target)._f_from(self._f_owner)
        known = ", ".join(target for _, target in self._f_ways)
        of = getattr(wanted, "__name__", "no object")
        raise TypeError(f"{self!r} leads to one of {known}, but {record} is a Record of {of}.")


def find(owner: Any, name: str) -> Any:
    """The generated class ``name``: beside ``owner``, among the composites of its package, or in the package itself."""
    module = sys.modules[owner.__module__]
    found = vars(module).get(name)
    if isinstance(found, type):
        return found
    package = owner.__module__.rpartition(".")[0]
    if not package:
        raise NameError(f"{owner.__name__} leads to {name!r}, which is not in {owner.__module__}.")
    composites = importlib.import_module(f"{package}._composites")
    return getattr(composites, name, None) or getattr(importlib.import_module(package), name)

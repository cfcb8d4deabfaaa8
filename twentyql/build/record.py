# pyright: reportPrivateUsage=false
"""Records: a class whose body is the selection, and whose instances are the rows.

::

    class PersonRow(Record[Person]):
        id = Person.id
        company_name = Person.company.name

The metaclass takes the expressions out of the body and makes one frozen msgspec Struct, decoded straight from the
JSON of a GraphQL node.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Generic, Never, Self, cast, overload

import msgspec

from twentyql.build.body import check, check_target, fill, finish, inherited, joined, object_of, take
from twentyql.build.objects import Object, ToMany
from twentyql.build.operators import P, T
from twentyql.build.query import Condition, O, Order, Query
from twentyql.build.shapes import WIRE, Child, lay_out


class NestedRow(Generic[P, T]):
    """A nested Record as the checkers see it: read from a row it is the row, or rows, of the other Record."""

    @overload
    def __get__(self, obj: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, obj: Record[Any], owner: Any) -> T: ...
    def __get__(self, obj: Any, owner: Any) -> Any:
        raise NotImplementedError

    def __set__(self, obj: Record[Any], value: Never) -> None:
        raise AttributeError("rows are read-only")


class RecordMeta(msgspec.StructMeta):
    """Makes a Struct of a Record's body."""

    def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **config: Any) -> Any:
        config = {"frozen": True, "kw_only": True, "gc": False, **config}
        taken = take(name, namespace)
        before = inherited(bases)
        if not taken and not before:
            namespace["__f_object__"] = object_of(namespace, bases)
            return super().__new__(mcs, name, bases, namespace, **config)
        root = object_of(namespace, bases)
        if root is None:
            raise TypeError(f"{name} needs its object: class {name}(Record[Company]).")
        entries = joined(name, before, taken)
        for attribute, entry in taken.items():
            check(name, attribute, entry, root)
        layout = lay_out(entries)
        fill(namespace, layout)
        made = super().__new__(mcs, name, bases, namespace, **config)
        finish(cast(Any, made), root, entries, layout)
        return made

    def __getattribute__(cls, name: str) -> Any:
        if name[:1] != "_":
            shape = type.__getattribute__(cls, "__f_shape__")
            if shape is not None and name in shape.entries:
                return shape.entries[name]
        return type.__getattribute__(cls, name)


class Record(msgspec.Struct, Generic[O], metaclass=RecordMeta):
    """Base of what is selected of an object's records: ``class CompanyRow(Record[Company])``.

    Rows are read-only, compare by value, and can be hashed, copied and pickled.
    """

    __f_shape__: ClassVar[Any] = None
    __f_object__: ClassVar[Any] = None

    @classmethod
    def one(cls, path: Object[P, O]) -> NestedRow[P, Self | None]:
        """Select this Record at the end of a to-one relation: ``MemberRow.one(Company.account_owner)``."""
        steps: Any = path
        if not isinstance(steps, Object):
            raise TypeError(f"{cls.__name__}.one() takes a to-one relation, not {path!r}.")
        if len(steps._f_path) != 1:
            raise TypeError(
                f"{cls.__name__}.one({'.'.join(steps._f_path)}) leads through another record: "
                "select that record by a Record of its own, and this one in it."
            )
        check_target(cls, type(path), steps._f_path[0])
        made: Any = Child(cls, steps._f_root, steps._f_path, many=False)
        return made  # type: ignore[no-any-return]

    @classmethod
    def many(cls, relation: ToMany[P, O]) -> NestedRow[P, list[Self]]:
        """Select this Record for every record of a to-many relation: ``PersonRow.many(Company.people)``."""
        link: Any = relation
        if not isinstance(link, ToMany):
            raise TypeError(f"{cls.__name__}.many() takes a to-many relation, not {relation!r}.")
        check_target(cls, link._f_resolve(), link._f_name)
        made: Any = Child(cls, link._f_owner, (link._f_name,), many=True)
        return made  # type: ignore[no-any-return]

    @classmethod
    def query(cls) -> Query[O, Self]:
        """The query for all records of the object."""
        shape: Any = cls.__f_shape__
        if shape is None:
            raise TypeError(f"{cls.__name__} selects nothing: give it fields, such as id = Company.id.")
        return Query(shape.selection())

    @classmethod
    def where(cls, *conditions: Condition[O]) -> Query[O, Self]:
        """The query for the records for which every condition holds."""
        return cls.query().where(*conditions)

    @classmethod
    def order_by(cls, *orders: Order[O]) -> Query[O, Self]:
        """The query for all records, sorted by these keys."""
        return cls.query().order_by(*orders)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value}' for name, value in _shown(self))})"

    def __rich_repr__(self) -> Any:
        return list(_values(self))

    def __hash__(self) -> int:
        shape: Any = type(self).__f_shape__
        without: frozenset[str] = shape.unhashable if shape else frozenset()
        return hash((type(self), *(getattr(self, f) for f in self.__struct_fields__ if f not in without)))


def _values(row: Any) -> Iterator[tuple[str, Any]]:
    shape: Any = row.__f_shape__
    for name, entry in shape.entries.items() if shape else ():
        missing = isinstance(entry, Child) and entry.many and getattr(row, WIRE + name) is msgspec.UNSET
        yield name, msgspec.UNSET if missing else getattr(row, name)


def _shown(row: Any) -> Iterator[tuple[str, str]]:
    for name, value in _values(row):
        yield name, "..." if value is msgspec.UNSET else repr(value)

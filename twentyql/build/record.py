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

from dataclasses import replace
from typing import Any, Generic, Never, Self, overload

from typing_extensions import TypeVar

from twentyql.build.body import check, check_target, fill, finish, inherited, joined, object_of, take
from twentyql.build.objects import Abstract, Morph, Object, Root, ToAny, ToMany
from twentyql.build.operators import P
from twentyql.build.query import Condition, O, Order, Query
from twentyql.build.row import Row, RowMeta
from twentyql.build.shapes import Child, lay_out
from twentyql.build.steps import On

A = TypeVar("A")
R = TypeVar("R", default=Any, covariant=True)


class NestedRow(Generic[P, R]):
    """A nested Record as the checkers see it: read from a row it is the row, or rows, of the other Record.

    Where a relation leads to one of several objects, join one Record for each: ``A.one(...) | B.one(...)``.
    """

    @overload
    def __get__(self, obj: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, obj: Row[Any], owner: Any) -> R: ...
    def __get__(self, obj: Any, owner: Any) -> Any:
        raise NotImplementedError

    def __set__(self, obj: Row[Any], value: Never) -> None:
        raise AttributeError("rows are read-only")

    def __or__(self, other: NestedRow[P, A]) -> NestedRow[P, R | A]:
        raise NotImplementedError


class NestedRows(Generic[P, R]):
    """Nested Records in a list."""

    @overload
    def __get__(self, obj: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, obj: Row[Any], owner: Any) -> list[R]: ...
    def __get__(self, obj: Any, owner: Any) -> Any:
        raise NotImplementedError

    def __set__(self, obj: Row[Any], value: Never) -> None:
        raise AttributeError("rows are read-only")

    def __or__(self, other: NestedRows[P, A]) -> NestedRows[P, R | A]:
        raise NotImplementedError


class RecordMeta(RowMeta):
    """Makes a Struct of a Record's body."""

    def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **config: Any) -> Any:
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
        finish(made, root, entries, layout)
        return made


class Record(Row[O], Generic[O], metaclass=RecordMeta):
    """Base of what is selected of an object's records: ``class CompanyRow(Record[Company])``.

    The body is the selection: an attribute is a field (``name = Company.name``), a field of a composite or behind a
    to-one relation (``Person.company.name``), a whole composite (``Company.address``), or another Record, by
    `one` or `many`. A Record may inherit from another of the same object; methods and properties are welcome.
    """

    @classmethod
    def one(cls, path: Object[P, O] | Morph[P, O] | Abstract[P, Any, O]) -> NestedRow[P, Self | None]:
        """Select this Record at the end of a to-one relation: ``MemberRow.one(Company.account_owner)``.

        A relation that leads to one of several objects takes a Record for each that is of interest, and gives the
        row of whichever it leads to, None for any other: ``CompanyRow.one(NoteTarget.target) |
        PersonRow.one(NoteTarget.target)``.
        """
        steps: Any = path
        if isinstance(steps, Morph):
            steps = steps._f_to(cls.__f_object__, cls.__name__)
        if not isinstance(steps, Object):
            raise TypeError(f"{cls.__name__}.one() takes a to-one relation, not {path!r}.")
        if len(steps._f_path) != 1:
            raise TypeError(
                f"{cls.__name__}.one({'.'.join(steps._f_path)}) leads through another record: "
                "select that record by a Record of its own, and this one in it."
            )
        case = check_target(cls, type(steps), steps._f_path[0])
        made: Any = Child(cls, steps._f_root, steps._f_path, many=False, case=case)
        return made  # type: ignore[no-any-return]

    @classmethod
    def many(cls, relation: ToMany[P, O] | ToAny[P, O]) -> NestedRows[P, Self]:
        """Select this Record for every record of a to-many relation: ``PersonRow.many(Company.people)``."""
        link: Any = relation
        if not isinstance(link, ToMany):
            raise TypeError(f"{cls.__name__}.many() takes a to-many relation, not {relation!r}.")
        case = check_target(cls, link._f_resolve(), link._f_name)
        made: Any = Child(cls, link._f_owner, (link._f_name,), many=True, case=case)
        return made  # type: ignore[no-any-return]

    @classmethod
    def at(cls, path: Object[Any, O] | ToMany[Any, O] | Abstract[Any, Any, O] | ToAny[Any, O]) -> Query[O, Self]:
        """The query for the record or the records at ``path``, which begins at the query type.

        ``RepositoryRow.at(Query.repository(owner="o", name="n"))`` gives at most one row,
        ``IssueRow.at(Query.repository(owner="o", name="n").issues(states=["OPEN"]))`` those of the list. For servers
        whose root fields take arguments; a Twenty server lists all records of an object.
        """
        found: Any = path
        root, steps = found._f_start() if isinstance(found, ToMany) else (found._f_root, found._f_path)
        if not issubclass(root, Root):
            raise TypeError(f"{cls.__name__}.at() takes a path from the query type, not from {root.__name__}.")
        case = check_target(cls, found._f_resolve() if isinstance(found, ToMany) else type(found), steps[-1])
        return replace(cls.query(), start=(*steps, *((On(case),) if case else ())))

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


__all__ = ["NestedRow", "NestedRows", "Record", "RecordMeta"]

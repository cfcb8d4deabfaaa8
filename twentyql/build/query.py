"""The noun that leaves this stage: a Query, frozen, in the server's names, whichever form it was written in.

A typed ``Record`` class (`record.py`) and a list of names (`named.py`) both become a `Selection`; the planner reads
only this module's types. Nothing here knows a server or does I/O.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, Literal, Protocol, Self

from typing_extensions import TypeVar

O = TypeVar("O", default=Any)  # noqa: E741 - the object, as in typing.md
R = TypeVar("R", default=Any, covariant=True)  # the row


@dataclass(frozen=True, slots=True)
class Column:
    """One value of a row: what the row calls it, and its GraphQL path from the object down.

    ``("name",)``, ``("emails", "primaryEmail")`` and, through to-one relations, ``("company", "name")``. A path may
    end at a composite, which means all of its parts.
    """

    name: str
    path: tuple[str, ...]


class RowType(Protocol):
    """How the rows of one selection are made: decoded from bytes, read, and joined with their children."""

    @property
    def node_type(self) -> Any:
        """The type that msgspec decodes one ``node`` into; it is the row itself."""
        ...

    def get(self, row: Any, name: str) -> Any:
        """The value of the column, or the rows of the nested selection, that the row calls ``name``."""
        ...

    def attach(self, row: Any, name: str, children: list[Any]) -> None:
        """Put the complete ``children`` of the to-many nested selection called ``name`` into ``row``."""
        ...


@dataclass(frozen=True, slots=True)
class Nested:
    """Records reached through one relation field of the object, with a selection of their own."""

    name: str  # what the row calls it
    relation: str  # the GraphQL relation field: "people", "accountOwner", "targetCompany"
    selection: Selection
    many: bool


@dataclass(frozen=True, slots=True)
class Selection:
    """What is wanted of each record of one object. ``object`` is its singular name in the SchemaModel."""

    object: str
    columns: tuple[Column, ...]
    nested: tuple[Nested, ...]
    rows: RowType


@dataclass(frozen=True, slots=True)
class Condition(Generic[O]):
    """Base of the condition tree. Join conditions with ``&``, ``|`` and ``~``; ``and``/``or``/``not`` raise."""

    def __and__(self, other: Condition[O]) -> Condition[O]:
        return All((*_items(All, self), *_items(All, other)))

    def __or__(self, other: Condition[O]) -> Condition[O]:
        return Either((*_items(Either, self), *_items(Either, other)))

    def __invert__(self) -> Condition[O]:
        return Negation(self)

    def __bool__(self) -> bool:
        raise TypeError("A condition has no truth value: join conditions with & | ~ instead of and, or, not.")


@dataclass(frozen=True, slots=True)
class Compare(Condition[O]):
    """One operator on one path: ``("name", "firstName") ilike "%a%"``.

    ``value`` is what is sent as JSON (dates as ISO strings, lists for ``in``; ``is`` takes ``NULL`` or ``NOT_NULL``).
    """

    path: tuple[str, ...]
    operator: str
    value: Any


@dataclass(frozen=True, slots=True)
class All(Condition[O]):
    """Every one of ``items`` holds; true when there are none."""

    items: tuple[Condition[O], ...]


@dataclass(frozen=True, slots=True)
class Either(Condition[O]):
    """At least one of ``items`` holds; false when there are none."""

    items: tuple[Condition[O], ...]


@dataclass(frozen=True, slots=True)
class Negation(Condition[O]):
    """``item`` does not hold."""

    item: Condition[O]


def _items(kind: type[All[Any]] | type[Either[Any]], condition: Condition[Any]) -> Sequence[Condition[Any]]:
    return condition.items if isinstance(condition, kind) else (condition,)


@dataclass(frozen=True, slots=True)
class Order(Generic[O]):
    """One key of an order. ``direction`` is Twenty's: AscNullsFirst, AscNullsLast, DescNullsFirst, DescNullsLast."""

    path: tuple[str, ...]
    direction: str = "AscNullsLast"

    @property
    def descending(self) -> bool:
        return self.direction.startswith("Desc")

    @property
    def nulls_first(self) -> bool:
        return self.direction.endswith("NullsFirst")

    def nulls(self, place: Literal["first", "last"]) -> Self:
        """The same order with nulls ``"first"`` or ``"last"``."""
        if place not in ("first", "last"):
            raise ValueError(f"nulls are 'first' or 'last', not {place!r}")
        stem = "Desc" if self.descending else "Asc"
        return replace(self, direction=f"{stem}Nulls{place.capitalize()}")


@dataclass(frozen=True, slots=True)
class Query(Generic[O, R]):
    """What to read: a selection, the conditions that all hold, the order, and at most how many rows.

    ``start`` is the path from the query type to the records, where that is not the list of all of them (other servers
    than Twenty). Immutable: every method gives a new query.
    """

    selection: Selection
    conditions: tuple[Condition[O], ...] = ()
    orders: tuple[Order[O], ...] = ()
    most: int | None = None
    start: tuple[str, ...] = ()

    def where(self, *conditions: Condition[O]) -> Query[O, R]:
        """Keep only the records for which every condition holds, besides those already given."""
        return replace(self, conditions=(*self.conditions, *checked_items(conditions, Condition, "where")))

    def order_by(self, *orders: Order[O]) -> Query[O, R]:
        """Sort by these keys, the first one first; records that are equal in all keys follow their id."""
        return replace(self, orders=checked_items(orders, Order, "order_by"))

    def limit(self, most: int) -> Query[O, R]:
        """Read at most ``most`` records, and the children of those only."""
        if most < 0:
            raise ValueError(f"a limit is 0 or more, not {most}")
        return replace(self, most=most)


def checked_items(items: tuple[Any, ...], kind: type[Any], verb: str) -> tuple[Any, ...]:
    """``items`` if they are all of one kind; TypeError otherwise."""
    for item in items:
        if not isinstance(item, kind):
            raise TypeError(f"{verb}() takes {kind.__name__}s such as Company.name..., not {item!r}")
    return items


class DictRows:
    """Rows that are plain dicts in the shape of the GraphQL answer, with a to-many as a list of rows."""

    node_type: Any = dict[str, Any]

    def get(self, row: dict[str, Any], name: str) -> Any:
        value: Any = row
        for part in name.split("."):
            if value is None:
                return None
            value = value.get(part)
        return value

    def attach(self, row: dict[str, Any], name: str, children: list[Any]) -> None:
        row[name] = children


def walk(selection: Selection, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Selection]]:
    """Every selection of the tree with its relation path, parents before children."""
    yield path, selection
    for nested in selection.nested:
        yield from walk(nested.selection, (*path, nested.relation))

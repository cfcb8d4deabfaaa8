"""How the records of a data model lie in SQL tables: a table an object, a column a stored value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from twentyql.sandbox.composites import LISTS_IN_JSON, SubField
from twentyql.sandbox.model import Model, RecordType, Slot, pascal

Path = tuple[str, ...]
NUMBERS = frozenset({"NUMBER", "NUMERIC", "POSITION"})
LISTS = frozenset({"MULTI_SELECT", "ARRAY"})
JSONS = frozenset({"RAW_JSON", "FILES"})
ENUMS = frozenset({"SELECT", "RATING"})


class _Plain(sa.types.UserDefinedType[Any]):
    """A column of SQLite's own kind: values go in and come out as they are."""

    cache_ok = True

    def __init__(self, spec: str) -> None:
        self.spec = spec

    def get_col_spec(self, **_: Any) -> str:
        return self.spec


NUMBER_COLUMN = _Plain("NUMERIC")
TEXT_COLUMN = _Plain("TEXT")


@dataclass(frozen=True, eq=False)
class Leaf:
    """One stored value of a record: a scalar, a foreign key, or one sub-field of a composite.

    ``type`` is the type of the value itself; ``empty`` is what the API answers for a missing one.
    """

    path: Path
    type: str
    slot: Slot
    sub: SubField | None
    column: sa.Column[Any]

    @property
    def dotted(self) -> str:
        """The name that messages use: ``name.firstName``."""
        return ".".join(self.path)

    @property
    def column_name(self) -> str:
        """The name that the real database would use: ``nameFirstName``."""
        return self.path[0] + "".join(pascal(part) for part in self.path[1:])

    @cached_property
    def nullable(self) -> bool:
        """Whether an empty text or list is the same as none."""
        return self.sub is not None or self.slot.nullable

    @cached_property
    def empty(self) -> Any:
        """What the API answers for a missing value."""
        if self.sub is not None:
            return "" if self.sub.empty_text else ([] if self.sub.name in LISTS_IN_JSON else None)
        return {"TEXT": "", "MULTI_SELECT": [], "ARRAY": []}.get(self.type)

    @property
    def in_json(self) -> bool:
        """Whether the column holds JSON text."""
        return self.type in LISTS or self.type in JSONS


@dataclass(frozen=True, eq=False)
class Layout:
    """The table of one object and its leaves by path. ``dormant`` are the leaves of deactivated fields."""

    record: RecordType
    table: sa.Table
    leaves: Mapping[Path, Leaf]
    dormant: tuple[Leaf, ...] = ()

    @property
    def columns(self) -> dict[tuple[str, str], Leaf]:
        """All columns by what does not change when a field is renamed: its id, and the name of the sub-field."""
        every = (*self.leaves.values(), *self.dormant)
        return {(leaf.slot.id, leaf.sub.name if leaf.sub else ""): leaf for leaf in every}

    @cached_property
    def by_slot(self) -> dict[str, tuple[Leaf, ...]]:
        """The leaves of every stored slot."""
        found: dict[str, tuple[Leaf, ...]] = {}
        for leaf in self.leaves.values():
            found[leaf.path[0]] = (*found.get(leaf.path[0], ()), leaf)
        return found

    def column(self, *path: str) -> sa.Column[Any]:
        """The column of one leaf."""
        return self.leaves[path].column

    @property
    def id(self) -> sa.Column[Any]:
        """The column of the id."""
        return self.column("id")

    @cached_property
    def soft_deletes(self) -> bool:
        """Whether records of this object can lie in the bin."""
        return ("deletedAt",) in self.leaves


@dataclass(frozen=True, eq=False)
class Layouts:
    """The layouts of all objects of a model; ``dormant`` are those of deactivated objects."""

    model: Model
    metadata: sa.MetaData
    by_singular: Mapping[str, Layout]
    dormant: tuple[Layout, ...] = ()

    @property
    def every(self) -> tuple[Layout, ...]:
        """The layouts of all objects that have a table."""
        return (*self.by_singular.values(), *self.dormant)

    def of(self, record: RecordType) -> Layout:
        """The layout of an object."""
        return self.by_singular[record.singular]

    def target(self, slot: Slot) -> Layout:
        """The layout of the other object of a relation or key."""
        return self.by_singular[slot.target]


def lay_out(model: Model) -> Layouts:
    """Lay out every object of ``model``."""
    metadata = sa.MetaData()
    taken: set[str] = set()
    found = {record.singular: _layout(record, metadata, _unique(record.singular, taken)) for record in model.objects}
    dormant = tuple(_layout(record, metadata, _unique(record.singular, taken)) for record in model.dormant)
    return Layouts(model, metadata, found, dormant)


def _layout(record: RecordType, metadata: sa.MetaData, name: str) -> Layout:
    taken: set[str] = set()
    leaves = {leaf.path: leaf for slot in record.stored for leaf in _leaves(slot, taken)}
    dormant = tuple(leaf for slot in record.dormant for leaf in _leaves(slot, taken))
    table = sa.Table(name, metadata, *(leaf.column for leaf in (*leaves.values(), *dormant)))
    for leaf in leaves.values():
        if _looked_up(leaf):
            sa.Index(f"{name}~{leaf.column.name}", leaf.column)
    return Layout(record, table, leaves, dormant)


def _leaves(slot: Slot, taken: set[str]) -> Iterator[Leaf]:
    for path, kind, sub in _paths(slot):
        yield Leaf(path, kind, slot, sub, _column(path, kind, _unique(".".join(path), taken)))


def _paths(slot: Slot) -> list[tuple[Path, str, SubField | None]]:
    if slot.kind == "composite":
        return [((slot.name, sub.name), sub.type, sub) for sub in slot.composite.fields]
    return [((slot.name,), slot.type, None)]


def _column(path: Path, kind: str, name: str) -> sa.Column[Any]:
    number = kind in NUMBERS or kind == "BOOLEAN"
    column_type = NUMBER_COLUMN if number else TEXT_COLUMN
    return sa.Column(name, column_type, primary_key=path == ("id",))


def _looked_up(leaf: Leaf) -> bool:
    unique = leaf.slot.unique and (leaf.sub is None or leaf.sub.unique)
    return leaf.slot.kind == "key" or unique or leaf.type == "POSITION"


def _unique(name: str, taken: set[str]) -> str:
    """``name``, changed where SQLite, which ignores case, would take it for another one."""
    found, number = name, 2
    while found.lower() in taken:
        found, number = f"{name}~{number}", number + 1
    taken.add(found.lower())
    return found

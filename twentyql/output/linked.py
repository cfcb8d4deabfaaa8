# pyright: basic
"""A query's batches -> linked Arrow tables, one for each of its lists, tied by ids and foreign keys."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec

from twentyql.build.query import Selection
from twentyql.execute.ordering import field_at
from twentyql.execute.receipt import Receipt
from twentyql.execute.scan import Batch
from twentyql.output.arrow import arrow_schema, columns_table, concat, with_metadata
from twentyql.output.nesting import Below, flat, nest
from twentyql.output.spec import TableColumn, TableSpec, time_unit
from twentyql.plan.model import ID, PARENT, KeyPath, Plan, Read
from twentyql.schema.model import FieldModel, Kind, ObjectModel, SchemaModel

if TYPE_CHECKING:
    import pyarrow as pa

Get = Callable[[Any], Any]
_MARK = FieldModel("id", Kind.TEXT, "String")
"""What tells apart the records of a list whose object has no id."""


@dataclass(frozen=True, slots=True)
class _Selected:
    """A column that the query selects: its name, its path from the object, and how a row is asked for it."""

    name: str
    path: KeyPath
    get: Get


@dataclass(slots=True)
class _Table:
    """One list: its columns, where each value comes from, and the parts read so far."""

    spec: TableSpec
    selected: tuple[_Selected, ...]
    keys: tuple[KeyPath, ...]
    names: dict[KeyPath, str]
    seen: set[Any] = field(default_factory=set[Any])
    parts: list[Any] = field(default_factory=list[Any])

    def add(self, batch: Batch) -> None:
        marks = [(key[0], key[-1]) if batch.read.keys[-1] == PARENT else key[0] for key in batch.keys]
        fresh = [i for i, mark in enumerate(marks) if mark not in self.seen]
        self.seen.update(marks)
        rows = [batch.rows[i] for i in fresh]
        at = [batch.read.keys.index(path) for path in self.keys]
        values = [[batch.keys[i][k] for i in fresh] for k in at]
        values += [[_builtin(column.get(row)) for row in rows] for column in self.selected]
        self.parts.append(columns_table(self.spec, values))


class LinkedTables:
    """Collects the batches of one planned read; `finish` gives its tables.

    A table is called as the last step of its list's path (``people``), the first as its object's plural. It has the
    ``id`` of its records, the keys that tie it to other tables, then the selected columns; what is selected through a
    to-one relation is a column with a dotted name. The first table keeps the query's order, the others that of ids.
    """

    def __init__(self, planned: Plan, model: SchemaModel) -> None:
        reads = list(planned.root.walk())
        names = _names(reads, model)
        self._tables = [_table(read, name, reads, names, model) for read, name in zip(reads, names, strict=True)]
        self._of = {id(read): table for read, table in zip(reads, self._tables, strict=True)}
        for other in filter(None, (planned.top, *planned.phases)):  # the same lists, planned a second time
            self._of |= {id(read): table for read, table in zip(other.walk(), self._tables, strict=True)}
        self._planned = planned  # its reads must live as long as their ids are used
        self._turn = asyncio.Lock()

    async def add(self, batch: Batch) -> None:
        """Take a batch of any of the lists; each record is kept once. OutputError if a value does not fit."""
        async with self._turn:  # batches of one list stay in their order
            await asyncio.to_thread(self._of[id(batch.read)].add, batch)

    def finish(self, receipt: Receipt) -> dict[str, pa.Table]:
        """The tables by their names. Each holds the receipt as JSON in its schema's metadata, ``twentyql.receipt``."""
        saved = {"twentyql.receipt": msgspec.json.encode(receipt.as_dict())}
        return {table.spec.name: with_metadata(self._whole(table), saved) for table in self._tables}

    def finish_flat(self) -> pa.Table:
        """The first table alone, with a column for each part of a composite."""
        return flat(self._whole(self._tables[0]))

    def finish_nested(self) -> pa.Table:
        """The first table, with the records of the others in lists inside their parents, each called as selected."""
        return nest(self._whole(self._tables[0]), self._below(self._planned.root))

    def _whole(self, table: _Table) -> pa.Table:
        whole = concat(table.parts, arrow_schema(table.spec))
        if table is not self._tables[0] and table.spec.primary_key:
            whole = whole.sort_by(table.spec.primary_key)
        return whole

    def _below(self, read: Read) -> list[Below]:
        found: list[Below] = []
        for child in read.children:
            if child.link is not None:
                table = self._of[id(child)]
                keys = self._of[id(read)].names[child.link.parent_key], table.names[child.link.child_key]
                name = ".".join(held.name for held in (*child.link.holder, child.link.nested))
                found.append(Below(name, *keys, self._whole(table), self._below(child)))
        return found


def _names(reads: list[Read], model: SchemaModel) -> list[str]:
    """A name for every list: as short as they all stay different."""
    root = model.object(reads[0].object).plural
    steps = [(root, *read.path) for read in reads]
    shorts = [path[-1] for path in steps]
    shared = {name for name, times in Counter(shorts).items() if times > 1}
    names = [".".join(path[1:]) if path[1:] and path[-1] in shared else path[-1] for path in steps]
    if len(set(names)) < len(set(steps)):
        names = [".".join(path) for path in steps]
    for i, name in enumerate(names):  # one relation, listed twice
        if name in names[:i]:
            link = reads[i].link
            names[i] = _free(f"{name}.{link.nested.name}" if link else name, names[:i])
    return names


def _free(name: str, taken: list[str]) -> str:
    while name in taken:
        name += "_"
    return name


def _table(read: Read, name: str, reads: list[Read], names: list[str], model: SchemaModel) -> _Table:
    of = model.object(read.object)
    selected = tuple(_selected(read.selection))
    refers_to = dict(_references(read, reads, names))
    paths = {column.path: column.name for column in selected}
    wanted = dict.fromkeys((ID, *refers_to, *_parent_keys(read)))
    keys = tuple(path for path in wanted if path not in paths)
    parent = next((model.object(r.object) for r in reads if any(c is read for c in r.children)), of)
    for path in keys:
        column = f"{parent.singular}Id" if path == PARENT else ".".join(path)
        paths[path] = _free(column, [*paths.values(), *(column.name for column in selected)])
    ordered = [*((paths[path], path) for path in keys), *((column.name, column.path) for column in selected)]
    spec = TableSpec(
        name=name,
        object=of.singular,
        columns=tuple(TableColumn(column, _field_of(model, of, parent, path)) for column, path in ordered),
        primary_key=paths[ID] if PARENT not in paths else None,
        foreign_keys=tuple((paths[path], table) for path, table in refers_to.items()),
        time_unit=time_unit(model),
    )
    return _Table(spec, selected, keys, paths)


def _field_of(model: SchemaModel, of: ObjectModel, parent: ObjectModel, path: KeyPath) -> FieldModel:
    """The field that a column holds: a record without an id has a mark, one inside another also its parent's id."""
    if path == PARENT:
        return replace(parent.field("id"), name=PARENT[0]) if parent.has_field("id") else _MARK
    return _MARK if path == ID and not of.has_field("id") else field_at(model, of, path)


def _references(read: Read, reads: list[Read], names: list[str]) -> Iterator[tuple[KeyPath, str]]:
    """The keys of a list that hold ids of another, with that one's table."""
    if read.link and read.link.child_key != ID:
        parent = next(i for i, other in enumerate(reads) if any(child is read for child in other.children))
        if read.link.parent_key == ID:
            yield read.link.child_key, names[parent]
    for child in read.children:
        if child.link and child.link.child_key == ID:
            yield child.link.parent_key, names[next(i for i, other in enumerate(reads) if other is child)]


def _parent_keys(read: Read) -> Iterator[KeyPath]:
    """Every key that ties a list to its parent or its children."""
    if read.link:
        yield read.link.child_key
    yield from (child.link.parent_key for child in read.children if child.link)


def _itself(row: Any) -> Any:
    return row


def _selected(selection: Selection, path: KeyPath = (), name: str = "", get: Get = _itself) -> Iterator[_Selected]:
    """The columns of a selection and, with dotted names, of those it reaches through to-one relations."""
    for column in selection.columns:
        yield _Selected(name + column.name, (*path, *column.path), _getter(selection, column.name, get))
    for nested in selection.nested:
        if not nested.many:
            below = _getter(selection, nested.name, get)
            yield from _selected(nested.selection, (*path, nested.relation), f"{name}{nested.name}.", below)


def _getter(selection: Selection, name: str, get: Get) -> Get:
    def read(row: Any) -> Any:
        holder = get(row)
        return None if holder is None else selection.rows.get(holder, name)

    return read


def _builtin(value: Any) -> Any:
    """A composite of a typed row as plain dicts in the server's names; anything else as it is."""
    if isinstance(value, msgspec.Struct | list | tuple):
        return msgspec.to_builtins(value, builtin_types=(date, datetime, Decimal))
    return value

"""Changing rows: inserts, updates and deletions with what follows from them. The caller commits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from twentyql.sandbox.records.events import Log
from twentyql.sandbox.records.inputs import Input, Values
from twentyql.sandbox.records.layout import Layout, Leaf, Path
from twentyql.sandbox.records.operators import one_of
from twentyql.sandbox.records.store import Store
from twentyql.sandbox.records.uniques import check_keys, check_new_id, check_unique, matching, unique_groups
from twentyql.sandbox.records.values import as_time, writer
from twentyql.sandbox.records.vectors import VECTOR, vector_writer
from twentyql.sandbox.root import Refused


@dataclass(frozen=True)
class Writer:
    """Writes rows in the name of ``actor`` at the time that ``now`` tells."""

    store: Store
    now: Callable[[], datetime]
    actor: str
    log: Log

    def insert(self, layout: Layout, record: Input) -> str:
        """Insert one record; its id. Raises Refused."""
        values = {**self._defaults(layout), **self.connected(layout, record)}
        self._author(layout, values, ("createdBy", "updatedBy"))
        values.update({name: value for name, value in record.values.items() if name.startswith("createdBy.")})
        self._position(layout, values)
        identity = str(values[layout.id.name])
        check_new_id(self.store, layout, identity)
        check_unique(self.store, layout, values, None)
        check_keys(self.store, layout, values)
        self.store.change(sa.insert(layout.table), [values])
        self._index(layout, [identity])
        self.log.note("created", layout, [identity])
        return identity

    def update(self, layout: Layout, ids: Sequence[str], record: Input) -> None:
        """Change the records under ``ids``. Raises Refused."""
        values = self.connected(layout, record)
        values.pop(layout.id.name, None)
        self._position(layout, values)
        self._author(layout, values, ("updatedBy",))
        values[layout.column("updatedAt").name] = self.moment()
        check_keys(self.store, layout, values)
        self._check_unique(layout, ids, values)
        self.log.note("updated", layout, ids)
        self.set(layout, ids, values)
        self._index(layout, ids)

    def _check_unique(self, layout: Layout, ids: Sequence[str], values: Values) -> None:
        touched = [group for group in unique_groups(layout) if any(leaf.column.name in values for leaf in group)]
        if not touched:
            return
        rows = self.store.rows(sa.select(*layout.table.c).where(one_of(layout.id, ids)))
        for row in rows:
            check_unique(self.store, layout, {**row._mapping, **values}, row._mapping[layout.id.name])
        whole = [group for group in touched if all(values.get(leaf.column.name) is not None for leaf in group)]
        if whole and len(rows) > 1:
            raise Refused("A duplicate entry was detected")

    def set(self, layout: Layout, ids: Sequence[str], values: Mapping[str, Any]) -> None:
        """Set columns of the records under ``ids``."""
        if values:
            changed = {layout.table.c[name]: value for name, value in values.items()}
            self.store.change(sa.update(layout.table).where(one_of(layout.id, ids)).values(changed))

    def bin(self, layout: Layout, ids: Sequence[str], *, deleted: bool) -> None:
        """Put records into the bin, or take them out."""
        moment = self.moment()
        deleted_at, updated_at = layout.column("deletedAt").name, layout.column("updatedAt").name
        self.set(layout, ids, {deleted_at: moment if deleted else None, updated_at: moment})
        self.log.note("deleted" if deleted else "restored", layout, ids)

    def destroy(self, layout: Layout, ids: Sequence[str]) -> None:
        """Remove records; what points to them is removed too, or its key is set to null, as the data model says.

        Only the records themselves are told of: the database takes the others along without a word.
        """
        self.log.note("destroyed", layout, ids)
        self._remove(layout, ids)

    def _remove(self, layout: Layout, ids: Sequence[str]) -> None:
        for other in self.store.layouts.by_singular.values():
            for leaf in other.leaves.values():
                if leaf.slot.kind == "key" and leaf.slot.target == layout.record.singular:
                    self._let_go(other, leaf, ids)
        self.store.change(sa.delete(layout.table).where(one_of(layout.id, ids)))

    def _let_go(self, layout: Layout, leaf: Leaf, ids: Sequence[str]) -> None:
        pointing = one_of(leaf.column, ids)
        if not _cascades(layout, leaf):
            self.store.change(sa.update(layout.table).where(pointing).values({leaf.column: None}))
            return
        rows = [row[0] for row in self.store.rows(sa.select(layout.id).where(pointing))]
        if rows:
            self.store.change(sa.update(layout.table).where(pointing).values({leaf.column: None}))
            self._remove(layout, rows)

    def moment(self) -> str:
        """The time, as the API prints it."""
        return as_time(self.now())

    def connected(self, layout: Layout, record: Input) -> Values:
        """The values of an input with its connected records looked up. Raises Refused."""
        values = dict(record.values)
        for name, wanted in record.connects.items():
            slot = layout.record.by_name[name]
            values[layout.column(slot.key).name] = self._connect(self.store.layouts.target(slot), name, wanted)
        return values

    def _connect(self, target: Layout, name: str, wanted: Mapping[str, Any]) -> str:
        group: list[Leaf] = []
        values: Values = {}
        for leaf, value in _flat(target, wanted):
            group.append(leaf)
            values[leaf.column.name] = writer(leaf)(value)
        found = matching(self.store, target, values, group) if group else None
        if found is None:
            shown = " and ".join(f"{leaf.column_name} = {value}" for leaf, value in _flat(target, wanted))
            raise Refused(f"Expected 1 record to connect to {name}, but found 0 for {shown}")
        return found

    def _defaults(self, layout: Layout) -> Values:
        values: Values = {leaf.column.name: None for leaf in layout.leaves.values()}
        for slot in layout.record.stored:
            for leaf in layout.by_slot[slot.name]:
                values[leaf.column.name] = self.default(leaf)
        return values

    def default(self, leaf: Leaf) -> Any:
        """What a column holds when nothing was said of it."""
        default = leaf.slot.default
        if leaf.sub is not None:
            default = default.get(leaf.sub.name) if isinstance(default, Mapping) else None
        if default == "uuid" or leaf.path == ("id",):
            return str(uuid4())
        if default == "now":
            return self.moment()
        return writer(leaf)(_unquoted(default))

    def _author(self, layout: Layout, values: Values, slots: Sequence[str]) -> None:
        """Write who did it: this key, by the API."""
        known: dict[str, Any] = {"source": "API", "workspaceMemberId": None, "name": self.actor, "context": {}}
        for slot in slots:
            for leaf in layout.by_slot.get(slot, ()):
                if leaf.sub is not None:
                    values[leaf.column.name] = writer(leaf)(known[leaf.sub.name])

    def _position(self, layout: Layout, values: Values) -> None:
        leaf = layout.leaves.get(("position",))
        if leaf is None:
            return
        wanted = values.get(leaf.column.name)
        if wanted == "last":
            values[leaf.column.name] = self._edge(sa.func.max(leaf.column), 0) + 1
        elif wanted == "first":
            values[leaf.column.name] = self._edge(sa.func.min(leaf.column), 1) - 1

    def _edge(self, expression: sa.ColumnElement[Any], empty: int) -> Any:
        found = self.store.rows(sa.select(expression))[0][0]
        return empty if found is None else found

    def _index(self, layout: Layout, ids: Sequence[str]) -> None:
        """Make the search vectors of records anew."""
        vector = vector_writer(layout)
        if vector is None:
            return
        leaves = [leaf for leaf in layout.leaves.values() if leaf.type == "TEXT"]
        columns = [layout.id, *(leaf.column for leaf in leaves)]
        for row in self.store.rows(sa.select(*columns).where(one_of(layout.id, ids))):
            text = vector(nested({leaf.path: value for leaf, value in zip(leaves, row[1:], strict=True)}))
            self.set(layout, [row[0]], {layout.column(*VECTOR).name: text})


def nested(values: Mapping[tuple[str, ...], Any]) -> dict[str, Any]:
    """Values by path as an object of the API."""
    found: dict[str, Any] = {}
    for path, value in values.items():
        if len(path) == 1:
            found[path[0]] = value
        else:
            found.setdefault(path[0], {})[path[1]] = value
    return found


def _unquoted(default: Any) -> Any:
    """A default without the quotes that the data model has around texts."""
    if isinstance(default, list):
        return [_unquoted(item) for item in default]
    return default.strip("'") if isinstance(default, str) else default


def _flat(target: Layout, wanted: Mapping[str, Any]) -> list[tuple[Leaf, Any]]:
    """The leaves that a ``where`` of a connection names, with their values."""
    pairs: list[tuple[Leaf, Any]] = []
    for name, value in wanted.items():
        parts = [((name, sub), part) for sub, part in value.items()] if isinstance(value, Mapping) else []
        whole: list[tuple[Path, Any]] = [((name,), value)]
        for path, part in parts or whole:
            leaf = target.leaves.get(path)
            if leaf is None:
                message = f'Object {target.record.singular} doesn\'t have any "{".".join(path)}" field.'
                raise Refused(message, sub_code="INVALID_ARGS_DATA")
            pairs.append((leaf, part))
    return pairs


def _cascades(layout: Layout, leaf: Leaf) -> bool:
    names = [slot.name for slot in layout.record.slots if slot.kind == "one" and slot.key == leaf.path[0]]
    for field in layout.record.raw["fieldsList"]:
        morph = field["type"] == "MORPH_RELATION" and any(name.startswith(field["name"]) for name in names)
        if morph or field["name"] in names:
            return (field.get("settings") or {}).get("onDelete") == "CASCADE"
    return False

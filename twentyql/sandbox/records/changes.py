"""Changing rows: inserts, updates and deletions with what follows from them. The caller commits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
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
from twentyql.sandbox.records.uniques import Claims, check_claims, check_keys, matching, own_id, unique_groups
from twentyql.sandbox.records.values import as_time, writer
from twentyql.sandbox.records.vectors import VECTOR, vector_writer
from twentyql.sandbox.root import Refused

# The source and the name that rows are written by while it is set, such as another key's.
ACTING: ContextVar[tuple[str, str] | None] = ContextVar("acting", default=None)


@dataclass(frozen=True)
class Writer:
    """Writes rows in the name of ``actor`` at the time that ``now`` tells."""

    store: Store
    now: Callable[[], datetime]
    actor: str
    log: Log

    def insert(self, layout: Layout, records: Sequence[Input]) -> list[str]:
        """Insert records; their ids. Raises Refused."""
        base = self._defaults(layout)
        fresh = [leaf for leaf in layout.leaves.values() if leaf.slot.default == "uuid" or leaf.path == ("id",)]
        rows = [self._new_row(layout, record, base, fresh) for record in records]
        self._positions(layout, rows)
        ids = [str(row[layout.id.name]) for row in rows]
        own, groups = own_id(layout), unique_groups(layout)
        claims = Claims(self.store, layout, rows, [own, *groups])
        for row, identity in zip(rows, ids, strict=True):
            if claims.owner(own, row) is not None:
                raise Refused("A duplicate entry was detected")
            claims.take(own, row, identity)
            check_claims(claims, layout, groups, row)
        check_keys(self.store, layout, rows, ids)
        self._index(layout, rows)
        if rows:
            self.store.change(sa.insert(layout.table), rows)
        self.log.note("created", layout, ids)
        return ids

    def _new_row(self, layout: Layout, record: Input, base: Values, fresh: Sequence[Leaf]) -> Values:
        row = {**base, **{leaf.column.name: self.default(leaf) for leaf in fresh}, **self.connected(layout, record)}
        self._author(layout, row, ("createdBy", "updatedBy"))
        row.update({name: value for name, value in record.values.items() if name.startswith("createdBy.")})
        return row

    def update(self, layout: Layout, changes: Mapping[str, Input]) -> None:
        """Change records by id, each in its own way. Raises Refused."""
        ids = list(changes)
        changed = {identity: self._changed(layout, record) for identity, record in changes.items()}
        self._positions(layout, list(changed.values()))
        check_keys(self.store, layout, list(changed.values()))
        found = self.store.rows(sa.select(*layout.table.c).where(one_of(layout.id, ids)))
        before = {str(row._mapping[layout.id.name]): row._mapping for row in found}
        after = [{**before[identity], **changed[identity]} for identity in ids if identity in before]
        touched = {name for values in changed.values() for name in values}
        groups = [group for group in unique_groups(layout) if any(leaf.column.name in touched for leaf in group)]
        claims = Claims(self.store, layout, after, groups)
        for row in after:
            check_claims(claims, layout, groups, row)
        self.log.note("updated", layout, ids)
        self._index(layout, after)
        vector = VECTOR in layout.leaves and {layout.column(*VECTOR).name}
        self._write(layout, after, [*touched, *(vector or ())])

    def _changed(self, layout: Layout, record: Input) -> Values:
        values = self.connected(layout, record)
        values.pop(layout.id.name, None)
        self._author(layout, values, ("updatedBy",))
        values[layout.column("updatedAt").name] = self.moment()
        return values

    def _write(self, layout: Layout, rows: Sequence[Values], names: Sequence[str]) -> None:
        """Write some columns of rows that are there."""
        if not rows:
            return
        places = {name: f"value~{place}" for place, name in enumerate(dict.fromkeys(names))}
        values: dict[Any, Any] = {layout.table.c[name]: sa.bindparam(place) for name, place in places.items()}
        statement = sa.update(layout.table).where(layout.id == sa.bindparam("id~")).values(values)
        given = [{"id~": row[layout.id.name], **{places[name]: row[name] for name in places}} for row in rows]
        self.store.change(statement, given)

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
        """Write who did it: whoever is acting, else this key by the API."""
        source, name = ACTING.get() or ("API", self.actor)
        known: dict[str, Any] = {"source": source, "workspaceMemberId": None, "name": name, "context": {}}
        for slot in slots:
            for leaf in layout.by_slot.get(slot, ()):
                if leaf.sub is not None:
                    values[leaf.column.name] = writer(leaf)(known[leaf.sub.name])

    def _positions(self, layout: Layout, rows: Sequence[Values]) -> None:
        """Put ``first`` and ``last`` in numbers, one after the other."""
        leaf = layout.leaves.get(("position",))
        if leaf is None:
            return
        name = leaf.column.name
        for word, edge, empty, step in (("last", sa.func.max, 0, 1), ("first", sa.func.min, 1, -1)):
            wanted = [row for row in rows if row.get(name) == word]
            if wanted:
                found = self.store.rows(sa.select(edge(leaf.column)))[0][0]
                for number, row in enumerate(wanted, 1):
                    row[name] = (empty if found is None else found) + step * number

    def _index(self, layout: Layout, rows: Sequence[Values]) -> None:
        """Make the search vectors of rows anew."""
        vector = vector_writer(layout)
        if vector is None:
            return
        leaves = [leaf for leaf in layout.leaves.values() if leaf.type == "TEXT"]
        for row in rows:
            text = vector(nested({leaf.path: row[leaf.column.name] for leaf in leaves}))
            row[layout.column(*VECTOR).name] = text


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

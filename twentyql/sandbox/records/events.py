"""What writes did to records, told to whoever listens: the source of webhooks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import sqlalchemy as sa

from twentyql.sandbox.model import RecordType
from twentyql.sandbox.records.layout import Layout
from twentyql.sandbox.records.nested import columns, read_nodes
from twentyql.sandbox.records.nodes import Node, plan_node
from twentyql.sandbox.records.operators import one_of
from twentyql.sandbox.records.store import Store
from twentyql.sandbox.root import Selection

Action = Literal["created", "updated", "deleted", "destroyed", "restored"]
UNTOLD = frozenset({"updatedAt", "searchVector"})


@dataclass(frozen=True, slots=True)
class Event:
    """One record that was written: as it is now, or as it was before it was destroyed."""

    action: Action
    object: RecordType
    record: Mapping[str, Any]
    updated: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class _Change:
    action: Action
    layout: Layout
    ids: list[str]
    before: Mapping[str, Node] = field(default_factory=dict[str, Node])


class Log:
    """The changes of one transaction; it costs nothing until it is turned ``on``."""

    def __init__(self, store: Store) -> None:
        self.on = False
        self._store = store
        self._changes: list[_Change] = []

    def note(self, action: Action, layout: Layout, ids: Sequence[str]) -> None:
        """Note records that were created, deleted or restored, or that are about to be updated or destroyed."""
        last = self._changes[-1] if self._changes else None
        if self.on and last is not None and action == last.action == "created" and layout is last.layout:
            last.ids.extend(ids)
        elif self.on and ids:
            before = self._records(layout, ids) if action in ("updated", "destroyed") else {}
            self._changes.append(_Change(action, layout, list(ids), before))

    def clear(self) -> None:
        """Forget the changes, as of a transaction that is undone."""
        self._changes.clear()

    def take(self) -> list[Event]:
        """The events of the changes so far, which are then forgotten."""
        changes, self._changes = self._changes, []
        return [event for change in changes for event in self._events(change)]

    def _events(self, change: _Change) -> list[Event]:
        record = change.layout.record
        if change.action == "destroyed":
            return [Event("destroyed", record, node) for node in change.before.values()]
        now = self._records(change.layout, change.ids)
        found = [(now[identity], change.before.get(identity)) for identity in change.ids if identity in now]
        if change.action != "updated":
            return [Event(change.action, record, node) for node, _ in found]
        told = ((node, _changed(before or {}, node)) for node, before in found)
        return [Event("updated", record, node, fields) for node, fields in told if fields]

    def _records(self, layout: Layout, ids: Sequence[str]) -> dict[str, Node]:
        """Whole records by id, in the form of the API."""
        selection: Selection = {name: _below(layout, name) for name in layout.by_slot}
        plan = plan_node(self._store.layouts, layout, selection)
        rows = self._store.rows(sa.select(*columns(plan)).where(one_of(layout.id, ids)))
        return {row[0]: node for row, node in zip(rows, read_nodes(self._store, plan, rows), strict=True)}


def _below(layout: Layout, name: str) -> Selection:
    leaves = layout.by_slot[name]
    return {leaf.path[1]: {} for leaf in leaves} if leaves[0].sub is not None else {}


def _changed(before: Node, after: Node) -> tuple[str, ...]:
    return tuple(name for name, value in after.items() if name not in UNTOLD and before.get(name) != value)

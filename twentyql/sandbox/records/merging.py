"""The merge root: several records become one, the others go to the bin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from twentyql.sandbox.composites import LISTS_IN_JSON
from twentyql.sandbox.records.changes import Writer
from twentyql.sandbox.records.inputs import Input
from twentyql.sandbox.records.layout import LISTS, Layout, Leaf
from twentyql.sandbox.records.nodes import Node
from twentyql.sandbox.records.operators import one_of
from twentyql.sandbox.records.orders import INPUT
from twentyql.sandbox.records.reads import check_names, record_not_found
from twentyql.sandbox.records.values import jsonb_text, reader
from twentyql.sandbox.records.writes import reply
from twentyql.sandbox.root import Refused, Root

MOST = 9
KEPT = frozenset({"id", "createdAt", "createdBy", "deletedAt", "position", "searchVector", "updatedAt", "updatedBy"})


def merge(root: Root, *, writer: Writer, layout: Layout) -> Node:
    """``mergeXs``: the values of the prioritised record, filled from the others. Raises Refused."""
    check_names(root.arguments, ("ids", "conflictPriorityIndex", "dryRun"))
    ids, first = _read_arguments(root, layout)
    rows = _rows(writer, layout, ids)
    ordered = [rows[ids[first]], *(rows[identity] for identity in ids if identity != ids[first])]
    values = {name: value for leaves in layout.by_slot.values() for name, value in _merged(leaves, ordered)}
    winner, others = ids[first], [identity for identity in ids if identity != ids[first]]
    _move_relations(writer, layout, winner, others)
    writer.bin(layout, others, deleted=True)
    _free_uniques(writer, layout, others)
    writer.update(layout, {winner: Input(values)})
    (node,) = reply(writer, layout, root, [winner])
    if root.arguments.get("dryRun") is True:
        writer.store.rollback()
        writer.log.clear()
        return {**node, "id": str(uuid4())} if "id" in node else node
    return node


def _read_arguments(root: Root, layout: Layout) -> tuple[list[str], int]:
    ids, first = root.arguments.get("ids"), root.arguments.get("conflictPriorityIndex", 0)
    if not layout.record.raw.get("duplicateCriteria"):
        name = layout.record.singular
        message = "Merge is only available for objects with duplicate criteria."
        raise Refused(f"{message} Object '{name}' does not have duplicate criteria defined.", sub_code=INPUT)
    if not isinstance(ids, list) or len(ids) < 2:
        raise Refused("At least 2 record IDs are required for merge", sub_code=INPUT)
    if len(ids) > MOST:
        raise Refused(f"Maximum {MOST} records can be merged at once", sub_code=INPUT)
    if not isinstance(first, int) or not 0 <= first < len(ids):
        message = f"Invalid conflict priority '{first}'. Valid options for {len(ids)} records: 0-{len(ids) - 1}"
        raise Refused(message, sub_code=INPUT)
    return [str(identity).lower() for identity in ids], first


def _rows(writer: Writer, layout: Layout, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    found = writer.store.rows(sa.select(*layout.table.c).where(one_of(layout.id, ids)))
    rows = {row._mapping[layout.id.name]: dict(row._mapping) for row in found}
    if len(rows) != len(set(ids)):
        raise record_not_found()
    return rows


def _merged(leaves: Sequence[Leaf], rows: Sequence[dict[str, Any]]) -> list[tuple[str, Any]]:
    """The columns of one field: those of the first record that has it; lists are joined."""
    if leaves[0].path[0] in KEPT:
        return []
    filled = [row for row in rows if any(row[leaf.column.name] is not None for leaf in leaves)]
    if not filled:
        return []
    return [(leaf.column.name, _value(leaf, filled)) for leaf in leaves]


def _value(leaf: Leaf, rows: Sequence[dict[str, Any]]) -> Any:
    if leaf.type not in LISTS and leaf.path[-1] not in LISTS_IN_JSON:
        return rows[0][leaf.column.name]
    read = reader(leaf)
    joined: list[Any] = []
    for row in rows:
        items = read(row[leaf.column.name]) if read else []
        joined += [item for item in items or [] if item not in joined]
    return jsonb_text(joined) if joined else None


def _move_relations(writer: Writer, layout: Layout, winner: str, others: Sequence[str]) -> None:
    for other in writer.store.layouts.by_singular.values():
        for leaf in other.leaves.values():
            if leaf.slot.kind == "key" and leaf.slot.target == layout.record.singular:
                moved = sa.update(other.table).where(one_of(leaf.column, others)).values({leaf.column: winner})
                writer.store.change(moved)


def _free_uniques(writer: Writer, layout: Layout, others: Sequence[str]) -> None:
    """Let the winner take unique values of the records in the bin."""
    unique = [leaf for slot in layout.record.stored if slot.unique for leaf in layout.by_slot[slot.name]]
    freed = {leaf.column.name: None for leaf in unique}
    writer.set(layout, others, freed)

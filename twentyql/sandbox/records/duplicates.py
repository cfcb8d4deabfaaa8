"""The duplicates root: for each given record the others that look like it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from twentyql.sandbox.records.aggregates import TOTAL
from twentyql.sandbox.records.connections import Record, connection
from twentyql.sandbox.records.filters import where
from twentyql.sandbox.records.inputs import read_input
from twentyql.sandbox.records.layout import Layout, Leaf
from twentyql.sandbox.records.nested import columns, read_nodes
from twentyql.sandbox.records.nodes import Node, node_selection, plan_node
from twentyql.sandbox.records.operators import one_of
from twentyql.sandbox.records.orders import INPUT
from twentyql.sandbox.records.reads import check_names, record_not_found
from twentyql.sandbox.records.store import Store, stored_row
from twentyql.sandbox.root import Refused, Root

SHORTEST = 3
MOST = 200


def read_duplicates(store: Store, layout: Layout, root: Root) -> list[Node]:
    """One connection of similar records for each of ``ids`` or ``data``. Raises Refused."""
    check_names(root.arguments, ("ids", "data"))
    ids, data = root.arguments.get("ids"), root.arguments.get("data")
    if not data and not ids:
        raise Refused('You have to provide either "data" or "ids" argument', sub_code=INPUT)
    if data and ids:
        raise Refused('You cannot provide both "data" and "ids" arguments', sub_code=INPUT)
    given = _records(store, layout, _listed(ids)) if ids else [_sketch(layout, item) for item in _listed(data)]
    return [_alike(store, layout, root, record, known=bool(ids)) for record in given]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _sketch(layout: Layout, data: Any) -> Mapping[str, Any]:
    """A record that is not there, by what is known of it."""
    return {**stored_row(layout, {}), **read_input(layout, data).values}


def _records(store: Store, layout: Layout, ids: list[Any]) -> list[Mapping[str, Any]]:
    conditions = where(store.layouts, layout, {"id": {"in": ids}})
    rows = store.rows(sa.select(*layout.table.c).where(*conditions))
    if not rows:
        raise record_not_found()
    by_id = {row._mapping[layout.id.name]: dict(row._mapping) for row in rows}
    return [by_id[identity] for identity in ids if identity in by_id]


def _alike(store: Store, layout: Layout, root: Root, record: Mapping[str, Any], *, known: bool) -> Node:
    similar = [
        sa.and_(*(leaf.column == record[leaf.column.name] for leaf in leaves))
        for leaves in criteria(layout)
        if all(len(str(record[leaf.column.name] or "")) >= SHORTEST for leaf in leaves)
    ]
    plan = plan_node(store.layouts, layout, node_selection(root.selection))
    others = [~one_of(layout.id, [record[layout.id.name]])] if known else []
    conditions = where(store.layouts, layout, None, sa.or_(sa.false(), *similar), *others)
    rows = store.rows(sa.select(*columns(plan)).where(*conditions).order_by(layout.id).limit(MOST))
    nodes = read_nodes(store, plan, rows)
    records = [Record(row[0], node, node) for row, node in zip(rows, nodes, strict=True)]
    return connection(layout, root.selection, records, {TOTAL: len(records)})


def criteria(layout: Layout) -> list[list[Leaf]]:
    """The sets of leaves that make two records duplicates when all are equal."""
    by_column = {leaf.column_name: leaf for leaf in layout.leaves.values()}
    found = [[by_column.get(name) for name in names] for names in layout.record.raw.get("duplicateCriteria") or ()]
    return [[leaf for leaf in leaves if leaf] for leaves in found if all(leaves)]

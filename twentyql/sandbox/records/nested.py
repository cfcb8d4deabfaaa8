"""Following relations: one statement a relation, never one a row.

To-many relations have the server's trap: at most 60 rows a parent, in no useful order, with a count and a
``hasNextPage`` that call them complete. The other aggregates are true.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from twentyql.sandbox.records.aggregates import TOTAL, aggregates
from twentyql.sandbox.records.connections import Record, connection
from twentyql.sandbox.records.layout import Layout
from twentyql.sandbox.records.nodes import Many, Node, NodePlan, One, Row, empty_connection
from twentyql.sandbox.records.operators import one_of
from twentyql.sandbox.records.store import Store

NESTED_CAP = 60


def read_nodes(store: Store, plan: NodePlan, rows: Sequence[Row]) -> list[Node]:
    """The nodes of ``rows`` with all their relations."""
    nodes = [plan.node(row) for row in rows]
    for one in plan.ones:
        _follow_one(store, one, rows, nodes)
    for many in plan.many:
        _follow_many(store, many, rows, nodes)
    return nodes


def _follow_one(store: Store, one: One, rows: Sequence[Row], nodes: list[Node]) -> None:
    found = _targets(store, one, {row[one.key] for row in rows} - {None})
    name, key = one.slot.name, one.slot.key
    for row, node in zip(rows, nodes, strict=True):
        target = found.get(row[one.key])
        node[name] = target
        if target is None and key in node:
            node[key] = None


def _targets(store: Store, one: One, keys: Iterable[Any]) -> dict[Any, Node]:
    layout = one.plan.layout
    wanted = sorted(keys)
    if not wanted:
        return {}
    statement = sa.select(*columns(one.plan)).where(one_of(layout.id, wanted), *_living(layout))
    rows = store.rows(statement)
    nodes = read_nodes(store, one.plan, rows)
    whole = len(one.plan.fields) == 1 and one.plan.fields[0][0] == ""
    return {row[0]: node[""] if whole else node for row, node in zip(rows, nodes, strict=True)}


def columns(plan: NodePlan) -> list[sa.Column[Any]]:
    """The columns that a plan reads."""
    return [leaf.column for leaf in plan.leaves]


def _living(layout: Layout) -> list[sa.ColumnElement[bool]]:
    return [layout.column("deletedAt").is_(None)] if layout.soft_deletes else []


def _follow_many(store: Store, many: Many, rows: Sequence[Row], nodes: list[Node]) -> None:
    parents = [row[0] for row in rows]
    children = _children(store, many, parents) if many.wants_rows else {}
    totals = _totals(store, many, parents) if many.aggregates else {}
    for identity, node in zip(parents, nodes, strict=True):
        node[many.slot.name] = _nested(many, children.get(identity, ()), totals.get(identity, {}))


def _children(store: Store, many: Many, parents: Sequence[Any]) -> Mapping[Any, list[Record]]:
    """At most 60 children of each parent: those that the index gives first, in no order that means anything."""
    layout = many.plan.layout
    key, inner = layout.column(many.slot.key), layout.table.alias()
    listed = sa.func.json_each(json.dumps(list(parents))).table_valued("value", name="parents")
    first = sa.select(inner.c[layout.id.name]).where(inner.c[key.name] == listed.c.value)
    if layout.soft_deletes:
        first = first.where(inner.c[layout.column("deletedAt").name].is_(None))
    among = layout.id.in_(first.limit(NESTED_CAP).correlate(listed))
    statement = sa.select(*columns(many.plan), listed.c.value.label("parent~"))
    statement = statement.select_from(listed.join(layout.table, among)).order_by(sa.func.substr(layout.id, 25))
    rows = store.rows(statement)
    found: dict[Any, list[Record]] = defaultdict(list)
    for row, node in zip(rows, read_nodes(store, many.plan, rows), strict=True):
        found[row[-1]].append(Record(row[0], node, node))
    return found


def _totals(store: Store, many: Many, parents: Sequence[Any]) -> dict[Any, dict[str, Any]]:
    layout = many.plan.layout
    key, known = layout.column(many.slot.key), aggregates(layout)
    wanted = [known[name] for name in many.aggregates]
    statement = sa.select(key, *wanted).where(one_of(key, parents), *_living(layout)).group_by(key)
    return {row[0]: dict(zip(many.aggregates, row[1:], strict=True)) for row in store.rows(statement)}


def _nested(many: Many, children: Sequence[Record], totals: Mapping[str, Any]) -> Node:
    if not many.selection:
        return empty_connection()
    values = {**totals, TOTAL: len(children)}
    return connection(many.plan.layout, many.selection, children, values)

"""Connections: the selected parts of edges, page info and aggregates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from twentyql.sandbox.records.cursors import encode
from twentyql.sandbox.records.layout import Layout
from twentyql.sandbox.records.nodes import Node
from twentyql.sandbox.records.orders import OrderBy
from twentyql.sandbox.root import Selection

BY_ID: OrderBy = ({"id": "AscNullsFirst"},)


class Record(NamedTuple):
    """A record that was read: its id, its node, and the node as cursors see it."""

    id: Any
    node: Node
    seen: Node


def connection(
    layout: Layout,
    selection: Selection,
    records: Sequence[Record],
    values: Mapping[str, Any],
    *,
    order_by: OrderBy = BY_ID,
    more: tuple[bool, bool] = (False, False),
) -> Node:
    """A connection of ``records``; ``more`` says whether there are some after and before them."""
    answer: Node = {}
    for name, below in selection.items():
        if name == "edges":
            answer[name] = [_edge(layout, below, record, order_by) for record in records]
        elif name == "pageInfo":
            answer[name] = _page_info(layout, below, records, order_by, more)
        elif name == "__typename":
            answer[name] = f"{layout.record.name}Connection"
        else:
            answer[name] = values.get(name)
    return answer


def _edge(layout: Layout, selection: Selection, record: Record, order_by: OrderBy) -> Node:
    if len(selection) == 1:
        return {"node": record.node}
    known: Node = {"node": record.node, "__typename": f"{layout.record.name}Edge"}
    if "cursor" in selection:
        known["cursor"] = encode(record.seen, record.id, layout, order_by)
    return {name: known.get(name) for name in selection}


def _page_info(
    layout: Layout,
    selection: Selection,
    records: Sequence[Record],
    order_by: OrderBy,
    more: tuple[bool, bool],
) -> Node:
    known: Node = {"__typename": "PageInfo", "hasNextPage": more[0], "hasPreviousPage": more[1]}
    for name, place in (("startCursor", 0), ("endCursor", -1)):
        if name in selection and records:
            known[name] = encode(records[place].seen, records[place].id, layout, order_by)
    return {name: known.get(name) for name in selection}

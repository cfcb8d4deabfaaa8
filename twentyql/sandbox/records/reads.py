"""The list root and the single root of an object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

import sqlalchemy as sa

from twentyql.sandbox.records.aggregates import TOTAL, selected_aggregates
from twentyql.sandbox.records.connections import Record, connection
from twentyql.sandbox.records.cursors import beyond, decode
from twentyql.sandbox.records.filters import unchecked, where
from twentyql.sandbox.records.layout import Layout
from twentyql.sandbox.records.nested import columns, read_nodes
from twentyql.sandbox.records.nodes import Node, One, Row, node_selection, plan_node
from twentyql.sandbox.records.operators import Condition
from twentyql.sandbox.records.orders import INPUT, OrderBy, order, with_id
from twentyql.sandbox.records.store import Store
from twentyql.sandbox.root import Refused, Root

DEFAULT_PAGE = 200
MOST_ROWS = 2**53
LIST_ARGUMENTS = ("first", "last", "offset", "before", "after", "filter", "orderBy")
NOT_FOUND = "RECORD_NOT_FOUND"


def read_list(store: Store, layout: Layout, root: Root, *, page_cap: int | None, withheld: bool) -> Node:
    """One page of an object. Raises Refused."""
    arguments = root.arguments
    check_list_arguments(arguments)
    conditions = where(store.layouts, layout, arguments.get("filter"))
    values = totals(store, layout, root, conditions)
    if withheld:
        any_rows = bool(values.get(TOTAL, True))
        return connection(layout, root.selection, (), values, more=(any_rows, False))
    order_by = with_id(arguments.get("orderBy"))
    records, more = _page(store, layout, root, conditions, order_by, page_cap)
    return connection(layout, root.selection, records, values, order_by=order_by, more=more)


def _page(
    store: Store, layout: Layout, root: Root, conditions: list[Condition], order_by: OrderBy, page_cap: int | None
) -> tuple[list[Record], tuple[bool, bool]]:
    arguments = root.arguments
    forward = not arguments.get("before")
    cursor = arguments.get("after") or arguments.get("before")
    plan = plan_node(store.layouts, layout, node_selection(root.selection))
    keyset = beyond(decode(cursor), layout, order_by, forward=forward) if cursor else None
    if keyset is not None:
        conditions = [*conditions, unchecked(store.layouts, layout, keyset)]
    limit = page_size(arguments, page_cap)
    statement = sa.select(*columns(plan)).where(*conditions)
    statement = statement.order_by(*order(store.layouts, layout, order_by, forward=forward))
    rows = list(store.rows(statement.limit(limit + 1).offset(number(arguments, "offset", 0) or None)))
    more = len(rows) > limit
    rows = rows[:limit] if forward else rows[:limit][::-1]
    nodes = read_nodes(store, plan, rows)
    ordered = [one for one in plan.ones if any(one.slot.name in item for item in order_by)]
    records = [Record(row[0], node, _seen(row, node, ordered)) for row, node in zip(rows, nodes, strict=True)]
    return records, (more and forward, more and not forward)


def _seen(row: Row, node: Node, ordered: Sequence[One]) -> Node:
    """A node as cursors see it: a relation that rows are ordered by has its id."""
    targets = {one.slot.name: node[one.slot.name] for one in ordered}
    with_ids = {
        one.slot.name: {"id": row[one.key], **targets[one.slot.name]} for one in ordered if targets[one.slot.name]
    }
    return {**node, **with_ids} if with_ids else node


def totals(store: Store, layout: Layout, root: Root, conditions: list[Condition]) -> Node:
    """The selected aggregates over all rows of the filter."""
    wanted = selected_aggregates(layout, root.selection)
    if not wanted:
        return {}
    statement = sa.select(*wanted.values()).select_from(layout.table).where(*conditions)
    return dict(zip(wanted, store.rows(statement)[0], strict=True))


def page_size(arguments: Mapping[str, Any], page_cap: int | None) -> int:
    """How many rows a page has: ``first``, else ``last``, else 200; not more than the cap of this sandbox."""
    limit = number(arguments, "first", number(arguments, "last", DEFAULT_PAGE))
    return limit if page_cap is None else min(limit, page_cap)


def check_list_arguments(arguments: Mapping[str, Any]) -> None:
    """Refuse arguments that the list root does not have, of a wrong kind, or that contradict. Raises Refused."""
    check_names(arguments, LIST_ARGUMENTS)
    for name in ("first", "last", "offset"):
        number(arguments, name, 0)
    for name in ("after", "before"):
        if not isinstance(arguments.get(name, ""), str):
            raise Refused(f'Invalid argument: "{name}" must be a string', sub_code=INPUT)
    for one, other in (("first", "last"), ("before", "after"), ("before", "first"), ("after", "last")):
        if arguments.get(one) and arguments.get(other):
            raise Refused(f"Cannot provide both {one} and {other}", sub_code="ARGS_CONFLICT")
    for name in ("first", "last"):
        if (arguments.get(name) or 0) < 0:
            code = f"INVALID_ARGS_{name.upper()}"
            raise Refused(f"{name.capitalize()} argument must be non-negative", sub_code=code)


def number(arguments: Mapping[str, Any], name: str, default: int) -> int:
    """A whole number among the arguments; at most what a database counts to. Raises Refused for anything else."""
    value = arguments.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise Refused(f'Invalid argument: "{name}" must be a number', sub_code=INPUT)
    return max(min(int(value), MOST_ROWS), -MOST_ROWS)


def check_names(arguments: Mapping[str, Any], known: tuple[str, ...]) -> None:
    """Refuse the first argument that is not known. Raises Refused."""
    for name in arguments:
        if name not in known:
            raise Refused(f"Argument not allowed: {name}", sub_code=INPUT)


def read_one(store: Store, layout: Layout, root: Root) -> Node:
    """One record by filter. Raises Refused, also where there is none."""
    check_names(root.arguments, ("filter",))
    wanted = root.arguments.get("filter")
    if not wanted:
        raise Refused("Missing filter argument", sub_code=INPUT)
    plan = plan_node(store.layouts, layout, root.selection)
    statement = sa.select(*columns(plan)).where(*where(store.layouts, layout, wanted)).limit(1)
    rows = store.rows(statement)
    if not rows:
        raise record_not_found()
    return read_nodes(store, plan, rows)[0]


def record_not_found() -> Refused:
    """The refusal for a record that is not there."""
    return Refused("Record not found", "NOT_FOUND", NOT_FOUND)

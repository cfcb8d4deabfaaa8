"""The group-by root: groups with their aggregates and a few of their records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from twentyql.sandbox.records.aggregates import aggregates, selected_aggregates
from twentyql.sandbox.records.connections import Record, connection
from twentyql.sandbox.records.dimensions import Dimension, read_dimensions
from twentyql.sandbox.records.filters import where
from twentyql.sandbox.records.layout import Layout, Path
from twentyql.sandbox.records.nested import columns, read_nodes
from twentyql.sandbox.records.nodes import Node, node_selection, plan_node
from twentyql.sandbox.records.operators import Condition
from twentyql.sandbox.records.orders import DIRECTIONS, directed, order, with_id
from twentyql.sandbox.records.reads import check_names, number
from twentyql.sandbox.records.sources import Expression
from twentyql.sandbox.records.store import Store
from twentyql.sandbox.root import Refused, Root

ARGUMENTS = ("groupBy", "filter", "orderBy", "orderByForRecords", "viewId", "limit", "offsetForRecords")
DEFAULT_GROUPS = 50
RECORDS_A_GROUP = 10
DIMENSIONS = "groupByDimensionValues"


def read_groups(store: Store, layout: Layout, root: Root) -> list[Node]:
    """The groups of an object. Raises Refused."""
    check_names(root.arguments, ARGUMENTS)
    dimensions = read_dimensions(store.layouts, layout, root.arguments.get("groupBy", []))
    conditions = where(store.layouts, layout, root.arguments.get("filter"))
    wanted = selected_aggregates(layout, root.selection)
    rows = _group_rows(store, layout, root, dimensions, conditions, wanted)
    members = _members(store, layout, root, dimensions, conditions) if "edges" in root.selection else {}
    return [_group(layout, root, dimensions, row, list(wanted), members) for row in rows]


def _group_rows(
    store: Store,
    layout: Layout,
    root: Root,
    dimensions: Sequence[Dimension],
    conditions: Sequence[Condition],
    wanted: Mapping[str, Expression],
) -> Sequence[Any]:
    values = [dimension.expression for dimension in dimensions]
    shown: list[Expression] = [sa.literal(1), *values, *wanted.values()]
    statement = sa.select(*shown).select_from(layout.table).where(*conditions)
    if values:
        statement = statement.group_by(*values)
    statement = statement.order_by(*_order(layout, dimensions, root.arguments.get("orderBy")))
    return store.rows(statement.limit(number(root.arguments, "limit", DEFAULT_GROUPS)))


def _group(
    layout: Layout,
    root: Root,
    dimensions: Sequence[Dimension],
    row: Sequence[Any],
    wanted: Sequence[str],
    members: Mapping[Path, list[Record]],
) -> Node:
    key = tuple(row[1 : len(dimensions) + 1])
    shown = [dimension.shown(value) for dimension, value in zip(dimensions, key, strict=True)]
    values = {DIMENSIONS: shown, **dict(zip(wanted, row[len(dimensions) + 1 :], strict=True))}
    order_by = with_id(root.arguments.get("orderByForRecords"))
    return connection(layout, root.selection, members.get(key, ()), values, order_by=order_by)


def _members(
    store: Store, layout: Layout, root: Root, dimensions: Sequence[Dimension], conditions: Sequence[Condition]
) -> dict[tuple[Any, ...], list[Record]]:
    plan = plan_node(store.layouts, layout, node_selection(root.selection))
    keys = [dimension.expression.label(f"key~{place}") for place, dimension in enumerate(dimensions)]
    order_by = order(store.layouts, layout, with_id(root.arguments.get("orderByForRecords")))
    partition = [dimension.expression for dimension in dimensions] or [sa.literal_column("1")]
    rank = sa.func.row_number().over(partition_by=partition, order_by=order_by).label("number~")
    inner = sa.select(*columns(plan), *keys, rank).where(*conditions).subquery()
    offset = number(root.arguments, "offsetForRecords", 0)
    place = inner.c["number~"]
    statement = sa.select(inner).where(place > offset, place <= offset + RECORDS_A_GROUP).order_by(place)
    rows = store.rows(statement)
    found: dict[tuple[Any, ...], list[Record]] = defaultdict(list)
    for row, node in zip(rows, read_nodes(store, plan, rows), strict=True):
        found[tuple(row[len(plan.leaves) : -1])].append(Record(row[0], node, node))
    return found


def _order(layout: Layout, dimensions: Sequence[Dimension], order_by: Any) -> Iterator[Expression]:
    for item in order_by if isinstance(order_by, list) else [order_by] if order_by else []:
        if not isinstance(item, dict):
            raise Refused(f"Unknown orderBy value: {item}")
        for name, value in item.items():
            if name == "aggregate":
                yield from _by_aggregate(layout, value)
            else:
                path, direction, granularity = _flat(name, value)
                same = [dimension for dimension in dimensions if dimension.path == path]
                found = [dimension for dimension in same if granularity in (None, dimension.granularity)]
                if not found:
                    message = "Cannot order by a field that is not an aggregate nor in groupBy criteria"
                    raise Refused(f"{message}: {name}.")
                yield directed(found[0].expression, _direction(direction))


def _by_aggregate(layout: Layout, wanted: Any) -> Iterator[Expression]:
    known = aggregates(layout)
    for name, direction in wanted.items() if isinstance(wanted, dict) else ():
        if name not in known:
            raise Refused(f"Unknown aggregate field: {name}")
        yield directed(known[name], _direction(direction))


def _flat(name: str, value: Any) -> tuple[Path, Any, Any]:
    """The path of an order, its direction, and of a date the granularity that is meant."""
    path: Path = (name,)
    while isinstance(value, dict) and "orderBy" not in value and value:
        inner, value = next(iter(value.items()))
        path = (*path, inner)
    return (path, value.get("orderBy"), value.get("granularity")) if isinstance(value, dict) else (path, value, None)


def _direction(direction: Any) -> str:
    if direction not in DIRECTIONS:
        raise Refused(f"Unknown orderBy value: {direction}")
    return str(direction)

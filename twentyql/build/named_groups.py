"""The same GroupQuery from names: ``"stage"``, ``"company.name"``, ``"closeDate.MONTH"``; planning checks them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from twentyql.build.aggregates import CYCLES, PERIODS, bucket_value, zone_name
from twentyql.build.grouping import AGGREGATE, Aggregated, BucketOrder, Dimension, GroupQuery
from twentyql.build.named_filter import parse_where
from twentyql.build.query import Order
from twentyql.errors import QueryError, UnknownNameError
from twentyql.schema.model import ObjectModel, SchemaModel

GRANULARITIES = (*PERIODS, *CYCLES)


def group_query(
    model: SchemaModel,
    object_name: str,
    by: Sequence[str],
    aggregates: Sequence[str] = ("totalCount",),
    where: Mapping[str, Any] | None = None,
    order_by: Sequence[str] = (),
    limit: int | None = None,
    zone: str = "UTC",
) -> GroupQuery[Any, dict[str, Any]]:
    """The query for the groups of an object's records; its rows are dicts under just the names that were given."""
    of = model.object(object_name)
    dimensions = tuple(_dimension(name, zone_name(zone)) for name in by)
    for name in aggregates:
        if name not in of.aggregates:
            raise UnknownNameError("aggregate", name, of.aggregates, where=f"of {of.plural}")
    granularities = {dimension.name: dimension.granularity for dimension in dimensions}

    def make(values: Mapping[str, Any]) -> dict[str, Any]:
        return {name: bucket_value(value, granularities.get(name) or "") for name, value in values.items()}

    values = tuple(Aggregated(name, name) for name in aggregates)
    query: GroupQuery[Any, dict[str, Any]] = GroupQuery(of.singular, dimensions, values, make)
    if where:
        query = query.where(parse_where(model, of.singular, where))
    query = query.order_by(*(_order(of, dimensions, text) for text in order_by))
    return query if limit is None else query.limit(limit)


def _dimension(name: str, zone: str) -> Dimension:
    parts = tuple(name.split("."))
    if not all(parts):
        raise QueryError(
            f"{name!r} is no field to group by.", advice="Write 'stage', 'company.name', 'closeDate.MONTH'."
        )
    granularity = parts[-1] if len(parts) > 1 and parts[-1].isupper() else None
    if granularity is None:
        return Dimension(name, parts)
    if granularity not in GRANULARITIES:
        raise UnknownNameError("granularity", granularity, GRANULARITIES, where=f"in {name}")
    return Dimension(name, parts[:-1], granularity, zone)


def _order(of: ObjectModel, dimensions: Sequence[Dimension], text: str) -> Order[Any]:
    name, direction = text.removeprefix("-"), "DescNullsLast" if text.startswith("-") else "AscNullsLast"
    for dimension in dimensions:
        if dimension.name == name:
            return BucketOrder(dimension.path, direction, dimension.granularity or "")
    if name in of.aggregates:
        return Order((AGGREGATE, name), direction)
    known = [*(dimension.name for dimension in dimensions), *of.aggregates]
    raise UnknownNameError("order", name, known, where="among what is grouped by and the aggregates")

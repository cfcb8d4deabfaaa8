"""GroupQuery + model -> the one document that asks for its groups, checked against the schema. Pure.

The document counts the records beside the groups: where both agree, no group was lost (the server gives 50 groups
unless told otherwise, observed-2.21 section 5).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from twentyql.build.filters import NEVER, joined
from twentyql.build.grouping import AGGREGATE, BucketOrder, Dimension, GroupQuery
from twentyql.build.query import Order
from twentyql.errors import QueryError, UnknownNameError
from twentyql.schema.model import InputModel, ObjectModel, SchemaModel

DATES = "GroupByDateGranularityInput"
VALUES = "groupByDimensionValues"
COUNT = "totalCount"


@dataclass(frozen=True, slots=True)
class GroupPlan:
    """How groups are read. ``variables`` lack the ``limit``; ``nothing``: no record can meet the conditions."""

    root: str
    count_root: str
    text: str
    variables: Mapping[str, Any]
    nothing: bool = False


def plan_groups(query: GroupQuery[Any, Any], model: SchemaModel) -> GroupPlan:
    """The plan of ``query``; UnknownNameError or QueryError if the schema cannot answer it."""
    of = model.object(query.object)
    if of.roots.group_by is None or of.roots.many is None:
        raise QueryError(f"This server does not group {of.plural}.")
    for dimension in query.dimensions:
        _check_dimension(model, of, dimension)
    for aggregate in query.aggregates:
        if aggregate.field not in of.aggregates:
            raise UnknownNameError("aggregate", aggregate.field, of.aggregates, where=f"of {of.plural}")
    condition = joined(query.conditions)
    variables: dict[str, Any] = {"groupBy": [_nested(d.path, _granularity(d)) for d in query.dimensions]}
    if condition and condition is not NEVER:
        variables["filter"] = condition
    if query.orders:
        variables["orderBy"] = [_order(of, query, order) for order in query.orders]
    fields = dict.fromkeys((COUNT, *(aggregate.field for aggregate in query.aggregates)))
    text = _document(of, of.roots.group_by, variables, " ".join(fields))
    return GroupPlan(of.roots.group_by, of.roots.many, text, variables, nothing=condition is NEVER)


def _document(of: ObjectModel, root: str, variables: Mapping[str, Any], fields: str) -> str:
    types = {
        "groupBy": f"[{of.type_name}GroupByInput!]!",
        "filter": of.filter_type or "",
        "orderBy": f"[{of.type_name}OrderByWithGroupByInput!]",
        "limit": "Int",
    }
    names = [*variables, "limit"]
    declared = ", ".join(f"${name}: {types[name]}" for name in names)
    passed = ", ".join(f"{name}: ${name}" for name in names)
    filtered = "(filter: $filter)" if "filter" in variables else ""
    return (
        f"query {of.plural}GroupBy({declared}) {{ {root}({passed}) {{ {VALUES} {fields} }} "
        f"{of.roots.many}{filtered} {{ {COUNT} }} }}"
    )


def _check_dimension(model: SchemaModel, of: ObjectModel, dimension: Dimension) -> None:
    """A key of another record is not in the schema's list, but the server groups by it (observed-2.21 section 1)."""
    path = dimension.path
    if len(path) == 1 and of.has_field(path[0]) and of.field(path[0]).foreign_key_of:
        return
    inputs = model.inputs.get(f"{of.type_name}GroupByInput")
    leaf: str | None = None
    for at, name in enumerate(path):
        found = inputs.field(name) if inputs else None
        if found is None:
            raise _unknown(of, path[: at + 1], inputs)
        leaf, inputs = found.type_name, model.inputs.get(found.type_name)
    if leaf == DATES and dimension.granularity is None:
        raise QueryError(f"{_dotted(path)} is a date.", advice="Group by a period of it, such as MONTH.")
    if leaf != DATES and dimension.granularity is not None:
        raise QueryError(f"{_dotted(path)} is no date, so it has no {dimension.granularity}.")
    if leaf != DATES and inputs is not None:
        raise QueryError(f"{_dotted(path)} has several parts.", advice=f"Group by one of: {_names(inputs)}.")


def _unknown(of: ObjectModel, path: tuple[str, ...], inputs: InputModel | None) -> UnknownNameError | QueryError:
    if inputs is None or not inputs.fields:
        return QueryError(f"{of.plural} cannot be grouped by {_dotted(path)}.")
    where = f"to group {of.plural} by" + (f", in {_dotted(path)}" if len(path) > 1 else "")
    error = UnknownNameError("field", path[len(path) - 1], [field.name for field in inputs.fields], where=where)
    error.advice = error.advice or f"Group by one of: {_names(inputs)}."
    return error


def _granularity(dimension: Dimension) -> Any:
    if dimension.granularity is None:
        return True
    wanted = {"granularity": dimension.granularity, "timeZone": dimension.zone, "weekStartDay": dimension.week_start}
    return {name: value for name, value in wanted.items() if value is not None}


def _order(of: ObjectModel, query: GroupQuery[Any, Any], order: Order[Any]) -> dict[str, Any]:
    path, direction = order.path, order.direction
    if path[0] == AGGREGATE and len(path) == 2:
        if path[1] not in of.aggregates:
            raise UnknownNameError("aggregate", path[1], of.aggregates, where=f"of {of.plural}")
        return _nested(path, direction)
    granularity = order.granularity or None if isinstance(order, BucketOrder) else None
    for dimension in query.dimensions:
        if dimension.path == path and granularity in (None, dimension.granularity):
            if dimension.granularity is None:
                return _nested(path, direction)
            return _nested(path, {"orderBy": direction, "granularity": dimension.granularity})
    known = ", ".join(_dotted(dimension.path) for dimension in query.dimensions) or "nothing"
    raise QueryError(
        f"Groups cannot be sorted by {_dotted(path)}.",
        advice=f"They are grouped by {known}; sort by that, or by an aggregate.",
    )


def _nested(path: tuple[str, ...], value: Any) -> dict[str, Any]:
    for name in reversed(path):
        value = {name: value}
    return dict(value)


def _names(inputs: InputModel) -> str:
    return ", ".join(field.name for field in inputs.fields[:20])


def _dotted(path: tuple[str, ...]) -> str:
    return ".".join(path)

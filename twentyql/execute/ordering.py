"""Sorting here what the server cannot sort safely: text by code point, options by their position, nulls as asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from twentyql.build.query import Order
from twentyql.build.steps import On, field_of
from twentyql.plan.model import Plan
from twentyql.schema.model import FieldModel, Kind, ObjectModel, SchemaModel

Pair = tuple[tuple[Any, ...], Any]


@dataclass(frozen=True, slots=True)
class SortKey:
    """One stable pass over ``(keys, row)`` pairs."""

    key: Callable[[Pair], Any]
    reverse: bool


def sort_keys(plan: Plan, model: SchemaModel) -> list[SortKey]:
    """The passes, the most important first; rows equal in all of them stay in the order of their ids."""
    of = model.object(plan.query.selection.object)
    return [_sort_key(plan, order, field_at(model, of, order.path)) for order in plan.order_here]


def field_at(model: SchemaModel, of: ObjectModel, path: tuple[str, ...]) -> FieldModel:
    """The field that a path of relations, a field and parts ends at."""
    if isinstance(path[0], On):
        return field_at(model, model.object(path[0]), path[1:])
    member = of.member(field_of(path[0]))
    if not isinstance(member, FieldModel):
        return field_at(model, model.object(member.target), path[1:])
    for name in path[1:]:
        member = member.part(name)
    return member


def _sort_key(plan: Plan, order: Order[Any], field: FieldModel) -> SortKey:
    at = plan.root.keys.index(order.path)
    ranks = {option.value: rank for rank, option in enumerate(field.options)}
    is_option = field.kind in (Kind.SELECT, Kind.RATING)
    null_rank = 0 if order.nulls_first != order.descending else 2

    def key(pair: Pair) -> Any:
        value = pair[0][at]
        if value is None:
            return (null_rank, 0)
        return (1, ranks.get(value, len(ranks)) if is_option else value)

    return SortKey(key, order.descending)

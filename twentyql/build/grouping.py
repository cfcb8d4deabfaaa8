"""The noun of a summary: a GroupQuery, frozen, in the server's names, whether from a Group class or from names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic

from twentyql.build.query import Condition, O, Order, R, checked_items

AGGREGATE = "aggregate"
"""The first step of an order's path that is an aggregate, as in the server's own orders."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """One thing that records are grouped by: a field, or a date cut to a ``granularity`` in a time ``zone``."""

    name: str  # what a row calls it
    path: tuple[str, ...]
    granularity: str | None = None
    zone: str | None = None
    week_start: str | None = None


@dataclass(frozen=True, slots=True)
class Aggregated:
    """One value over the records of a group: what a row calls it, and the server's name (``sumHeadcount``)."""

    name: str
    field: str


@dataclass(frozen=True, slots=True)
class BucketOrder(Order[O]):
    """An order by a date cut to a granularity."""

    granularity: str = ""


MakeRow = Callable[[Mapping[str, Any]], Any]
"""Makes a row of the values by name, as JSON gave them."""


@dataclass(frozen=True, slots=True)
class GroupQuery(Generic[O, R]):
    """What to summarise: the groups, the values of each, which records count, in which order, and how many groups.

    Immutable: every method gives a new query.
    """

    object: str
    dimensions: tuple[Dimension, ...]
    aggregates: tuple[Aggregated, ...]
    make: MakeRow
    conditions: tuple[Condition[O], ...] = ()
    orders: tuple[Order[O], ...] = ()
    most: int | None = None

    def where(self, *conditions: Condition[O]) -> GroupQuery[O, R]:
        """Count only the records for which every condition holds, besides those already given."""
        return replace(self, conditions=(*self.conditions, *checked_items(conditions, Condition, "where")))

    def order_by(self, *orders: Order[O]) -> GroupQuery[O, R]:
        """Sort the groups by these keys: what they are grouped by, or an aggregate."""
        return replace(self, orders=checked_items(orders, Order, "order_by"))

    def limit(self, most: int) -> GroupQuery[O, R]:
        """Give at most ``most`` groups, the first ones in the order; without it there are all of them."""
        if most < 0:
            raise ValueError(f"a limit is 0 or more, not {most}")
        return replace(self, most=most)


__all__ = ["AGGREGATE", "Aggregated", "BucketOrder", "Dimension", "GroupQuery"]

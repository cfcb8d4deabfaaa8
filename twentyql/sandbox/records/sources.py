"""Where a condition or an order finds the values of a leaf: on the row itself or one to-one relation away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from twentyql.sandbox.model import Slot
from twentyql.sandbox.records.layout import Layout, Layouts, Leaf

Expression = sa.ColumnElement[Any]


@dataclass(frozen=True, slots=True)
class Source:
    """An object whose leaves can be named in conditions; ``hops`` counts the relations on the way."""

    layout: Layout
    expression: Callable[[Leaf], Expression]
    hops: int = 0


def itself(layout: Layout) -> Source:
    """The row itself."""
    return Source(layout, lambda leaf: leaf.column)


def through(layouts: Layouts, source: Source, slot: Slot) -> Source:
    """The record that a to-one relation of ``source`` points to; its values are NULL where there is none."""
    target = layouts.target(slot)
    other = target.table.alias()
    key = source.layout.column(slot.key)

    def expression(leaf: Leaf) -> Expression:
        found = sa.select(other.c[leaf.column.name]).where(other.c[target.id.name] == key)
        if target.soft_deletes:
            found = found.where(other.c[target.column("deletedAt").name].is_(None))
        return found.correlate(source.layout.table).scalar_subquery()

    return Source(target, expression, source.hops + 1)

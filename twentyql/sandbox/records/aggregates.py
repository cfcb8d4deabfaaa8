"""Aggregates of connections: their names and their SQL. Over no rows all but ``totalCount`` are null."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from twentyql.sandbox.model import pascal
from twentyql.sandbox.records.layout import NUMBERS, Layout, Leaf
from twentyql.sandbox.records.sources import Expression

TOTAL = "totalCount"


def selected_aggregates(layout: Layout, names: Iterable[str]) -> dict[str, Expression]:
    """The aggregates among ``names``, in their order."""
    known = aggregates(layout)
    return {name: known[name] for name in names if name in known}


@lru_cache(maxsize=512)
def aggregates(layout: Layout) -> dict[str, Expression]:
    """All aggregates of an object by name."""
    found: dict[str, Expression] = {TOTAL: sa.func.count()}
    for name, leaves in layout.by_slot.items():
        if leaves[0].slot.kind != "key":
            found.update(_of_slot(name, leaves))
    return found


def _of_slot(name: str, leaves: tuple[Leaf, ...]) -> Iterator[tuple[str, Expression]]:
    titled, value = pascal(name), _presence(leaves)
    filled = sa.func.count(value)
    yield f"countUniqueValues{titled}", _if_any(sa.func.count(sa.distinct(value)))
    yield f"countEmpty{titled}", _if_any(sa.func.count() - filled)
    yield f"countNotEmpty{titled}", _if_any(filled)
    yield f"percentageEmpty{titled}", _if_any((sa.func.count() - filled) * 1.0 / sa.func.count())
    yield f"percentageNotEmpty{titled}", _if_any(filled * 1.0 / sa.func.count())
    for leaf in leaves:
        yield from _of_leaf(titled, leaf)


def _of_leaf(titled: str, leaf: Leaf) -> Iterator[tuple[str, Expression]]:
    column = leaf.column
    if leaf.type == "BOOLEAN":
        yield f"countTrue{titled}", _if_any(sa.func.count(sa.case((column == 1, 1))))
        yield f"countFalse{titled}", _if_any(sa.func.count(sa.case((column == 0, 1))))
    if leaf.slot.type == "CURRENCY" and leaf.path[-1] == "amountMicros":
        titled += "AmountMicros"
    elif leaf.sub is not None:
        return
    if leaf.type in ("DATE", "DATE_TIME") or leaf.type in NUMBERS:
        yield f"min{titled}", sa.func.min(column)
        yield f"max{titled}", sa.func.max(column)
    if leaf.type in NUMBERS:
        yield f"avg{titled}", sa.func.avg(column)
        yield f"sum{titled}", sa.func.sum(column)


def _presence(leaves: tuple[Leaf, ...]) -> Expression:
    if leaves[0].sub is None:
        return leaves[0].column
    joined: Any = sa.func.coalesce(leaves[0].column, "")
    for leaf in leaves[1:]:
        joined = joined.op("||")(sa.func.coalesce(leaf.column, ""))
    return sa.func.nullif(joined, "")


def _if_any(expression: Any) -> Expression:
    return sa.case((sa.func.count() > 0, expression))

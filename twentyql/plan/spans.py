"""Where a list is cut by id, so that its parts can be read side by side.

Ids need not be spread evenly (records of real demo workspaces share the prefix 20202020), so the cuts go between ids
that were seen at even places of the list; between two of those, ids are as good as random.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from uuid import UUID

from twentyql.plan.cost import Outlook, row_seconds
from twentyql.plan.model import WHOLE, Read, Span

SAMPLES = 8  # ids at even places, the first and the last too
LANES = 8
PAGES_A_SPAN = 5  # where rows come in order, so that a few spans ahead are little to keep
SPANS_A_LANE = 2  # where they come as they will
FEWEST_PAGES = 10
GAIN = 0.7
GAINED_SECONDS = 1.0


def spans_wanted(out: Outlook, read: Read, rows: float, *, in_order: bool = True) -> int:
    """How many spans pay for a list of ``rows``: 1 unless the server is open and most of the time is waiting."""
    if out.token_price > 0 or len(read.spans) > 1:
        return 1
    pages = out.pages(rows, read, out.paging(read))
    if pages < FEWEST_PAGES:
        return 1
    busy = rows * row_seconds(read)
    one_by_one = busy + pages * out.limits.latency
    beside = max(busy, one_by_one / LANES) + SAMPLES * out.limits.latency
    if beside >= GAIN * one_by_one or one_by_one - beside < GAINED_SECONDS:
        return 1
    return math.ceil(pages / PAGES_A_SPAN) if in_order else min(LANES * SPANS_A_LANE, pages // 2)


def spans_between(bounds: Sequence[str], parts: int) -> tuple[Span, ...]:
    """About ``parts`` spans that cover every id, cut at and between ``bounds``: ids from the first to the last seen."""
    cuts = _cuts(sorted(set(bounds)), parts)
    edges: list[str | None] = [None, *cuts, None]
    return tuple(Span(low, high) for low, high in pairwise(edges)) or (WHOLE,)


def _cuts(bounds: list[str], parts: int) -> list[str]:
    each = max(1, round(parts / max(1, len(bounds) - 1)))
    cuts = bounds[1:-1]
    for low, high in pairwise(bounds):
        cuts += _between(low, high, each)
    return sorted(set(cuts))


def _between(low: str, high: str, each: int) -> list[str]:
    """``each - 1`` even cuts between two ids; none where they are no UUIDs."""
    try:
        start, end = UUID(low).int, UUID(high).int
    except ValueError:
        return []
    step = (end - start) // each
    return [_valid(start + step * i) for i in range(1, each)] if step > 0 else []


def _valid(number: int) -> str:
    """The nearest version-4 UUID below: filters refuse others."""
    number &= ~(0xF << 76) & ~(0x3 << 62)
    return str(UUID(int=number | (4 << 76) | (2 << 62)))

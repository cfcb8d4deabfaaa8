"""Intervals of ids: where one is cut, so that its parts can be read side by side or be counted."""

from __future__ import annotations

import math
import re
from uuid import UUID

from twentyql.plan.model import Span

LANES = 8
"""How many parts of a list are read at the same time."""
FEWEST_PAGES = 6
"""With fewer pages left, parts are not worth their last pages, which are not full."""
WORK = 0.7
"""The most of a page's time that may be the server's own work, which lanes cannot share."""
UNFILLED = 0.25
"""How many more requests a part takes, because its last page is not full."""

_ALL = (1 << 128) - 1
_STEPS = 1 << 40
_BOUND = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE)


def can_bound(id: str) -> bool:
    """Whether a filter may name this id; a server refuses UUIDs without a version, though it has and pages them."""
    return _BOUND.fullmatch(id) is not None


def cut(span: Span, share: float = 0.5) -> str | None:
    """An id that ``share`` of the ids of ``span`` are below, if they are spread evenly.

    It is a valid UUID of version 4, because filters refuse others. None where there is no room for one between the
    bounds, or where those are no UUIDs.
    """
    bounds = _bounds(span)
    if bounds is None:
        return None
    low, high = bounds
    at = _valid(low + (high - low) * int(share * _STEPS) // _STEPS)
    return str(UUID(int=at)) if low < at < high else None


def room(span: Span) -> int:
    """How many ids there could be in a span; 0 where its bounds are no UUIDs."""
    low, high = _bounds(span) or (0, 0)
    return max(0, high - low)


def part_rows(rows: int, page: int, pages: int) -> int:
    """How many of ``rows`` a part is to have, in pages of ``page`` rows, ``pages`` of them at most.

    It is less than whole pages by what chance mostly adds to it, so that its last page is nearly full.
    """
    wanted = max(3, min(pages, math.ceil(rows / page / LANES))) * page
    return max(1, wanted - round(1.5 * math.sqrt(wanted)))


def _bounds(span: Span) -> tuple[int, int] | None:
    try:
        return UUID(span.after).int if span.after else 0, UUID(span.upto).int if span.upto else _ALL
    except ValueError:
        return None


def _valid(number: int) -> int:
    """The number with the version and the variant of a random UUID."""
    number = number & ~(0xF << 76) | (4 << 76)
    return number & ~(0x3 << 62) | (2 << 62)

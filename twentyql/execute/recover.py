"""Rows that the server counts but did not give: found by counts over ranges of ids, read again, or said to be withheld.

A list of pages is halved until the page is found whose range has more rows than came; only that range is read again.
What still does not come is withheld by the server, for example because the key's role may not see those records.
"""

from __future__ import annotations

from array import array
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from twentyql.execute.cursors import next_cursor
from twentyql.execute.pages import Page
from twentyql.execute.source import Batch, Source
from twentyql.plan.model import Span
from twentyql.plan.spans import cut

PROBE = 1000
"""The most rows that one look into a range asks for."""
LOOKS = 64
"""So many looks in a row without any row, and the rest is taken to be withheld as a whole."""


@dataclass(frozen=True, slots=True)
class Settled:
    """A range of ids that was read, and the hashes of the ids that came."""

    span: Span
    hashes: array[int]


@dataclass(slots=True)
class _Looks:
    left: int = LOOKS


async def recover(source: Source, settled: Sequence[Settled], total: int | None) -> AsyncIterator[Batch]:
    """The rows that the server counts in the span of ``source`` and that ``settled`` does not have.

    Afterwards every row that the server counts was given or is counted as withheld, whatever was written meanwhile.
    """
    looks = _Looks()
    end = settled[-1].span.upto if settled else source.span.after
    if settled:
        read = Span(source.span.after, end)
        async for batch in _search(source, settled, await source.count(read), looks):
            yield batch
    if not settled or end != source.span.upto:  # nothing led on from here, so all of the rest is new
        rest = Span(end, source.span.upto)
        count = await source.count(rest) if settled or total is None else total
        async for batch in _read(source, Settled(rest, array("q")), count, looks):
            yield batch
    source.counts.recounted = True


async def _search(source: Source, ranges: Sequence[Settled], count: int, looks: _Looks) -> AsyncIterator[Batch]:
    """Halve ``ranges``, in which the server counts ``count`` rows, as long as that is more than they have."""
    if count <= sum(len(part.hashes) for part in ranges):
        return
    if len(ranges) == 1:
        async for batch in _read(source, ranges[0], count, looks):
            yield batch
        return
    for part in (ranges[: len(ranges) // 2], ranges[len(ranges) // 2 :]):
        counted = await source.count(Span(part[0].span.after, part[-1].span.upto))  # rows may have gone meanwhile
        async for batch in _search(source, part, counted, looks):
            yield batch


async def _read(source: Source, part: Settled, count: int, looks: _Looks) -> AsyncIterator[Batch]:
    """Read a range, in which the server counts ``count`` rows, once more, and give what is new in it."""
    known, came, cursor, last = set(part.hashes), 0, None, part.span.after
    asked = min(max(count, 1), PROBE)
    while True:
        page = await source.page(asked, cursor, part.span)
        looks.left = LOOKS if page.rows else looks.left - 1
        ids = {key[0] for key in page.keys if last is None or key[0] > last}
        came, last = came + len(ids), max(ids, default=last)
        fresh = _new(source, page, known, part.span)
        if fresh is not None:
            yield fresh
        following = next_cursor(page, cursor, last) if ids else None
        if following is None:
            break
        cursor = following
    rest = Span(last, part.span.upto)
    left = await source.count(rest) if page.has_next else 0
    source.counts.withheld += max(0, count - came - left)
    if left:
        async for batch in _skip(source, Settled(rest, part.hashes), left, asked, looks):
            yield batch


async def _skip(source: Source, part: Settled, count: int, asked: int, looks: _Looks) -> AsyncIterator[Batch]:
    """Go on where ``asked`` rows were asked for and none was shown: what is behind them is looked for by halves."""
    middle = cut(part.span) if count > asked and looks.left > 0 else None
    if middle is None:
        source.counts.withheld += count
        return
    for span in (Span(part.span.after, middle), Span(middle, part.span.upto)):
        if counted := await source.count(span):
            async for batch in _read(source, Settled(span, part.hashes), counted, looks):
                yield batch


def _new(source: Source, page: Page, known: set[int], span: Span) -> Batch | None:
    fresh: list[int] = []
    for i, key in enumerate(page.keys):
        if hash(key[0]) not in known:
            known.add(hash(key[0]))
            fresh.append(i)
    if not fresh:
        return None
    keys = [page.keys[i] for i in fresh]
    source.counts.rows += len(fresh)
    source.counts.recovered += len(fresh)
    source.counts.notice(keys)
    return Batch(source.read, [page.rows[i] for i in fresh], keys, span)

"""Rows that the server counts but did not give: found by counts over ranges of ids, read again, or said to be withheld.

A list of pages is halved until the page is found whose range has more rows than came; only that range is read again.
What still does not come is withheld by the server, for example because the key's role may not see those records.
"""

from __future__ import annotations

from array import array
from collections.abc import AsyncIterator, Sequence
from collections.abc import Set as AbstractSet
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
TRIES = 3
"""How often a range is read that does not show what it has shown before."""


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
        async for batch in _read(source, rest, frozenset(), set(), count, looks):
            yield batch
    source.counts.recounted = True


async def _search(source: Source, ranges: Sequence[Settled], count: int, looks: _Looks) -> AsyncIterator[Batch]:
    """Halve ``ranges``, in which the server counts ``count`` rows, as long as that is more than they have."""
    if count <= sum(len(part.hashes) for part in ranges):
        return
    if len(ranges) == 1:
        shown = set(ranges[0].hashes)
        async for batch in _read(source, ranges[0].span, shown, set(shown), count, looks):
            yield batch
        return
    for part in (ranges[: len(ranges) // 2], ranges[len(ranges) // 2 :]):
        counted = await source.count(Span(part[0].span.after, part[-1].span.upto))  # rows may have gone meanwhile
        async for batch in _search(source, part, counted, looks):
            yield batch


async def _read(
    source: Source, span: Span, shown: AbstractSet[int], known: set[int], count: int, looks: _Looks
) -> AsyncIterator[Batch]:
    """Read a range, in which the server counts ``count`` rows, once more, and give what is not ``known``.

    Where it does not show again what it has ``shown`` of this range, or nothing though there is room for all of it, a
    page may have been cut, and it is asked anew.
    """
    asked = min(max(count, 1), PROBE)
    tries = TRIES
    while True:
        came, cursor, last, missing = 0, None, span.after, set(shown)
        while True:
            page = await source.page(asked, cursor, span)
            looks.left = LOOKS if page.rows else looks.left - 1
            ids = {key[0] for key in page.keys if last is None or key[0] > last}
            came, last = came + len(ids), max(ids, default=last)
            missing.difference_update(map(hash, ids))
            fresh = _new(source, page, known, span)
            if fresh is not None:
                yield fresh
            cursor = next_cursor(page, cursor, last) if ids else None
            if cursor is None:
                break
        tries -= 1
        if not tries or (not missing and (came or count > asked or not page.has_next)):
            break
    rest = Span(last, span.upto)
    left = await source.count(rest) if page.has_next else 0
    source.counts.withheld += max(0, count - came - left)
    if left:
        async for batch in _skip(source, rest, known, left, asked, looks):
            yield batch


async def _skip(
    source: Source, rest: Span, known: set[int], count: int, asked: int, looks: _Looks
) -> AsyncIterator[Batch]:
    """Go on where ``asked`` rows were asked for and none was shown: what is behind them is looked for by halves."""
    middle = cut(rest) if count > asked and looks.left > 0 else None
    if middle is None:
        source.counts.withheld += count
        return
    for span in (Span(rest.after, middle), Span(middle, rest.upto)):
        if counted := await source.count(span):
            async for batch in _read(source, span, frozenset(), known, counted, looks):
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

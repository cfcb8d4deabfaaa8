"""One list in parts that are read side by side, where its server is open and most of a page's time is waiting.

Parts are cut off while it is read: the first page tells how many rows are left. Ids are cut as if they were spread
evenly (records of real demo workspaces share the prefix 20202020); a part that turns out too large gives back what it
has not read, and is cut again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol

from twentyql.execute.pacer import PaceState
from twentyql.execute.pages import Page
from twentyql.execute.receipt import Tally
from twentyql.execute.recover import Settled, recover
from twentyql.execute.scan import scan
from twentyql.execute.source import Batch, FetchesPages, Source
from twentyql.execute.tasks import stopped
from twentyql.plan.model import Read, Span
from twentyql.plan.spans import FEWEST_PAGES, LANES, WORK, can_bound, cut, part_rows, room

BATCHES_A_LANE = 6
UNEVEN = 2.0
"""Where rows lie so many times closer, or farther apart, than on average, the part next to them goes by them."""
FEW = 4
"""A part that has a fraction of its rows smaller than this tells that ids are not spread as they were before it."""


class Paced(FetchesPages, Protocol):
    """What this module needs of `requester.Requester`."""

    @property
    def pace(self) -> PaceState: ...


@dataclass(eq=False, slots=True)
class _Part:
    """Some ids of the list, ``rows`` of them as expected (None: not known), of which ``rest`` was cut off.

    ``near`` is the room that a row took just before these ids (0: not known), ``stretch`` widens what is cut off.
    ``total`` is what the server counts in it.
    """

    span: Span
    rows: int | None = None
    near: int = 0
    stretch: float = 1.0
    rest: _Part | None = None
    started: bool = False
    total: int = 0
    given_back: int = 0
    read: int = 0
    queue: asyncio.Queue[Batch | _Part] | None = None
    task: asyncio.Task[None] | None = None


class SideBySide:
    """Reads the rows of ``spans``, in the order of their ids or each batch as it arrives."""

    def __init__(self, read: Read, requester: Paced, tally: Tally, spans: Sequence[Span], *, in_order: bool) -> None:
        self._read = read
        self._requester = requester
        self._tally = tally
        self._in_order = in_order
        self._parts = [_Part(span) for span in spans]
        self._aim: int | None = None  # rows of a part
        self._shared: asyncio.Queue[Batch | _Part] = asyncio.Queue(1)
        self._kept: list[tuple[Source, Sequence[Settled]]] = []
        self._unseen = 0  # rows that were given back by those who counted them, and not counted by others since

    async def batches(self) -> AsyncGenerator[Batch, None]:
        """Every row once. Close the generator to leave nothing running."""
        try:
            if len(self._parts) == 1:
                async with aclosing(self._scanned(self._parts[0])) as found:
                    async for batch in found:
                        yield batch
                self._ended(self._parts[0])
            self._start()
            while self._parts:
                item = await (self._parts[0].queue or self._shared).get()
                if isinstance(item, Batch):
                    yield item
                    continue
                if item.task is not None:
                    await item.task
                self._ended(item)
                self._start()
        finally:
            await stopped(*(part.task for part in self._parts if part.task is not None))
        if self._unseen <= 0:
            return
        self._tally.of(self._read).counted(self._unseen, self._unseen)
        for source, settled in self._kept:
            async for batch in recover(source, settled, None):
                yield batch

    def _start(self) -> None:
        """Begin on as many of the first parts as there are lanes, each cut to its size."""
        lanes = LANES - sum(part.started for part in self._parts)
        while lanes > 0 and (part := next((p for p in self._parts if not p.started), None)) is not None:
            self._cut(part)
            part.started = True
            part.queue = asyncio.Queue(BATCHES_A_LANE) if self._in_order else self._shared
            part.task = asyncio.create_task(self._pump(part, part.queue), name=f"twentyql part of {self._read.name}")
            lanes -= 1

    async def _pump(self, part: _Part, queue: asyncio.Queue[Batch | _Part]) -> None:
        """Errors and the end come behind what was read."""
        try:
            async with aclosing(self._scanned(part)) as found:
                async for batch in found:
                    await queue.put(batch)
        except Exception:
            await queue.put(part)
            raise
        await queue.put(part)

    async def _scanned(self, part: _Part) -> AsyncGenerator[Batch, None]:
        part.started = True
        shares = _Shares(self, part)
        async with aclosing(scan(self._read, self._requester, self._tally, span=part.span, shares=shares)) as found:
            async for batch in found:
                part.read += len(batch.rows)
                yield batch

    def keep(self, source: Source, settled: Sequence[Settled]) -> None:
        """Hear what a part kept when it gave back the rest: it is counted if rows are missing in the end."""
        self._kept.append((source, settled))

    def take_back(self, part: _Part, rest: Span, rows: int, page: Page) -> bool:
        """Whether what ``part`` has not read is to be read by others: ``rows`` in ``rest``."""
        size = self._tally.of(self._read).size or self._read.page_size
        pays = self._pays(rows, size, page) if self._aim is None else rows > self._aim * 1.5
        if not pays or not can_bound(rest.after or ""):
            return False
        self._aim = self._aim or part_rows(rows, size, self._read.spread.pages)
        part.given_back = rows
        self._unseen += rows
        near = room(Span(page.keys[0][0], rest.after)) // len(page.keys)
        self._parts.insert(self._parts.index(part) + 1, _Part(rest, rows, near))
        self._start()
        return True

    def _pays(self, rows: int, size: int, page: Page) -> bool:
        spread = self._read.spread
        if spread.always:
            return rows > size
        if not spread.pages or not self._requester.pace.proven_open or rows < FEWEST_PAGES * size:
            return False
        return page.seconds - self._read.paging.latency <= WORK * page.seconds

    def _cut(self, part: _Part) -> None:
        """Leave about as many rows in ``part`` as one should have, and put the rest behind it."""
        if part.rows is None or self._aim is None or part.rows <= self._aim * 1.2:
            return
        a_row = room(part.span) / part.rows
        if part.near and not a_row / UNEVEN < part.near < a_row * UNEVEN:
            a_row = part.near
        share = self._aim * a_row * part.stretch / max(1, room(part.span))
        at = cut(part.span, share) if share < 1 else None
        if at is None:
            return
        part.rest = _Part(Span(at, part.span.upto), part.rows - self._aim, part.near, part.stretch)
        self._parts.insert(self._parts.index(part) + 1, part.rest)
        part.span, part.rows = Span(part.span.after, at), self._aim

    def _ended(self, part: _Part) -> None:
        """Drop a part, and correct by its rows what is expected of the part that it was cut off."""
        self._parts.remove(part)
        if part.rows is not None:
            self._unseen -= part.total
        rest = part.rest
        while rest is not None and rest.started:
            rest = rest.rest
        if rest is None or rest.rows is None or part.rows is None:
            return
        found = part.read + part.given_back
        rest.rows = max(0, rest.rows + part.rows - found)
        if found >= part.rows / FEW:
            rest.near, rest.stretch = room(part.span) // found, 1.0
        elif rest.near:
            rest.near = 0
        else:
            rest.stretch *= 2


class _Shares:
    """What the scan of one part says and asks."""

    __slots__ = ("_part", "_whole")

    def __init__(self, whole: SideBySide, part: _Part) -> None:
        self._whole = whole
        self._part = part

    def begun(self, total: int | None) -> None:
        self._part.total = total or 0

    def takes(self, rest: Span, rows: int, page: Page) -> bool:
        return self._whole.take_back(self._part, rest, rows, page)

    def kept(self, source: Source, settled: Sequence[Settled]) -> None:
        self._whole.keep(source, settled)

"""One list of a plan as it was chosen to be read: its spans side by side, its to-one records put in, its batches full.

Everything is bounded: a few spans are read ahead of the consumer, each at most some pages.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, suppress
from itertools import pairwise
from typing import Any, Protocol

from twentyql.execute.inside import RowsWithFlats
from twentyql.execute.nested import NestedReader
from twentyql.execute.receipt import Tally
from twentyql.execute.scan import Batch, FetchesPages, scan
from twentyql.execute.tasks import all_of
from twentyql.plan.model import WHOLE, Flat, Read, Span

LANES = 8
BATCHES_A_LANE = 6


class Requests(FetchesPages, Protocol):
    """What reading needs of `requester.Requester`."""

    async def count(self, root: str, text: str, variables: dict[str, Any], tally: Tally) -> int: ...


class Lists:
    """Reads the lists of one plan, for one run.

    ``left`` are the spans still to be read, by the path of the list. Rows come ``in_order`` of their ids, or in spans
    each as it arrives.
    """

    def __init__(
        self,
        requester: Requests,
        tally: Tally,
        left: Mapping[tuple[str, ...], Sequence[Span]] | None = None,
        *,
        in_order: bool = True,
    ) -> None:
        self._in_order = in_order
        self.nested = NestedReader(requester, tally)
        self._requester = requester
        self._tally = tally
        self._left = left or {}
        self._flats: dict[tuple[str, ...], dict[str, bytes]] = {}
        self._locks: dict[tuple[str, ...], asyncio.Lock] = {}

    async def batches(
        self, read: Read, variables: Mapping[str, Any] | None = None, most: int | None = None
    ) -> AsyncGenerator[Batch, None]:
        """Every row of ``read``, in the order of the list."""
        if read.place:
            async with aclosing(self.nested.scan(read, most)) as pages:
                async for batch in pages:
                    yield batch
            return
        async with aclosing(self._scanned(read, variables, most)) as found:
            async for batch in self._filled(read, found) if read.flats else found:
                yield batch

    async def _filled(self, read: Read, found: AsyncIterator[Batch]) -> AsyncIterator[Batch]:
        """Batches with their to-one records, which are read beside the first of them."""
        loading = asyncio.create_task(self._rows_with_flats(read), name=f"twentyql to-ones of {read.name}")
        held: list[Batch] = []
        try:
            async for batch in found:
                held.append(batch)
                if loading.done() or len(held) >= BATCHES_A_LANE:
                    rows = await loading
                    for each in held:
                        yield Batch(read, rows.decode(each.rows, each.keys), each.keys, each.done)
                    held = []
            rows = await loading
            for each in held:
                yield Batch(read, rows.decode(each.rows, each.keys), each.keys, each.done)
        finally:
            loading.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await loading

    async def _scanned(
        self, read: Read, variables: Mapping[str, Any] | None, most: int | None
    ) -> AsyncGenerator[Batch, None]:
        spans = self._left.get(read.path, read.spans) if variables is None and most is None else (WHOLE,)
        if len(spans) == 1:
            async for batch in scan(read, self._requester, self._tally, variables, span=spans[0], most=most):
                yield batch
            return
        counts = self._tally.of(read)
        counting = read.counts and read.path not in self._left and self._requester.ranged(read) is None
        before = await self._count(read) if counting else None
        async with aclosing(self._side_by_side(read, spans)) as found:
            async for batch in found:
                yield batch
        counts.counted(before, await self._count(read) if counting else None)

    async def _side_by_side(self, read: Read, spans: Sequence[Span]) -> AsyncGenerator[Batch, None]:
        """The spans, some of them ahead of the consumer: in their order, or each batch when it is there."""
        waiting = iter(spans)
        shared: asyncio.Queue[Batch | None] = asyncio.Queue(BATCHES_A_LANE)
        lanes: list[tuple[asyncio.Task[None], asyncio.Queue[Batch | None]]] = []
        try:
            while True:
                while len(lanes) < LANES and (span := next(waiting, None)) is not None:
                    queue = asyncio.Queue[Batch | None](BATCHES_A_LANE) if self._in_order else shared
                    lanes.append((self._lane(read, span, queue), queue))
                if not lanes:
                    return
                while (batch := await lanes[0][1].get()) is not None:
                    yield batch
                lanes = await self._without_ended(lanes)
        finally:
            for task, _ in lanes:
                task.cancel()
            for task, _ in lanes:
                with suppress(asyncio.CancelledError, Exception):
                    await task

    async def _without_ended(
        self, lanes: list[tuple[asyncio.Task[None], asyncio.Queue[Batch | None]]]
    ) -> list[tuple[asyncio.Task[None], asyncio.Queue[Batch | None]]]:
        """The lanes that go on after one told its end; an error of one is raised."""
        if self._in_order:
            await lanes[0][0]
            return lanes[1:]
        ended, _ = await asyncio.wait([task for task, _ in lanes], return_when=asyncio.FIRST_COMPLETED)
        first = next(iter(ended))
        await first
        return [lane for lane in lanes if lane[0] is not first]

    def _lane(self, read: Read, span: Span, queue: asyncio.Queue[Batch | None]) -> asyncio.Task[None]:
        async def pump() -> None:
            """Errors and the end come behind what was read."""
            try:
                async for batch in scan(read, self._requester, self._tally, span=span):
                    await queue.put(batch)
            except Exception:
                await queue.put(None)
                raise
            await queue.put(None)

        return asyncio.create_task(pump(), name=f"twentyql span of {read.name}")

    async def _count(self, read: Read) -> int:
        filter_ = read.variables.get("filter")
        head, _, _ = read.text.partition("{")
        declared = head[head.index("$filter") :].split(",")[0].rstrip(") ") if filter_ else ""
        argument = "(filter: $filter)" if filter_ else ""
        text = f"query Count{f'({declared})' if declared else ''} {{ {read.root}{argument} {{ totalCount }} }}"
        return await self._requester.count(read.root, text, {"filter": filter_} if filter_ else {}, self._tally)

    async def _rows_with_flats(self, read: Read) -> RowsWithFlats:
        await all_of(self._load(flat) for flat in read.flats)
        return RowsWithFlats(read, {flat.relation: self._flats[flat.read.path] for flat in read.flats})

    async def _load(self, flat: Flat) -> None:
        """Read the records of a to-one relation, once for the whole run."""
        path = flat.read.path
        async with self._locks.setdefault(path, asyncio.Lock()):
            if path in self._flats:
                return
            records: dict[str, bytes] = {}
            async for batch in scan(flat.read, self._requester, self._tally):
                records.update((key[0], bytes(row)) for key, row in zip(batch.keys, batch.rows, strict=True))
            self._flats[path] = records


async def gathered(batches: AsyncIterator[Batch], size: int) -> AsyncIterator[Batch]:
    """``batches`` put together until each has ``size`` rows, so that what follows from them fills its requests."""
    held: list[Batch] = []
    async for batch in batches:
        held.append(batch)
        if sum(len(each.rows) for each in held) >= size:
            yield _merged(held)
            held = []
    if held:
        yield _merged(held)


def _merged(batches: Sequence[Batch]) -> Batch:
    if len(batches) == 1:
        return batches[0]
    first, last = batches[0].done, batches[-1].done
    if any(a.done is None or b.done is None or a.done.upto != b.done.after for a, b in pairwise(batches)):
        first = None  # of several spans: they settle no one interval
    rows = [row for batch in batches for row in batch.rows]
    keys = [key for batch in batches for key in batch.keys]
    return Batch(batches[0].read, rows, keys, Span(first.after, last.upto) if first and last else None)

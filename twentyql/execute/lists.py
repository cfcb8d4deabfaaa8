"""One list of a plan as it was chosen to be read: its spans side by side, its to-one records put in, its batches full.

Everything is bounded: a few spans are read ahead of the consumer, each at most some pages.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from itertools import pairwise
from typing import Any, Protocol

from twentyql.execute.inside import RowsWithFlats
from twentyql.execute.nested import NestedReader
from twentyql.execute.receipt import Tally
from twentyql.execute.scan import Batch, scan
from twentyql.execute.side_by_side import BATCHES_A_LANE, Paced, SideBySide
from twentyql.execute.tasks import all_of, stopped
from twentyql.plan.model import Flat, Read, Span


class Requests(Paced, Protocol):
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
        found = self._scanned(read, variables, most)
        async with aclosing(self._filled(read, found) if read.flats else found) as batches:
            async for batch in batches:
                yield batch

    async def _filled(self, read: Read, found: AsyncGenerator[Batch, None]) -> AsyncGenerator[Batch, None]:
        """Batches with their to-one records, which are read beside the first of them."""
        loading = asyncio.create_task(self._rows_with_flats(read), name=f"twentyql to-ones of {read.name}")
        held: list[Batch] = []
        try:
            async with aclosing(found):
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
            await stopped(loading)

    async def _scanned(
        self, read: Read, variables: Mapping[str, Any] | None, most: int | None
    ) -> AsyncGenerator[Batch, None]:
        if variables is not None or most is not None:
            async with aclosing(scan(read, self._requester, self._tally, variables, most=most)) as found:
                async for batch in found:
                    yield batch
            return
        spans = self._left.get(read.path, read.spans)
        counts = self._tally.of(read)
        counting = len(spans) > 1 and read.counts and read.path not in self._left
        counting = counting and self._requester.ranged(read) is None
        before = await self._count(read) if counting else None
        parts = SideBySide(read, self._requester, self._tally, spans, in_order=self._in_order)
        async with aclosing(parts.batches()) as found:
            async for batch in found:
                yield batch
        counts.counted(before, await self._count(read) if counting else None)

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
            async with aclosing(self._scanned(flat.read, None, None)) as found:
                async for batch in found:
                    records.update((key[0], bytes(row)) for key, row in zip(batch.keys, batch.rows, strict=True))
            self._flats[path] = records


async def gathered(batches: AsyncGenerator[Batch, None], size: int) -> AsyncGenerator[Batch, None]:
    """``batches`` put together until each has ``size`` rows, so that what follows from them fills its requests."""
    held: list[Batch] = []
    async with aclosing(batches):
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
    one = all(a.done is not None and b.done is not None and a.done.upto == b.done.after for a, b in pairwise(batches))
    done = Span(first.after, last.upto) if one and first and last else None
    rows = [row for batch in batches for row in batch.rows]
    keys = [key for batch in batches for key in batch.keys]
    return Batch(batches[0].read, rows, keys, done, () if done else batches)

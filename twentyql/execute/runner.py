"""Plan -> batches of rows: pages in id order, children read beside them, bounded in memory and in requests.

One task a read produces; the consumer takes whole batches from a bounded queue, so a slow consumer stops the
network, and leaving the loop early leaves nothing running.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from twentyql.execute.children import Children, OnBatch
from twentyql.execute.lists import Lists, Requests, gathered
from twentyql.execute.ordering import sort_keys
from twentyql.execute.receipt import Tally
from twentyql.execute.scan import Batch
from twentyql.execute.tasks import stopped
from twentyql.plan.model import How, Plan, Read, Span
from twentyql.schema.model import SchemaModel

BATCHES_AHEAD = 2
ROWS_AHEAD = 20_000
"""So many rows are read ahead where all of them wait for a list of children that is read whole."""

__all__ = ["Batch", "OnBatch", "Runner"]


class Runner:
    """Runs one plan once. ``on_batch`` is told of every batch of every list, as soon as it is read.

    ``spans`` are the ids still to be read of some lists, by their paths, where an earlier run read the others;
    ``known`` are the keys of the parents that it read, by the paths of lists that are read after their parents.
    """

    def __init__(
        self,
        plan: Plan,
        model: SchemaModel,
        requester: Requests,
        tally: Tally,
        on_batch: OnBatch | None = None,
        spans: Mapping[tuple[str, ...], Sequence[Span]] | None = None,
        known: Mapping[tuple[str, ...], Iterable[str]] | None = None,
    ) -> None:
        self._plan = plan
        self._model = model
        self._requester = requester
        self._tally = tally
        self._lists = Lists(requester, tally, spans, in_order=plan.joined)
        self._children = Children(self._lists, tally, on_batch, joined=plan.joined, known=known)

    async def batches(self) -> AsyncGenerator[list[Any], None]:
        """The rows of the root list, each batch complete with its children."""
        ready: asyncio.Queue[asyncio.Task[list[Any]] | None] = asyncio.Queue(self._ahead())
        producer = asyncio.create_task(self._produce(ready), name=f"twentyql read {self._plan.root.name}")
        try:
            while (made := await _next(ready, producer)) is not None:
                yield await made
            await producer
            self._tally.finished = True
        finally:
            await stopped(producer, *_waiting(ready))
            await self._children.stop()

    def _ahead(self) -> int:
        """How many batches may be there before they are wanted."""
        root = self._plan.root
        waits = self._plan.joined and any(read.how is How.SCAN for read in root.walk())
        return max(BATCHES_AHEAD, ROWS_AHEAD // max(root.paging.most, root.gather)) if waits else BATCHES_AHEAD

    async def _produce(self, ready: asyncio.Queue[asyncio.Task[list[Any]] | None]) -> None:
        if not self._plan.nothing:
            begun: set[asyncio.Task[list[Any]]] = set()
            self._children.begin(self._plan.root)
            async with aclosing(gathered(self._root_batches(), self._plan.root.gather)) as found:
                async for batch in found:
                    work = self._children.complete(batch)
                    task = asyncio.create_task(work, name=f"twentyql children of {batch.read.name}")
                    begun = {task, *(other for other in begun if not other.done())}
                    await _hand_over(task, ready)
            last = asyncio.create_task(self._finish(begun), name=f"twentyql rest of {self._plan.root.name}")
            await _hand_over(last, ready)
        await ready.put(None)

    async def _finish(self, begun: set[asyncio.Task[list[Any]]]) -> list[Any]:
        """What can only be read, or said, when all rows have come."""
        if begun:
            await asyncio.wait(begun)
        await self._children.rest(self._plan.root)
        await self._children.finish()
        return []

    async def _root_batches(self) -> AsyncGenerator[Batch, None]:
        plan = self._plan
        if plan.top is not None:
            batch = await self._top(plan.top)
            if batch is not None:
                yield batch
                return
        if plan.order_here:
            async with aclosing(self._sorted()) as found:
                async for batch in found:
                    yield batch
            return
        left = plan.query.most
        for read in plan.phases or (plan.root,):
            async with aclosing(self._lists.batches(read, most=left)) as found:
                async for batch in found:
                    rows, keys = batch.rows[:left], batch.keys[:left]
                    yield batch if left is None else Batch(batch.read, rows, keys)
                    if left is not None and (left := left - len(rows)) <= 0:
                        return

    async def _top(self, read: Read) -> Batch | None:
        """The one page that the server sorted, or None if it did not honour its size."""
        page = await self._requester.page(read, {**read.variables, "first": read.page_size}, self._tally)
        if len(page.rows) < read.page_size and (page.has_next or (page.total or 0) > len(page.rows)):
            self._tally.notes.append("the server gave a shorter page than asked for, so the rows are sorted here")
            return None
        tally = self._tally.of(read)
        tally.rows += len(page.rows)
        tally.requests += 1
        tally.counted(page.total, page.total)
        tally.notice(page.keys)
        return Batch(read, page.rows, page.keys)

    async def _sorted(self) -> AsyncGenerator[Batch, None]:
        """All rows, sorted here; only then cut to the limit and completed with children."""
        plan = self._plan
        async with aclosing(self._lists.batches(plan.root)) as batches:
            found = [batch async for batch in batches]
        pairs = [(key, row) for batch in found for key, row in zip(batch.keys, batch.rows, strict=True)]
        for compare in reversed(sort_keys(plan, self._model)):
            pairs.sort(key=compare.key, reverse=compare.reverse)
        pairs = pairs[: plan.query.most]
        size = max(plan.root.page_size, plan.root.gather)
        for start in range(0, len(pairs), size):
            part = pairs[start : start + size]
            yield Batch(plan.root, [row for _, row in part], [key for key, _ in part])


async def _hand_over(task: asyncio.Task[list[Any]], ready: asyncio.Queue[asyncio.Task[list[Any]] | None]) -> None:
    try:
        await ready.put(task)
    except asyncio.CancelledError:
        await stopped(task)
        raise


async def _next(ready: asyncio.Queue[Any], producer: asyncio.Task[None]) -> Any:
    """The next ready batch; the producer's own error if it ended without one."""
    getter = asyncio.ensure_future(ready.get())
    try:
        await asyncio.wait({getter, producer}, return_when=asyncio.FIRST_COMPLETED)
        if not getter.done() and producer.exception() is not None:
            await producer
        return await getter
    finally:
        await stopped(getter)


def _waiting(ready: asyncio.Queue[asyncio.Task[list[Any]] | None]) -> list[asyncio.Task[list[Any]]]:
    """The batches that nobody has taken yet."""
    tasks: list[asyncio.Task[list[Any]]] = []
    while not ready.empty():
        if (waiting := ready.get_nowait()) is not None:
            tasks.append(waiting)
    return tasks

"""Plan -> batches of rows: pages in id order, children read beside them, bounded in memory and in requests.

One task a read produces; the consumer takes whole batches from a bounded queue, so a slow consumer stops the
network, and leaving the loop early leaves nothing running.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any

from twentyql.execute.ordering import sort_keys
from twentyql.execute.receipt import Tally
from twentyql.execute.scan import Batch, FetchesPages, scan
from twentyql.execute.tasks import all_of
from twentyql.plan.model import ID, Plan, Read
from twentyql.schema.dialects import Dialect
from twentyql.schema.model import SchemaModel

BATCHES_AHEAD = 2


OnBatch = Callable[[Batch], Awaitable[None]]


class Runner:
    """Runs one plan once. ``on_batch`` is told of every batch of every list, as soon as it is read."""

    def __init__(
        self,
        plan: Plan,
        model: SchemaModel,
        dialect: Dialect,
        requester: FetchesPages,
        tally: Tally,
        on_batch: OnBatch | None = None,
    ) -> None:
        self._plan = plan
        self._model = model
        self._dialect = dialect
        self._requester = requester
        self._tally = tally
        self._on_batch = on_batch
        self._known: dict[tuple[str, ...], set[str]] = {}

    async def batches(self) -> AsyncGenerator[list[Any], None]:
        """The rows of the root list, each batch complete with its children."""
        ready: asyncio.Queue[asyncio.Task[list[Any]] | None] = asyncio.Queue(BATCHES_AHEAD)
        producer = asyncio.create_task(self._produce(ready), name=f"twentyql read {self._plan.root.name}")
        try:
            while (made := await _next(ready, producer)) is not None:
                yield await made
            await producer
            self._tally.finished = True
        finally:
            await _stop(producer, ready)

    async def _produce(self, ready: asyncio.Queue[asyncio.Task[list[Any]] | None]) -> None:
        if not self._plan.nothing:
            async for batch in self._root_batches():
                task = asyncio.create_task(self._complete(batch), name=f"twentyql children of {batch.read.name}")
                try:
                    await ready.put(task)
                except asyncio.CancelledError:
                    await _stop(task)
                    raise
        await ready.put(None)

    async def _root_batches(self) -> AsyncIterator[Batch]:
        plan, most = self._plan, self._plan.query.most
        if plan.top is not None:
            batch = await self._top(plan.top)
            if batch is not None:
                yield batch
                return
        if plan.order_here:
            async for batch in self._sorted():
                yield batch
            return
        left = most
        async for batch in scan(plan.root, self._requester, self._tally, most=most):
            cut = batch if left is None else Batch(batch.read, batch.rows[:left], batch.keys[:left])
            yield cut
            if left is not None and (left := left - len(cut.rows)) <= 0:
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

    async def _sorted(self) -> AsyncIterator[Batch]:
        """All rows, sorted here; only then cut to the limit and completed with children."""
        plan = self._plan
        found = [batch async for batch in scan(plan.root, self._requester, self._tally)]
        pairs = [(key, row) for batch in found for key, row in zip(batch.keys, batch.rows, strict=True)]
        for compare in reversed(sort_keys(plan, self._model)):
            pairs.sort(key=compare.key, reverse=compare.reverse)
        pairs = pairs[: plan.query.most]
        size = plan.root.page_size
        for start in range(0, len(pairs), size):
            part = pairs[start : start + size]
            yield Batch(plan.root, [row for _, row in part], [key for key, _ in part])

    async def _complete(self, batch: Batch) -> list[Any]:
        """Read the children of a batch, at any depth, and put them into their rows."""
        if self._on_batch:
            await self._on_batch(batch)
        if batch.read.children and batch.rows:
            await all_of(self._attach(batch, child) for child in batch.read.children)
        return list(batch.rows)

    async def _attach(self, parents: Batch, child: Read) -> None:
        link = child.link
        assert link is not None
        at = parents.read.keys.index(link.parent_key)
        wanted = [key for key in dict.fromkeys(key[at] for key in parents.keys) if key is not None]
        if link.child_key == ID:  # many parents share these records: each is read once
            known = self._known.setdefault(child.path, set())
            wanted = [key for key in wanted if key not in known]
            known.update(wanted)
        families: dict[str, list[Any]] = {key: [] for key in wanted}
        per_request = self._dialect.ids_per_filter
        for start in range(0, len(wanted), per_request):
            ids = wanted[start : start + per_request]
            filter_ = {link.child_key[0]: {"in": ids}}
            async for batch in scan(child, self._requester, self._tally, {"filter": filter_}):
                await self._complete(batch)
                self._join(batch, families)
        for key, row in zip(parents.keys, parents.rows, strict=True):
            for holder in link.holder:
                row = parents.read.selection.rows.get(row, holder.name) if row is not None else None
            if row is not None and key[at] in families:
                rows = link.holder[-1].selection.rows if link.holder else parents.read.selection.rows
                rows.attach(row, link.nested.name, list(families[key[at]]))

    def _join(self, batch: Batch, families: dict[str, list[Any]]) -> None:
        link = batch.read.link
        assert link is not None
        at = batch.read.keys.index(link.child_key)
        for key, row in zip(batch.keys, batch.rows, strict=True):
            if key[at] in families:  # a child that moved away between two pages is its new parent's
                families[key[at]].append(row)


async def _next(ready: asyncio.Queue[Any], producer: asyncio.Task[None]) -> Any:
    """The next ready batch; the producer's own error if it ended without one."""
    getter = asyncio.ensure_future(ready.get())
    try:
        await asyncio.wait({getter, producer}, return_when=asyncio.FIRST_COMPLETED)
        if not getter.done() and producer.exception() is not None:
            await producer
        return await getter
    finally:
        await _stop(getter)


async def _stop(task: asyncio.Future[Any], ready: asyncio.Queue[Any] | None = None) -> None:
    """Cancel a task, and the batches still waiting in ``ready``, and wait until they are gone."""
    tasks = [task]
    while ready is not None and not ready.empty():
        if (waiting := ready.get_nowait()) is not None:
            tasks.append(waiting)
    for each in tasks:
        each.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await each

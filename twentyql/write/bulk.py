"""Many records in: batches of 200 with ids made here, so that no retry, however ambiguous, can create one twice.

A batch is one mutation, and the server takes it whole or not at all. When the answer is lost, the ids that exist are
looked up and only the rest is sent again. When the server refuses a batch, what is wrong with it is looked up where one
read can tell (`diagnosis`), else the batch is halved until the bad rows are alone; the good ones are kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from twentyql.errors import (
    AuthenticationError,
    IncompleteError,
    PermissionDeniedError,
    RequestRefusedError,
    ServerError,
    ServerFaultError,
)
from twentyql.refusals import most_records
from twentyql.schema.model import ObjectModel
from twentyql.write.diagnosis import Diagnosis, Item, reason_of
from twentyql.write.documents import mutation
from twentyql.write.keys import Path, nested, normal, value_at
from twentyql.write.receipt import Reject
from twentyql.write.sender import Sender, WriteTally, doubtful

MOST = 200
MOST_BYTES = 4_000_000
SAME_REFUSALS = 25
TRIES = 10  # about a minute for a server to come back
FAULT_TRIES = 3  # INTERNAL_SERVER_ERROR may be the fault of one row
_size = msgspec.json.Encoder().encode


@dataclass(slots=True)
class Settled:
    """What became of the rows of one batch. ``ids`` are the records by row."""

    created: list[int] = field(default_factory=list[int])
    updated: list[int] = field(default_factory=list[int])
    ids: dict[int, str] = field(default_factory=dict[int, str])
    rejects: list[Reject] = field(default_factory=list[Reject])


@dataclass
class Bulk:
    """Writes the batches of one bulk write. ``resumed`` says that records of these ids may be ours already.

    ``on`` is the leaf by which an upsert finds what to change; without it every row is a new record.
    """

    sender: Sender
    of: ObjectModel
    tally: WriteTally
    on: Path | None = None
    resumed: bool = False
    cap: int = MOST
    accepted: int = 0
    batches: int = 0
    troubled: int = 0
    same: tuple[str, int] = ("", 0)

    def __post_init__(self) -> None:
        tree: dict[str, Any] = {"id": {}, **(nested(self.on, {}) if self.on else {})}
        self._document = mutation(self.sender.schema, self.of, "create_many", ("data", "upsert"), tree)
        self._diagnosis = Diagnosis(self.sender, self.of, self.tally)

    async def settle(self, items: Sequence[Item], settled: Settled) -> None:
        """Write one batch and say in ``settled`` what became of it, also where an error stops the whole write."""
        self.batches += 1
        await self._settle(list(items), settled, doubt=self.resumed)

    async def known(self, items: Sequence[Item]) -> list[Item]:
        """The items with ``known`` where a record has the id already."""
        present = await self._diagnosis.present(items)
        return [replace(item, known=item.id in present) for item in items]

    async def _settle(self, items: list[Item], settled: Settled, *, doubt: bool) -> None:
        attempt = 0
        while items:
            if len(items) > self.cap:
                await self._parts(items, settled, self.cap, doubt)
                return
            try:
                self._written(items, settled, await self._send(items))
                return
            except (AuthenticationError, PermissionDeniedError):
                raise
            except ServerError as error:
                failed = error
            if doubtful(failed) and attempt + 1 < (FAULT_TRIES if _of_a_row(failed) else TRIES):
                await self.sender.wait(attempt)
                attempt, doubt = attempt + 1, True
                self.tally.retries += 1
                items = items if self.on else await self._without_present(items, settled)
            elif doubtful(failed) and not _of_a_row(failed):
                raise failed
            elif len(items) > 1 and (told := _too_many(failed)) is not None:
                self.cap = max(1, min(self.cap - 1, told or len(items) // 2))
            else:
                await self._sort_out(items, settled, failed, doubt)
                return

    async def _send(self, items: Sequence[Item]) -> list[dict[str, Any]]:
        variables: dict[str, Any] = {"data": [item.data for item in items]}
        if self.on:
            variables["upsert"] = True
        given: list[dict[str, Any]] = await self.sender.write(self._document, variables, self.tally)
        return given

    def _written(self, items: Sequence[Item], settled: Settled, given: Sequence[dict[str, Any]]) -> None:
        """Tell created from changed by the ids: a new record has the one that was made for it here."""
        ids = {record["id"] for record in given}
        by_value = {normal(self.on, value_at(record, self.on)): record["id"] for record in given} if self.on else {}
        for item in items:
            changed = item.known if self.on else False
            if item.id in ids and not changed:
                settled.created.append(item.row)
            else:
                settled.updated.append(item.row)
            value = normal(self.on, value_at(item.data, self.on)) if self.on else None
            settled.ids[item.row] = item.id if item.id in ids else by_value.get(value, item.id)
        self.accepted += len(items)

    async def _without_present(self, items: list[Item], settled: Settled) -> list[Item]:
        """The items that do not exist yet, after a try whose answer was lost."""
        present = await self._diagnosis.present(items)
        self._written([item for item in items if item.id in present], settled, [{"id": i} for i in present])
        return [item for item in items if item.id not in present]

    async def _sort_out(self, items: list[Item], settled: Settled, error: ServerError, doubt: bool) -> None:
        """A refused batch: what one read explains is taken out, else it is halved."""
        self.troubled += 1
        found = await self._diagnosis.of(items, error, doubt=doubt, upsert=self.on is not None)
        self._written([item for item in items if item.id in found.done], settled, [{"id": i} for i in found.done])
        settled.rejects += found.rejects
        refused = {reject.row for reject in found.rejects}
        rest = [item for item in items if item.id not in found.done and item.row not in refused]
        if len(rest) < len(items):
            await self._settle(rest, settled, doubt=doubt)
        elif len(items) == 1:
            self._stop_if_hopeless(error)
            settled.rejects.append(Reject(items[0].row, *reason_of(error)))
        else:
            await self._parts(items, settled, (len(items) + 1) // 2, doubt)

    async def _parts(self, items: list[Item], settled: Settled, size: int, doubt: bool) -> None:
        for start in range(0, len(items), size):
            await self._settle(items[start : start + size], settled, doubt=doubt)

    def _stop_if_hopeless(self, error: ServerError) -> None:
        """Stop where every row so far is refused for one reason: the mapping is wrong, not the rows."""
        said, times = self.same
        self.same = (error.message, times + 1 if said == error.message else 1)
        if self.accepted == 0 and self.same[1] >= SAME_REFUSALS:
            raise IncompleteError(
                f"The server refused the first {self.same[1]} rows for the same reason: {error.message}",
                advice="Look at the mapping, then start again.",
            )


def _of_a_row(error: ServerError) -> bool:
    """Whether the failure may come from a row: the server itself answered that it failed."""
    return isinstance(error, ServerFaultError) and error.code is not None


def _too_many(error: ServerError) -> int | None:
    """The most records that the server takes where it refused more (0: it does not say), else None."""
    return most_records(error) if isinstance(error, RequestRefusedError) else None


async def batches(items: AsyncIterator[Item], most: Callable[[], int]) -> AsyncGenerator[list[Item]]:
    """Items in batches: at most ``most()`` of them and about 4 MB, for the server reads no larger body than 10 MB."""
    batch: list[Item] = []
    size = 0
    async for item in items:
        weight = len(_size(item.data))
        if batch and (len(batch) >= most() or size + weight > MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(item)
        size += weight
    if batch:
        yield batch


async def side_by_side(
    batches: AsyncIterator[list[Item]],
    work: Callable[[list[Item]], Awaitable[None]],
    concurrency: int,
) -> None:
    """Work on batches, ``concurrency`` at once; the first failure stops the others when their batch is settled."""
    running: set[asyncio.Task[None]] = set()
    failure: BaseException | None = None
    try:
        async for batch in batches:
            running.add(asyncio.ensure_future(work(batch)))
            while len(running) >= concurrency:
                done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                failure = failure or next((e for task in done if (e := task.exception())), None)
            if failure is not None:
                break
        if running:
            done, running = await asyncio.wait(running)
            failure = failure or next((e for task in done if (e := task.exception())), None)
    except BaseException:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        raise
    if failure is not None:
        raise failure

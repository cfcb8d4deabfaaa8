"""Rows -> records: formed, checked, put into batches, written, noted, and told in one receipt."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from twentyql.errors import IncompleteError, QueryError, ServerError, UsageError, ValueRefusedError
from twentyql.execute.tasks import in_thread
from twentyql.schema.model import ObjectModel
from twentyql.write.bulk import Bulk, Settled, batches, side_by_side
from twentyql.write.checking import Checker
from twentyql.write.composites import Form
from twentyql.write.diagnosis import Diagnosis, Item, reason_of
from twentyql.write.forms import Formed, Forms
from twentyql.write.journal import Journal
from twentyql.write.keys import ID, leaf_of, normal, unique_leaves, value_at
from twentyql.write.matching import Bin, match
from twentyql.write.receipt import Counts, Reject, WriteReceipt
from twentyql.write.resolving import Lookups
from twentyql.write.sender import Sender, WriteTally
from twentyql.write.sources import rows_of

Row = tuple[int, Any]
CONCURRENCY = 4


@dataclass(frozen=True, slots=True)
class Options:
    """How many rows are written.

    ``on`` names the field by which existing records are found and changed. ``revive=False`` refuses rows that would
    bring a soft-deleted record back. ``concurrency`` is how many batches are under way at once, within the pace.
    ``on_settled`` hears how many rows were settled, ``on_reject`` of each that was refused.
    """

    on: str | None = None
    revive: bool = True
    concurrency: int = CONCURRENCY
    form: Form = field(default_factory=Form)
    on_settled: Callable[[int], object] | None = None
    on_reject: Callable[[Reject], object] | None = None


async def write_many(
    sender: Sender,
    of: ObjectModel,
    rows: Iterable[Any] | AsyncIterable[Any],
    options: Options,
    journal: Journal | None = None,
) -> WriteReceipt:
    """Write every row, counted from 1, and give the receipt. Good rows are kept whatever the others are.

    Raises IncompleteError, with the receipt, where the write had to stop, and the ServerError itself where nothing was
    written.
    """
    begun, waited = time.monotonic(), sender.pacer.state.waited_seconds
    writer = _Writer(sender, of, options, journal)

    def receipt(*, finished: bool) -> WriteReceipt:
        spent = sender.pacer.state.waited_seconds - waited
        return writer.counts.receipt(of.plural, writer.tally, time.monotonic() - begun, spent, finished=finished)

    try:
        await writer.run(_numbered(rows))
    except ServerError as error:
        stopped = receipt(finished=False)
        if not stopped.created + stopped.updated:
            raise
        raise IncompleteError(
            f"The write stopped after {stopped.rows:,} rows: {error}", receipt=stopped, advice="Resume it."
        ) from error
    except IncompleteError as error:
        error.receipt = receipt(finished=False)
        raise
    except asyncio.CancelledError as error:  # of a timeout, too
        error.add_note(f"Written so far, beside what was on its way: {receipt(finished=False)}")
        raise
    return receipt(finished=True)


class _Writer:
    """One bulk write under way."""

    def __init__(self, sender: Sender, of: ObjectModel, options: Options, journal: Journal | None) -> None:
        self._sender, self._of, self._options, self._journal = sender, of, options, journal
        self.tally = WriteTally()
        self.counts = journal.counts if journal else Counts()
        self._forms = Forms(sender.model, sender.schema, of, form=options.form)
        self._on = leaf_of(of, options.on)[0] if options.on else None
        self._lookups = Lookups()
        self._bin = Bin(sender, of, self.tally)
        self._seen: dict[Any, int] = {}
        resumed = journal.resumed if journal else False
        self._bulk = Bulk(sender, of, self.tally, on=self._on, resumed=resumed)
        self._unique = self._on == ID or self._on in unique_leaves(of, sender.schema)

    async def run(self, rows: AsyncIterator[Row]) -> None:
        if self._on:
            await self._bin.open(self._on)
        diagnosis = Diagnosis(self._sender, self._of, self.tally)
        checker = Checker(self._sender, diagnosis, self._lookups, self._bulk, self.tally, self._refuse)
        async with (
            aclosing(self._items(rows)) as items,
            aclosing(checker.passing(items)) as passing,
            aclosing(batches(passing, lambda: self._bulk.cap)) as made,
        ):
            await side_by_side(made, self._batch, self._options.concurrency)

    async def _refuse(self, rejects: list[Reject]) -> None:
        await self._note(Settled(rejects=rejects))

    async def _items(self, rows: AsyncIterator[Row]) -> AsyncGenerator[Item]:
        """The rows that are well-formed and not settled by an earlier run; the others are refused here."""
        refused: list[Reject] = []
        async for row, given in rows:
            if self._journal and self._journal.is_done(row):
                self._remember(row, given)
                continue
            try:
                yield self._item(row, given)
            except (UsageError, ServerError) as error:
                refused.append(_reject(row, error))
            if len(refused) >= 200:
                await self._note(Settled(rejects=refused))
                refused = []
        if refused:
            await self._note(Settled(rejects=refused))

    def _item(self, row: int, given: Any) -> Item:
        if isinstance(given, ServerError):
            raise given  # a row that could not even be read
        formed = self._forms.record(given)
        if self._on:
            self._check_key(row, formed)
        data, known = formed.data, "id" in formed.data
        identity = data["id"] if known else self._journal.id_of(row) if self._journal else str(uuid.uuid4())
        return Item(row, identity, {**data, "id": identity}, known, formed.references)

    def _check_key(self, row: int, formed: Formed) -> None:
        """Refuse a row without the value to find its record by, or with that of an earlier row."""
        assert self._on is not None
        name = ".".join(self._on)
        value = normal(self._on, value_at(formed.data, self._on))
        if value in (None, ""):
            raise ValueRefusedError("it is empty, and records are found by it", field=name)
        first = self._seen.setdefault(value, row)
        if first != row:
            raise ValueRefusedError(f"row {first} has the same value", field=name)

    def _remember(self, row: int, given: Any) -> None:
        if self._on and not isinstance(given, ServerError):
            try:
                self._check_key(row, self._forms.record(given))
            except (UsageError, ServerError):
                return

    async def _batch(self, items: list[Item]) -> None:
        settled = Settled()
        items, lost = await self._lookups.join(self._sender, items, self.tally)
        settled.rejects += lost
        if self._on and not self._unique:
            items, rejects = await match(self._sender, self._of, self._on, items, self.tally)
            settled.rejects += rejects
        elif self._on and any(item.known for item in items):  # ids given with the rows: which are there already?
            items = await self._bulk.known(items)
        revivable: set[str] = set()
        if self._on and self._unique:
            revivable, dead = await self._bin.among(items, self._on, refuse=not self._options.revive)
            settled.rejects += dead
            refused = {reject.row for reject in dead}
            items = [item for item in items if item.row not in refused]
        try:
            await self._bulk.settle(items, settled)
        finally:
            await self._note(settled, revivable)

    async def _note(self, settled: Settled, revivable: set[str] | None = None) -> None:
        """Count what is settled; the journal has it before anybody hears of it."""
        rows = [*settled.created, *settled.updated, *(reject.row for reject in settled.rejects)]
        if not rows:
            return
        revived = [identity for identity in settled.ids.values() if identity in (revivable or ())]
        if self._journal:
            created, updated = len(settled.created), len(settled.updated)
            settle = partial(self._journal.settle, rows, created, updated, revived, settled.rejects)
            await in_thread(settle)
        self.counts.rows += len(rows)
        self.counts.created += len(settled.created)
        self.counts.updated += len(settled.updated)
        self.counts.revived += revived
        self.counts.rejects += settled.rejects
        for reject in settled.rejects if self._options.on_reject else ():
            self._options.on_reject(reject)  # type: ignore[misc]
        if self._options.on_settled:
            self._options.on_settled(len(rows))


def _reject(row: int, error: UsageError | ServerError) -> Reject:
    return Reject(row, *(reason_of(error) if isinstance(error, ServerError) else ("", str(error))))


async def _numbered(rows: Any) -> AsyncIterator[Row]:
    if isinstance(rows, AsyncIterable):
        row = 0
        async for given in rows:
            row += 1
            yield row, given
        return
    rows = rows_of(rows) or rows
    if isinstance(rows, (str, bytes, Mapping)) or not isinstance(rows, Iterable):
        raise QueryError(f"Rows are an iterable of mappings or inputs, not a {type(rows).__name__}.")
    for row, given in enumerate(rows, 1):
        yield row, given

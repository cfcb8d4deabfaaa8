"""Whole objects kept up to date in files: what changed since the last time is read, merged by id, and committed.

A run asks for the latest ``updatedAt`` before it reads, so whatever changes meanwhile is read again by the next one.
That begins ``lag`` seconds before that, both ends included, for transactions that were committed late and for
clocks that stepped back. Records deleted softly come with their ``deletedAt`` and leave the table; destroyed ones are
noticed by the server's count, or by the sweep over all ids that is made every ``sweep_every`` seconds.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twentyql.build import named
from twentyql.build.whole import whole_query
from twentyql.errors import UsageError
from twentyql.execute.receipt import Receipt
from twentyql.execute.tasks import in_thread
from twentyql.exporting import merged, table_specs
from twentyql.output.jsonl import moment_text
from twentyql.output.spec import TableSpec
from twentyql.schema.model import FieldModel
from twentyql.write.single import anywhere

if TYPE_CHECKING:
    from twentyql.client import Client
    from twentyql.output.stores import Store, SyncState

CREATED, UPDATED, DELETED = "createdAt", "updatedAt", "deletedAt"
LAG = 600.0
SWEEP_EVERY = 7 * 86_400.0
ROWS = 5_000
"""So many rows go to the store at once."""

OnRows = Callable[[str, int], None]


async def latest(client: Client, object_name: str) -> str | None:
    """The latest ``updatedAt`` of an object, deleted records too, as the server writes it; None without records.

    Read before a scan, it is what the scan can be trusted up to: whatever changes later has a later one.
    """
    query = named.select(client.model, object_name, UPDATED).where(changed(client, object_name, None, None))
    found = await client.fetch(query.order_by(f"-{UPDATED}").limit(1))
    return found[0][UPDATED] if found else None


def changed(client: Client, object_name: str, since: datetime.datetime | None, until: str | None) -> dict[str, Any]:
    """The filter for everything that was last changed between the two, both included; deleted records too.

    The server shows deleted records only where ``deletedAt`` is mentioned (observed-2.21 section 4).
    """
    of = client.model.object(object_name)
    parts: list[dict[str, Any]] = []
    if since is not None:
        moment = {"gte": moment_text(since)}
        parts.append({"or": [{UPDATED: moment}, {DELETED: moment}]} if of.has_field(DELETED) else {UPDATED: moment})
    if until is not None:
        parts.append({UPDATED: {"lte": until}})
    return anywhere(of, {"and": parts} if parts else {})


@dataclass(frozen=True, slots=True)
class Timing:
    """``lag`` and ``sweep_every`` in seconds, and the time of this machine, which only sweeps are told by."""

    lag: float
    sweep_every: float
    now: datetime.datetime

    def __post_init__(self) -> None:
        if self.lag < 0 or self.sweep_every < 0:
            raise UsageError("A lag and the time between sweeps are 0 seconds or more.")


async def sync(
    client: Client,
    objects: Sequence[str],
    to: Path,
    format: str,
    timing: Timing,
    on_rows: OnRows | None = None,
) -> Receipt:
    """Bring the tables of ``objects`` in ``to`` up to date; all of them or, unless every read is proved, none."""
    from twentyql.output.stores import open_store

    specs = table_specs(client.model, [whole_query(client.model, name) for name in objects])
    store = await in_thread(lambda: open_store(to, format), lambda store: store.close())
    try:
        tables = [_Table(client, spec, store, timing, on_rows) for spec in specs]
        states = {table.spec.name: await table.sync() for table in tables}
        receipt = merged([receipt for table in tables for receipt in table.receipts])
        receipt = replace(receipt, notes=(*receipt.notes, *(note for table in tables for note in table.notes)))
        if receipt.verdict != "incomplete":
            await in_thread(lambda: store.commit(states, receipt.as_dict()))
    finally:
        store.close()
    return receipt


class _Table:
    """One object on its way into one table."""

    def __init__(self, client: Client, spec: TableSpec, store: Store, timing: Timing, on_rows: OnRows | None) -> None:
        self.spec = spec
        self.receipts: list[Receipt] = []
        self.notes: list[str] = []
        self._client = client
        self._store = store
        self._timing = timing
        self._on_rows = on_rows
        self._of = client.model.object(spec.object)
        self._put = self._removed = 0

    async def sync(self) -> SyncState:
        """Read what is new, put it into the store, and give the state that it is then in."""
        from twentyql.output.stores import SyncState

        columns = {column.name: signature(column.field) for column in self.spec.columns}
        before = await in_thread(lambda: self._store.state(self.spec.name))
        since = _since(before, columns, self._timing.lag)
        self.notes += [
            f"{self.spec.name}: {note}" for note in differences(before.columns if before else columns, columns)
        ]
        watermark = await latest(self._client, self._of.singular) if self._of.has_field(UPDATED) else None
        await in_thread(lambda: self._store.begin(self.spec, anew=since is None))
        where = changed(self._client, self._of.singular, since, None) if since else None
        await self._take(whole_query(self._client.model, self._of.singular, where=where))
        swept: datetime.datetime | None = self._timing.now
        if since is not None and not await self._sweep_is_due(before, watermark):
            swept = before.swept if before else None
        elif since is not None:
            await self._sweep()
        self.notes.append(f"{self.spec.name}: {self._put} put, {self._removed} removed")
        return SyncState(columns, watermark, swept)

    async def _take(self, query: Any) -> None:
        """Put the rows of a query into the store, and take those out of it that are deleted."""
        async with self._client.stream(query) as stream:
            held: list[Mapping[str, Any]] = []
            async for row in stream:
                held.append(row)
                if len(held) >= ROWS:
                    await self._store_rows(held)
                    held = []
            await self._store_rows(held)
            self.receipts.append(stream.receipt)

    async def _store_rows(self, rows: Sequence[Mapping[str, Any]]) -> None:
        gone = [row["id"] for row in rows if row.get(DELETED) is not None]
        there = [row for row in rows if row.get(DELETED) is None]
        await in_thread(lambda: self._store.remove(self.spec.name, gone))
        await in_thread(lambda: self._store.put(self.spec.name, there))
        self._put += len(there)
        self._removed += len(gone)
        if self._on_rows:
            self._on_rows(self.spec.name, len(rows))

    async def _sweep_is_due(self, before: SyncState | None, watermark: str | None) -> bool:
        """Whether ids must be compared: it is time again, or the server counts other than the table.

        Only records made up to the watermark are counted, or new ones would look like a difference.
        """
        swept = before.swept if before else None
        if swept is None or (self._timing.now - swept).total_seconds() >= self._timing.sweep_every:
            return True
        if self.receipts[-1].verdict != "complete":
            return False
        bound = {CREATED: {"lte": watermark}} if watermark and self._of.has_field(CREATED) else None
        theirs = await self._client[self._of.singular].count(bound)
        ours = await in_thread(lambda: self._store.count(self.spec.name, watermark if bound else None))
        return theirs != ours

    async def _sweep(self) -> None:
        """Compare the ids and times of all live records with the table's, and read again what differs."""
        from twentyql.output.stores import moment

        known = await in_thread(lambda: self._store.stamps(self.spec.name))
        query = named.select(self._client.model, self._of.singular, "id", UPDATED)
        differing: list[str] = []
        async with self._client.stream(query) as stream:
            async for row in stream:
                if row["id"] not in known or known.pop(row["id"]) != moment(row[UPDATED]):
                    differing.append(row["id"])
            self.receipts.append(stream.receipt)
        if self.receipts[-1].verdict == "incomplete":
            return
        await in_thread(lambda: self._store.remove(self.spec.name, [*known]))
        self._removed += len(known)
        for start in range(0, len(differing), ROWS):
            where = {"id": {"in": differing[start : start + ROWS]}}
            await self._take(whole_query(self._client.model, self._of.singular, where=where))
        self.notes.append(f"{self.spec.name}: compared all ids, {len(known)} gone and {len(differing)} different")


def _since(before: SyncState | None, columns: Mapping[str, str], lag: float) -> datetime.datetime | None:
    """From when on to read; None where everything has to be read, as a new field changes no ``updatedAt``."""
    if before is None or before.watermark is None or before.columns != columns:
        return None
    return datetime.datetime.fromisoformat(before.watermark) - datetime.timedelta(seconds=lag)


def signature(field: FieldModel) -> str:
    """What a field's values can be, as a text that changes with it: its kind, options and parts."""
    inside = [f"{part.name}: {signature(part)}" for part in field.parts] + [option.value for option in field.options]
    text = f"{field.kind}({', '.join(inside)})" if inside else f"{field.kind} {field.type_name}"
    return f"[{text}]" if field.is_list else text


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """What changed between two sets of columns, for people."""
    notes = [f"new column {name}" for name in after if name not in before]
    notes += [f"column {name} is gone" for name in before if name not in after]
    notes += [
        f"column {name} was {before[name]} and is {after[name]}"
        for name in after
        if name in before and before[name] != after[name]
    ]
    return [f"{note}, so all of it was read anew" for note in notes]

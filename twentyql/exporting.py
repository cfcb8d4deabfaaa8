"""Whole objects -> files: every query's batches go to one sink, while they are read."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from twentyql.build.named import NamedQuery
from twentyql.build.query import Selection, walk
from twentyql.build.whole import has_relation, whole_query
from twentyql.checkpointing import (
    QueryProgress,
    SavedProgress,
    SavedQuery,
    as_state,
    earlier,
    fingerprint,
    fresh,
    resumed,
)
from twentyql.errors import SchemaError, ServerError, UnknownNameError, UsageError
from twentyql.execute.ids import IdSet
from twentyql.execute.reader import Before
from twentyql.execute.receipt import Receipt, Tally
from twentyql.execute.requester import Requester
from twentyql.execute.retry import with_retries
from twentyql.execute.scan import Batch
from twentyql.execute.tasks import in_thread, stopped
from twentyql.introspect.load import DATA_MODEL
from twentyql.introspect.save import save, schema_files
from twentyql.output.jsonl import moment_text
from twentyql.output.sinks import Sink, open_sink
from twentyql.output.spec import TableSpec, spec_for
from twentyql.output.wire import WireRows
from twentyql.plan.model import Cost, Plan
from twentyql.plan.stats import Stats
from twentyql.schema.model import SchemaModel
from twentyql.write.single import anywhere

if TYPE_CHECKING:
    from twentyql.client import Client

OnRows = Callable[[str, int], None]
ROWS_AT_ONCE = 2000
"""So many rows of a table are held before they go to its file: Arrow costs as much for ten rows as for a thousand."""


def export_queries(
    model: SchemaModel,
    objects: Sequence[str],
    relations: Sequence[str] = (),
    where: Mapping[str, Any] | None = None,
    fields: Sequence[str] = (),
    since: datetime | None = None,
) -> list[NamedQuery]:
    """One query an object. A relation goes to every object that has it; UnknownNameError if none has.

    ``since`` narrows the objects to the records whose ``updatedAt`` is not before it.
    """
    if not objects:
        raise UsageError("Name at least one object to export.", advice="See them with `twentyql objects`.")
    if len(objects) > 1 and (where or fields):
        raise UsageError("--where and --select are for one object.", advice="Export the objects one by one.")
    for path in relations:
        if not any(has_relation(model, name, path) for name in objects):
            known = [r.name for name in objects for r in model.object(name).relations]
            raise UnknownNameError("relation", path.split(".")[0], known, where=f"on {' or '.join(objects)}")
    if since is not None:
        newer = {"updatedAt": {"gte": moment_text(since)}}
        where = {"and": [newer, where]} if where else newer
    return [
        whole_query(model, name, [path for path in relations if has_relation(model, name, path)], fields, where)
        for name in dict.fromkeys(model.object(name).singular for name in objects)
    ]


def linked_objects(model: SchemaModel, objects: Sequence[str], relations: Sequence[str]) -> list[str]:
    """The objects, and all that the relations lead to, each once."""
    queries = export_queries(model, objects, relations)
    return list(dict.fromkeys(selection.object for query in queries for _, selection in walk(query.selection)))


def table_specs(model: SchemaModel, queries: Sequence[NamedQuery]) -> tuple[TableSpec, ...]:
    """One table for each object that the queries read, linked by their foreign keys."""
    specs: dict[str, TableSpec] = {}
    for query in queries:
        for path, selection in walk(query.selection):
            of = model.object(selection.object)
            wanted = [column.name for column in selection.columns]
            if of.singular not in specs or not path:
                specs[of.singular] = spec_for(model, of.singular, wanted)
    return tuple(_linked(model, spec, specs) for spec in specs.values())


def _linked(model: SchemaModel, spec: TableSpec, specs: Mapping[str, TableSpec]) -> TableSpec:
    names = {column.name for column in spec.columns}
    keys = tuple(
        (r.join_column, specs[r.target].name)
        for r in model.object(spec.object).relations
        if not r.is_to_many and r.join_column in names and r.join_column and r.target in specs
    )
    return replace(spec, foreign_keys=keys)


class _Writer:
    """Takes batches to the sink in their order, each record once a table, off the event loop and some thousand at once.

    A list that is read once by id gives each record once by itself; for the others ids are remembered.
    """

    def __init__(self, sink: Sink, specs: Sequence[TableSpec], queries: Sequence[NamedQuery], on_rows: OnRows | None):
        self._sink = sink
        self._tables = {spec.object: spec.name for spec in specs}
        reads = Counter(selection.object for query in queries for _, selection in walk(query.selection))
        roots = {query.selection.object for query in queries}
        self._seen = {of: IdSet() for of, times in reads.items() if times > 1 or of not in roots}
        for spec in specs:
            for id in sink.ids(spec.name):
                self._seen.setdefault(spec.object, IdSet()).add(id)
        self._held: dict[str, list[Any]] = {spec.object: [] for spec in specs}
        self._on_rows = on_rows
        self._turn = asyncio.Lock()

    async def take(self, batch: Batch) -> None:
        of = batch.read.object
        async with self._turn:
            rows: Sequence[Any] = batch.rows
            if of in self._seen:
                rows = [batch.rows[i] for i in self._seen[of].fresh(key[0] for key in batch.keys)]
            self._held[of] += rows
            if len(self._held[of]) >= ROWS_AT_ONCE:
                await self._write(of)
        if self._on_rows:
            self._on_rows(self._tables[of], len(rows))

    async def flush(self) -> None:
        """Write what is still held."""
        async with self._turn:
            for of in self._held:
                await self._write(of)

    def ids(self, of: str) -> Iterable[str]:
        """The ids of an object that were in its file when this export was taken up."""
        return self._sink.ids(self._tables[of])

    async def save(self, state: Mapping[str, Any]) -> None:
        """Have all rows so far, and ``state``, safe from whatever may end this process."""
        await self.flush()
        await in_thread(lambda: self._sink.checkpoint(state))

    async def _write(self, of: str) -> None:
        rows, self._held[of] = self._held[of], []
        if rows:
            await in_thread(lambda: self._sink.write(self._tables[of], rows))


def _wired(query: NamedQuery, specs: Sequence[TableSpec]) -> NamedQuery:
    """The same query, its rows decoded into the structs of their tables."""
    rows = {spec.object: WireRows(spec) for spec in specs}

    def wired(selection: Selection) -> Selection:
        nested = tuple(replace(below, selection=wired(below.selection)) for below in selection.nested)
        return replace(selection, rows=rows[selection.object], nested=nested)

    return replace(query, selection=wired(query.selection))


async def export(
    client: Client,
    queries: Sequence[NamedQuery],
    to: Path,
    format: str,
    on_rows: OnRows | None = None,
    options: Mapping[str, Any] | None = None,
    *,
    resume: bool = False,
) -> Receipt:
    """Write the records of ``queries`` to ``to``, one file an object, with one receipt for all.

    With ``resume`` an export that was cut off goes on where its last checkpoint is; without one it begins.
    """
    specs = table_specs(client.model, queries)
    told = {"format": format, "options": dict(options or {}), "tables": [spec.name for spec in specs]}
    wanted = fingerprint([client.plan(query) for query in queries], client.model.digest, told)
    saved, progress = earlier(to, wanted, len(queries)) if resume else (None, fresh(wanted, len(queries)))
    sink = await in_thread(lambda: open_sink(to, format, specs, saved, **(options or {})), lambda sink: sink.abort())
    receipts: list[Receipt] = []
    version = asyncio.create_task(_version(client), name="twentyql version")
    try:
        writer = await in_thread(lambda: _Writer(sink, specs, queries, on_rows))
        several = [_wired(query, specs) for query in queries]
        first = await client.reader.first_pages(several) if saved is None else [None for _ in several]
        for query, part in zip(several, progress.queries, strict=True):
            known = first.pop(0)
            if part.receipt is None:
                await _export_query(client, query, part, progress, writer, sink, receipts, known)
            else:
                receipts.append(part.receipt)
        receipt = await _unless_changed(client, await version, merged(receipts))
        ended = sink.abort if receipt.verdict == "incomplete" else sink.commit
        await in_thread(lambda: ended(receipt.as_dict()))
    except BaseException:
        sink.abort(merged(receipts).as_dict() if receipts else None)
        raise
    finally:
        await stopped(version)
    return receipt


async def _version(client: Client) -> Any:
    """The version of the data model, which costs no token; None where it cannot be had."""
    try:
        return (await with_retries(client.workspace) or {}).get("metadataVersion")
    except ServerError:
        return None


async def _unless_changed(client: Client, version: Any, receipt: Receipt) -> Receipt:
    """The receipt, if the workspace is as it was: a removed field comes as null, without an error."""
    if version is None or await _version(client) == version:
        return receipt
    changed = await client.changed()
    if changed is None:
        return receipt
    verdict = "incomplete" if "BREAKING" in changed else receipt.verdict
    return replace(receipt, verdict=verdict, notes=(*receipt.notes, f"{changed} It was being read meanwhile."))


async def _export_query(
    client: Client,
    query: NamedQuery,
    part: SavedQuery,
    progress: SavedProgress,
    writer: _Writer,
    sink: Sink,
    receipts: list[Receipt],
    known: Stats | None,
) -> None:
    """Read one query to its files, with a checkpoint now and then, and one when it ends early."""
    done = QueryProgress(part)
    saved_at = time.monotonic()

    async def take(batch: Batch) -> None:
        await writer.take(batch)
        done.begun(batch)

    async def before(plan: Plan, requester: Requester, tally: Tally) -> Before:
        return await resumed(done, plan, requester, tally, lambda of: writer.ids(of))

    async with client.reader.stream(query, on_batch=take, together=False, resume=before, known=known) as stream:
        try:
            async for _ in stream.batches():
                done.complete()
                if time.monotonic() - saved_at >= sink.checkpoint_seconds:
                    await writer.save(as_state(progress))
                    saved_at = time.monotonic()
            await writer.flush()
            if stream.receipt.verdict != "incomplete":
                part.receipt = stream.receipt
        except BaseException:
            with suppress(Exception):
                await asyncio.shield(writer.save(as_state(progress)))
            raise
        finally:
            receipts.append(stream.receipt)


async def snapshot(client: Client, to: Path, on_rows: OnRows | None = None) -> Receipt:
    """Write the data model, the workspace and every row, deleted ones too, as `twentyql sandbox --snapshot` takes them.

    The rows come first and the data model last, so that a snapshot cut short is none.
    """
    workspace = await client.workspace()
    files = {name: text for name, text in schema_files(client.schema).items() if name == DATA_MODEL}
    if not workspace or not files:
        raise SchemaError(
            "A snapshot needs the data model of /metadata, which this server or key does not give.",
            advice="Export the objects instead: twentyql export OBJECT... --format jsonl --to DIR",
        )
    queries = [whole_query(client.model, o.singular, where=anywhere(o, {}) or None) for o in client.model]
    receipt = await export(client, queries, to / "rows", "jsonl", on_rows)
    if receipt.verdict != "incomplete":
        text = msgspec.json.format(msgspec.json.encode(workspace), indent=1).decode() + "\n"
        await asyncio.to_thread(save, {"workspace.json": text, **files}, to)
    return receipt


def merged(receipts: Sequence[Receipt]) -> Receipt:
    """One receipt for several reads: the worst verdict, everything else added up; a list says whose read it was of."""
    if len(receipts) == 1:
        return receipts[0]
    order = ("complete", "withheld", "incomplete")
    first = receipts[0]
    return replace(
        first,
        verdict=max((r.verdict for r in receipts), key=order.index),
        lists=tuple(
            part if part is r.lists[0] else replace(part, name=f"{r.lists[0].name}.{part.name}")
            for r in receipts
            for part in r.lists
        ),
        requests=sum(r.requests for r in receipts),
        tokens=sum(r.tokens for r in receipts),
        retries=sum(r.retries for r in receipts),
        bytes=sum(r.bytes for r in receipts),
        seconds=sum(r.seconds for r in receipts),
        waited=sum(r.waited for r in receipts),
        notes=tuple(note for r in receipts for note in r.notes),
        expected=sum(known, Cost())
        if len(known := [r.expected for r in receipts if r.expected]) == len(receipts)
        else None,
    )

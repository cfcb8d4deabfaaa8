"""Whole objects -> files: every query's batches go to one sink, while they are read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twentyql.build.named import NamedQuery
from twentyql.build.query import walk
from twentyql.build.whole import has_relation, whole_query
from twentyql.errors import UnknownNameError, UsageError
from twentyql.execute.receipt import Receipt
from twentyql.execute.runner import Batch
from twentyql.output.sinks import Sink, open_sink
from twentyql.output.spec import TableSpec, spec_for
from twentyql.schema.model import SchemaModel

if TYPE_CHECKING:
    from twentyql.client import Client

OnRows = Callable[[str, int], None]


def export_queries(
    model: SchemaModel,
    objects: Sequence[str],
    relations: Sequence[str] = (),
    where: Mapping[str, Any] | None = None,
    fields: Sequence[str] = (),
) -> list[NamedQuery]:
    """One query an object. A relation goes to every object that has it; UnknownNameError if none has."""
    if not objects:
        raise UsageError("Name at least one object to export.", advice="See them with `twentyql objects`.")
    if len(objects) > 1 and (where or fields):
        raise UsageError("--where and --select are for one object.", advice="Export the objects one by one.")
    for path in relations:
        if not any(has_relation(model, name, path) for name in objects):
            known = [r.name for name in objects for r in model.object(name).relations]
            raise UnknownNameError("relation", path.split(".")[0], known, where=f"on {' or '.join(objects)}")
    return [
        whole_query(model, name, [path for path in relations if has_relation(model, name, path)], fields, where)
        for name in dict.fromkeys(model.object(name).singular for name in objects)
    ]


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
    """Takes batches to the sink in their order, each record once a table, off the event loop."""

    def __init__(self, sink: Sink, specs: Sequence[TableSpec], on_rows: OnRows | None) -> None:
        self._sink = sink
        self._tables = {spec.object: spec.name for spec in specs}
        self._seen: dict[str, set[str]] = {spec.object: set() for spec in specs}
        self._on_rows = on_rows
        self._turn = asyncio.Lock()

    async def take(self, batch: Batch) -> None:
        seen = self._seen[batch.read.object]
        fresh = [row for row, key in zip(batch.rows, batch.keys, strict=True) if key[0] not in seen]
        seen.update(key[0] for key in batch.keys)
        table = self._tables[batch.read.object]
        async with self._turn:
            await asyncio.to_thread(self._sink.write, table, fresh)
        if self._on_rows:
            self._on_rows(table, len(fresh))


async def export(
    client: Client,
    objects: Sequence[str],
    to: Path,
    format: str,
    relations: Sequence[str],
    where: Mapping[str, Any] | None,
    fields: Sequence[str],
    on_rows: OnRows | None,
    options: Mapping[str, Any],
) -> Receipt:
    """See `Client.export`."""
    queries = export_queries(client.model, objects, relations, where, fields)
    specs = table_specs(client.model, queries)
    sink = await asyncio.to_thread(lambda: open_sink(to, format, specs, **options))
    writer = _Writer(sink, specs, on_rows)
    receipts: list[Receipt] = []
    try:
        for query in queries:
            async with client.stream(query, on_batch=writer.take) as stream:
                try:
                    async for _ in stream:
                        pass
                finally:
                    receipts.append(stream.receipt)
        receipt = merged(receipts)
        if receipt.verdict == "incomplete":
            await asyncio.to_thread(sink.abort, receipt.as_dict())
        else:
            await asyncio.to_thread(sink.commit, receipt.as_dict())
    except BaseException:
        sink.abort(merged(receipts).as_dict() if receipts else None)
        raise
    return receipt


def merged(receipts: Sequence[Receipt]) -> Receipt:
    """One receipt for several reads: the worst verdict, everything else added up."""
    order = ("complete", "withheld", "incomplete")
    first = receipts[0]
    return replace(
        first,
        verdict=max((r.verdict for r in receipts), key=order.index),
        lists=tuple(part for r in receipts for part in r.lists),
        requests=sum(r.requests for r in receipts),
        tokens=sum(r.tokens for r in receipts),
        retries=sum(r.retries for r in receipts),
        bytes=sum(r.bytes for r in receipts),
        seconds=sum(r.seconds for r in receipts),
        waited=sum(r.waited for r in receipts),
        notes=tuple(note for r in receipts for note in r.notes),
    )

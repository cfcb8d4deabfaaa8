# pyright: basic, reportMissingImports=false
"""A Spark data source: an object of a workspace, read in parallel by ranges of ids, as Arrow batches.

::

    from twentyql.integrations.spark import TwentySource

    spark.dataSource.register(TwentySource)
    people = spark.read.format("twentyql").option("object", "people").load()

Options: ``object`` (needed), ``url``, ``apiKey`` and ``profile`` as in `twentyql.connect` (else each worker's own
environment), ``partitions`` (4), ``where`` (filter JSON), ``receipts`` (a folder that every worker can write to). Each
partition takes an equal share of the workspace's limit, since the workers cannot see each other. A partition that is
not proved whole fails, and with it the job; Spark then tries it again.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec

from twentyql.build.whole import whole_query
from twentyql.client import Client, connect
from twentyql.errors import MissingExtraError, QueryError, UsageError
from twentyql.execute.receipt import Receipt, Tally, check_whole
from twentyql.output.arrow import arrow_schema, to_table
from twentyql.output.nesting import plain, underscored
from twentyql.output.spec import spec_for
from twentyql.plan.model import Span
from twentyql.sync import Background

try:
    from pyspark.sql.datasource import DataSource, DataSourceReader, InputPartition
    from pyspark.sql.pandas.types import from_arrow_schema
except ImportError as error:
    raise MissingExtraError("pyspark", "spark") from error

ROWS = 5_000


@dataclass(frozen=True)
class _Options:
    """What the user asked for, checked."""

    object: str
    settings: Mapping[str, str | None]
    partitions: int
    where: dict[str, Any] | None
    receipts: str | None

    @classmethod
    def of(cls, given: Mapping[str, str]) -> _Options:
        if not given.get("object"):
            raise UsageError("A twentyql source needs its object.", advice='Add .option("object", "people").')
        try:
            where = msgspec.json.decode(given["where"], type=dict[str, Any]) if given.get("where") else None
            partitions = int(given.get("partitions", "4"))
        except (msgspec.MsgspecError, ValueError) as error:
            raise QueryError(f"An option of the source cannot be read: {error}.") from error
        if not 1 <= partitions <= 64:
            raise UsageError(f"A source has 1 to 64 partitions, not {partitions}.")
        settings = {name: given.get(option) for name, option in _SETTINGS.items()}
        return cls(given["object"], settings, partitions, where, given.get("receipts"))

    def connected(self) -> Any:
        return connect(**self.settings, budget=1 / self.partitions)  # type: ignore[arg-type]


_SETTINGS = {"url": "url", "api_key": "apiKey", "profile": "profile"}


class _Range(InputPartition):
    """The ids after ``after`` up to ``upto``; None is the end of the list."""

    def __init__(self, after: str | None, upto: str | None) -> None:
        super().__init__((after, upto))
        self.after, self.upto = after, upto


class TwentySource(DataSource):
    """The data source called ``twentyql``; see the module."""

    @classmethod
    def name(cls) -> str:
        return "twentyql"

    def schema(self) -> Any:
        """Flat columns: ``name_firstName``; options are strings, lists are JSON text, money is decimal."""
        options = _Options.of(self.options)

        async def asked() -> Any:
            async with options.connected() as client:
                spec = spec_for(client.model, options.object)
                return underscored(plain(arrow_schema(spec).empty_table())).schema

        return from_arrow_schema(_run(asked()))

    def reader(self, schema: Any) -> _Reader:
        return _Reader(_Options.of(self.options))


class _Reader(DataSourceReader):
    """Cuts the object on the driver, and reads one range on a worker."""

    def __init__(self, options: _Options) -> None:
        self._options = options

    def partitions(self) -> list[InputPartition]:
        return [_Range(after, upto) for after, upto in pairwise([None, *_run(self._cuts()), None])]

    def read(self, partition: Any) -> Iterator[Any]:
        background = Background()
        try:
            for part in background.iterate(self._read(Span(partition.after, partition.upto))):
                yield from part.to_batches()
        finally:
            background.close()

    async def _cuts(self) -> list[str]:
        """Ids at even places of the list, read by offset: one small request each."""
        async with self._options.connected() as client:
            of = client.model.object(self._options.object)
            query = whole_query(client.model, of.singular, where=self._options.where)
            total = await client.count(query)
            cuts: list[str] = []
            for i in range(1, self._options.partitions if total >= self._options.partitions else 1):
                cuts += await _id_at(client, query, i * total // self._options.partitions)
            return sorted(set(cuts))

    async def _read(self, span: Span) -> AsyncGenerator[Any]:
        async with self._options.connected() as client:
            query = whole_query(client.model, self._options.object, where=self._options.where)
            spec = spec_for(client.model, self._options.object)
            planned = client.plan(query)
            planned = replace(planned, root=replace(planned.root, spans=(span,)))
            async with client.reader.stream(query, planned=planned, tally=Tally(planned)) as stream:
                rows: list[Any] = []
                async for row in stream:
                    rows.append(row)
                    if len(rows) >= ROWS:
                        yield underscored(plain(to_table(spec, rows)))
                        rows = []
                yield underscored(plain(to_table(spec, rows)))
                self._keep(span, stream.receipt)

    def _keep(self, span: Span, receipt: Receipt) -> None:
        check_whole(receipt)
        if self._options.receipts:
            folder = Path(self._options.receipts)
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            saved = {"object": self._options.object, "after": span.after, "upto": span.upto, **receipt.as_dict()}
            (folder / f"{span.after or 'start'}.json").write_bytes(msgspec.json.encode(saved))


async def _id_at(client: Client, query: Any, place: int) -> list[str]:
    read = client.plan(query).root
    of = client.model.object(read.object)
    declared, passed = "$offset: Int", "first: 1, offset: $offset"
    if "filter" in read.variables:
        declared, passed = f"{declared}, $filter: {of.filter_type}", f"{passed}, filter: $filter"
    text = f"query({declared}) {{ {read.root}({passed}) {{ edges {{ node {{ id }} }} }} }}"
    found = await client.run(text, {"offset": place, **read.variables})
    return [edge["node"]["id"] for edge in found[read.root]["edges"]]


def _run(work: Any) -> Any:
    background = Background()
    try:
        return background.run(work)
    finally:
        background.close()

# pyright: basic
"""A dlt source: every object of a workspace as a resource, in Arrow, so that any dlt destination takes it.

::

    import dlt
    from twentyql.integrations.dlt import workspace

    pipeline = dlt.pipeline("crm", destination="duckdb", dataset_name="crm")
    pipeline.run(workspace("companies", "people", "opportunities"))
"""

from __future__ import annotations

import datetime
from collections.abc import AsyncGenerator, Iterator, Sequence
from typing import Any

from twentyql.build.whole import whole_query
from twentyql.client import Client, connect
from twentyql.errors import MissingExtraError
from twentyql.execute.receipt import Receipt, check_whole
from twentyql.introspect.load import Loaded
from twentyql.output.arrow import to_table
from twentyql.output.nesting import plain
from twentyql.output.spec import TableSpec, spec_for
from twentyql.schema.model import ObjectModel, SchemaModel
from twentyql.sync import Background
from twentyql.syncing import DELETED, UPDATED, changed, latest

try:
    import dlt
except ImportError as error:
    raise MissingExtraError("dlt", "dlt") from error

LAG = 600.0


def workspace(
    *objects: str,
    url: str | None = None,
    api_key: str | None = None,
    profile: str | None = None,
    incremental: bool = True,
    lag: float = LAG,
) -> Any:
    """A dlt source with one resource an object (all that have a list, without names), named by its plural.

    Rows come as Arrow tables: composites as columns (``name.firstName``), options as text, lists as JSON. With
    ``incremental``, a second run reads what changed since ``lag`` seconds before the latest ``updatedAt`` of the first
    and merges it by ``id``; records that were deleted softly leave the destination. A record that was destroyed is
    seen by no ``updatedAt``: run with ``incremental=False`` (which replaces the tables) now and then. All resources
    share one connection and so one pace. Settings are those of `twentyql.connect`. A read that is not proved whole
    raises IncompleteError, so that dlt loads nothing of it; receipts are in the state of each resource.
    """
    feed = _Feed(url, api_key, profile)
    model = feed.loaded.model
    wanted = [model.object(name) for name in objects] or [of for of in model if of.roots.many and of.has_field("id")]
    made = [_resource(feed, model, of, wanted, lag if incremental and of.has_field(UPDATED) else None) for of in wanted]

    @dlt.source(name="twenty", max_table_nesting=0)
    def twenty() -> Any:
        return made

    return twenty()


class _Feed:
    """The one connection of a source, open while a resource reads, on a loop that blocks nobody."""

    def __init__(self, url: str | None, api_key: str | None, profile: str | None) -> None:
        self._settings = {"url": url, "api_key": api_key, "profile": profile}
        self._background = Background()
        self._client: Client | None = None
        self._readers = 0
        self.loaded: Loaded = self._background.run(self._introspected())

    async def _introspected(self) -> Loaded:
        async with connect(**self._settings) as client:  # type: ignore[arg-type]
            return client.schema

    def tables(self, spec: TableSpec, since: datetime.datetime | None, bounded: bool) -> Iterator[Any]:
        """The rows of an object as Arrow tables, its receipt last."""
        yield from self._background.iterate(self._read(spec, since, bounded))

    async def _read(
        self, spec: TableSpec, since: datetime.datetime | None, bounded: bool
    ) -> AsyncGenerator[Any | Receipt]:
        client = await self._opened()
        try:
            until = await latest(client, spec.object) if bounded else None
            query = whole_query(
                client.model, spec.object, where=changed(client, spec.object, since, until) if until else None
            )
            async with client.stream(query) as stream:
                rows: list[Any] = []
                async for row in stream:
                    rows.append(row)
                    if len(rows) >= 5_000:
                        yield plain(to_table(spec, rows), ("id", UPDATED))
                        rows = []
                yield plain(to_table(spec, rows), ("id", UPDATED))
                yield stream.receipt
        finally:
            await self._left()

    async def _opened(self) -> Client:
        self._readers += 1
        if self._client is None:
            self._client = await connect(**self._settings, schema=self.loaded)  # type: ignore[arg-type]
        return self._client

    async def _left(self) -> None:
        self._readers -= 1
        if not self._readers and self._client is not None:
            client, self._client = self._client, None
            await client.close()


def _resource(
    feed: _Feed, model: SchemaModel, of: ObjectModel, wanted: Sequence[ObjectModel], lag: float | None
) -> Any:
    spec = spec_for(model, of.singular)
    hints: dict[str, Any] = {
        "name": of.plural,
        "primary_key": "id",
        "write_disposition": "replace" if lag is None else "merge",
        "columns": _columns(spec, hard_delete=lag is not None and of.has_field(DELETED)),
        "references": [
            {"columns": [r.join_column], "referenced_table": target.plural, "referenced_columns": ["id"]}
            for r in of.relations
            if not r.is_to_many and r.join_column
            for target in wanted
            if target.singular == r.target
        ],
    }

    def whole() -> Iterator[Any]:
        yield from _proved(feed.tables(spec, None, bounded=False))

    def since(updated: Any = None) -> Iterator[Any]:
        yield from _proved(feed.tables(spec, updated.start_value, bounded=True))

    if lag is None:
        return dlt.resource(whole, **hints)
    start = datetime.datetime(1, 1, 2, tzinfo=datetime.UTC)
    cursor = dlt.sources.incremental(UPDATED, initial_value=start, lag=lag)
    return dlt.resource(since, **hints)(updated=cursor)


def _proved(parts: Iterator[Any]) -> Iterator[Any]:
    """The tables; the receipt behind them goes to the resource's state, and must be good."""
    for part in parts:
        if isinstance(part, Receipt):
            dlt.current.resource_state()["receipt"] = part.as_dict()
            check_whole(part)
        else:
            yield part


def _columns(spec: TableSpec, hard_delete: bool) -> dict[str, Any]:
    described: dict[str, Any] = {
        column.name: {"description": column.field.description or column.field.label}
        for column in spec.columns
        if not column.field.parts
    }
    if hard_delete:
        described.setdefault(DELETED, {})["hard_delete"] = True
    return described

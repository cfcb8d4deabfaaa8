"""READ FIRST: `connect` and `Client` call the stages in order.

settings -> transport -> introspect (schema, model) -> plan(query) -> execute -> rows, tables, files, and a receipt.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import AbstractContextManager, AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar, overload

from twentyql.administering import Administering
from twentyql.build.named_path import is_path
from twentyql.build.operation import Operation, Pages
from twentyql.build.query import Query
from twentyql.collection import Collection
from twentyql.config import Settings, load_settings
from twentyql.errors import UsageError
from twentyql.execute.hooks import SILENT, Hooks
from twentyql.execute.operation import Operations
from twentyql.execute.pacer import Pacer, PaceState, Rate, shared_pacer
from twentyql.execute.reader import Pace, Reader
from twentyql.execute.receipt import Receipt, Tally, check_whole
from twentyql.execute.requester import Requester
from twentyql.execute.runner import OnBatch
from twentyql.execute.stream import Result, Stream, whole
from twentyql.getting import Loaders
from twentyql.introspect.changed import changed_since
from twentyql.introspect.fetch import fetch, fetch_metadata_sdl, fetch_workspace
from twentyql.introspect.load import Loaded, load
from twentyql.plan.explain import Explanation
from twentyql.plan.model import Plan
from twentyql.schema.dialects import Dialect, dialect
from twentyql.summarizing import Summarizing

if TYPE_CHECKING:
    import pyarrow as pa

    from twentyql.output.linked import LinkedTables
    from twentyql.transport import HttpTransport

D = TypeVar("D")
R = TypeVar("R")


class Client(Administering, Summarizing):
    """One connection to one workspace: it owns the HTTP session, the schema and the pace. Made by `connect`."""

    def __init__(
        self,
        settings: Settings,
        loaded: Loaded,
        transport: HttpTransport,
        pacer: Pacer,
        closing: AsyncExitStack,
        hooks: Hooks = SILENT,
        pace: Pace = "kind",
    ) -> None:
        self._settings = settings
        self._transport = transport
        self._pacer = pacer
        self._hooks = hooks
        self._wanted_pace: Pace = pace
        self._closing = closing
        self._know(loaded)

    def _know(self, loaded: Loaded) -> None:
        self._loaded = loaded
        transport, pacer = self._transport, self._pacer
        self._requester = Requester(
            transport, loaded.schema, pacer, hooks=self._hooks, explain_misfit=lambda: changed_since(transport, loaded)
        )
        self.reader = Reader(self._requester, loaded.model, self.dialect, pacer, pace=self._wanted_pace)
        self.operations = Operations(self._requester, loaded.schema, self.dialect.page_size)
        self.loaders = Loaders(self)
        self.__dict__.pop("sender", None)  # it is made again for the new schema

    @property
    def schema(self) -> Loaded:
        """The GraphQL schema and the data model behind `model`."""
        return self._loaded

    @property
    def dialect(self) -> Dialect:
        """How this kind of server behaves, as data."""
        return dialect(self.model.dialect)

    @property
    def pace(self) -> PaceState:
        """The state of the pace: the limit learnt, the spacing, tokens sent, seconds waited, requests open."""
        return self._pacer.state

    def __getitem__(self, name: str | type[Any]) -> Collection:
        wanted = name if isinstance(name, str) else getattr(name, "_f_wire", name.__name__)
        return Collection(self, wanted if is_path(wanted) else self.model.object(wanted).singular)

    def hearing(self, hooks: Hooks) -> AbstractContextManager[None]:
        """Have ``hooks`` hear of this client's requests, retries and pages too, inside the ``with``."""
        return self._requester.hearing(hooks)

    def _ipython_key_completions_(self) -> list[str]:
        return [of.plural for of in self.model]

    def plan(self, query: Query[Any, Any]) -> Plan:
        """How ``query`` would be read if nothing were known of its rows. Nothing is sent."""
        return self.reader.plain(query)

    def stream(
        self, query: Query[Any, R] | Pages[Any, R], *, timeout: float | None = None, on_batch: OnBatch | None = None
    ) -> Stream[R]:
        """Every row of ``query`` as it arrives; the children of a row are complete when the row is given.

        A generated operation that pages is read to its end too: ``client.stream(ListPeople())`` gives its nodes.

        ``timeout`` is in seconds for the whole read and raises TimeoutError. ``on_batch`` is told of every batch of
        every list, children too. Leaving the loop early stops the read.
        """
        if isinstance(query, Pages):
            return self.operations.stream(query, timeout)
        return self.reader.stream(query, timeout, on_batch)

    async def fetch(self, query: Query[Any, R] | Pages[Any, R], *, timeout: float | None = None) -> Result[R]:
        """Every row of ``query`` at once, with its receipt.

        A row that the server withholds is said in the receipt, whose verdict is then ``withheld``. A read that was
        cancelled or failed keeps what it has: `partial_result` gives it from the error.
        """
        async with self.stream(query, timeout=timeout) as stream:
            return await whole(stream)

    async def tables(self, query: Query[Any, Any], *, timeout: float | None = None) -> dict[str, pa.Table]:
        """Linked Arrow tables, one for each list of the query: ``{"companies": ..., "people": ...}``.

        Every table has the ``id`` of its records and, below the first, the foreign key that leads to its parent.
        """
        tables, receipt = await self._tables(query, timeout)
        return tables.finish(receipt)

    async def frame(
        self,
        query: Query[Any, Any],
        *,
        library: str = "polars",
        nested: bool = False,
        timeout: float | None = None,
    ) -> Any:
        """A polars (or ``library="pandas"``) frame with a row for each record of ``query``.

        Composites and what is read through a to-one are dotted columns (``name.firstName``). ``nested=True`` keeps
        composites as structs and adds the lists of the query, with all of their records; without it only `tables`
        has them. A frame has no room for a receipt, so an incomplete read raises IncompleteError, which carries it,
        and withheld rows warn.
        """
        from twentyql.output.frames import check_library, frame_of

        check_library(library)
        tables, receipt = await self._tables(query, timeout)
        check_whole(receipt)
        return frame_of(tables.finish_nested() if nested else tables.finish_flat(), library)

    async def _tables(self, query: Query[Any, Any], timeout: float | None) -> tuple[LinkedTables, Receipt]:
        from twentyql.output.linked import LinkedTables

        tally = Tally(self.plan(query))
        async with asyncio.timeout(timeout):
            planned = await self.reader.plan(query, tally, together=False)
        tables = LinkedTables(planned, self.model)
        async with self.reader.stream(query, timeout, tables.add, planned=planned, tally=tally) as stream:
            async for _ in stream:
                pass
            return tables, stream.receipt

    async def explain(self, query: Query[Any, Any], *, timeout: float | None = None) -> Explanation:
        """What ``query`` would cost: its requests, tokens, rows, bytes and expected time, why, and the next best plan.

        Nothing is sent but counts and a small sample of each list.
        """
        async with asyncio.timeout(timeout):
            return await self.reader.explain(query)

    async def count(self, query: Query[Any, Any], *, timeout: float | None = None) -> int:
        """How many records meet the conditions of ``query``, by the server's own count."""
        async with asyncio.timeout(timeout):
            return await self.reader.count(query)

    async def export(
        self,
        objects: Sequence[str],
        *,
        to: Path,
        format: str = "parquet",
        relations: Sequence[str] = (),
        where: Mapping[str, Any] | None = None,
        fields: Sequence[str] = (),
        since: datetime | None = None,
        resume: bool = False,
        on_rows: Callable[[str, int], None] | None = None,
        timeout: float | None = None,
        **options: Any,
    ) -> Receipt:
        """Write whole records to one file an object in ``to``, while reading, and the receipt beside them.

        ``relations`` adds the records that they lead to (``"people"``, ``"people.noteTargets"``). Files are moved into
        place only when the read is over; an interrupted one leaves ``.part`` files and a receipt that says so.
        With ``resume`` only what such a one, killed or not, has not read is read.
        ``on_rows`` hears the table and how many rows it got. Raises OutputError, UnknownNameError and ServerErrors.
        """
        from twentyql.exporting import export, export_queries

        queries = export_queries(self.model, objects, relations, where, fields, since)
        async with asyncio.timeout(timeout):
            return await export(self, queries, to, format, on_rows, options, resume=resume)

    async def sync(
        self,
        objects: Sequence[str],
        *,
        to: Path,
        format: str = "duckdb",
        lag: float = 600.0,
        sweep_every: float = 7 * 86_400.0,
        on_rows: Callable[[str, int], None] | None = None,
        timeout: float | None = None,
    ) -> Receipt:
        """Bring the tables of whole objects in ``to`` up to date, as ``duckdb`` or ``parquet``.

        The first run reads all, a later one what changed since ``lag`` seconds before the last one. Records that were
        deleted leave the table; all ids are compared every ``sweep_every`` seconds, and when the server counts other
        than the table. Rows and how far they reach are committed together, or not at all.
        """
        from twentyql.syncing import Timing, sync

        timing = Timing(lag, sweep_every, datetime.now(UTC))
        async with asyncio.timeout(timeout):
            return await sync(self, objects, to, format, timing, on_rows)

    async def snapshot(
        self, to: Path, *, on_rows: Callable[[str, int], None] | None = None, timeout: float | None = None
    ) -> Receipt:
        """Write the data model and every row, deleted ones too, for ``twentyql sandbox --snapshot`` to serve.

        Raises SchemaError where there is no data model, OutputError and ServerErrors.
        """
        from twentyql.exporting import snapshot

        async with asyncio.timeout(timeout):
            return await snapshot(self, to, on_rows)

    @overload
    async def run(self, operation: Operation[D], *, timeout: float | None = None) -> D: ...
    @overload
    async def run(
        self,
        operation: str,
        variables: Mapping[str, Any] | None = None,
        *,
        queries: str | Path = "queries",
        timeout: float | None = None,
    ) -> dict[str, Any]: ...
    async def run(
        self,
        operation: Operation[Any] | str,
        variables: Mapping[str, Any] | None = None,
        *,
        queries: str | Path = "queries",
        timeout: float | None = None,
    ) -> Any:
        """Run a stored operation, and give its ``data`` in just the shape that its file selects.

        ``operation`` is one of the generated classes with its variables (``PipelineByStage(currency="EUR")``), whose
        data is typed; or a name, or a GraphQL text, with ``variables`` beside it, whose data are dicts. Names are
        looked for in the folder ``queries`` and then among those that ship with the package. Variables are checked,
        defaults filled in and ``@include``/``@skip`` decided here, since the server does not.
        """
        async with asyncio.timeout(timeout):
            if isinstance(operation, Operation):
                return await self.operations.run(operation)
            return await self.operations.run_found(self.operations.find(operation, Path(queries)), variables or {})

    async def pull(self) -> Loaded:
        """`schema` with the schema of ``/metadata`` and `workspace` beside it, as ``twentyql pull`` saves it."""
        metadata_sdl, workspace = await fetch_metadata_sdl(self._transport), await self.workspace()
        return replace(self._loaded, metadata_sdl=metadata_sdl, workspace=workspace)

    async def changed(self) -> str | None:
        """How the workspace differs by now from `schema`, in words, or None. Introspects it again."""
        return await changed_since(self._transport, self._loaded)

    async def workspace(self) -> dict[str, Any] | None:
        """``id``, ``displayName`` and ``metadataVersion`` of the workspace, or None where the server has none."""
        return await fetch_workspace(self._transport)

    async def close(self) -> None:
        """Cancel what is still loading and close the HTTP session; a second call does nothing."""
        await self.loaders.close()
        await self._closing.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"<Client of {self._settings.url}, {len(self.model.objects)} objects>"


class Connecting:
    """What `connect` gives: ``async with`` it, or ``await`` it and close the client yourself."""

    def __init__(self, open: Callable[[AsyncExitStack], Awaitable[Client]]) -> None:
        self._open = open
        self._client: Client | None = None

    def __await__(self) -> Generator[Any, None, Client]:
        return self._opened().__await__()

    async def __aenter__(self) -> Client:
        self._client = await self._opened()
        return self._client

    async def __aexit__(self, *_: object) -> None:
        if self._client is not None:
            await self._client.close()

    async def _opened(self) -> Client:
        async with AsyncExitStack() as stack:
            return await self._open(stack)


def connect(
    url: str | None = None,
    api_key: str | None = None,
    *,
    profile: str | None = None,
    schema: str | Path | Loaded | None = None,
    pacer: Pacer | None = None,
    budget: float | None = None,
    hooks: Hooks = SILENT,
    pace: Pace = "kind",
) -> Connecting:
    """Connect to a workspace: ``async with connect() as client`` or ``client = await connect()``.

    ``url`` and ``api_key`` come from the arguments, TWENTY_API_URL and TWENTY_API_KEY, ``.env`` or
    ``[tool.twentyql]``; the url ``"sandbox"`` starts the embedded server. ``schema`` is a folder or file that
    ``twentyql pull`` wrote, or another client's `Client.schema`; without it the server is introspected. Clients of one
    workspace share a pacer in this process; ``budget`` (above 0, at most 1) is their share of the workspace's limit, so
    that others get theirs. ``hooks`` hear of requests, retries and pages.
    A page is sized to take the server 250 ms, so that others need not wait; ``pace="full"`` asks for more.
    Raises ConfigError for settings, and a ServerError for what the server says.
    """
    if url == "sandbox" and api_key is not None:
        raise UsageError("The embedded sandbox makes its own key.", advice="Leave api_key out.")
    known = None if url == "sandbox" else load_settings(url=url, api_key=api_key, profile=profile)

    async def open(stack: AsyncExitStack) -> Client:
        settings = known or await _sandbox_settings(stack)
        from twentyql.transport import HttpTransport  # brings aiohttp and gql, which `generate` does without

        transport = HttpTransport(settings)
        await transport.connect()
        stack.push_async_callback(transport.close)
        loaded = load(Path(schema)) if isinstance(schema, str | Path) else schema or await fetch(transport)
        own = pacer or _pacer(settings, dialect(loaded.model.dialect), budget)
        return Client(settings, loaded, transport, own, stack.pop_all(), hooks, pace)

    return Connecting(open)


def _pacer(settings: Settings, of: Dialect, budget: float | None) -> Pacer:
    """The pacer that all clients of this workspace share in this process."""
    stock = Rate(of.burst, of.window) if of.burst and of.window else None
    return shared_pacer((settings.origin, settings.workspace), stock, budget)


async def _sandbox_settings(stack: AsyncExitStack) -> Settings:
    from twentyql.sandbox import Sandbox

    sandbox = await stack.enter_async_context(Sandbox.demo())
    return load_settings(url=sandbox.url, api_key=sandbox.key)

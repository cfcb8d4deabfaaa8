"""The sandbox as an object: start it, ask it over HTTP, look into its ledger, stop it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from contextvars import copy_context
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from twentyql.errors import ConfigError, UsageError
from twentyql.sandbox.clock import VirtualClock
from twentyql.sandbox.demo import demo_snapshot
from twentyql.sandbox.http.app import App, Times
from twentyql.sandbox.http.auth import Access
from twentyql.sandbox.http.core import Core, for_nothing
from twentyql.sandbox.http.deliveries import Webhooks
from twentyql.sandbox.http.faults import Faults
from twentyql.sandbox.http.index import Index
from twentyql.sandbox.http.ledger import Ledger
from twentyql.sandbox.http.limits import OPEN, Limits, Throttle
from twentyql.sandbox.http.metadata import Metadata
from twentyql.sandbox.http.rest import Rest
from twentyql.sandbox.http.rest_metadata import RestMetadata
from twentyql.sandbox.http.uploads import Uploads
from twentyql.sandbox.model import Model, read_model
from twentyql.sandbox.records.engine import Engine
from twentyql.sandbox.records.image import Image
from twentyql.sandbox.root import Root
from twentyql.sandbox.snapshot import Snapshot, read_snapshot
from twentyql.sandbox.types.core import core_schema
from twentyql.sandbox.workspace.files import Files
from twentyql.sandbox.workspace.hooks import Hooks
from twentyql.sandbox.workspace.keys import Keys
from twentyql.sandbox.workspace.served import Workspace
from twentyql.sandbox.workspace.signing import Signer

ANY_KEY = "sandbox-key"
LIMITS = {"open": OPEN, "stock": Limits(), "newer": Limits(form="new")}
Clock = Callable[[], float]
Sleep = Callable[[float], Awaitable[object]]


class Sandbox:
    """An embedded Twenty-like server on loopback.

    >>> async with Sandbox.demo() as sandbox:
    ...     client = twentyql.connect(sandbox.url, sandbox.key)

    A ``db`` file keeps its rows: one that has some is served as it is, which ``kept`` then says.
    ``actor`` is the name of the key, in which rows are written. ``clock`` is the time in seconds (a `VirtualClock`
    tells dates too) and ``sleep`` how to wait for it.
    ``latency`` is how many seconds longer an answer takes (or tells it, answer by answer), ``page_cap`` the most rows
    that a list has whatever ``first`` asks. ``webhooks`` holds what was delivered, ``engine`` is there after the start.
    Raises ConfigError when the port is taken, SchemaError for a broken snapshot.
    """

    def __init__(
        self,
        make: Callable[[], Snapshot | Image],
        *,
        limits: str | Limits = "open",
        key: str | None = None,
        port: int = 0,
        db: Path | str | None = None,
        clock: Clock = time.monotonic,
        sleep: Sleep | None = None,
        latency: float | Callable[[], float] = 0.0,
        page_cap: int | None = None,
        actor: str = "sandbox",
    ) -> None:
        if port not in range(65_536):
            raise ConfigError(f"A port is a number from 0 to 65535, not {port!r}.", advice="0 takes a free one.")
        self.key = key or ANY_KEY
        self.ledger = Ledger()
        self.faults = Faults()
        self.webhooks = Webhooks(self.faults)
        self.warnings: tuple[str, ...] = ()
        self.kept = False
        self._make = make
        self._limits = _limits(limits)
        self._key = key
        self._keys: Keys | None = None
        self._port = port
        self._db = Path(db) if db is not None else None
        self._clock = clock
        self._time = clock if isinstance(clock, VirtualClock) else None
        self._sleep = sleep or (self._time.sleep if self._time else asyncio.sleep)
        self._latency = latency
        self._page_cap = page_cap
        self._actor = actor
        self._engine: Engine | None = None
        self._worker: ThreadPoolExecutor | None = None
        self._runner: web.AppRunner | None = None

    @classmethod
    def demo(cls, rows: int = 3000, seed: int = 1, **options: Any) -> Self:
        """A sandbox with the demo workspace of ``rows`` people; the same seed makes the same rows."""

        return cls(lambda: demo_snapshot(rows, seed), **options)

    @classmethod
    def from_snapshot(cls, folder: Path | str, **options: Any) -> Self:
        """A sandbox that serves the snapshot in ``folder``."""
        return cls(lambda: read_snapshot(Path(folder)), **options)

    @classmethod
    def of(cls, snapshot: Snapshot, **options: Any) -> Self:
        """A sandbox that serves ``snapshot``."""
        return cls(lambda: snapshot, **options)

    @classmethod
    def copy_of(cls, image: Image, **options: Any) -> Self:
        """A sandbox with the rows of ``image`` in memory; it starts in milliseconds."""
        return cls(lambda: image, **options)

    @property
    def url(self) -> str:
        """The address, ``http://127.0.0.1:PORT``. Raises UsageError while the sandbox does not run."""
        if self._runner is None:
            raise UsageError("The sandbox is not running.", advice="Use it as `async with Sandbox...`.")
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    @property
    def engine(self) -> Engine:
        """The engine behind the server, for tests. Raises UsageError while the sandbox does not run."""
        if self._engine is None:
            raise UsageError("The sandbox is not running.", advice="Use it as `async with Sandbox...`.")
        return self._engine

    def withhold(self, *plurals: str) -> None:
        """Let lists of these objects (plural names) count their rows but not show them, as for want of permission.

        None of them: show all rows again. Raises UsageError for an object that is not there.
        """
        unknown = [name for name in plurals if name not in self.engine.model.by_plural]
        if unknown:
            raise UsageError(f"There is no object {unknown[0]!r} to withhold.", advice="Give plural names: people.")
        self.engine.withheld.clear()
        self.engine.withheld.update(plurals)

    @property
    def session_token(self) -> str:
        """A token as a logged-in user has one: its calls are not throttled. Raises UsageError while it does not run."""
        if self._keys is None:
            raise UsageError("The sandbox is not running.", advice="Use it as `async with Sandbox...`.")
        return self._keys.session()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Load the rows and listen. Does nothing when already running."""
        if self._runner is not None:
            return
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="sandbox")
        try:
            loop = asyncio.get_running_loop()
            await self._listen(await self._work(lambda: self._load(loop)))
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Close connections, engine and thread. Does nothing when not running."""
        self.faults.release()
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()
        await self.webhooks.close()
        if self._worker is not None:
            if self._engine is not None:
                await self._work(self._engine.close)
            self._worker.shutdown()
        self._worker = self._engine = self._keys = None

    async def _work(self, job: Callable[[], Any]) -> Any:
        """Run ``job`` in the one thread that the engine lives in, in the context of the caller."""
        with self._time.busy() if self._time else nullcontext():
            return await asyncio.get_running_loop().run_in_executor(self._worker, copy_context().run, job)

    def _now(self) -> datetime:
        return self._time.now() if self._time else datetime.now(UTC)

    def _make_engine(self, model: Model) -> Engine:
        return Engine(model, self._db, actor=self._actor, now=self._now)

    def _loaded(self, snapshot: Snapshot) -> Engine:
        engine = self._make_engine(read_model(snapshot.objects, snapshot.workspace))
        self.kept = not engine.load(snapshot.rows, into_empty=True)
        return engine

    def _load(self, loop: asyncio.AbstractEventLoop) -> App:
        made = self._make()
        self._engine = made.engine(self._actor, self._now) if isinstance(made, Image) else self._loaded(made)
        self._engine.page_cap = self._page_cap
        self.warnings = tuple(self._engine.warnings)
        return self._app(self._engine, Workspace(self._engine.model, self._engine, self._now), loop)

    def _app(self, engine: Engine, workspace: Workspace, loop: asyncio.AbstractEventLoop) -> App:
        signer = Signer(workspace)
        files = Files(workspace, signer, lambda: self.url)
        hooks = Hooks(workspace, self.webhooks.sender(workspace, files, loop))
        self._keys = keys = Keys(workspace, signer)

        def run(root: Root) -> Any:
            files.check(root)
            return files.signed(engine.run(root), root.selection)

        throttle = Throttle(self._limits, self._clock)
        core = Core(workspace, engine, run, self._work, throttle, self.faults, core_schema)
        metadata = Metadata(workspace, {**hooks.roots(), **keys.roots(), **files.roots()})
        models = RestMetadata(workspace, hooks, keys, metadata.schema)

        def run_free(root: Root, free: bool) -> Awaitable[Any]:
            return core.run_root(root.name, root, "/rest", for_nothing if free else throttle.take)

        rest = Rest(workspace, run_free, models, lambda: self.url, self._work)
        uploads = Uploads(files, self._work)
        access = Access(self._key, keys)
        index = Index(engine, self.ledger, self._clock, self._work, self.key)
        times = Times(self._clock, self._sleep, self._latency, engine.refresh if self._db else None)
        return App(access, core, metadata, rest, uploads, self._work, self.faults, self.ledger, times, index)

    async def _listen(self, app: App) -> None:
        runner = web.AppRunner(app.application(), access_log=None, handler_cancellation=True, shutdown_timeout=0.2)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", self._port).start()
        except OSError as error:
            await runner.cleanup()
            why = error.strerror or str(error)
            advice = "Choose another port, or 0 for a free one."
            raise ConfigError(f"The sandbox cannot listen on 127.0.0.1:{self._port}: {why}.", advice=advice) from error
        self._runner = runner


def _limits(limits: str | Limits) -> Limits:
    if isinstance(limits, Limits):
        return limits
    if limits not in LIMITS:
        raise ConfigError(f"limits is 'stock', 'open', 'newer' or a Limits, not {limits!r}.")
    return LIMITS[limits]

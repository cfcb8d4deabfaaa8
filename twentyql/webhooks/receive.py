"""A receiver of deliveries as an aiohttp application: to mount, or to serve by itself.

    receiver = Receiver(handle, secret=os.environ["TWENTY_WEBHOOK_SECRET"])
    web.run_app(receiver.application())

The server waits 5 seconds, notes a failure and never sends again. So a delivery is verified, put into a queue and
answered at once; handlers run behind the queue, those of one record one after the other.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from twentyql.config import Secret
from twentyql.errors import ConfigError, WebhookRefusedError
from twentyql.webhooks.events import Event, parse
from twentyql.webhooks.order import Order
from twentyql.webhooks.verify import Verifier

Handler = Callable[[Event], Awaitable[object]]
MOST_BYTES = 16 * 1024 * 1024
PATIENCE = 4.0
_STATUS = {"replayed": 409, "malformed": 400}
_log = logging.getLogger("twentyql.webhooks")


@dataclass
class Counts:
    """What became of the deliveries so far. ``refused`` and ``failed`` count by reason."""

    received: int = 0
    handled: int = 0
    late: int = 0
    refused: Counter[str] = field(default_factory=Counter[str])
    failed: Counter[str] = field(default_factory=Counter[str])


class Receiver:
    """Takes deliveries of webhooks and gives each true one to ``handler`` once.

    Exactly one of ``secret`` (one, or several while it is changed), ``verifier`` and ``unsigned=True`` says what is
    believed. ``late=False`` leaves out events that came after a later state of their record. A handler that raises is
    counted in ``counts.failed`` and logged without the record; the event is not tried again.
    """

    def __init__(
        self,
        handler: Handler,
        *,
        secret: str | Secret | Iterable[str | Secret] | None = None,
        verifier: Verifier | None = None,
        unsigned: bool = False,
        late: bool = True,
        workers: int = 8,
        queue: int = 10_000,
    ) -> None:
        if (secret is not None) + (verifier is not None) + unsigned != 1:
            raise ConfigError(
                "A receiver needs a secret.", advice="Or a verifier, or unsigned=True on a private network."
            )
        self.counts = Counts()
        self._handler = handler
        self._verifier = Verifier(secret) if secret is not None else verifier
        self._late = late
        self._order = Order()
        self._queues = [asyncio.Queue[Event](max(1, queue // workers)) for _ in range(workers)]
        self._tasks: list[asyncio.Task[None]] = []

    def application(self, path: str = "/") -> web.Application:
        """The application, which handles events while it runs; ``path`` is where deliveries are posted."""
        app = web.Application(client_max_size=MOST_BYTES)
        app.router.add_post(path, self.receive)
        app.cleanup_ctx.append(self._running)
        return app

    async def receive(self, request: web.Request) -> web.Response:
        """Answer one delivery: 200 taken, 401 not the server's, 409 came before, 400 no event, 503 too many waiting."""
        self.counts.received += 1
        try:
            body = await request.read()
            if self._verifier is not None:
                self._verifier.check(body, request.headers)
            event = parse(body)
        except WebhookRefusedError as error:
            self.counts.refused[error.why] += 1
            return web.json_response({"error": error.message}, status=_STATUS.get(error.why, 401))
        try:
            await asyncio.wait_for(self.offer(event), PATIENCE)
        except TimeoutError:
            self.counts.failed["queue full"] += 1
            return web.json_response({"error": "too many events are waiting"}, status=503)
        return web.json_response({"taken": True})

    async def offer(self, event: Event) -> None:
        """Put an event into the queue, as `reconcile` does with what it found; waits while the queue is full."""
        placed = self._order.place(event)
        if placed is None:
            return
        if placed.late:
            self.counts.late += 1
            if not self._late:
                return
        await self._queues[hash(placed.id) % len(self._queues)].put(placed)

    async def settled(self) -> None:
        """Wait until every event that was taken is handled."""
        for queue in self._queues:
            await queue.join()

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[Receiver]:
        """Handle events inside the ``async with``, and to their end when it is left."""
        self._tasks = [asyncio.create_task(self._work(queue), name="twentyql webhooks") for queue in self._queues]
        try:
            yield self
            await self.settled()
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _running(self, app: web.Application) -> AsyncIterator[None]:
        async with self.running():
            yield

    async def _work(self, queue: asyncio.Queue[Event]) -> None:
        while True:
            event = await queue.get()
            try:
                await self._handler(event)
                self.counts.handled += 1
            except Exception as error:
                self.counts.failed[type(error).__name__] += 1
                _log.error("the handler failed on %s: %s", event.name, type(error).__name__)
            finally:
                queue.task_done()


@asynccontextmanager
async def serve(receiver: Receiver, port: int = 0, path: str = "/") -> AsyncGenerator[int]:
    """Serve a receiver on loopback inside the ``async with``, which gives the port. Raises ConfigError."""
    runner = web.AppRunner(receiver.application(path), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, "127.0.0.1", port).start()
        except OSError as error:
            why = error.strerror or error
            raise ConfigError(
                f"Nothing can listen on 127.0.0.1:{port}: {why}.", advice="Choose another port."
            ) from error
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()

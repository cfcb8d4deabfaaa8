"""Webhooks on their way: one signed POST a record, to loopback only, never retried.

As the real server sends them: up to 20 at once and so in no order, each given up after 5 seconds, a failure only noted.
The signature is the HMAC-SHA256 of ``{timestamp}:{body}`` by the webhook's secret, in hex; the nonce is not signed.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import msgspec

from twentyql.sandbox.http.faults import Fault, Faults
from twentyql.sandbox.http.signal import Signal
from twentyql.sandbox.records.events import Event
from twentyql.sandbox.workspace.files import Files
from twentyql.sandbox.workspace.hooks import Hook
from twentyql.sandbox.workspace.served import Workspace

AT_ONCE = 20
PATIENCE = 5.0
LOST = frozenset({Fault.WEBHOOK_LOST})
REPEATED = frozenset({Fault.WEBHOOK_REPEATED})
BLOCKED = "The sandbox delivers to loopback only."


@dataclass(frozen=True, slots=True)
class Delivery:
    """One POST of a webhook: what was sent, and what came of it.

    ``status`` is the receiver's answer, None where there was none; ``error`` says why then. ``seconds`` is how long it
    took. ``body`` and ``headers`` are as sent, the signature among them.
    """

    webhook: str
    url: str
    event: str
    record: str
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    status: int | None = None
    error: str | None = None
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether the receiver took it."""
        return self.status is not None and 200 <= self.status < 300


class Webhooks:
    """The ledger of what was delivered, in the order in which the answers came; and the sender.

    ``patience`` is how many seconds a receiver has for its answer.
    """

    def __init__(self, faults: Faults) -> None:
        self.deliveries: list[Delivery] = []
        self.patience = PATIENCE
        self._faults = faults
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._open = 0  # told of by the engine, and not yet done with
        self._done = Signal()
        self._lock = Lock()

    def __iter__(self) -> Iterator[Delivery]:
        return iter(list(self.deliveries))

    def __len__(self) -> int:
        return len(self.deliveries)

    def __getitem__(self, index: int) -> Delivery:
        return self.deliveries[index]

    def clear(self) -> None:
        """Forget what was delivered."""
        self.deliveries.clear()

    async def settled(self) -> None:
        """Wait until nothing is on its way any more; in any event loop."""
        await self._done.until(lambda: not self._open)

    def _count(self, change: int) -> None:
        with self._lock:
            self._open += change
        self._done.give()

    def sender(
        self, workspace: Workspace, files: Files, loop: asyncio.AbstractEventLoop
    ) -> Callable[[Sequence[tuple[Event, Hook]]], None]:
        """What is called in the engine's thread with events and the webhooks that want them; ``loop`` sends them."""

        def send(pairs: Sequence[tuple[Event, Hook]]) -> None:
            if pairs:
                self._count(len(pairs))
                loop.call_soon_threadsafe(self._start, [_delivery(workspace, files, *pair) for pair in pairs])

        return send

    def _start(self, deliveries: Sequence[Delivery]) -> None:
        for delivery in deliveries:
            if self._faults.take(LOST, "webhook", [delivery.event]):
                self._count(-1)
                continue
            self._put(delivery)
            if self._faults.take(REPEATED, "webhook", [delivery.event]):
                self._count(1)
                self._put(_again(delivery))

    def _put(self, delivery: Delivery) -> None:
        task = asyncio.create_task(self._send(delivery))
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._count(-1)

    async def _send(self, delivery: Delivery) -> None:
        async with self._gate:
            if not is_loopback(delivery.url):
                self.deliveries.append(replace(delivery, error=BLOCKED))
                return
            loop = asyncio.get_running_loop()
            started, status, error = loop.time(), None, None
            try:
                status = await self._post(delivery)
            except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as failed:
                error = f"{type(failed).__name__}: {failed}"
            seconds = loop.time() - started
            self.deliveries.append(replace(delivery, status=status, error=error, seconds=seconds))

    async def _post(self, delivery: Delivery) -> int:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        limit, body, headers = aiohttp.ClientTimeout(total=self.patience), delivery.body, delivery.headers
        posted = self._session.post(delivery.url, data=body, headers=headers, timeout=limit, allow_redirects=False)
        async with posted as response:
            await response.read()
            return response.status

    async def close(self) -> None:
        """Give up what is on its way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
        self._session = None
        self._count(-self._open)


def is_loopback(url: str) -> bool:
    """Whether a URL names this machine and no other."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _delivery(workspace: Workspace, files: Files, event: Event, hook: Hook) -> Delivery:
    name = f"{event.object.singular}.{event.action}"
    payload: dict[str, Any] = {
        "targetUrl": hook["targetUrl"],
        "eventName": name,
        "objectMetadata": {"id": event.object.id, "nameSingular": event.object.singular},
        "workspaceId": str(workspace.info["id"]),
        "webhookId": hook["id"],
        "eventDate": workspace.moment(),
        "record": files.record(event.record),
    }
    if event.updated is not None:
        payload["updatedFields"] = list(event.updated)
    body = msgspec.json.encode(payload)
    headers = signed(body, str(hook.get("secret") or ""), str(round(workspace.now().timestamp() * 1000)))
    return Delivery(str(hook["id"]), str(hook["targetUrl"]), name, str(event.record["id"]), body, headers)


def signed(body: bytes, secret: str, timestamp: str) -> dict[str, str]:
    """The headers of a delivery; without a secret it is not signed."""
    headers = {"Content-Type": "application/json"}
    if secret:
        digest = hmac.new(secret.encode(), f"{timestamp}:".encode() + body, hashlib.sha256)
        headers["X-Twenty-Webhook-Timestamp"] = timestamp
        headers["X-Twenty-Webhook-Signature"] = digest.hexdigest()
        headers["X-Twenty-Webhook-Nonce"] = secrets.token_hex(16)
    return headers


def _again(delivery: Delivery) -> Delivery:
    """The same once more, under another nonce, as when the job that sends it is run twice."""
    nonce = {"X-Twenty-Webhook-Nonce": secrets.token_hex(16)} if "X-Twenty-Webhook-Nonce" in delivery.headers else {}
    return replace(delivery, headers={**delivery.headers, **nonce})

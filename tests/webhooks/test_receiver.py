"""The receiver as a server: what it refuses, that it handles each delivery once, duplicates, disorder, a burst."""

from __future__ import annotations

import asyncio
import datetime
import json
import time
from collections import Counter
from typing import Any

import aiohttp
import pytest

from twentyql.client import Client
from twentyql.errors import ConfigError, QueryError, RecordNotFoundError
from twentyql.sandbox import Fault, Sandbox
from twentyql.webhooks.events import Event, parse
from twentyql.webhooks.receive import Receiver, serve
from twentyql.webhooks.verify import SIGNATURE, TIMESTAMP, sign

SECRET = "s3cret"


def body(number: int, action: str = "updated", when: str = "2026-01-01T00:00:00.000Z", **more: Any) -> bytes:
    record = {"id": f"20202020-0000-4000-8000-{number:012}", "updatedAt": when, **more}
    return json.dumps({"eventName": f"company.{action}", "record": record, "updatedFields": ["name"]}).encode()


def signed(data: bytes, at: float | None = None, secret: str = SECRET) -> dict[str, str]:
    moment = round((time.time() if at is None else at) * 1000)
    return {TIMESTAMP: str(moment), SIGNATURE: sign(secret, moment, data), "Content-Type": "application/json"}


class Handler:
    def __init__(self) -> None:
        self.events: list[Event] = []

    async def __call__(self, event: Event) -> None:
        if event.record.get("name") == "fail":
            raise RuntimeError("of the handler")
        self.events.append(event)

    @property
    def names(self) -> Counter[str]:
        return Counter(event.name for event in self.events)


async def post(session: aiohttp.ClientSession, url: str, data: bytes, headers: dict[str, str]) -> int:
    async with session.post(url, data=data, headers=headers) as response:
        await response.read()
        return response.status


async def test_forged_altered_stale_replayed_and_junk_are_refused() -> None:
    handler = Handler()
    receiver = Receiver(handler, secret=SECRET)
    async with serve(receiver) as port, aiohttp.ClientSession() as session:
        url, data = f"http://127.0.0.1:{port}/", body(1)
        good = signed(data)
        assert await post(session, url, data, {}) == 401
        assert await post(session, url, data, signed(data, secret="other")) == 401
        assert await post(session, url, body(2), good) == 401
        assert await post(session, url, data, signed(data, at=time.time() - 3600)) == 401
        assert handler.events == []
        assert await post(session, url, data, good) == 200
        assert await post(session, url, data, {**good, "X-Twenty-Webhook-Nonce": "1"}) == 409
        for junk in (b"", b"[]", b"\xff", b'{"eventName":"x"}', b'{"eventName":"company.eaten","record":{"id":"1"}}'):
            assert await post(session, url, junk, signed(junk)) == 400
        await receiver.settled()
    assert [event.id[-1] for event in handler.events] == ["1"]
    assert dict(receiver.counts.refused) == {"unsigned": 1, "forged": 2, "stale": 1, "replayed": 1, "malformed": 5}


async def test_a_failing_handler_stops_nothing() -> None:
    handler = Handler()
    receiver = Receiver(handler, unsigned=True, workers=1)
    async with serve(receiver) as port, aiohttp.ClientSession() as session:
        url = f"http://127.0.0.1:{port}/"
        assert await post(session, url, body(1, name="fail"), {}) == 200
        assert await post(session, url, body(2), {}) == 200
    assert [event.id[-1] for event in handler.events] == ["2"]
    assert receiver.counts.failed == {"RuntimeError": 1}


async def test_disorder_is_told_or_left_out() -> None:
    states = [("00:00:02", "updated"), ("00:00:01", "updated"), ("00:00:03", "deleted"), ("00:00:04", "destroyed")]
    for late, expected in ((True, [False, True, False, False]), (False, [False, False, False])):
        handler = Handler()
        receiver = Receiver(handler, unsigned=True, late=late)
        async with receiver.running():
            for moment, action in states:
                await receiver.offer(parse(body(1, action, f"2026-01-01T{moment}.000Z")))
        assert [event.late for event in handler.events] == expected
        assert receiver.counts.late == 1


async def test_who_is_believed_must_be_said() -> None:
    with pytest.raises(ConfigError):
        Receiver(Handler())
    with pytest.raises(ConfigError):
        Receiver(Handler(), secret=SECRET, unsigned=True)


async def burst(count: int) -> None:
    handler = Handler()
    receiver = Receiver(handler, secret=SECRET)
    async with serve(receiver) as port, aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=20)) as session:
        url = f"http://127.0.0.1:{port}/"
        gate = asyncio.Semaphore(20)  # as many as the server sends at once

        async def send(number: int) -> int:
            data = body(number)
            async with gate:
                return await post(session, url, data, signed(data))

        assert Counter(await asyncio.gather(*map(send, range(count)))) == {200: count}
        await receiver.settled()
    assert Counter(event.id for event in handler.events) == Counter(parse(body(n)).id for n in range(count))
    assert receiver.counts.handled == count


async def test_a_burst_is_handled_once_each() -> None:
    await burst(300)


@pytest.mark.soak
async def test_a_burst_of_ten_thousand_is_handled_once_each() -> None:
    await burst(10_000)


async def test_the_whole_way_with_a_server(client: Client, sandbox: Sandbox) -> None:
    handler = Handler()
    receiver = Receiver(handler, secret=SECRET)
    async with serve(receiver) as port:
        webhook = await client.webhooks.create(
            f"http://127.0.0.1:{port}/", ["company.*", "person.created"], secret=SECRET
        )
        sandbox.faults.add(Fault.WEBHOOK_REPEATED, times=1)
        made = await client["companies"].create({"name": "Acme"})
        await client["companies"].update(made["id"], {"name": "Acme Ltd"})
        await client["companies"].delete(made["id"])
        await client["companies"].restore(made["id"])
        await client["companies"].destroy(made["id"])
        await client["people"].create_many([{"name": f"P {n}"} for n in range(30)])
        await client["people"].update_where({"name": {"firstName": {"eq": "P"}}}, {"jobTitle": "x"})
        await sandbox.webhooks.settled()
        await receiver.settled()
        actions = ("created", "updated", "deleted", "restored", "destroyed")
        assert handler.names == {**{f"company.{action}": 1 for action in actions}, "person.created": 30}
        assert receiver.counts.refused == {"replayed": 1}
        changed = next(event for event in handler.events if event.name == "company.updated")
        assert (changed.id, changed.record["name"]) == (made["id"], "Acme Ltd")
        assert "name" in changed.updated_fields
        assert changed.webhook == webhook.id


async def test_webhooks_are_managed(client: Client) -> None:
    made = await client.webhooks.create("https://hooks.example/x", ["company.created"], secret=SECRET, description="d")
    assert SECRET not in repr(made)
    assert made in await client.webhooks.list()
    changed = await client.webhooks.update(made.id, operations=["*.*"])
    assert (changed.operations, changed.url) == (("*.*",), made.url)
    assert (await client.webhooks.delete(made.id)).id == made.id
    assert await client.webhooks.get(made.id) is None
    with pytest.raises(RecordNotFoundError):
        await client.webhooks.delete(made.id)
    with pytest.raises(QueryError, match="compny"):
        await client.webhooks.create("https://hooks.example/x", ["compny.created"])
    with pytest.raises(ConfigError):
        await client.webhooks.create("not an address")


async def test_what_was_lost_is_found_by_polling(client: Client, sandbox: Sandbox) -> None:
    handler = Handler()
    receiver = Receiver(handler, secret=SECRET)
    since = datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=1)
    async with serve(receiver) as port:
        await client.webhooks.create(f"http://127.0.0.1:{port}/", ["company.*"], secret=SECRET)
        came = await client["companies"].create({"name": "Came"})
        sandbox.faults.add(Fault.WEBHOOK_LOST, times=None)
        lost = await client["companies"].create({"name": "Lost"})
        gone = await client["companies"].create({"name": "Gone"})
        await client["companies"].delete(gone["id"])
        await sandbox.webhooks.settled()
        await receiver.settled()
        assert [event.id for event in handler.events] == [came["id"]]
        found = [event async for event in client.changes("companies", since)]
        for event in found:
            await receiver.offer(event)
        await receiver.settled()
    assert {event.id: event.action for event in found} == {
        came["id"]: "created",
        lost["id"]: "created",
        gone["id"]: "deleted",
    }
    assert Counter(event.id for event in handler.events) == Counter([came["id"], lost["id"], gone["id"]])


async def test_polling_again_gives_only_what_is_new(client: Client) -> None:
    since = datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=1)
    first = await client["companies"].create({"name": "First"})
    rounds = 0

    async def sleep(seconds: float) -> None:
        nonlocal rounds
        rounds += 1
        if rounds == 1:
            await client["companies"].create({"name": "Second"})

    from twentyql.webhooks.reconcile import changes

    seen: list[Any] = []
    async for event in changes(client, "companies", since, every=5, sleep=sleep):
        seen.append(event.record["name"])
        if len(seen) == 2:
            break
    assert (seen, rounds) == (["First", "Second"], 1)
    assert first["id"]

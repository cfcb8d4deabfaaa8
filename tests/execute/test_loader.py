"""What a batch promises: one request, every answer to its own caller, and nothing for callers who left."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from twentyql.errors import RecordNotFoundError, ServerFaultError
from twentyql.execute.loader import Loader


class Server:
    def __init__(self, missing: Sequence[str] = (), fails: bool = False) -> None:
        self.asked: list[list[str]] = []
        self.missing = missing
        self.fails = fails
        self.gate = asyncio.Event()
        self.gate.set()
        self.begun = asyncio.Event()
        self.cancelled = 0

    async def read(self, ids: Sequence[str]) -> dict[str, str]:
        self.asked.append(list(ids))
        self.begun.set()
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.fails:
            raise ServerFaultError("down")
        return {id: f"row {id}" for id in reversed(ids) if id not in self.missing}


async def test_one_tick_is_one_request_in_any_order() -> None:
    server = Server()
    loader = Loader("person", server.read, 200)
    rows = await asyncio.gather(*(loader.load(str(i % 300)) for i in range(1000)))
    assert rows == [f"row {i % 300}" for i in range(1000)]
    assert [len(ids) for ids in server.asked] == [200, 100]


async def test_a_missing_record_fails_its_own_callers_only() -> None:
    server = Server(missing=["b"])
    loader = Loader("person", server.read, 200)
    a, b, again = await asyncio.gather(*(loader.load(key) for key in "abb"), return_exceptions=True)
    assert a == "row a"
    assert isinstance(b, RecordNotFoundError)
    assert isinstance(again, RecordNotFoundError)
    assert again is not b


async def test_a_failed_request_fails_all_of_its_callers_and_no_later_one() -> None:
    server = Server(fails=True)
    loader = Loader("person", server.read, 200)
    errors = await asyncio.gather(loader.load("a"), loader.load("b"), return_exceptions=True)
    assert all(isinstance(error, ServerFaultError) for error in errors)
    server.fails = False
    assert await loader.load("a") == "row a"


async def test_cancelled_keys_are_not_asked_for() -> None:
    server = Server()
    loader = Loader("person", server.read, 200)

    async def leave() -> None:
        left.cancel()

    left = asyncio.create_task(loader.load("a"))
    stays = asyncio.create_task(loader.load("b"))
    await asyncio.create_task(leave())  # in the tick of both calls
    assert await stays == "row b"
    assert left.cancelled()
    assert server.asked == [["b"]]


async def test_a_request_that_nobody_waits_for_is_cancelled() -> None:
    server = Server()
    server.gate.clear()
    loader = Loader("person", server.read, 200)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await asyncio.gather(loader.load("a"), loader.load("b"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert server.cancelled == 1
    assert not loader._running


async def test_closing_cancels_callers() -> None:
    server = Server()
    server.gate.clear()
    loader = Loader("person", server.read, 200)
    waits = asyncio.create_task(loader.load("a"))
    await server.begun.wait()
    await loader.close()
    with pytest.raises(asyncio.CancelledError):
        await waits


async def test_callers_share_no_dict() -> None:
    async def read(ids: Sequence[str]) -> dict[str, dict[str, str]]:
        return {id: {"id": id} for id in ids}

    loader = Loader("person", read, 200)
    first, second = await asyncio.gather(loader.load("a"), loader.load("a"))
    first["id"] = "changed"
    assert second == {"id": "a"}

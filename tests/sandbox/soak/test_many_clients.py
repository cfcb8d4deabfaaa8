"""Many clients at once: no lost update, no error, and the counts add up; on one server, and on two of one file."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from clients import CREATE, Worker, all_work

from twentyql.sandbox import Sandbox
from twentyql.sandbox.root import Root

pytestmark = pytest.mark.soak
CLIENTS = 32
MINUTE = 60.0
TOTAL = "{people{totalCount countUniqueValuesId}}"


async def test_32_clients_for_a_minute(tmp_path: Path) -> None:
    async with Sandbox.demo(rows=3000, db=tmp_path / "soak.db") as sandbox:
        before = sandbox.engine.counts()["people"]
        workers = [Worker(sandbox.url, number) for number in range(CLIENTS)]
        steps = await all_work(workers, MINUTE)
        after = sandbox.engine.counts()["people"]
        print(f"{steps} steps of {CLIENTS} clients, {len(sandbox.ledger)} requests, {after[0]} people")
        assert after == (before[0] + sum(len(worker.known) for worker in workers), before[1])
        assert {entry.status for entry in sandbox.ledger} == {200}
        assert not any(entry.codes for entry in sandbox.ledger)
        assert steps > 1000


async def test_a_killed_process_loses_nothing_that_it_said_yes_to(tmp_path: Path) -> None:
    db, made = tmp_path / "killed.db", list[str]()
    headers = {"Authorization": "Bearer k"}
    async with asyncio.timeout(60), served(db, kill=True) as url, aiohttp.ClientSession(headers=headers) as session:
        while len(made) < 100:
            made += [row["id"] for row in (await Worker(url, 1).ask(session, CREATE, data=[{}]))["createPeople"]]
    assert len(made) == 100
    async with Sandbox.demo(rows=200, db=db) as again:
        assert again.kept
        root = Root("people", {"filter": {"id": {"in": made}}}, {"totalCount": {}})
        assert again.engine.run(root) == {"totalCount": 100}


@asynccontextmanager
async def served(db: Path, *, kill: bool = False) -> AsyncIterator[str]:
    """A sandbox in a process of its own on ``db``; its address. At the end it is stopped, or killed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "twentyql", "sandbox", "--rows", "200", "--db", str(db)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, "PYTHONWARNINGS": "default"},
    )
    try:
        assert process.stdout is not None
        line = (await process.stdout.readline()).decode()
        yield line.strip().removeprefix("TWENTY_API_URL=")
        process.send_signal(signal.SIGKILL if kill else signal.SIGINT)
        assert await process.wait() == (-signal.SIGKILL if kill else 0)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def a_new_field_is_there_in_both(session: aiohttp.ClientSession, one: str, other: str) -> None:
    """What one process adds to the data model, the other serves at its next request."""

    async def ask(url: str, query: str, **variables: str) -> Any:
        async with session.post(url, json={"query": query, "variables": variables}) as response:
            return (await response.json())["data"]

    objects = await ask(f"{one}/metadata", "{objects(paging:{first:100}){edges{node{id nameSingular}}}}")
    person = next(e["node"]["id"] for e in objects["objects"]["edges"] if e["node"]["nameSingular"] == "person")
    field = '{objectMetadataId:$id,type:TEXT,name:"nick",label:"Nick"}'
    await ask(f"{one}/metadata", f"mutation($id:UUID!){{createOneField(input:{{field:{field}}}){{id}}}}", id=person)
    made = await ask(f"{other}/graphql", 'mutation{createPerson(data:{nick:"Al"}){id}}')
    found = await ask(f"{one}/graphql", '{people(filter:{nick:{eq:"Al"}}){edges{node{id nick}}}}')
    assert found["people"]["edges"] == [{"node": {"id": made["createPerson"]["id"], "nick": "Al"}}]


async def test_two_processes_on_one_file(tmp_path: Path) -> None:
    db = tmp_path / "both.db"
    async with asyncio.timeout(120), AsyncExitStack() as stack:
        urls = await asyncio.gather(*(stack.enter_async_context(served(db)) for _ in range(2)))
        workers = [Worker(urls[number % 2], number) for number in range(16)]
        steps = await all_work(workers, 20)
        mine = sum(len(worker.known) for worker in workers)
        async with aiohttp.ClientSession(headers={"Authorization": "Bearer k"}) as session:
            counts = []
            for url in urls:
                async with session.post(f"{url}/graphql", json={"query": TOTAL}) as response:
                    counts.append((await response.json())["data"]["people"])
            await a_new_field_is_there_in_both(session, *urls)
        print(f"{steps} steps on two processes, {counts}")
        assert counts[0] == counts[1]
        assert counts[0]["totalCount"] == counts[0]["countUniqueValuesId"]
        async with Sandbox.demo(rows=200) as fresh:
            assert counts[0]["totalCount"] == fresh.engine.counts()["people"][0] + mine

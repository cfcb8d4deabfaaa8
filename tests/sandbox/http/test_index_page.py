"""The index page: what it shows, that it escapes all of it, and whom it answers."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html import unescape

import aiohttp
import pytest
from graphql import parse

from twentyql.sandbox import Sandbox, Snapshot
from twentyql.sandbox.demo import demo_snapshot
from twentyql.sandbox.model import read_model
from twentyql.sandbox.page.render import sample

EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&"


def hostile() -> Snapshot:
    """A demo whose labels, descriptions and workspace are markup, and that has a row which points to nothing."""
    made = demo_snapshot(20, 1)
    nodes = [{**node, "labelSingular": EVIL, "description": EVIL} for node in made.objects]
    people = [{**row, "companyId": "11111111-1111-4111-8111-111111111111"} for row in made.rows["people"]]
    return Snapshot(nodes, {**made.workspace, "displayName": EVIL}, {**made.rows, "people": people})


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    return hostile()


@pytest.fixture
async def sandbox(snapshot: Snapshot) -> AsyncIterator[Sandbox]:
    async with Sandbox.of(snapshot, key=f"k{EVIL}") as running:
        yield running


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


async def test_it_shows_objects_counts_and_ledger_with_everything_escaped(
    sandbox: Sandbox, session: aiohttp.ClientSession
) -> None:
    headers = {"Authorization": f"Bearer {sandbox.key}"}
    body = {"query": f'query Q{{people(first:1,filter:{{jobTitle:{{eq:"{EVIL[:9]}"}}}}){{totalCount}}}}'}
    await session.post(f"{sandbox.url}/graphql", json=body, headers=headers)
    await session.post(f"{sandbox.url}/no<script>way")
    response = await session.get(sandbox.url)
    text = await response.text()
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert EVIL not in text
    assert text.count("<script") == text.count("</script>") == 1
    assert "<img" not in text
    assert EVIL in unescape(text)
    assert "Q: people" in text
    assert "2 requests, 1 token<" in text
    assert "1 warning<" in text
    living, binned = sandbox.engine.counts()["companies"]
    assert f'<td class="number">{living}</td><td class="number">{binned}</td>' in text
    assert living + binned == 10
    assert not re.search(r"https?://(?!127\.0\.0\.1)", text), "nothing is fetched from elsewhere"


async def test_the_state_follows_and_neither_is_in_the_ledger(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    for _ in range(3):
        state = await (await session.get(f"{sandbox.url}/sandbox/state")).json()
        await session.get(sandbox.url)
    assert (state["ledger"], state["asked"]) == ([], "0 requests, 0 tokens")
    headers = {"Authorization": f"Bearer {sandbox.key}"}
    await session.post(f"{sandbox.url}/graphql", json={"query": "mutation{createPerson{id}}"}, headers=headers)
    await session.post(
        f"{sandbox.url}/graphql", json={"query": 'mutation{createPerson(data:{city:"X"}){id}}'}, headers=headers
    )
    after = await (await session.get(f"{sandbox.url}/sandbox/state")).json()
    assert after["counts"]["people"][0] == state["counts"]["people"][0] + 1
    assert len(after["ledger"]) == 2
    assert "X" not in str(after["ledger"])


async def test_a_ledger_that_keeps_the_newest_still_counts_all(
    sandbox: Sandbox, session: aiohttp.ClientSession
) -> None:
    sandbox.ledger.most = 2
    headers = {"Authorization": f"Bearer {sandbox.key}"}
    for first in range(5):
        body = {"query": f"{{people(first:{first}){{totalCount}}}}"}
        await session.post(f"{sandbox.url}/graphql", json=body, headers=headers)
    await sandbox.ledger.until(5)
    assert [call.arguments["first"] for call in sandbox.ledger.asked("people")] == [3, 4]
    assert (len(sandbox.ledger), sandbox.ledger.answered, sandbox.ledger.tokens) == (2, 5, 5)
    state = await (await session.get(f"{sandbox.url}/sandbox/state")).json()
    assert (len(state["ledger"]), state["asked"]) == (2, "5 requests, 5 tokens")


@pytest.mark.parametrize("path", ["/", "/sandbox/state"])
async def test_a_foreign_host_gets_nothing(sandbox: Sandbox, session: aiohttp.ClientSession, path: str) -> None:
    response = await session.get(sandbox.url + path, headers={"Host": "evil.example"})
    assert response.status == 403
    assert sandbox.key not in await response.text()


def test_every_sample_is_graphql(snapshot: Snapshot) -> None:
    model = read_model(snapshot.objects, snapshot.workspace)
    for record in model.objects:
        assert parse(sample(model, record))

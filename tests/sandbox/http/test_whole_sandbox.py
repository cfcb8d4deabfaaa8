"""The sandbox with its own engine: the demo, a database file that outlives it, and what a start costs."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest

from twentyql.errors import SchemaError
from twentyql.sandbox import Sandbox

CREATE = "mutation($d: CompanyCreateInput!) {createCompany(data: $d) {id name}}"
NAMED = '{companies(filter: {name: {eq: "Kept Ltd"}}) {totalCount}}'


async def post(sandbox: Sandbox, query: str, variables: Any = None, path: str = "/graphql") -> Any:
    headers = {"Authorization": f"Bearer {sandbox.key}"}
    async with aiohttp.ClientSession() as session:
        body = {"query": query, "variables": variables}
        response = await session.post(sandbox.url + path, json=body, headers=headers)
        return await response.json()


async def test_the_demo_is_the_same_for_the_same_seed():
    answers = []
    for seed in (1, 1, 2):
        async with Sandbox.demo(rows=60, seed=seed) as sandbox:
            answers.append(await post(sandbox, "{people(first: 60) {totalCount edges {node {id name {lastName}}}}}"))
            assert sandbox.warnings == ()
    assert answers[0] == answers[1] != answers[2]
    assert 0 < answers[0]["data"]["people"]["totalCount"] <= 60


async def test_a_database_file_keeps_what_was_written(tmp_path):
    for passed in (0, 1):
        async with Sandbox.demo(rows=40, db=tmp_path / "rows.db") as sandbox:
            before = (await post(sandbox, "{companies {totalCount}}"))["data"]["companies"]["totalCount"]
            assert (await post(sandbox, NAMED))["data"]["companies"]["totalCount"] == passed
            if not passed:
                assert (await post(sandbox, CREATE, {"d": {"name": "Kept Ltd"}}))["data"]["createCompany"]["id"]
                first = before
    assert before == first + 1


async def test_engine_knobs_reach_the_answers():
    async with Sandbox.demo(rows=80) as sandbox:
        sandbox.engine.page_cap = 7
        page = (await post(sandbox, "{people(first: 50) {edges {node {id}} pageInfo {hasNextPage}}}"))["data"]["people"]
        assert (len(page["edges"]), page["pageInfo"]["hasNextPage"]) == (7, True)
        sandbox.engine.withheld.add("people")
        withheld = (await post(sandbox, "{people {totalCount edges {node {id}}}}"))["data"]["people"]
        assert withheld["edges"] == []
        assert withheld["totalCount"] > 0


async def test_rest_follows_relations_at_depth_one():
    async with Sandbox.demo(rows=40) as sandbox, aiohttp.ClientSession() as session:
        url = sandbox.url + "/rest/people?limit=3&depth=1&filter=companyId[is]:NOT_NULL"
        response = await session.get(url, headers={"Authorization": "Bearer x"})
        for person in (await response.json())["data"]["people"]:
            assert person["company"]["id"] == person["companyId"]
            assert isinstance(person["noteTargets"], list)


async def test_parallel_requests_are_all_answered():
    async with Sandbox.demo(rows=60) as sandbox:
        answers = await asyncio.gather(*(post(sandbox, "{people {totalCount}}") for _ in range(20)))
        assert len({str(answer) for answer in answers}) == 1
        assert len(sandbox.ledger) == sandbox.ledger.tokens == 20


async def test_a_broken_snapshot_leaves_nothing_running(tmp_path):
    sandbox = Sandbox.from_snapshot(tmp_path)
    with pytest.raises(SchemaError, match=r"objects\.json"):
        await sandbox.start()
    await sandbox.stop()

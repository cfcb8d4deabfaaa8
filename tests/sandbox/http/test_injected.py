"""Injected faults: each does what its name says, as often as it was told."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from twentyql.sandbox import Fault

PEOPLE = '{people(first: 4, after: "c9") {edges {node {id}} pageInfo {hasNextPage endCursor}}}'
BOTH = "{people(first: 4) {edges {node {id}}} companies(first: 4) {edges {node {id}}}}"


@pytest.mark.parametrize(
    ("fault", "status", "kind"),
    [
        (Fault.HTTP_500, 500, "application/json"),
        (Fault.HTTP_502, 502, "text/html"),
        (Fault.HTML_200, 200, "text/html"),
        (Fault.WRONG_TYPE, 200, "text/html"),
        (Fault.TRUNCATED, 200, "application/json"),
    ],
)
async def test_broken_answers(ask, fault, status, kind):
    ask.sandbox.faults.add(fault, times=1)
    response = await ask.raw("/graphql", {"query": PEOPLE})
    assert (response.status, response.content_type) == (status, kind)
    assert ask.sandbox.ledger[-1].fault == fault.name
    assert ask.sandbox.faults.fired == {fault: 1}
    assert (await ask(PEOPLE))["data"]


async def test_truncated_json_is_no_json(ask):
    ask.sandbox.faults.add(Fault.TRUNCATED)
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        await ask(PEOPLE)


@pytest.mark.parametrize(("fault", "ran"), [(Fault.RESET, 0), (Fault.LOST_ANSWER, 1)])
async def test_resets_break_the_connection(ask, fault, ran):
    ask.sandbox.faults.add(fault)
    with pytest.raises(aiohttp.ClientError):
        await ask(PEOPLE)
    assert len(ask.sandbox.engine.ran) == ran
    assert (await ask(PEOPLE))["data"]
    assert [entry.status for entry in ask.sandbox.ledger] == [0, 200]


async def test_a_stall_lasts_until_it_is_released(ask):
    ask.sandbox.faults.add(Fault.STALL)
    waiting = asyncio.create_task(ask(PEOPLE))
    await ask.sandbox.faults.until(Fault.STALL)
    assert not waiting.done()
    ask.sandbox.faults.release()
    with pytest.raises(aiohttp.ClientError):
        await waiting


async def test_a_stalled_request_ends_when_its_client_leaves(ask):
    ask.sandbox.faults.add(Fault.STALL)
    with pytest.raises(TimeoutError):
        await ask.raw("/graphql", {"query": PEOPLE}, timeout=aiohttp.ClientTimeout(total=0.05))
    async with asyncio.timeout(5):
        await ask.sandbox.ledger.until(1)
    assert ask.sandbox.ledger[0].status == 0


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault.THROTTLE, "LIMIT_REACHED"),
        (Fault.RATE_LIMITED, "RATE_LIMITED"),
        (Fault.PARTIAL, "BAD_USER_INPUT"),
        (Fault.INTERNAL, "INTERNAL_SERVER_ERROR"),
        (Fault.FORBIDDEN, "PERMISSION_DENIED"),
    ],
)
async def test_a_fault_of_one_root_leaves_the_other(ask, fault, code):
    ask.sandbox.faults.add(fault, root="companies")
    answer = await ask(BOTH)
    assert answer["data"]["companies"] is None
    assert answer["data"]["people"]["edges"]
    assert ask.sandbox.ledger[-1].codes == (code,)
    assert "errors" not in await ask(BOTH)


async def test_faults_let_requests_by_and_choose_a_path(ask):
    ask.sandbox.faults.add(Fault.HTTP_500, times=2, skip=1, path="/graphql")
    statuses = [(await ask.raw("/graphql", {"query": PEOPLE})).status for _ in range(4)]
    assert statuses == [200, 500, 500, 200]
    ask.sandbox.faults.add(Fault.HTTP_500, times=None, path="/metadata")
    assert (await ask.raw("/graphql", {"query": PEOPLE})).status == 200


async def test_random_faults_follow_their_seed(open_sandbox):
    runs = []
    for seed in (1, 1, 2):
        async with open_sandbox() as ask:
            ask.sandbox.faults.random(0.5, seed, [Fault.HTTP_500, Fault.HTTP_502])
            runs.append([(await ask.raw("/graphql", {"query": PEOPLE})).status for _ in range(20)])
    assert runs[0] == runs[1] != runs[2]
    assert {200, 500, 502} == set(runs[0])


async def test_a_stuck_cursor_says_there_is_more(ask):
    ask.sandbox.faults.add(Fault.STUCK_CURSOR)
    answer = await ask(PEOPLE)
    assert answer["data"]["people"]["pageInfo"] == {"hasNextPage": True, "endCursor": "c9"}
    assert answer["data"]["people"]["edges"]


@pytest.mark.parametrize(
    ("fault", "ids"), [(Fault.DUPLICATE_ROW, [0, 0, 1, 2, 3]), (Fault.LOST_ROW, [0, 1, 3]), (Fault.SHORT_PAGE, [0, 1])]
)
async def test_pages_that_lie(ask, fault, ids):
    ask.sandbox.faults.add(fault, root="people")
    answer = await ask(PEOPLE)
    assert [edge["node"]["id"] for edge in answer["data"]["people"]["edges"]] == ids


async def test_page_faults_wait_for_a_page(ask):
    ask.sandbox.faults.add(Fault.LOST_ROW)
    await ask("{company(filter: {}) {id}}")
    assert not ask.sandbox.faults.fired


async def test_learning_the_schema_can_be_refused(ask):
    ask.sandbox.faults.add(Fault.INTROSPECTION_REFUSED, times=None)
    ask.sandbox.faults.add(Fault.METADATA_FORBIDDEN, times=None)
    assert "disabled" in (await ask("{__schema {queryType {name}}}"))["errors"][0]["message"]
    assert (await ask("{currentWorkspace {id}}", path="/metadata"))["errors"][0]["message"] == "Forbidden resource"
    ask.sandbox.faults.clear()
    assert (await ask("{__schema {queryType {name}}}"))["data"]

"""Injected faults: each does what its name says, as often as it was told."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import aiohttp
import pytest
from whole import whole

from twentyql.errors import UsageError
from twentyql.sandbox import Fault, VirtualClock

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
        (Fault.PATHED, "BAD_USER_INPUT"),
    ],
)
async def test_a_fault_of_one_root_leaves_the_other(ask, fault, code):
    ask.sandbox.faults.add(fault, root="companies")
    answer = await ask(BOTH)
    assert answer["data"]["companies"] is None
    assert answer["data"]["people"]["edges"]
    assert ask.sandbox.ledger[-1].codes == (code,)
    assert "errors" not in await ask(BOTH)


async def test_what_names_the_failed_root(ask):
    """Direct execution says neither path nor place; older servers say both; and a root may be null without a word."""
    said = {}
    for fault in (Fault.PARTIAL, Fault.PATHED, Fault.NULL_ROOT):
        ask.sandbox.faults.add(fault, root="companies")
        answer = await ask(BOTH.replace("companies", "firms: companies"))
        assert answer["data"]["firms"] is None
        assert answer["data"]["people"]["edges"]
        said[fault] = answer.get("errors")
    (pathless,), (pathed,) = said[Fault.PARTIAL], said[Fault.PATHED]
    assert "path" not in pathless
    assert (pathed["path"], pathed["locations"]) == (["firms"], [{"line": 1, "column": 39}])
    assert said[Fault.NULL_ROOT] is None


async def test_faults_that_only_graphql_can_say_leave_rest_alone(ask):
    ask.sandbox.faults.add(Fault.NULL_ROOT)
    ask.sandbox.faults.add(Fault.FORBIDDEN, skip=1)
    headers = {"Authorization": "Bearer x"}
    url = ask.sandbox.url + "/rest/companies"
    assert [(await ask.session.get(url, headers=headers)).status for _ in range(2)] == [200, 403]
    assert ask.sandbox.faults.fired == {Fault.FORBIDDEN: 1}


async def test_a_slow_answer_comes_late_and_right(open_sandbox):
    clock = VirtualClock()
    async with open_sandbox(clock=clock) as ask:
        ask.sandbox.faults.add(Fault.SLOW)
        assert (await ask(PEOPLE))["data"]["people"]["edges"]
        assert clock() == pytest.approx(10)


@pytest.mark.parametrize(
    ("fault", "rows", "info", "count"),
    [
        (Fault.CUT_SHORT, 2, {"hasNextPage": False, "endCursor": "end"}, 4),
        (Fault.WITHHELD, 0, {"hasNextPage": True, "endCursor": None}, 4),
        (Fault.WRONG_COUNT, 4, {"hasNextPage": False, "endCursor": "end"}, 5),
    ],
)
async def test_pages_that_hide_rows_or_count_wrong(ask, fault, rows, info, count):
    ask.sandbox.faults.add(fault, root="people")
    page = (await ask(PEOPLE))["data"]["people"]
    assert (len(page["edges"]), page["pageInfo"], page["totalCount"]) == (rows, info, count)
    assert len((await ask(PEOPLE))["data"]["people"]["edges"]) == 4


async def test_a_field_disappears_midway():
    async with whole() as crm:
        version = "{currentWorkspace {metadataVersion}}"
        before = (await crm.metadata(version))["currentWorkspace"]["metadataVersion"]
        crm.sandbox.faults.add(Fault.SCHEMA_CHANGED, root="companies", skip=1)
        read = "{companies(first: 3) {edges {node {id name tagline}}}}"
        pages = [await crm.data(read) for _ in range(3)]
        seen = [[edge["node"]["tagline"] is None for edge in page["companies"]["edges"]] for page in pages]
        assert seen == [[False] * 3, [True] * 3, [True] * 3]
        assert (await crm.metadata(version))["currentWorkspace"]["metadataVersion"] == before + 1
        assert "errors" in await crm("{companies(orderBy: [{tagline: AscNullsFirst}]) {totalCount edges {node {id}}}}")


async def test_any_change_midway_is_seen_by_the_next_request():
    """What runs is the data model of the moment: the change is whole between two roots."""
    async with whole() as crm:
        made = {"nameSingular": "boat", "namePlural": "boats", "labelSingular": "B", "labelPlural": "Bs"}
        create = "mutation($o: CreateObjectInput!) {createOneObject(input: {object: $o}) {id}}"
        reads = [asyncio.create_task(crm("{companies(first: 1) {totalCount}}")) for _ in range(5)]
        await crm.metadata(create, {"o": made})
        assert all("errors" not in answer for answer in await asyncio.gather(*reads))
        assert (await crm.data("{boats {totalCount}}"))["boats"]["totalCount"] == 0


async def test_rows_are_withheld_on_demand():
    async with whole() as crm:
        read = "{companies(first: 5) {totalCount edges {node {id}} pageInfo {hasNextPage endCursor}}}"
        crm.sandbox.withhold("companies")
        page = (await crm.data(read))["companies"]
        assert (page["totalCount"] > 0, page["edges"]) == (True, [])
        assert page["pageInfo"] == {"hasNextPage": True, "endCursor": None}
        crm.sandbox.withhold()
        assert len((await crm.data(read))["companies"]["edges"]) == 5
        with pytest.raises(UsageError, match="plural names"):
            crm.sandbox.withhold("company")


async def test_every_fault_can_strike_by_chance_from_a_seed():
    """Each kind is drawn sooner or later, and the sandbox answers as before when they are taken back."""
    kinds = [fault for fault in Fault if fault not in (Fault.STALL, Fault.SLOW)]
    async with whole(clock=VirtualClock()) as crm:
        crm.sandbox.faults.random(0.6, 3, kinds)
        for _ in range(90):
            with suppress(aiohttp.ClientError, ValueError):
                await crm("{companies(first: 4) {totalCount edges {node {id name}}}}")
                await crm("{__schema {queryType {name}}}")
                await crm("{currentWorkspace {id}}", path="/metadata")
        missing = set(kinds) - set(crm.sandbox.faults.fired) - {Fault.WEBHOOK_LOST, Fault.WEBHOOK_REPEATED}
        assert not missing
        crm.sandbox.faults.clear()
        assert (await crm.data("{companies(first: 4) {totalCount edges {node {id}}}}"))["companies"]["edges"]


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

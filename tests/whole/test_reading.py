"""Every row, exactly once: what the client reads is what a plain look at the rows finds."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest
from truth import children, live

from twentyql.client import Client
from twentyql.errors import (
    NotGraphQLError,
    PermissionDeniedError,
    ServerError,
    ServerFaultError,
    UnknownNameError,
)
from twentyql.sandbox import Fault, Sandbox
from twentyql.sandbox.snapshot import Snapshot


async def test_companies_with_their_people_whole(client: Client, snapshot: Snapshot) -> None:
    query = client["companies"].select("id", "name", "people.id", "people.name.lastName", "opportunities.stage")
    result = await client.fetch(query)
    assert [row["id"] for row in result] == [row["id"] for row in live(snapshot, "companies")]
    for row in result:
        people = children(snapshot, "people", "companyId", row["id"])
        assert [p["id"] for p in row["people"]] == [p["id"] for p in people]
        assert [p["name"]["lastName"] for p in row["people"]] == [p["name"]["lastName"] for p in people]
        stages = [o["stage"] for o in children(snapshot, "opportunities", "companyId", row["id"])]
        assert [o["stage"] for o in row["opportunities"]] == stages
    assert max(len(row["people"]) for row in result) == 300
    assert result.receipt.verdict == "complete"


async def test_the_receipt_counts_children_without_a_parent(client: Client, snapshot: Snapshot) -> None:
    result = await client.fetch(client["companies"].select("id", "people.id"))
    companies = {row["id"] for row in live(snapshot, "companies")}
    alone = [row for row in live(snapshot, "people") if row["companyId"] not in companies]
    people = next(part for part in result.receipt.lists if part.name == "people")
    assert people.unattached == len(alone) > 0
    assert people.rows + len(alone) == len(live(snapshot, "people"))


async def test_a_to_one_chain_gives_the_targets_values(client: Client, snapshot: Snapshot) -> None:
    result = await client.fetch(client["people"].select("id", "company.name", "company.accountOwner.name.firstName"))
    companies = {row["id"]: row for row in live(snapshot, "companies")}
    members = {row["id"]: row for row in live(snapshot, "workspaceMembers")}
    for row, true in zip(result, live(snapshot, "people"), strict=True):
        company = companies.get(true["companyId"])
        owner = members.get(company["accountOwnerId"]) if company else None
        found = row["company"] or {}
        assert found.get("name") == (company["name"] if company else None)
        assert ((found.get("accountOwner") or {}).get("name") or {}).get("firstName") == (
            owner["name"]["firstName"] if owner else None
        )


async def test_lists_at_two_depths(client: Client, snapshot: Snapshot) -> None:
    result = await client.fetch(client["companies"].select("id", "people.id", "people.noteTargets.id"))
    for row in result:
        for person in row["people"]:
            true = children(snapshot, "noteTargets", "targetPersonId", person["id"])
            assert [target["id"] for target in person["noteTargets"]] == [target["id"] for target in true]


async def test_where_order_and_limit(client: Client, snapshot: Snapshot) -> None:
    query = client["opportunities"].select("id", "name", "closeDate").where({"stage": {"eq": "NEW"}})
    true = [row for row in live(snapshot, "opportunities") if row["stage"] == "NEW"]
    assert [row["id"] for row in await client.fetch(query)] == [row["id"] for row in true]
    by_date = sorted(true, key=lambda row: (row["closeDate"] is None, row["closeDate"] or ""))
    ordered = await client.fetch(query.order_by("closeDate"))
    assert [row["closeDate"] for row in ordered] == [row["closeDate"] for row in by_date]
    top = await client.fetch(query.order_by("-closeDate").limit(5))
    latest = sorted((row["closeDate"] for row in true if row["closeDate"]), reverse=True)[:5]
    assert [row["closeDate"] for row in top] == latest
    assert await client.count(query) == len(true)


async def test_a_top_of_parents_reads_the_children_of_those_only(client: Client, sandbox: Sandbox) -> None:
    query = client["companies"].select("name", "people.id").order_by("name").limit(3)
    sandbox.ledger.clear()
    result = await client.fetch(query)
    assert len(result) == 3
    assert [len(call.arguments["filter"]["companyId"]["in"]) for call in sandbox.ledger.asked("people")] == [3]


async def test_an_empty_answer_costs_nothing(client: Client, sandbox: Sandbox) -> None:
    sandbox.ledger.clear()
    result = await client.fetch(client["people"].select("id").where({"id": {"in": []}}))
    assert (len(result), result.receipt.verdict, len(sandbox.ledger)) == (0, "complete", 0)


async def test_withheld_rows_are_told_and_never_loop(client: Client, sandbox: Sandbox, snapshot: Snapshot) -> None:
    sandbox.engine.withheld.add("notes")
    result = await client.fetch(client["notes"].select("id"))
    assert len(result) == 0
    assert result.receipt.verdict == "withheld"
    assert result.receipt.lists[0].withheld == len(live(snapshot, "notes"))


async def test_a_cursor_that_does_not_move_is_built_here(client: Client, sandbox: Sandbox, snapshot: Snapshot) -> None:
    sandbox.faults.add(Fault.STUCK_CURSOR, root="people", times=None)
    result = await client.fetch(client["people"].select("jobTitle"))
    assert [row["id"] for row in result] == [row["id"] for row in live(snapshot, "people")]
    assert result.receipt.verdict == "complete"


async def test_a_lost_row_is_found_again(client: Client, sandbox: Sandbox, snapshot: Snapshot) -> None:
    sandbox.faults.add(Fault.LOST_ROW, root="people", skip=1)
    result = await client.fetch(client["people"].select("id"))
    assert sorted(row["id"] for row in result) == [row["id"] for row in live(snapshot, "people")]
    assert result.receipt.verdict == "complete"
    assert result.receipt.lists[0].recovered == 1


@pytest.mark.usefixtures("no_ranges")
async def test_a_lost_row_makes_the_read_incomplete(client: Client, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault.LOST_ROW, root="people")
    async with client.stream(client["people"].select("id")) as stream:
        rows = [row async for row in stream]
    assert stream.receipt.verdict == "incomplete"
    assert any(str(len(rows)) in note for note in stream.receipt.notes)


@pytest.mark.parametrize("fault", [Fault.DUPLICATE_ROW, Fault.SHORT_PAGE])
async def test_a_page_that_lies_harmlessly_changes_nothing(
    client: Client, sandbox: Sandbox, snapshot: Snapshot, fault: Fault
) -> None:
    sandbox.faults.add(fault, root="people")
    result = await client.fetch(client["people"].select("id"))
    assert [row["id"] for row in result] == [row["id"] for row in live(snapshot, "people")]
    assert result.receipt.verdict == "complete"


@pytest.mark.parametrize(
    "fault", [Fault.HTTP_500, Fault.HTTP_502, Fault.RESET, Fault.TRUNCATED, Fault.INTERNAL, Fault.LOST_ANSWER]
)
async def test_a_read_is_tried_again(client: Client, sandbox: Sandbox, snapshot: Snapshot, fault: Fault) -> None:
    sandbox.faults.add(fault, path="/graphql", skip=1)
    result = await client.fetch(client["people"].select("id"))
    assert len(result) == len(live(snapshot, "people"))
    assert result.receipt.retries == 1


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.HTML_200, NotGraphQLError),
        (Fault.FORBIDDEN, PermissionDeniedError),
        (Fault.PARTIAL, ServerError),
    ],
)
async def test_what_no_retry_can_help_is_raised(
    client: Client, sandbox: Sandbox, fault: Fault, error: type[Exception]
) -> None:
    sandbox.faults.add(fault, times=None)
    with pytest.raises(error):
        await client.fetch(client["people"].select("id"))
    assert not isinstance(error, ServerFaultError)


async def test_leaving_early_leaves_nothing_running(client: Client) -> None:
    async with client.stream(client["people"].select("id", "noteTargets.id")) as stream:
        async for _ in stream:
            break
    assert running() == []
    assert stream.receipt.verdict == "incomplete"


async def test_a_timeout_stops_a_server_that_stalls(client: Client, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault.STALL, root="people", skip=1)
    with pytest.raises(TimeoutError):
        await client.fetch(client["people"].select("id"), timeout=0.3)
    sandbox.faults.release()
    assert running() == []


async def test_cancellation_stops_everything(client: Client, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault.STALL, root="people", times=None)
    task = asyncio.create_task(_read(client))
    while not sandbox.ledger.in_flight:  # noqa: ASYNC110 - the request is on its way
        await asyncio.sleep(0)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert task.cancelled()
    assert running() == []


def running() -> list[str]:
    """The client's own tasks that are still there."""
    return [task.get_name() for task in asyncio.all_tasks() if task.get_name().startswith("twentyql")]


async def _read(client: Client) -> Any:
    return await client.fetch(client["people"].select("id"))


async def test_unknown_names_say_the_nearest(client: Client) -> None:
    with pytest.raises(UnknownNameError, match="'companies'"):
        client["compaines"]
    with pytest.raises(UnknownNameError, match="'accountOwner'"):
        client["companies"].select("acountOwner.name")


async def test_linked_tables_join(client: Client, snapshot: Snapshot) -> None:
    tables = await client.tables(client["companies"].select("name", "people.name.lastName"))
    assert sorted(tables) == ["companies", "people"]
    assert tables["companies"].num_rows == len(live(snapshot, "companies"))
    companies = set(tables["companies"].column("id").to_pylist())
    assert set(tables["people"].column("companyId").to_pylist()) <= companies
    assert sorted(tables["people"].column("id").to_pylist()) == [
        row["id"] for row in live(snapshot, "people") if row["companyId"] in companies
    ]


async def test_explain_is_what_the_read_then_costs(client: Client, sandbox: Sandbox) -> None:
    query = client["companies"].select("name", "people.id")
    told = await client.explain(query)
    result = await client.fetch(query)
    assert told.lists[0].rows == len(result)
    assert abs(told.requests - result.receipt.requests) <= 2
    assert {entry.path for entry in sandbox.ledger} == {"/graphql"}

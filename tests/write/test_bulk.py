"""Bulk writes against a server that fails: nothing twice, nothing missing, bad rows alone, one token a batch."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from twentyql.client import Client
from twentyql.errors import IncompleteError, PermissionDeniedError, QueryError, ServerFaultError, UnknownNameError
from twentyql.sandbox import Sandbox
from twentyql.sandbox.http.faults import Fault

ANYWHERE = {"or": [{"deletedAt": {"is": "NULL"}}, {"deletedAt": {"is": "NOT_NULL"}}]}


def people(count: int, start: int = 0) -> list[dict[str, Any]]:
    return [{"name": f"Import Row{n}", "emails": f"row{n}@import.example"} for n in range(start, start + count)]


IMPORTED = {"emails": {"primaryEmail": {"endsWith": "@import.example"}}}


async def emails(client: Client) -> list[str]:
    rows = await client.fetch(client["people"].select("emails.primaryEmail").where(IMPORTED))
    return sorted(row["emails"]["primaryEmail"] for row in rows)


def expected(count: int) -> list[str]:
    return sorted(f"row{n}@import.example" for n in range(count))


async def test_one_token_a_batch(client: Client, sandbox: Sandbox) -> None:
    receipt = await client["people"].create_many(people(401))
    assert (receipt.verdict, receipt.created, receipt.tokens) == ("complete", 401, 3)
    assert await emails(client) == expected(401)


@pytest.mark.parametrize("fault", [Fault.LOST_ANSWER, Fault.TRUNCATED, Fault.HTTP_502])
async def test_no_row_twice_whatever_is_lost(client: Client, sandbox: Sandbox, fault: Fault) -> None:
    sandbox.faults.add(fault, times=2, root="createPeople")
    receipt = await client["people"].create_many(people(250))
    assert (receipt.verdict, receipt.created) == ("complete", 250)
    assert sandbox.faults.fired[fault] == 2
    assert await emails(client) == expected(250)


async def test_random_faults(client: Client, sandbox: Sandbox) -> None:
    kinds = [Fault.LOST_ANSWER, Fault.HTTP_502, Fault.RESET, Fault.TRUNCATED, Fault.THROTTLE, Fault.RATE_LIMITED]
    sandbox.faults.random(0.2, seed=5, kinds=kinds)
    receipt = await client["people"].create_many(people(900), concurrency=2)
    sandbox.faults.clear()
    assert (receipt.verdict, receipt.created) == ("complete", 900)
    assert await emails(client) == expected(900)


async def test_single_create_is_once(client: Client, sandbox: Sandbox) -> None:
    for number, fault in enumerate((Fault.LOST_ANSWER, Fault.HTTP_502, Fault.RESET)):
        sandbox.faults.add(fault, times=1, root="createPerson")
        (row,) = people(1, start=number)
        made = await client["people"].create(row, fields=("emails.primaryEmail",))
        assert made["emails"]["primaryEmail"] == f"row{number}@import.example"
        assert sandbox.faults.fired[fault] == 1
    assert await emails(client) == expected(3)


async def test_other_verbs_survive_a_lost_answer(client: Client, sandbox: Sandbox) -> None:
    made = await client["people"].create(people(1)[0])
    for number, verb in enumerate(("update", "delete", "restore", "destroy"), 1):
        sandbox.faults.add(Fault.LOST_ANSWER, times=1, root=f"{verb}Person")
        arguments = ({"jobTitle": "CEO"},) if verb == "update" else ()
        changed = await getattr(client["people"], verb)(made["id"], *arguments)
        assert changed["id"] == made["id"]
        assert sandbox.faults.fired[Fault.LOST_ANSWER] == number
    assert await emails(client) == []


async def test_merge_survives_a_lost_answer(client: Client, sandbox: Sandbox) -> None:
    ids = [(await client["people"].create(row))["id"] for row in people(2)]
    sandbox.faults.add(Fault.LOST_ANSWER, times=1, root="mergePeople")
    merged = await client["people"].merge(ids)
    assert merged["id"] in ids
    assert await client["people"].count({"id": {"in": ids}}) == 1


async def test_bad_rows_are_alone_and_good_ones_kept(client: Client, sandbox: Sandbox) -> None:
    taken = (await client.fetch(client["people"].select("emails.primaryEmail").limit(1)))[0]
    rows = people(600)
    rows[7]["emails"] = taken["emails"]["primaryEmail"].upper()  # another record has it
    rows[250]["emails"] = rows[249]["emails"]  # an earlier row has it
    rows[300]["companyId"] = "20202020-0000-4000-8000-000000000000"  # no such company
    rows[301]["company.domainName"] = "no-such.example"  # no such company
    rows[444]["jobTitle"] = 5  # no text
    rows[445]["company"] = "Acme"  # no id
    receipt = await client["people"].create_many(rows)
    bad = {
        8: "emails.primaryEmail",
        251: "emails.primaryEmail",
        301: "company",
        302: None,
        445: "jobTitle",
        446: "company",
    }
    assert [reject.row for reject in receipt.rejects] == list(bad)
    for reject in receipt.rejects:
        assert reject.reason
        assert bad[reject.row] in (None, reject.field), reject
    assert (receipt.verdict, receipt.created, receipt.rows) == ("refused", 594, 600)
    assert len(await emails(client)) == 594


async def test_a_row_that_makes_the_server_fail_is_found_by_halving(client: Client, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault.INTERNAL, times=3, root="createPeople")
    receipt = await client["people"].create_many(people(8))
    assert (receipt.verdict, receipt.created) == ("complete", 8)
    assert await emails(client) == expected(8)


async def test_a_smaller_cap_is_learnt(client: Client, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("twentyql.sandbox.records.writes.MOST", 60)
    receipt = await client["people"].create_many(people(400), concurrency=1)
    assert (receipt.verdict, receipt.created) == ("complete", 400)
    assert receipt.tokens <= 9  # one to learn it, the first batch in 4, the second in batches of 60
    changed = await client["people"].update_where(IMPORTED, {"jobTitle": "x"})
    assert changed.updated == 400


async def test_a_refused_right_stops_at_once(client: Client, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault.FORBIDDEN, times=None, root="createPeople")
    with pytest.raises(PermissionDeniedError):
        await client["people"].create_many(people(5000), concurrency=1)
    assert sandbox.ledger.roots["createPeople"] == 1


async def test_a_server_that_stays_away_gives_a_receipt(client: Client, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault.HTTP_502, times=None, root="createPeople", skip=2)
    with pytest.raises(IncompleteError) as stopped:
        await client["people"].create_many(people(1000), concurrency=1)
    assert stopped.value.receipt.verdict == "incomplete"
    assert stopped.value.receipt.created == 400
    assert isinstance(stopped.value.__cause__, ServerFaultError)


async def test_all_rows_refused_for_one_reason_stops_early(client: Client, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault.PARTIAL, times=None, root="createPeople")
    with pytest.raises(IncompleteError, match="same reason"):
        await client["people"].create_many(people(400), concurrency=1)
    assert sandbox.ledger.roots["createPeople"] < 120


async def test_upsert_tells_created_changed_and_revived(client: Client) -> None:
    collection = client["people"]
    await collection.create_many(people(60))
    gone = await client.fetch(
        collection.select("id").where({"emails": {"primaryEmail": {"eq": "row5@import.example"}}})
    )
    await collection.delete(gone[0]["id"])
    rows = [{**row, "jobTitle": "Changed"} for row in people(80)]
    refusing = await collection.upsert_many(rows[:10], on="emails", revive=False)
    assert [(r.row, r.field) for r in refusing.rejects] == [(6, "emails.primaryEmail")]
    assert refusing.updated == 9
    receipt = await collection.upsert_many(rows, on="emails.primaryEmail")
    assert (receipt.created, receipt.updated) == (20, 60)
    assert receipt.revived == (gone[0]["id"],)
    assert await emails(client) == expected(80)
    assert await collection.count({"jobTitle": {"eq": "Changed"}}) == 80


@pytest.mark.parametrize("fault", [Fault.LOST_ANSWER, Fault.HTTP_502])
async def test_upsert_is_once(client: Client, sandbox: Sandbox, fault: Fault) -> None:
    sandbox.faults.add(fault, times=2, root="createPeople")
    receipt = await client["people"].upsert_many(people(210), on="emails")
    assert (receipt.verdict, receipt.created + receipt.updated) == ("complete", 210)
    assert await emails(client) == expected(210)


async def test_upsert_refuses_rows_without_or_with_a_repeated_key(client: Client) -> None:
    rows = people(3)
    rows[1]["emails"] = rows[0]["emails"].upper()
    del rows[2]["emails"]
    receipt = await client["people"].upsert_many(rows, on="emails")
    assert [(r.row, r.field) for r in receipt.rejects] == [(2, "emails.primaryEmail"), (3, "emails.primaryEmail")]
    assert receipt.created == 1


async def test_upsert_by_a_field_that_is_not_unique(client: Client) -> None:
    collection = client["opportunities"]
    await collection.create_many([{"name": "Only"}, {"name": "Twice"}, {"name": "Twice"}])
    rows = [{"name": "Only", "stage": "MEETING"}, {"name": "Twice", "stage": "MEETING"}, {"name": "Fresh"}]
    receipt = await collection.upsert_many(rows, on="name")
    assert (receipt.created, receipt.updated) == (1, 1)
    assert [(r.row, r.field) for r in receipt.rejects] == [(2, "name")]
    assert await collection.count({"name": {"in": ["Only", "Twice", "Fresh"]}}) == 4


async def test_relations_by_a_key_that_is_not_unique(client: Client, sandbox: Sandbox) -> None:
    await client["companies"].create_many([{"name": "Solo Ltd"}, {"name": "Double Ltd"}, {"name": "Double Ltd"}])
    rows = [
        {**row, "company.name": name}
        for row, name in zip(people(3), ("Solo Ltd", "Double Ltd", "None Ltd"), strict=True)
    ]
    sandbox.ledger.clear()
    receipt = await client["people"].create_many(rows)
    assert [(r.row, r.field) for r in receipt.rejects] == [(2, "company.name"), (3, "company.name")]
    assert receipt.created == 1
    assert sandbox.ledger.roots["companies"] == 1


async def test_unknown_names_in_one_row_refuse_that_row(client: Client) -> None:
    rows = people(2)
    rows[1]["emial"] = "x"
    receipt = await client["people"].create_many(rows)
    assert [r.row for r in receipt.rejects] == [2]
    with pytest.raises(UnknownNameError):
        await client["people"].upsert_many(rows, on="emial")


async def test_what_is_no_list_of_records_is_refused(client: Client) -> None:
    no_lists: list[Any] = ["abc", {"name": "x"}, 5, b"x"]
    for rows in no_lists:
        with pytest.raises(QueryError, match="Rows are an iterable"):
            await client["people"].create_many(rows)


async def test_dirty_rows_are_looked_at_before_they_are_sent(client: Client, sandbox: Sandbox) -> None:
    taken = (await client.fetch(client["people"].select("emails.primaryEmail").limit(1)))[0]["emails"]["primaryEmail"]
    rows = people(3000)
    bad = set(range(50, 3000, 100))
    for number in bad:
        rows[number]["emails" if number % 200 == 50 else "companyId"] = (
            taken if number % 200 == 50 else "20202020-0000-4000-8000-000000000000"
        )
    receipt = await client["people"].create_many(rows, concurrency=1)
    assert {reject.row - 1 for reject in receipt.rejects} == bad
    assert receipt.created == len(await emails(client)) == 3000 - len(bad)
    assert receipt.tokens <= 15 + 3 + 3 * 4  # its batches, two reads ahead, and what the first batches cost to learn it


async def test_a_write_that_is_cancelled_says_how_far_it_came(client: Client, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault.STALL, root="createPeople", skip=1, times=None)
    writing = asyncio.create_task(client["people"].create_many(people(600), concurrency=1))
    await sandbox.faults.until(Fault.STALL)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError) as gone:
        await writing
    (note,) = gone.value.__notes__
    assert "Written so far, beside what was on its way: incomplete: 200 people rows, 200 created" in note
    assert await emails(client) == expected(200)

"""Single records through the whole way: requests are counted by the server."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest
from truth import live

from twentyql.client import Client
from twentyql.errors import QueryError, RecordNotFoundError
from twentyql.sandbox import Sandbox
from twentyql.sandbox.snapshot import Snapshot

NOBODY = "ffffffff-ffff-4fff-8fff-ffffffffffff"


async def test_a_thousand_gets_of_one_tick_are_five_requests(
    client: Client, sandbox: Sandbox, snapshot: Snapshot
) -> None:
    truth = {row["id"]: row["jobTitle"] for row in live(snapshot, "people")}
    wanted = [*truth, *(f"{i:08x}-0000-4000-8000-000000000000" for i in range(1000 - len(truth)))]
    before = len(sandbox.ledger.entries)
    rows = await asyncio.gather(*(client["people"].get(id, "jobTitle") for id in wanted), return_exceptions=True)
    assert len(sandbox.ledger.entries) - before == 5
    found = {row["id"]: row["jobTitle"] or "" for row in rows if isinstance(row, dict)}
    assert found == {id: title or "" for id, title in truth.items()}
    assert [row["id"] for row in rows if isinstance(row, dict)] == wanted[: len(truth)]
    assert all(isinstance(row, RecordNotFoundError) for row in rows[len(truth) :])


async def test_different_selections_are_asked_apart(client: Client, snapshot: Snapshot) -> None:
    person = live(snapshot, "people")[0]
    short, long = await asyncio.gather(
        client["people"].get(person["id"], "id"), client["people"].get(UUID(person["id"]), "name.firstName")
    )
    assert short == {"id": person["id"]}
    assert long["name"]["firstName"] == person["name"]["firstName"]


async def test_whole_record_without_names(client: Client, snapshot: Snapshot) -> None:
    company = live(snapshot, "companies")[0]
    assert (await client["companies"].get(company["id"].upper()))["name"] == company["name"]


async def test_what_is_no_id_fails_alone(client: Client, snapshot: Snapshot) -> None:
    person = live(snapshot, "people")[0]
    good, bad, missing = await asyncio.gather(
        client["people"].get(person["id"], "id"),
        client["people"].get("rubbish", "id"),
        client["people"].get(NOBODY, "id"),
        return_exceptions=True,
    )
    assert good == {"id": person["id"]}
    assert isinstance(bad, QueryError)
    assert isinstance(missing, RecordNotFoundError)
    with pytest.raises(QueryError, match="no id"):
        await client["people"].get("00000000-0000-0000-0000-000000000000")

"""The 38 recorded writes, each by the public Python API: the same answers as the real server's, and typed errors."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from twentyql.client import Client, connect
from twentyql.errors import (
    DuplicateError,
    EverythingError,
    MissingTargetError,
    RecordNotFoundError,
    UnknownNameError,
    ValueRefusedError,
)
from twentyql.sandbox import Sandbox

RECORDED = Path(__file__).parents[2].parent / "shared" / "twenty"
WRITES = RECORDED / "recordings" / "write.jsonl"

pytestmark = pytest.mark.skipif(not WRITES.exists(), reason=f"the recordings are not there: {WRITES}")

ANYWHERE = {"or": [{"deletedAt": {"is": "NULL"}}, {"deletedAt": {"is": "NOT_NULL"}}]}


def one(number: int) -> str:
    return f"a0000000-0000-4000-8000-0000000000{number:02}"


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with Sandbox.from_snapshot(RECORDED) as sandbox, connect(sandbox.url, sandbox.key, schema=RECORDED) as client:
        yield client


def answers() -> dict[int, Any]:
    recordings = [json.loads(line) for line in WRITES.read_text(encoding="utf-8").splitlines()]
    assert len(recordings) == 38
    return {r["step"]: next(iter((r["response"].get("data") or {}).values()), None) for r in recordings}


def without_author(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name != "createdBy"}


async def test_all_recorded_writes(client: Client) -> None:
    said = answers()
    projects, people = client["projects"], client["people"]

    # 1 create one, client-chosen id
    fields = ("id", "name", "code", "status", "headcount", "deletedAt", "createdBy.source", "client.id", "client.name")
    given = {"id": one(1), "name": "W1", "code": "W-1", "headcount": 2}
    made = await projects.create(given, fields=fields)
    assert without_author(made) == without_author(said[1])
    assert made["createdBy"]["source"] == "API"
    # 2 the same id again: the server names no record, since it is that one
    with pytest.raises(DuplicateError) as duplicate:
        await projects.create({"id": one(1), "name": "W1b"})
    assert duplicate.value.conflicting_id is None
    # 3 a unique value that is taken: the conflicting record is told
    with pytest.raises(DuplicateError) as duplicate:
        await projects.create({"name": "x", "code": "W-1"})
    assert (duplicate.value.conflicting_id, duplicate.value.conflicting_object) == (one(1), "project")
    # 4 unknown field
    with pytest.raises(UnknownNameError):
        await projects.create({"name": "x", "nope": 1})
    # 5 wrong type
    with pytest.raises(ValueRefusedError) as refused:
        await projects.create({"name": "x", "headcount": "many"})
    assert refused.value.field == "headcount"
    # 6 no such option: the valid ones are told
    with pytest.raises(ValueRefusedError) as refused:
        await projects.create({"name": "x", "status": "NOPE"})
    assert refused.value.valid == ("PLANNED", "ACTIVE", "ON_HOLD", "DONE")
    # 7 missing foreign row
    with pytest.raises(MissingTargetError):
        await projects.create({"name": "x", "clientId": one(99)})
    # 8 connect by id
    company = "20202020-a000-4485-94de-70c2a98daef2"
    connecting = {"id": one(2), "name": "W2", "code": "W-2", "client": {"connect": {"where": {"id": company}}}}
    assert await projects.create(connecting, fields=("id", "client.id")) == said[8]
    # 9 and 10 create many, one of them a duplicate: the good one is kept, where the server keeps none
    receipt = await projects.create_many([{"id": one(3), "code": "W-3"}, {"id": one(4), "code": "W-1"}])
    assert (receipt.verdict, receipt.created) == ("refused", 1)
    assert [(r.row, r.field) for r in receipt.rejects] == [(2, "code")]
    assert one(1) in receipt.rejects[0].reason
    await projects.destroy(one(3))
    # 11 create many
    rows = [{"id": one(3), "name": "W3", "code": "W-3"}, {"id": one(4), "name": "W4", "code": "W-4", "status": "DONE"}]
    assert (await projects.create_many(rows)).created == 2
    made_rows = [await projects.get(one(n), "id", "code", "status") for n in (3, 4)]
    assert made_rows == said[11]
    # 12 an empty list
    assert (await projects.create_many([])).rows == 0
    # 13 201 rows: split, where the server refuses
    receipt = await projects.create_many([{"name": f"z{n}"} for n in range(201)])
    assert (receipt.verdict, receipt.created, receipt.tokens) == ("complete", 201, 2)
    # 14 upsert by unique code: one changed, one created
    rows = [{"code": "W-1", "name": "W1 renamed"}, {"id": one(5), "code": "W-5", "name": "W5"}]
    receipt = await projects.upsert_many(rows, on="code")
    assert (receipt.created, receipt.updated) == (1, 1)
    fields = ("id", "code", "name", "headcount")
    assert [await projects.get(one(n), *fields) for n in (1, 5)] == said[14]
    # 15 upsert by id
    assert await projects.create({"id": one(5), "headcount": 9}, upsert=True, fields=fields) == said[15]
    # 16 to 20 update one; null; missing; composites in part
    fields = ("id", "name", "headcount", "status")
    assert await projects.update(one(1), {"headcount": 11, "status": "ACTIVE"}, fields=fields) == said[16]
    assert await projects.update(one(1), {"headcount": None}, fields=("id", "headcount")) == said[17]
    with pytest.raises(RecordNotFoundError):
        await projects.update(one(77), {"headcount": 1})
    fields = ("id", "sponsor", "budget")
    changed = {"sponsor": {"firstName": "Zoë"}, "budget": "5 GBP"}
    assert await projects.update(one(1), changed, fields=fields) == said[19]
    changed = {"sponsor.lastName": "Q", "budget": {"amountMicros": 6_000_000}}
    assert await projects.update(one(1), changed, fields=fields) == said[20]
    # 21 update many by filter
    receipt = await projects.update_where({"code": {"startsWith": "W-"}}, {"headcount": 3})
    assert receipt.updated == len(said[21]) == 5
    # 22 an empty filter is refused here, with the count
    with pytest.raises(EverythingError) as everything:
        await projects.update_where({}, {"headcount": 3})
    assert everything.value.count > 200
    # 23 above the cap: split by ids, where the server refuses
    receipt = await projects.update_where({"name": {"startsWith": "Project"}}, {"isBillable": True})
    assert receipt.updated == await projects.count({"isBillable": {"eq": True}}) > 200
    # 24 and 25 soft delete, twice
    for _ in range(2):
        assert (await projects.delete(one(2), fields=("id", "deletedAt")))["deletedAt"]
    # 26 and 27 hidden, and seen where the filter names deletedAt
    query = projects.select("id", "code")
    live = await client.fetch(query.where({"code": {"startsWith": "W-"}}).order_by("code"))
    assert list(live) == [edge["node"] for edge in said[26]["edges"]]
    in_bin = {"and": [{"code": {"startsWith": "W-"}}, {"deletedAt": {"is": "NOT_NULL"}}]}
    assert list(await client.fetch(query.where(in_bin))) == [edge["node"] for edge in said[27]["edges"]]
    # 28 upsert revives: the bulk form tells it
    receipt = await projects.upsert_many([{"code": "W-2", "name": "W2 back"}], on="code")
    assert (receipt.updated, receipt.revived) == (1, (one(2),))
    assert await projects.get(one(2), "id", "code", "name", "deletedAt") == said[28]
    # 29 to 31 soft delete many, restore one and many
    assert (await projects.delete_where({"code": {"in": ["W-3", "W-4"]}})).deleted == len(said[29])
    assert await projects.restore(one(3), fields=("id", "code", "deletedAt")) == said[30]
    assert (await projects.restore_where({"code": {"eq": "W-4"}}, everything=True)).restored == len(said[31])
    # 32 and 33 destroy one; it is gone
    assert await projects.destroy(one(3), fields=("id", "code")) == said[32]
    assert await projects.count({"and": [{"code": {"eq": "W-3"}}, ANYWHERE]}) == said[33]["totalCount"] == 0
    # 34 destroy many with an empty filter is refused here, and done only where it is said
    before = await projects.count()
    with pytest.raises(EverythingError) as everything:
        await projects.destroy_where({})
    assert everything.value.count == before == await projects.count()
    assert (await projects.destroy_where({}, everything=True)).destroyed == before
    assert await projects.count() == 0
    # 35 two mutations are two calls, since a document of two is neither serial nor whole
    with pytest.raises(RecordNotFoundError):
        await projects.destroy(one(4))
    assert await projects.create({"id": one(6), "code": "W-6"}, fields=("id", "code")) == {"id": one(6), "code": "W-6"}
    # 36 merge, dry run
    ids = ["20202020-b000-4485-94de-70c2a98daef2", "20202020-b003-415a-9051-133248495f7f"]
    merged = await people.merge(ids, dry_run=True, fields=("name",))
    assert merged["name"] == said[36]["name"]
    # 37 a person's e-mail that is taken
    with pytest.raises(DuplicateError) as duplicate:
        await people.create({"name": "A", "emails": "Jeffery.Griffin@example.com"})
    assert duplicate.value.conflicting_id == ids[0]
    # 38 connect by a unique field of the target
    person = {"name.firstName": "Con", "company.domainName": "housecallpro.com"}
    made = await people.create(person, fields=("name.firstName", "company.domainName.primaryLinkUrl"))
    assert made["name"]["firstName"] == "Con"
    assert made["company"]["domainName"] == said[38]["company"]["domainName"]

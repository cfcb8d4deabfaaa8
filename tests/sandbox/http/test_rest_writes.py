"""Writes over REST: the same changes as over GraphQL, in the REST form."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from whole import Whole, whole

MISSING = "aaaaaaaa-0000-4000-8000-00000000000a"


@pytest.fixture
async def crm() -> AsyncIterator[Whole]:
    async with whole() as asked:
        yield asked


async def company(crm: Whole, **fields: Any) -> Any:
    status, answer = await crm.rest("POST", "/companies", {"name": "Acme", **fields})
    assert status == 201, answer
    return answer["data"]["createCompany"]


async def test_a_record_is_created_changed_and_destroyed(crm):
    made = await company(crm)
    assert (made["name"], made["createdBy"]["source"]) == ("Acme", "API")
    path = f"/companies/{made['id']}"
    for method, name in (("PATCH", "Acme 2"), ("PUT", "Acme 3")):
        status, answer = await crm.rest(method, path, {"name": name})
        assert (status, answer["data"]["updateCompany"]["name"]) == (200, name)
    assert (await crm.data("query($i: UUID!) {company(filter: {id: {eq: $i}}) {name}}", {"i": made["id"]})) == {
        "company": {"name": "Acme 3"}
    }
    assert await crm.rest("DELETE", path) == (200, {"data": {"deleteCompany": {"id": made["id"]}}})
    everywhere = "or(deletedAt[is]:NULL,deletedAt[is]:NOT_NULL)"
    _, answer = await crm.rest("GET", "/companies", filter=f"and(id[eq]:{made['id']},{everywhere})")
    assert answer["totalCount"] == 0
    assert [entry.roots[0].name for entry in crm.sandbox.ledger if entry.method == "DELETE"] == ["destroyCompany"]


async def test_a_soft_delete_can_be_restored(crm):
    made = await company(crm)
    path = f"/companies/{made['id']}"
    assert (await crm.rest("DELETE", path, soft_delete="true"))[1]["data"]["deleteCompany"]["id"] == made["id"]
    assert (await crm.rest("GET", path))[0] == 404
    for restore in (f"/restore{path}", f"{path}/restore"):
        status, answer = await crm.rest("PATCH", restore)
        assert (status, answer["data"]["restoreCompany"]["deletedAt"]) == (200, None)
    assert (await crm.rest("GET", path))[0] == 200


async def test_a_batch_is_created_and_upserted(crm):
    links = [{"name": n, "domainName": {"primaryLinkUrl": f"{n}.example"}} for n in ("one", "two")]
    status, answer = await crm.rest("POST", "/batch/companies", links)
    made = answer["data"]["createCompanies"]
    assert (status, [row["name"] for row in made]) == (201, ["one", "two"])
    status, answer = await crm.rest("POST", "/batch/companies", links)
    assert (status, answer["messages"]) == (400, ["A duplicate entry was detected"])
    status, answer = await crm.rest("POST", "/batch/companies", [{**links[0], "name": "uno"}], upsert="true")
    assert [(row["id"], row["name"]) for row in answer["data"]["createCompanies"]] == [(made[0]["id"], "uno")]
    status, answer = await crm.rest("POST", "/batch/companies", [{"name": "x"}] * 201)
    assert (status, answer["messages"]) == (400, ["Maximum number of records to upsert is 200."])


async def test_changes_by_filter(crm):
    made = [await company(crm, name=name) for name in ("bulk a", "bulk b")]
    ids = sorted(row["id"] for row in made)
    mine = 'name[startsWith]:"bulk"'
    status, answer = await crm.rest("PATCH", "/companies", {"tagline": "t"}, filter=mine)
    assert (status, sorted(row["id"] for row in answer["data"]["updateCompanies"])) == (200, ids)
    assert {row["tagline"] for row in answer["data"]["updateCompanies"]} == {"t"}
    _, answer = await crm.rest("DELETE", "/companies", filter=mine, soft_delete="true")
    assert sorted(row["id"] for row in answer["data"]["deleteCompanies"]) == ids
    _, answer = await crm.rest("PATCH", "/restore/companies", filter=mine)
    assert sorted(row["id"] for row in answer["data"]["restoreCompanies"]) == ids
    _, answer = await crm.rest("DELETE", "/companies", filter=mine)
    assert sorted(row["id"] for row in answer["data"]["deleteCompanies"]) == ids
    assert (await crm.rest("GET", "/companies", filter=mine))[1]["totalCount"] == 0


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
async def test_no_filter_changes_nothing(crm, method):
    before = (await crm.rest("GET", "/companies"))[1]["totalCount"]
    status, answer = await crm.rest(method, "/companies", {"name": "all"})
    assert (status, answer["messages"][0].startswith("Filters are mandatory for bulk")) == (400, True)
    assert (await crm.rest("GET", "/companies"))[1]["totalCount"] == before


async def test_duplicates_and_merge(crm):
    rows = [await company(crm, name="Twin"), await company(crm, name="Twin", tagline="kept")]
    ids = [row["id"] for row in rows]
    status, answer = await crm.rest("POST", "/companies/duplicates", {"ids": ids[:1]})
    (page,) = answer["data"]
    assert (status, [row["id"] for row in page["companyDuplicates"]], page["totalCount"]) == (200, ids[1:], 1)
    merging = {"ids": ids, "conflictPriorityIndex": 1}
    status, answer = await crm.rest("PATCH", "/companies/merge", {**merging, "dryRun": True})
    assert (status, answer["data"]["mergeCompany"]["tagline"]) == (200, "kept")
    assert (await crm.rest("GET", f"/companies/{ids[0]}"))[0] == 200
    status, answer = await crm.rest("PATCH", "/companies/merge", merging)
    assert (status, answer["data"]["mergeCompany"]["id"]) == (200, ids[1])
    assert (await crm.rest("GET", f"/companies/{ids[0]}"))[0] == 404


async def test_groups_are_those_of_graphql(crm):
    asked = {"group_by": '[{"stage":true}]', "aggregate": '["totalCount"]', "order_by": '[{"stage":"AscNullsFirst"}]'}
    status, answer = await crm.rest("GET", "/opportunities/groupBy", **asked)
    roots = "opportunitiesGroupBy(groupBy: [{stage: true}], orderBy: [{stage: AscNullsFirst}])"
    wanted = await crm.data(f"{{{roots} {{groupByDimensionValues totalCount}}}}")
    assert (status, answer) == (200, wanted["opportunitiesGroupBy"])
    for bad in ({}, {"group_by": "stage"}, {"group_by": '[{"stage":true}]', "aggregate": "{}"}):
        assert (await crm.rest("GET", "/opportunities/groupBy", **bad))[0] == 400


REFUSED = (
    ("POST", "/companies", {"nope": 1}, 400, 'Object company doesn\'t have any "nope" field.'),
    ("POST", "/companies", [1], 400, "The body must be a JSON object."),
    ("POST", "/companies", None, 400, "The body must be a JSON object."),
    ("POST", "/batch/companies", {}, 400, "The body of a batch must be a JSON array of records."),
    ("POST", f"/companies/{MISSING}", {}, 404, f"Cannot POST /rest/companies/{MISSING}"),
    ("PATCH", f"/companies/{MISSING}", {"name": "x"}, 404, "Record not found"),
    ("DELETE", f"/companies/{MISSING}", None, 404, "Record not found"),
    ("DELETE", "/companies/7", None, 400, "'7' is not a valid UUID"),
    ("POST", "/batch", [], 400, "object 'batch' not found. eg: companies"),
    ("PATCH", "/notes/merge", {"ids": [MISSING] * 2, "conflictPriorityIndex": 0}, 400, None),
    ("POST", "/companies/duplicates", {}, 400, 'You have to provide either "data" or "ids" argument'),
)


async def test_refusals_say_why(crm):
    for method, path, body, status, said in REFUSED:
        got, answer = await crm.rest(method, path, body)
        assert (got, answer["statusCode"]) == (status, status)
        assert said is None or answer["messages"] == [said]


async def test_a_body_that_is_no_json_is_refused(crm):
    headers = {"Authorization": "Bearer x", "Content-Type": "application/json"}
    url = crm.sandbox.url + "/rest/companies"
    for body in (b"{", b"\xff\xfe", b'{"name": "\\ud800"}', b"[" * 100_000):
        async with crm.session.post(url, data=body, headers=headers) as response:
            assert response.status in (400, 500)
            assert (await response.json())["messages"]
    assert (await crm.rest("GET", "/companies"))[0] == 200


async def test_writes_pay_a_token():
    async with whole(limits="stock", clock=lambda: 1.0) as crm:
        statuses = [(await crm.rest("POST", "/notes", {"title": "n"}))[0] for _ in range(102)]
    assert statuses == [201] * 100 + [429] * 2

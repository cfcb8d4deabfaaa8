"""/rest: how a query string becomes a root field, and how its answer is shown."""

from __future__ import annotations

from typing import Any

import pytest

from twentyql.sandbox import Limits
from twentyql.sandbox.http.rest_arguments import list_arguments, read_filter, read_order
from twentyql.sandbox.http.rest_calls import EXAMPLES
from twentyql.sandbox.model import read_model
from twentyql.sandbox.root import Refused


@pytest.fixture
def record() -> Any:
    kinds = {"name": "TEXT", "emails": "EMAILS", "count": "NUMBER", "open": "BOOLEAN", "stage": "SELECT"}
    fields = [{"id": name, "name": name, "type": kind, "label": name} for name, kind in kinds.items()]
    node = {"id": "x", "nameSingular": "thing", "namePlural": "things", "fieldsList": fields}
    return read_model([node], {"id": "1"}).by_singular["thing"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('name[eq]:"a, b"', {"and": [{"name": {"eq": "a, b"}}]}),
        ("name[ilike]:%x%", {"and": [{"name": {"ilike": "%x%"}}]}),
        ("count[gte]:5,count[lt]:7.5", {"and": [{"count": {"gte": 5}}, {"count": {"lt": 7.5}}]}),
        ("open[eq]:true", {"and": [{"open": {"eq": True}}]}),
        ("name[is]:NULL", {"and": [{"name": {"is": "NULL"}}]}),
        ("stage[in]:[A,B]", {"and": [{"stage": {"in": ["A", "B"]}}]}),
        ("emails.primaryEmail[eq]:a@b.c", {"and": [{"emails": {"primaryEmail": {"eq": "a@b.c"}}}]}),
        ("or(name[eq]:a,name[eq]:b)", {"or": [{"name": {"eq": "a"}}, {"name": {"eq": "b"}}]}),
        ("not(name[eq]:a)", {"not": {"name": {"eq": "a"}}}),
        (
            "or(name[eq]:a,count[eq]:1),or(name[eq]:b)",
            {"and": [{"or": [{"name": {"eq": "a"}}, {"count": {"eq": 1}}]}, {"or": [{"name": {"eq": "b"}}]}]},
        ),
    ],
)
def test_filters_are_read(record, text, wanted):
    assert read_filter(record, text) == wanted


@pytest.mark.parametrize("text", ["name:a", "name[eq]", "not(name[eq]:a,name[eq]:b)", "stage[in]:A"])
def test_filters_that_cannot_be_read_are_refused(record, text):
    with pytest.raises(Refused, match="invalid"):
        read_filter(record, text)


def test_orders_are_read():
    wanted = [{"name": {"firstName": "DescNullsLast"}}, {"createdAt": "AscNullsFirst"}]
    assert list(read_order("name.firstName[DescNullsLast],createdAt")) == wanted


def test_the_page_is_sixty_and_at_most_two_hundred(record):
    assert list_arguments(record, {}) == {"first": 60}
    assert list_arguments(record, {"limit": "999", "starting_after": "c"}) == {"first": 200, "after": "c"}
    assert list_arguments(record, {"limit": "5", "ending_before": "c"}) == {"last": 5, "before": "c"}
    with pytest.raises(Refused, match="limit 'x'"):
        list_arguments(record, {"limit": "x"})


async def get(ask: Any, path: str, key: str | None = "any") -> tuple[int, Any, Any]:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    response = await ask.session.get(ask.sandbox.url + path, headers=headers)
    return response.status, await response.json(), response.headers


async def test_a_list_has_rows_count_and_page(ask):
    status, answer, _ = await get(ask, "/rest/companies?limit=2")
    assert status == 200
    assert answer["data"] == {"companies": [{"id": 0}, {"id": 1}]}
    assert answer["totalCount"] == 4
    assert set(ask.sandbox.engine.ran[0].selection["edges"]["node"]) == {"id", "name"}
    assert ask.sandbox.ledger[0].roots[0].name == "companies"


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/rest/activities", 400, "object 'activities' not found. eg: companies"),
        ("/rest/company", 400, "object 'company' not found. Did you mean 'companies'?"),
        ("/rest/companies/1", 400, "'1' is not a valid UUID"),
        ("/rest/companies/aaaaaaaa-0000-4000-8000-00000000000a", 404, "Record not found"),
        (
            "/rest/companies/a/b/c",
            400,
            f"Query path '/rest/companies/a/b/c' invalid. {EXAMPLES}",
        ),
        ("/rest/companies?depth=2", 400, "'depth=2' parameter invalid. Allowed values are 0, 1"),
    ],
)
async def test_refusals(ask, path, status, said):
    got, answer, _ = await get(ask, path)
    assert (got, answer["statusCode"], answer["messages"]) == (status, status, [said])


async def test_without_a_good_key(open_sandbox):
    async with open_sandbox(key="k") as ask:
        status, answer, _ = await get(ask, "/rest/companies", None)
        assert (status, answer["messages"]) == (403, ["Missing authentication token"])
        assert (await get(ask, "/rest/companies", "no"))[0] == 401
        assert (await get(ask, "/rest/companies", "k"))[0] == 200


@pytest.mark.parametrize(("form", "retry"), [("old", None), ("new", "60")])
async def test_the_bucket_is_shared_and_refuses_with_429(open_sandbox, form, retry):
    limits = Limits(form=form, short=None, long=(1, 60.0))
    async with open_sandbox(limits=limits, clock=lambda: 1.0) as ask:
        await ask("{companies(first: 1) {edges {node {id}}}}")
        status, answer, headers = await get(ask, "/rest/companies")
        assert (status, answer["error"]) == (429, "HttpException")
        assert headers.get("Retry-After") == retry


async def test_objects_of_the_data_model(ask):
    _, answer, _ = await get(ask, "/rest/metadata/objects?limit=1")
    assert answer["data"]["objects"][0]["fields"][1]["name"] == "name"
    assert (answer["totalCount"], answer["pageInfo"]["hasNextPage"]) == (3, True)
    _, answer, _ = await get(ask, f"/rest/metadata/objects?starting_after={answer['pageInfo']['endCursor']}")
    assert [node["nameSingular"] for node in answer["data"]["objects"]] == ["person", "old"]
    assert (await get(ask, "/rest/metadata/objects/person-object"))[1]["data"]["object"]["namePlural"] == "people"
    assert (await get(ask, "/rest/metadata/objects/nope"))[0] == 404

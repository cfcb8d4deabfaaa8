"""Requests that nobody should send get an answer, and the sandbox lives on."""

from __future__ import annotations

import asyncio
import json

import pytest

from twentyql.sandbox import Fault

DEEP = "{companies" + "{edges" * 3000 + "{id}" + "}" * 3001


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        (DEEP, None),
        ("{companies(filter: " + "[" * 3000 + "]" * 3000 + ") {id}}", None),
        ("subscription {createCompany(data: {}) {id}}", None),
        ("subscription {companies {id}}", None),
        ("fragment F on Query {companies {id}}", None),
        ("type Query {a: Int}", None),
        ("{...F} fragment F on Query {...F}", None),
        ("query($a: Int) {companies(first: $a) {id}}", ["no", "mapping"]),
        ("\u0000\ud7ff{companies{id}}", {}),
    ],
)
async def test_odd_documents(ask, query, variables):
    response = await ask.raw("/graphql", {"query": query, "variables": variables, "operationName": None})
    assert response.status in (200, 500)
    assert json.loads(await response.text())
    assert not any(root.name == "createCompany" for root in ask.sandbox.engine.ran)
    assert (await ask("{companies {id}}"))["data"]["companies"]


async def test_a_short_page_of_no_number_is_the_engines_matter(ask):
    ask.sandbox.faults.add(Fault.SHORT_PAGE)
    answer = await ask('{people(first: "x") {id}}')
    assert answer["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"


async def test_rest_conditions_as_deep_as_an_address_allows(ask):
    path = "/rest/companies?filter=" + "and(" * 1500 + "name[eq]:a" + ")" * 1500
    response = await ask.session.get(ask.sandbox.url + path, headers={"Authorization": "Bearer x"})
    assert response.status in (200, 400, 500)
    assert (await ask("{companies {id}}"))["data"]["companies"]


def nested(times: int, leaf: str) -> str:
    """Objects with their fields, whose object has its fields, and so on."""
    return (
        "{objects {edges {node {"
        + "fieldsList {object {" * (times - 1)
        + "fieldsList {object "
        + leaf
        + "}" * (times * 2 + 3)
    )


def bomb(depth: int, leaf: str, kind: str = "Query") -> str:
    """Fragments that each spread the next one twice: 2 ** depth fields."""
    parts = [f"fragment F{n} on {kind} {{...F{n + 1} ...F{n + 1}}}" for n in range(depth)]
    return " ".join([*parts, f"fragment F{depth} on {kind} {{{leaf}}}"])


@pytest.mark.parametrize("path", ["/graphql", "/metadata"])
async def test_fragments_that_double_again_and_again(ask, path):
    leaf = "companies {id}" if path == "/graphql" else "currentWorkspace {id}"
    async with asyncio.timeout(5):
        answer = await ask("{...F0} " + bomb(60, leaf), path=path)
        assert any(said in str(answer["errors"]) for said in ("Duplicate root resolver", "Query too complex"))
        answer = await ask("{companies {edges {node {...F0}}}} " + bomb(60, "id", "Company"))
        assert answer["data"]["companies"]["edges"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (nested(3, "{id}"), ""),
        (
            nested(3, "{fieldsList {id}}"),
            "Too many nested fields requested: 11 - Maximum allowed nested fields: 10",
        ),
        ("{currentWorkspace {" + "id " * 2000 + "}}", "Too many fields requested: 2001 - Maximum allowed fields: 2000"),
        ("{...F} fragment F on Query {currentWorkspace {...G}} fragment G on Workspace {id}", ""),
        ("{...F} fragment F on Query {currentWorkspace {id} ...F}", "Cannot spread fragment"),
    ],
)
async def test_metadata_bears_no_more_than_the_server(ask, query, said):
    answer = await ask(query, path="/metadata")
    assert said in str(answer.get("errors", ""))
    assert bool(said) == ("errors" in answer)

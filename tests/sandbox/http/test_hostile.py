"""Requests that nobody should send get an answer, and the sandbox lives on."""

from __future__ import annotations

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

"""Direct execution: what the engine is asked, and what comes back when a root fails."""

from __future__ import annotations

import pytest


async def test_roots_reach_the_engine_with_filled_arguments(ask):
    text = """query Q($n: Int = 9, $f: F, $gone: Int) {
      a: companies(first: $n, filter: $f, last: null, after: $gone, orderBy: [{name: AscNullsLast}]) {
        edges {node {id}}
      }
    }"""
    answer = await ask(text, {"n": 2, "f": {"name": {"eq": "x"}}})
    assert len(answer["data"]["a"]["edges"]) == 2
    (root,) = ask.sandbox.engine.ran
    assert root.arguments == {"first": 2, "filter": {"name": {"eq": "x"}}, "orderBy": [{"name": "AscNullsLast"}]}
    assert root.selection == {"edges": {"node": {"id": {}}}}


async def test_defaults_of_variables_are_ignored(ask):
    await ask("query($n: Int = 2) {companies(first: $n) {edges {node {id}}}}")
    assert ask.sandbox.engine.ran[0].arguments == {}


async def test_literals_are_read_as_they_stand(ask):
    await ask('{companies(filter: {and: [{a: {gt: 1.5}}, {b: {is: NULL}}], c: [true, $x, null], d: $y, e: "s"}) {id}}')
    wanted = {"and": [{"a": {"gt": 1.5}}, {"b": {"is": "NULL"}}], "c": [True, None, None], "e": "s"}
    assert ask.sandbox.engine.ran[0].arguments == {"filter": wanted}


async def test_fragments_merge_and_nested_aliases_vanish(ask):
    text = """{companies {...C edges {node {pk: id ... on Company {name {f: firstName}}}} ...Unknown}}
    fragment C on CompanyConnection {edges {node {name {lastName}}} totalCount}"""
    await ask(text)
    node = {"id": {}, "name": {"lastName": {}, "firstName": {}}}
    assert ask.sandbox.engine.ran[0].selection == {"edges": {"node": node}, "totalCount": {}}


async def test_roots_in_fragments_are_roots(ask):
    answer = await ask("{...R ... on Query {people {id}}} fragment R on Query {companies {id}}")
    assert set(answer["data"]) == {"companies", "people"}


async def test_a_fragment_within_itself_fails_its_root(ask):
    answer = await ask("{companies {...R}} fragment R on C {edges {...R}}")
    assert answer["data"] == {"companies": None}
    assert answer["errors"][0]["message"] == "Maximum call stack size exceeded"


@pytest.mark.parametrize(
    ("directive", "kept"),
    [
        ("@skip(if: true)", False),
        ("@skip(if: false)", True),
        ("@include(if: false)", False),
        ("@include(if: true)", True),
    ],
)
async def test_literal_directives_work_below_the_root(ask, directive, kept):
    await ask(f"{{companies @include(if: false) {{id totalCount {directive}}}}}")
    assert ("totalCount" in ask.sandbox.engine.ran[0].selection) is kept


async def test_a_variable_in_a_directive_breaks_its_root_alone(ask):
    answer = await ask("query($s: Boolean!) {companies {id @skip(if: $s)} people {id}}", {"s": False})
    assert answer["data"]["companies"] is None
    assert answer["data"]["people"] is not None
    (error,) = answer["errors"]
    assert error["message"] == "Cannot read properties of undefined (reading 's')"
    assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert "path" not in error


async def test_a_failing_root_leaves_the_others(ask):
    answer = await ask("{company(filter: {}) {id} companies {id}}")
    assert answer["data"]["company"] is None
    assert answer["data"]["companies"]["edges"]
    assert answer["errors"][0]["extensions"]["subCode"] == "RECORD_NOT_FOUND"


async def test_a_bug_of_the_engine_is_an_internal_error(ask):
    answer = await ask("{companies(broken: true) {id}}")
    assert answer["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert "ValueError: a bug" in answer["errors"][0]["message"]


async def test_a_root_comes_once(ask):
    answer = await ask("{a: companies {id} b: companies {id}}")
    error = {"message": 'Duplicate root resolver: "companies"', "extensions": {"code": "BAD_USER_INPUT"}}
    assert answer == {"data": {}, "errors": [error]}
    assert not ask.sandbox.engine.ran


@pytest.mark.parametrize("beside", ["__typename", 'search(searchInput: "x", limit: 1) {edges {cursor}}', "nope"])
async def test_records_stand_beside_records_only(ask, beside):
    answer = await ask(f"{{companies {{id}} {beside}}}")
    assert "cannot be executed as a single request" in answer["errors"][0]["message"]
    assert not ask.sandbox.engine.ran


async def test_search_runs_alone_by_the_classic_path(ask):
    text = """query($n: Int! = 2) {
      s: search(searchInput: "x", limit: $n, after: null) {edges {c: cursor} pageInfo {hasNextPage}}
    }"""
    answer = await ask(text)
    assert answer["data"]["s"]["edges"][0] == {"c": "c0"}
    assert ask.sandbox.engine.ran[0].arguments == {"searchInput": "x", "limit": 2}


async def test_mutations_are_no_queries(ask):
    assert "createCompany" in (await ask("mutation {createCompany(data: {}) {id}}"))["data"]
    answer = await ask("{createCompany(data: {}) {id}}")
    assert answer["errors"][0]["message"] == 'Cannot query field "createCompany" on type "Query".'


async def test_one_of_several_operations_is_named(ask):
    text = "query A {companies {id}} query B {people {id}}"
    assert set((await ask(text, operationName="B"))["data"]) == {"people"}
    response = await ask.raw("/graphql", {"query": text})
    assert (response.status, response.content_type) == (500, "text/plain")
    assert (await ask(text, operationName="C"))["errors"][0]["message"] == 'Unknown operation named "C".'


async def test_syntax_errors_are_worded_as_the_server_words_them(ask):
    answer = await ask("{companies{id}")
    assert answer["errors"][0] == {
        "message": "Syntax Error: Expected Name, found <EOF>.",
        "locations": [{"line": 1, "column": 15}],
    }


async def test_a_batch_is_refused(ask):
    response = await ask.raw("/graphql", [{"query": "{companies{id}}"}])
    assert response.status == 400
    assert await response.json() == {"errors": [{"message": "Batching is not supported."}]}

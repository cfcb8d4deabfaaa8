"""Keys, hosts, bodies and paths: who is answered, and in which words."""

from __future__ import annotations

import gzip
import io
import json

import pytest

from twentyql.errors import ConfigError, UsageError
from twentyql.sandbox import Limits, Sandbox

PEOPLE = "{people(first: 1) {edges {node {id}}}}"


async def test_without_a_key_there_are_no_records(ask):
    answer = await ask(PEOPLE, key=None)
    assert answer == {
        "errors": [{"message": 'Cannot query field "people" on type "Query".', "locations": [{"line": 1, "column": 2}]}]
    }
    assert not ask.sandbox.engine.ran


async def test_without_a_key_there_is_no_introspection(ask):
    answer = await ask("{__schema{queryType{name}}}", key=None)
    said = 'GraphQL introspection has been disabled, but the requested query contained the field "{}".'
    assert [error["message"] for error in answer["errors"]] == [said.format("__schema"), said.format("queryType")]


async def test_without_a_key_search_is_forbidden(ask):
    answer = await ask('{search(searchInput: "x", limit: 1) {edges {cursor}}}', key=None)
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_any_key_is_taken_unless_one_was_given(open_sandbox):
    async with open_sandbox(key="the.right.key") as ask:
        assert (await ask(PEOPLE, key="the.right.key"))["data"]
        answer = await ask(PEOPLE, key="x.y")
        assert answer["errors"][0]["message"] == "Token invalid."
        assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        response = await ask.raw("/graphql", {"query": PEOPLE}, "x.y")
        assert "Content-Type" not in response.headers
        assert ask.sandbox.key == "the.right.key"


async def test_metadata_is_forbidden_without_a_key(ask):
    answer = await ask("{currentWorkspace {id}}", key=None, path="/metadata")
    assert answer["errors"][0]["message"] == "Forbidden resource"
    assert answer["data"] is None


async def test_an_unknown_root_is_worded_as_the_server_words_it(ask):
    answer = await ask("{nope(first: 1) {edges {node {id}}}}")
    assert answer["errors"][0]["message"] == 'Cannot query field "nope" on type "Query".'


async def test_only_loopback_names_are_answered(ask):
    response = await ask.raw("/graphql", {"query": PEOPLE}, headers={"Host": "evil.example"})
    assert response.status == 403
    response = await ask.raw("/graphql", {"query": PEOPLE}, headers={"Host": "localhost:1234"})
    assert response.status == 200


async def test_a_body_over_ten_megabytes_is_too_large(ask):
    body = io.BytesIO(json.dumps({"query": PEOPLE, "more": "x" * 11_000_000}).encode())
    response = await ask.session.post(ask.sandbox.url + "/graphql", data=body, headers={"Authorization": "Bearer x"})
    assert response.status == 500
    assert "request entity too large" in await response.text()


async def test_a_zipped_body_is_read(ask):
    body = gzip.compress(json.dumps({"query": PEOPLE}).encode())
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json", "Authorization": "Bearer x"}
    response = await ask.session.post(ask.sandbox.url + "/graphql", data=body, headers=headers)
    assert (await response.json())["data"]["people"]


@pytest.mark.parametrize("body", [b"no json", b"{}", b'{"query": 1}', b'"text"'])
async def test_a_body_that_is_no_request_is_refused(ask, body):
    response = await ask.session.post(ask.sandbox.url + "/graphql", data=body, headers={"Authorization": "Bearer x"})
    assert response.status == 400


async def test_other_paths_are_the_front_end_or_nothing(ask):
    page = await ask.session.get(ask.sandbox.url + "/objects/people")
    assert (page.status, page.content_type) == (200, "text/html")
    assert (await ask.raw("/nowhere", {})).status == 404
    assert (await (await ask.session.get(ask.sandbox.url + "/healthz")).json())["status"] == "ok"


async def test_get_never_reaches_records(ask):
    headers = {"Authorization": "Bearer x"}
    response = await ask.session.get(ask.sandbox.url + "/graphql", params={"query": PEOPLE}, headers=headers)
    assert (await response.json())["errors"][0]["message"].startswith("Cannot query field")


async def test_a_taken_port_is_a_clear_error(ask):
    port = int(ask.sandbox.url.rpartition(":")[2])
    with pytest.raises(ConfigError, match=str(port)):
        await type(ask.sandbox).of(ask.sandbox._make(), port=port).start()


async def test_limits_have_two_names():
    with pytest.raises(ConfigError, match="stock"):
        Sandbox.demo(limits="none")
    assert Sandbox.demo(limits=Limits(form="new"))


async def test_a_stopped_sandbox_says_so(open_sandbox):
    async with open_sandbox() as ask:
        engine = ask.sandbox.engine
        assert ask.sandbox.warnings == ("one warning",)
    assert engine.closed
    with pytest.raises(UsageError, match="not running"):
        _ = ask.sandbox.url
    await ask.sandbox.stop()


async def test_the_ledger_knows_everything_but_the_key(ask):
    await ask("query Two($n: Int) {a: companies(first: $n) {id} company(filter: {}) {id}}", {"n": 3}, key="s3cret")
    (entry,) = ask.sandbox.ledger
    assert (entry.method, entry.path, entry.operation, entry.status) == ("POST", "/graphql", "Two", 200)
    assert [(call.key, call.name, call.arguments) for call in entry.roots] == [
        ("a", "companies", {"first": 3}),
        ("company", "company", {"filter": {}}),
    ]
    assert entry.codes == ("RECORD_NOT_FOUND",)
    assert entry.bytes > 50
    assert "s3cret" not in repr(entry)
    assert ask.sandbox.ledger.roots == {"companies": 1, "company": 1}
    assert ask.sandbox.ledger.most_at_once == 1

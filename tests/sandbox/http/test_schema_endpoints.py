"""Introspection and /metadata: answered by graphql-core from the workspace's own schema and nodes."""

from __future__ import annotations

from graphql import build_client_schema, get_introspection_query

OBJECTS = """query($f: Int, $a: ConnectionCursor) {
  objects(paging: {first: $f, after: $a}%s) {edges {node {n: nameSingular} cursor} pageInfo {hasNextPage endCursor}}
}"""


async def test_introspection_gives_the_workspace(ask):
    answer = await ask(get_introspection_query())
    schema = build_client_schema(answer["data"])
    assert {"people", "company", "companiesGroupBy"} <= set(schema.query_type.fields)
    assert "search" not in schema.query_type.fields
    assert await ask(get_introspection_query()) == answer


async def test_introspection_may_stand_beside_records(ask):
    text = "query($n: String!) {__type(name: $n) {name ...T} companies(first: 1) {id}} fragment T on __Type {k: kind}"
    answer = await ask(text, {"n": "Company"})
    assert answer["data"]["__type"] == {"name": "Company", "k": "OBJECT"}
    assert len(answer["data"]["companies"]["edges"]) == 1


async def test_objects_page(ask):
    one = await ask(OBJECTS % "", {"f": 1}, path="/metadata")
    page = one["data"]["objects"]
    assert page["edges"][0]["node"] == {"n": "company"}
    assert page["pageInfo"]["hasNextPage"] is True
    two = await ask(OBJECTS % "", {"f": 9, "a": page["pageInfo"]["endCursor"]}, path="/metadata")
    assert [edge["node"]["n"] for edge in two["data"]["objects"]["edges"]] == ["person", "old"]
    assert two["data"]["objects"]["pageInfo"]["hasNextPage"] is False


async def test_objects_filter(ask):
    answer = await ask(OBJECTS % ", filter: {isActive: {is: true}}", {"f": 9}, path="/metadata")
    assert [edge["node"]["n"] for edge in answer["data"]["objects"]["edges"]] == ["company", "person"]


async def test_one_object_or_an_error(ask):
    answer = await ask('{object(id: "company-object") {nameSingular fieldsList {name type}}}', path="/metadata")
    assert answer["data"]["object"]["fieldsList"][1] == {"name": "name", "type": "TEXT"}
    answer = await ask('{object(id: "00000000-0000-4000-8000-000000000000") {id}}', path="/metadata")
    assert answer["data"] is None
    assert answer["errors"][0]["extensions"]["code"] == "NOT_FOUND"


async def test_the_workspace_tells_its_version(ask):
    answer = await ask("{currentWorkspace {displayName metadataVersion}}", path="/metadata")
    assert answer["data"]["currentWorkspace"] == {"displayName": "Test", "metadataVersion": 7}


async def test_metadata_is_validated(ask):
    answer = await ask("{nope}", path="/metadata")
    assert answer["errors"][0]["message"] == 'Cannot query field "nope" on type "Query".'
    answer = await ask("{a: currentWorkspace {id} b: currentWorkspace {id}}", path="/metadata")
    assert answer["errors"][0]["message"] == 'Duplicate root resolver: "currentWorkspace"'


async def test_the_metadata_schema_can_be_introspected(ask):
    answer = await ask(get_introspection_query(), path="/metadata")
    assert "objects" in build_client_schema(answer["data"]).query_type.fields

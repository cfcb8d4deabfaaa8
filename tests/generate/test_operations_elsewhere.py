"""Classes of operations on GitHub's and Saleor's schemas: unions, interfaces, arguments, connections deep inside."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from generated_code import mypy, pyright, ruff
from operation_sdl import imported, put

from twentyql.build.operation import variables_of
from twentyql.build.prepare import prepare
from twentyql.execute.answers import document_of, read_operation
from twentyql.execute.paging import typed_call
from twentyql.introspect.load import Loaded, load

SCHEMAS = Path(__file__).parents[2].parent / "shared" / "schemas"
GITHUB = {
    "Issues.graphql": """
      query Issues($owner: String!, $name: String!, $first: Int = 50, $after: String, $states: [IssueState!]) {
        repository(owner: $owner, name: $name) {
          issues(first: $first, after: $after, states: $states, orderBy: {field: CREATED_AT, direction: ASC}) {
            nodes {
              id number createdAt
              author { __typename login ... on User { name } ... on Bot { databaseId } }
              timelineItems(first: 20) { nodes {
                ... on IssueComment { body }
                ... on ClosedEvent { closer { ... on PullRequest { number } ... on Commit { oid } } }
              } }
            }
          }
        }
      }""",
    "Search.graphql": """
      query Search($query: String!, $first: Int, $after: String) {
        search(query: $query, type: REPOSITORY, first: $first, after: $after) {
          edges { node { ... on Repository { ...RepoBrief } } }
        }
      }""",
    "RepoBrief.graphql": """
      fragment RepoBrief on Repository {
        id nameWithOwner all: issues { totalCount } open: issues(states: [OPEN]) { totalCount }
      }""",
    "ById.graphql": "query ById($id: ID!) { node(id: $id) { id ... on Actor { login } ...RepoBrief } }",
    "AddStar.graphql": "mutation AddStar($input: AddStarInput!) { addStar(input: $input) { starrable { id } } }",
}
SALEOR = {
    "Products.graphql": """
      query Products($channel: String!, $after: String, $first: Int = 20, $where: ProductWhereInput) {
        products(channel: $channel, first: $first, after: $after, where: $where) { edges { node {
          id name pricing { priceRange { start { gross { amount currency } } } } attributes { values { name } }
        } } }
      }""",
    "Create.graphql": """
      mutation Create($input: ProductCreateInput!) { productCreate(input: $input) { errors { field code } } }""",
}


def loaded(name: str) -> Loaded:
    path = SCHEMAS / f"{name}.graphql"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    return load(path)


@pytest.mark.soak
@pytest.mark.parametrize(("name", "own"), [("github", GITHUB), ("saleor", SALEOR)])
def test_the_classes_of_another_server(name: str, own: dict[str, str], tmp_path: Path) -> None:
    schema = loaded(name).schema
    begun = time.process_time()
    put(own, tmp_path, schema)
    assert time.process_time() - begun < 5
    assert ruff(tmp_path / "ops", "format", "--diff") == ""
    assert ruff(tmp_path / "ops", "check", "--select", "E,F,W,I,UP,B,RET,SIM,PIE") == ""
    assert mypy(tmp_path, "ops").startswith("Success")
    assert pyright(tmp_path) == []


def answer(operation: Any, data: Any, schema: Any) -> Any:
    ready = prepare(document_of(type(operation), schema), None, variables_of(operation), schema)
    return read_operation(json.dumps({"data": data}).encode(), type(operation), ready)


@pytest.mark.soak
def test_answers_of_github_are_typed(tmp_path: Path) -> None:
    schema = loaded("github").schema
    put(GITHUB, tmp_path, schema)
    with imported(tmp_path) as ops:
        author = {"__typename": "Bot", "login": "b", "databaseId": 1}
        closer = {"__typename": "Commit", "oid": "c0ffee"}
        items = [{"__typename": "ClosedEvent", "closer": closer}, {"__typename": "RenamedTitleEvent"}, None]
        issue = {"id": "1", "number": 7, "createdAt": "2026-01-02T03:04:05Z", "author": author}
        nodes = [
            {**issue, "timelineItems": {"nodes": items}},
            {**issue, "author": None, "timelineItems": {"nodes": []}},
        ]
        issues = answer(
            ops.Issues(owner="o", name="n", states=["OPEN"]), {"repository": {"issues": {"nodes": nodes}}}, schema
        ).repository.issues.nodes
        assert (issues[0].author.typename, issues[0].author.database_id) == ("Bot", 1)
        closed, other, none = issues[0].timeline_items.nodes
        assert (closed.closer.oid, type(other).__name__[-5:], none) == ("c0ffee", "Other", None)
        assert issues[1].author is None
        brief = {"id": "1", "nameWithOwner": "o/n", "all": {"totalCount": 5}, "open": {"totalCount": 2}}
        found = answer(ops.ById(id="1"), {"node": {"__typename": "Repository", **brief}}, schema).node
        assert (found.all.total_count, found.open.total_count) == (5, 2)
        owner = {"__typename": "Organization", "id": "1", "login": "l"}
        assert answer(ops.ById(id="1"), {"node": owner}, schema).node.login == "l"
        call = typed_call(ops.Issues(owner="o", name="n"), schema)
        assert (call.paging.path, call.paging.items, call.paging.counts) == (("repository", "issues"), "nodes", True)
        assert typed_call(ops.Search(query="q"), schema).paging.counts is False

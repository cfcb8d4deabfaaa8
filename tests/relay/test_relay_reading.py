"""Any Relay server by name: nested connections are read to their ends, whatever the server's limits are."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from relay_server import RelayServer, Thing, forge

import twentyql
from twentyql.build.named import select
from twentyql.errors import QueryError, ServerError, UnknownNameError
from twentyql.introspect.load import assemble
from twentyql.plan.planner import plan
from twentyql.schema.dialects import RELAY


def titles(issues: list[Thing]) -> list[str]:
    return [issue.values["title"] for issue in issues]


def tree_of(repo: Thing) -> dict[str, Any]:
    """What the query of the first test must give, said without a client."""
    return {
        "id": repo.id,
        "name": repo.values["name"],
        "releases": [{"id": r.id, "tag": r.values["tag"]} for r in repo.values["releases"]],
        "issues": [
            {
                "id": issue.id,
                "title": issue.values["title"],
                "labels": [{"id": label.id, "name": label.values["name"]} for label in issue.values["labels"] or []],
                "comments": [
                    {"id": c.id, "reactions": [{"text": r.values["text"]} for r in c.values["reactions"]]}
                    for c in issue.values["comments"]
                ],
            }
            for issue in repo.values["issues"]
        ],
    }


NAMES = ("name", "releases.tag", "issues.title", "issues.labels.name", "issues.comments.reactions.text")


def bare(value: Any) -> Any:
    """Without what a union or an object without an id carries beside."""
    if isinstance(value, dict):
        return {k: bare(v) for k, v in value.items() if k != "__typename"}
    return [bare(item) for item in value] if isinstance(value, list) else value


async def test_lists_at_every_depth_are_whole(server: RelayServer) -> None:
    async with twentyql.connect(server.url, "key") as client:
        result = await client.fetch(client["viewer.repositories"].select(*NAMES))
    assert [bare(row) for row in result] == [tree_of(repo) for repo in server.data.roots["repos"]]
    assert result.receipt.verdict == "complete"
    assert {part.name: part.rows for part in result.receipt.lists}["issues"] == 257
    assert any("too costly" in note for note in result.receipt.notes), "the server's limit was met, and kept"


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    issues=st.lists(st.integers(0, 30), min_size=1, max_size=3),
    labels=st.integers(0, 9),
    page=st.integers(1, 12),
    nodes=st.integers(400, 3000),
)
async def test_any_sizes_and_limits_give_the_same_rows(issues: list[int], labels: int, page: int, nodes: int) -> None:
    data = forge(3, issues, labels)
    serving = RelayServer(data, most_page=page, most_nodes=nodes).serve()
    async with serving as server, twentyql.connect(server.url, "key") as client:
        whole = client["viewer.repositories"].select("name", "issues.title", "issues.labels.name")
        result = await client.fetch(whole)
    told = [(r["name"], [(i["title"], [x["name"] for x in i["labels"]]) for i in r["issues"]]) for r in result]
    assert told == [
        (
            repo.values["name"],
            [(i.values["title"], [x.values["name"] for x in i.values["labels"] or []]) for i in repo.values["issues"]],
        )
        for repo in data.roots["repos"]
    ]
    assert result.receipt.verdict == "complete"


async def test_a_query_starts_where_arguments_lead(server: RelayServer) -> None:
    start = 'repo(name: "r2").issues(states: [OPEN], sort: {field: TITLE, descending: true})'
    issues = server.data.roots["repos"][2].values["issues"]
    wanted = sorted((i for i in issues if i.values["state"] == "OPEN"), key=lambda i: i.values["title"], reverse=True)
    async with twentyql.connect(server.url, "key") as client:
        rows = await client.fetch(client[start].select("title", "author.login", "author.User.avatar(size: 7)"))
        assert [row["title"] for row in rows] == titles(wanted)
        authors = [i.values["author"] for i in wanted]
        assert [row["author"] and row["author"]["login"] for row in rows] == [a and a.values["login"] for a in authors]
        avatars = [row["author"].get("avatar") if row["author"] else None for row in rows]
        assert set(avatars) == {"ada-7", None}
        some = await client.fetch(client[start].select("title").limit(5))
        assert [row["title"] for row in some] == titles(wanted)[:5]
        assert len(await client.fetch(client['repo(name: "none")'].select("name", "issues.title"))) == 0


async def test_counts_and_explanations(server: RelayServer) -> None:
    start = 'repo(name: "r2").issues(states: [OPEN])'
    async with twentyql.connect(server.url, "key") as client:
        assert await client.count(client[start].select("title", "labels.name")) == 166
        assert await client.count(client["issues"].select("title")) == 257
        assert await client.count(client['repo(name: "r2")'].select("name")) == 1
        assert await client.count(client['repo(name: "r2").releases'].select("tag")) == 2
        told = str(await client.explain(client[start].select("title", "labels.name")))
    assert "issues(first: $first, after: $after, states: $issues_states)" in told
    assert "node(id: $id) { ... on Issue { labels(first: $first, after: $after)" in told


async def test_one_field_with_different_arguments_is_told_apart_by_an_alias(server: RelayServer) -> None:
    repo = server.data.roots["repos"][2]
    query = ("name", "closed: issues(states: [CLOSED]).title", "issues.number", "one: issue(number: 3).title")
    async with twentyql.connect(server.url, "key") as client:
        (row,) = await client.fetch(client['repo(name: "r2")'].select(*query))
    assert [i["title"] for i in row["closed"]] == titles(
        [i for i in repo.values["issues"] if i.values["number"] % 3 == 0]
    )
    assert [i["number"] for i in row["issues"]] == list(range(250))
    assert row["one"]["title"] == "t3"


async def test_records_that_are_counted_and_not_given_are_withheld(server: RelayServer) -> None:
    server.hidden = {issue.id for issue in server.data.roots["repos"][2].values["issues"][100:140]}
    async with twentyql.connect(server.url, "key") as client:
        result = await client.fetch(client['repo(name: "r2")'].select("issues.title"))
    assert len(result[0]["issues"]) == 210
    assert result.receipt.verdict == "withheld"
    assert result.receipt.lists[1].withheld == 40


async def test_tables_link_inner_lists_to_their_records(server: RelayServer) -> None:
    async with twentyql.connect(server.url, "key") as client:
        tables = await client.tables(client["issues"].select("title", "labels.name"))
    pairs = [(i.id, x.id) for i in server.data.roots["issues"] for x in i.values["labels"] or []]
    labels = tables["labels"].to_pylist()
    assert sorted((row["issueId"], row["id"]) for row in labels) == sorted(pairs)


def test_what_cannot_be_asked_is_refused_with_the_way_out() -> None:
    model = assemble(RelayServer(forge(1, [1])).schema(), None).model
    for name, names, said in [
        ("repos", ["name"], r"no list of all repos.*viewer"),
        ("repo", ["name"], r"no list of all repos"),
        ('repo(title: "x")', ["name"], r"no argument 'title' of Query.repo"),
        ("viewer.repositories", ["issue.title"], r"Repo.issue needs number"),
        ("viewer.repositories", ["issue(number: 3"], r"no field"),
        ("viewer.repositories", ["head.history.text"], r"goes through the to-one"),
        ("query", ["id"], r"no object 'query'"),
        ("viewer.login", ["id"], r"ends at a value|is a value"),
    ]:
        with pytest.raises((QueryError, UnknownNameError), match=said):
            plan(select(model, name, *names), model, RELAY)
    query = (
        select(model, "issues", "title").where({"title": {"eq": "x"}}) if False else select(model, "issues", "title")
    )
    assert plan(query, model, RELAY).root.text.startswith("query issues(")


async def test_without_node_the_parents_own_root_is_asked_or_the_query_refused() -> None:
    serving = RelayServer(forge(), without_node=True).serve()
    async with serving as server, twentyql.connect(server.url, "key") as client:
        with pytest.raises(QueryError, match="cannot be asked for by an id"):
            client.plan(client["issues"].select("labels.name"))
        (row,) = await client.fetch(client['repo(name: "r2")'].select("issues.title"))
        assert len(row["issues"]) == 250, "the path of the query leads to the further pages"


async def test_a_refusal_that_no_smaller_page_can_meet_is_raised() -> None:
    serving = RelayServer(forge(1, [9]), most_nodes=0).serve()
    async with serving as server, twentyql.connect(server.url, "key") as client:
        with pytest.raises(ServerError, match="exceeds the limit of 0"):
            await client.fetch(client["issues"].select("title", "labels.name"))

"""Any Relay server, typed: the package of its schema selects what `test_relay_reading` selects by names."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from relay_server import RelayServer, Thing, forge

import twentyql
from twentyql import Record
from twentyql.errors import UnknownNameError
from twentyql.generate import generate
from twentyql.generate.write import write
from twentyql.introspect.load import assemble


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The package generated from the server's schema."""
    folder = tmp_path_factory.mktemp("typed")
    loaded = assemble(RelayServer(forge(1, [1])).schema(), None)
    write(generate(loaded.model, loaded.schema).package, folder / "hub")
    sys.path.insert(0, str(folder))
    try:
        yield importlib.import_module("hub")
    finally:
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if name.split(".")[0] == "hub"]:
            del sys.modules[name]


@pytest.fixture(scope="module")
def rows(hub: Any) -> Any:
    class LabelRow(Record[hub.Label]):
        name = hub.Label.name
        euros = hub.Label.price.amount

    class NoteRow(Record[hub.Note]):
        text = hub.Note.text

    class CommentRow(Record[hub.Comment]):
        text = hub.Comment.text
        reactions = NoteRow.many(hub.Comment.reactions)

    class UserRow(Record[hub.User]):
        login = hub.User.login
        small = hub.User.avatar(size=1)
        large = hub.User.avatar(size=2)

    class BotRow(Record[hub.Bot]):
        url = hub.Bot.url

    class ActorRow(Record[hub.Actor]):
        kind = hub.Actor.typename
        login = hub.Actor.login

    class ReleaseRow(Record[hub.Release]):
        tag = hub.Release.tag

    class IssueName(Record[hub.Issue]):
        title = hub.Issue.title

    class IssueRow(IssueName):
        login = hub.Issue.author.login
        actor = ActorRow.one(hub.Issue.author)
        author = UserRow.one(hub.Issue.author) | BotRow.one(hub.Issue.author)
        bot = BotRow.one(hub.Issue.assignee)
        labels = LabelRow.many(hub.Issue.labels)
        comments = CommentRow.many(hub.Issue.comments)
        releases = ReleaseRow.many(hub.Issue.subjects)
        issues = IssueName.many(hub.Issue.subjects)

    class RepoRow(Record[hub.Repo]):
        name = hub.Repo.name
        open = IssueName.many(hub.Repo.issues(states=["OPEN"]))
        closed = IssueName.many(hub.Repo.issues(states=["CLOSED"], sort={"field": "NUMBER", "descending": True}))
        three = IssueName.one(hub.Repo.issue(number=3))
        releases = ReleaseRow.many(hub.Repo.releases)

    return {row.__name__: row for row in (IssueRow, RepoRow, UserRow, BotRow, IssueName)}


def seen(issue: Thing, rows: Any) -> dict[str, Any]:
    """What an IssueRow must hold."""
    author, assignee = issue.values["author"], issue.values["assignee"]
    return {
        "title": issue.values["title"],
        "login": author and author.values["login"],
        "actor": author and (author.type, author.values["login"]),
        "author": author and (author.type, author.values["login" if author.type == "User" else "url"]),
        "bot": assignee.values["url"] if assignee and assignee.type == "Bot" else None,
        "labels": [(x.values["name"], x.values["price"]["amount"]) for x in issue.values["labels"] or []],
        "comments": [(c.values["text"], len(c.values["reactions"])) for c in issue.values["comments"]],
        "releases": [s.values["tag"] for s in issue.values["subjects"] if s.type == "Release"],
        "issues": [s.values["title"] for s in issue.values["subjects"] if s.type == "Issue"],
    }


def told(row: Any, rows: Any) -> dict[str, Any]:
    author = row.author
    of = author and ("User" if isinstance(author, rows["UserRow"]) else "Bot")
    return {
        "title": row.title,
        "login": row.login,
        "actor": row.actor and (row.actor.kind, row.actor.login),
        "author": author and (of, author.login if of == "User" else author.url),
        "bot": row.bot and row.bot.url,
        "labels": [(x.name, x.euros) for x in row.labels],
        "comments": [(c.text, len(c.reactions)) for c in row.comments],
        "releases": [r.tag for r in row.releases],
        "issues": [i.title for i in row.issues],
    }


async def test_records_of_every_kind_are_read_whole(server: RelayServer, rows: Any) -> None:
    async with twentyql.connect(server.url, "key") as client:
        result = await client.fetch(rows["IssueRow"].query())
    assert [told(row, rows) for row in result] == [seen(issue, rows) for issue in server.data.roots["issues"]]
    assert result.receipt.verdict == "complete"
    users = [row.author for row in result if isinstance(row.author, rows["UserRow"])]
    assert {(user.small, user.large) for user in users} == {("ada-1", "ada-2")}


async def test_arguments_select_one_field_several_times(server: RelayServer, hub: Any, rows: Any) -> None:
    repo = server.data.roots["repos"][2]
    async with twentyql.connect(server.url, "key") as client:
        (row,) = await client.fetch(rows["RepoRow"].at(hub.Query.repo(name="r2")))
    issues = repo.values["issues"]
    assert [i.title for i in row.open] == [i.values["title"] for i in issues if i.values["state"] == "OPEN"]
    assert [i.title for i in row.closed] == [i.values["title"] for i in issues if i.values["state"] == "CLOSED"][::-1]
    assert row.three.title == "t3"
    assert [r.tag for r in row.releases] == ["v2.0", "v2.1"]


async def test_a_query_starts_at_a_path_from_the_query_type(server: RelayServer, hub: Any, rows: Any) -> None:
    row = rows["IssueName"]
    issue = server.data.roots["issues"][5]
    async with twentyql.connect(server.url, "key") as client:
        found = await client.fetch(row.at(hub.Query.repo(name="r2").issues(states=["CLOSED"])))
        assert len(found) == 84
        (one,) = await client.fetch(row.at(hub.Query.node(id=issue.id)))
        assert one.title == issue.values["title"]
        assert len(await client.fetch(rows["UserRow"].at(hub.Query.node(id=issue.id)))) == 0, "it is no user"
        assert len(await client.fetch(rows["RepoRow"].at(hub.Query.viewer.repositories))) == 3
        assert len(await client.fetch(row.at(hub.Query.issues).limit(3))) == 3


def test_wrong_uses_are_told_when_a_class_is_defined(hub: Any, rows: Any) -> None:
    with pytest.raises(TypeError, match=r"issue needs number"):
        hub.Repo.issue()
    with pytest.raises(UnknownNameError, match="'states'"):
        hub.Repo.issues(state=["OPEN"])
    with pytest.raises(TypeError, match="takes no arguments"):
        hub.Repo.name(size=1)
    with pytest.raises(TypeError, match="leads to Assignee, but RepoRow"):
        rows["RepoRow"].one(hub.Issue.assignee)
    with pytest.raises(TypeError, match="a path from the query type"):
        rows["IssueName"].at(hub.Repo.issues)
    with pytest.raises(TypeError, match="cannot be read through"):
        _ = hub.Repo.owner.repositories

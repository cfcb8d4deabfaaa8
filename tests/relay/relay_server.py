"""A small Relay server on loopback: connections that really page at every depth, and limits on what one query costs.

graphql-core executes; aiohttp serves. Its data is plain Python, so a test can say the true answer without a client.
"""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from aiohttp import web
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    VariableNode,
    build_schema,
    execute_sync,
    parse,
    validate,
)

SDL = """
interface Node { id: ID! }
interface Actor { login: String! url: String! }
union Assignee = User | Bot
union Subject = Issue | Release
enum State { OPEN CLOSED }
input Sort { field: SortField! descending: Boolean = false }
enum SortField { NUMBER TITLE }
type PageInfo { hasNextPage: Boolean! endCursor: String }
type Money { amount: Float! currency: String! }
type User implements Node & Actor {
  id: ID! login: String! url: String! avatar(size: Int): String!
  repositories(first: Int, after: String): RepoConnection!
}
type Bot implements Node & Actor { id: ID! login: String! url: String! }
type Label implements Node { id: ID! name: String! price: Money }
type Release implements Node { id: ID! tag: String! }
type Blob { path: String! size: Int! history(first: Int, after: String): NoteConnection! }
type Note { text: String! }
type Repo implements Node {
  id: ID! name: String! owner: User!
  issues(first: Int, after: String, states: [State!], sort: Sort): IssueConnection!
  issue(number: Int!): Issue
  releases: [Release!]!
  head: Blob
}
type Issue implements Node {
  id: ID! number: Int! title: String! state: State! author: Actor assignee: Assignee
  labels(first: Int, after: String): LabelConnection
  comments(first: Int, after: String): CommentConnection!
  subjects(first: Int, after: String): SubjectConnection!
}
type Comment implements Node { id: ID! text: String! reactions(first: Int, after: String): NoteConnection! }
type NoteEdge { node: Note cursor: String! }
type NoteConnection { edges: [NoteEdge] pageInfo: PageInfo! }
type Query {
  node(id: ID!): Node
  repo(name: String!): Repo
  viewer: User!
  issues(first: Int, after: String): IssueConnection!
  query: String
}
""" + "\n".join(
    f"type {n}Edge {{ node: {n} cursor: String! }} "
    f"type {n}Connection {{ edges: [{n}Edge] pageInfo: PageInfo! totalCount: Int! }}"
    for n in ("Repo", "Issue", "Label", "Comment", "Subject")
)


@dataclass(repr=False)
class Thing:
    """A record: its type and its values."""

    type: str
    values: dict[str, Any]

    @property
    def id(self) -> Any:
        return self.values.get("id")


@dataclass(repr=False)
class RelayData:
    """Every record by its id, and the lists of the roots."""

    things: dict[str, Thing] = field(default_factory=dict)
    roots: dict[str, list[Thing]] = field(default_factory=dict)

    def add(self, type_: str, **values: Any) -> Thing:
        made = Thing(type_, {"id": f"{type_}:{len(self.things)}", **values})
        self.things[made.id] = made
        return made


def sdl(without_node: bool) -> str:
    return SDL.replace("node(id: ID!): Node", "") if without_node else SDL


@cache
def introspection(without_node: bool, query: str) -> str:
    return json.dumps(execute_sync(build_schema(sdl(without_node)), parse(query)).formatted)


@dataclass
class RelayServer:
    """Serves ``data``. ``most_page`` and ``most_nodes`` are its limits; ``without_node`` takes ``node(id:)`` away."""

    data: RelayData = field(repr=False)
    most_page: int = 100
    most_nodes: int = 5_000
    without_node: bool = False
    requests: list[str] = field(default_factory=list, repr=False)
    hidden: set[str] = field(default_factory=set, repr=False)
    url: str = ""

    def schema(self) -> GraphQLSchema:
        schema = build_schema(sdl(self.without_node))
        for type_ in schema.type_map.values():
            if hasattr(type_, "resolve_type") and not hasattr(type_, "values"):
                type_.resolve_type = lambda thing, *_: thing.type
        return schema

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[RelayServer]:
        schema = self.schema()

        async def answer(request: web.Request) -> web.Response:
            asked = await request.json()
            if "__schema" in asked["query"]:
                return web.json_response(text=introspection(self.without_node, asked["query"]))
            self.requests.append(asked["query"])
            return web.json_response(self.answer(schema, asked["query"], asked.get("variables") or {}))

        app = web.Application()
        app.router.add_post("/graphql", answer)
        runner = web.AppRunner(app)
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            yield self
        finally:
            await runner.cleanup()

    def answer(self, schema: GraphQLSchema, text: str, variables: dict[str, Any]) -> dict[str, Any]:
        document = parse(text)
        errors = validate(schema, document)
        if not errors:
            errors = self.too_much(document, variables)
        if errors:
            return {"errors": [error.formatted for error in errors]}
        done = execute_sync(schema, document, field_resolver=self.resolve, variable_values=variables)
        return done.formatted  # type: ignore[return-value]

    def too_much(self, document: DocumentNode, variables: dict[str, Any]) -> list[GraphQLError]:
        """What the query costs, as GitHub counts it: each list times those that it stands in."""
        operation = document.definitions[0]
        assert isinstance(operation, OperationDefinitionNode)
        try:
            total = self._nodes(operation.selection_set.selections, variables, 1)
        except GraphQLError as error:
            return [error]
        if total > self.most_nodes:
            text = f"This query may ask for {total} nodes, which exceeds the limit of {self.most_nodes}."
            return [GraphQLError(text, extensions={"code": "MAX_NODE_LIMIT_EXCEEDED"})]
        return []

    def _nodes(self, selections: Sequence[Any], variables: dict[str, Any], times: int) -> int:
        total = 0
        for node in selections:
            inner = times
            if isinstance(node, FieldNode):
                first = next((a.value for a in node.arguments or () if a.name.value == "first"), None)
                if first is not None:
                    size = variables.get(first.name.value) if isinstance(first, VariableNode) else None
                    size = int(first.value) if isinstance(first, IntValueNode) else size
                    if size is None or not 1 <= size <= self.most_page:
                        raise GraphQLError(
                            f"Requesting {size} records on the `{node.name.value}` connection exceeds the "
                            f"`first` limit of {self.most_page} records."
                        )
                    inner = times * size
                    total += inner
            if isinstance(node, FieldNode | InlineFragmentNode) and node.selection_set:
                total += self._nodes(node.selection_set.selections, variables, inner)
        return total

    def resolve(self, source: Any, info: Any, **arguments: Any) -> Any:
        name = info.field_name
        if source is None:
            return self._root(name, arguments)
        if isinstance(source, dict):
            return source.get(name)
        if name == "issue":
            return next((i for i in source.values["issues"] if i.values["number"] == arguments["number"]), None)
        if name == "avatar":
            return f"{source.values['login']}-{arguments.get('size')}"
        value = source.values.get(name)
        return self.page(value, arguments) if "first" in info.parent_type.fields[name].args else value

    def _root(self, name: str, arguments: dict[str, Any]) -> Any:
        if name == "node":
            found = self.data.things.get(arguments["id"])
            return None if found is None or found.id in self.hidden else found
        if name == "repo":
            return next((r for r in self.data.roots["repos"] if r.values["name"] == arguments["name"]), None)
        if name == "viewer":
            return self.data.roots["viewer"][0]
        return self.page(self.data.roots[name], arguments)

    def page(self, things: list[Thing] | None, arguments: dict[str, Any]) -> dict[str, Any] | None:
        if things is None:
            return None
        wanted = list(chosen(things, arguments))
        start = int(base64.b64decode(arguments["after"]).decode()) + 1 if arguments.get("after") else 0
        part = wanted[start : start + (arguments.get("first") or self.most_page)]
        edges = [{"node": None if t.id in self.hidden else t, "cursor": cursor(start + i)} for i, t in enumerate(part)]
        last = start + len(part)
        info = {"hasNextPage": last < len(wanted), "endCursor": cursor(last - 1) if part else None}
        return {"edges": edges, "pageInfo": info, "totalCount": len(wanted)}


def cursor(at: int) -> str:
    return base64.b64encode(str(at).encode()).decode()


def chosen(things: list[Thing], arguments: dict[str, Any]) -> Iterator[Thing]:
    """The records that the arguments of a list ask for, in their order."""
    states = arguments.get("states")
    found = [t for t in things if states is None or t.values["state"] in states]
    if sort := arguments.get("sort"):
        found.sort(key=lambda t: t.values[sort["field"].lower()], reverse=sort["descending"])
    yield from found


def forge(repos: int = 3, issues: Sequence[int] = (7, 0, 250), labels: int = 5) -> RelayData:
    """A forge: repositories with issues, which have labels, comments with reactions, and subjects of two types."""
    data = RelayData()
    ada = data.add("User", login="ada", url="u/ada")
    bot = data.add("Bot", login="bot", url="u/bot")
    names = [data.add("Label", name=f"label {i}", price={"amount": i / 2, "currency": "EUR"}) for i in range(labels)]
    made = []
    for number in range(repos):
        releases = [data.add("Release", tag=f"v{number}.{i}") for i in range(number)]
        listed = []
        for i in range(issues[number % len(issues)]):
            comments = [
                data.add("Comment", text=f"c{c}", reactions=[Thing("Note", {"text": f"r{r}"}) for r in range(c)])
                for c in range(i % 4)
            ]
            issue = data.add(
                "Issue", number=i, title=f"t{i % 13}", state="OPEN" if i % 3 else "CLOSED",
                author=(ada, bot, None)[i % 4 % 3], assignee=(bot, None, ada)[i % 3],
                labels=None if i % 11 == 10 else names[: i % (labels + 1)], comments=comments,
            )  # fmt: skip
            issue.values["subjects"] = [issue, *releases][: i % 3]
            listed.append(issue)
        notes = [Thing("Note", {"text": f"h{i}"}) for i in range(number * 60)]
        head = Thing("Blob", {"path": "a.py", "size": 3, "history": notes}) if number else None
        made.append(data.add("Repo", name=f"r{number}", owner=ada, issues=listed, releases=releases, head=head))
    ada.values["repositories"] = made
    data.roots = {"repos": made, "viewer": [ada], "issues": [i for r in made for i in r.values["issues"]]}
    return data

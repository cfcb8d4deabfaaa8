"""The documents of the write roots: one root each, values always as variables, the reply as small as is asked."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLSchema

from twentyql.build.named import select
from twentyql.errors import QueryError
from twentyql.plan.document import Tree, guard_to_ones, selection_tree
from twentyql.schema.model import ObjectModel, Roots, SchemaModel

_PAST = {"create": "created", "update": "updated", "delete": "deleted", "restore": "restored", "destroy": "destroyed"}


@dataclass(frozen=True, slots=True)
class Document:
    """A document with one root field."""

    root: str
    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What the reply to a write is asked for: ``wanted`` by the caller, ``sent`` with what makes a server give it."""

    wanted: Tree
    sent: Tree

    def trim(self, record: Any) -> dict[str, Any]:
        """A record of the reply without what the caller did not ask for."""
        found: dict[str, Any] = _trimmed(record, self.wanted)
        return found


def _trimmed(value: Any, tree: Tree) -> Any:
    if not tree or not isinstance(value, dict):
        return value
    return {name: _trimmed(value[name], below) for name, below in tree.items() if name in value}


def reply(model: SchemaModel, of: ObjectModel, fields: Iterable[str] | None) -> Reply:
    """What a reply is asked for: ``fields`` by name, or the record whole with its own fields, and always the id."""
    names = list(fields) if fields is not None else [f.name for f in of.fields if f.name != "searchVector"]
    query = select(model, of.singular, "id", *(name for name in names if name != "id"))
    if query.selection.nested and any(nested.many for nested in query.selection.nested):
        raise QueryError("The reply to a write has no lists.", advice="Read the record again with a query.")
    wanted = selection_tree(model, query.selection, [("id",)])
    sent = deepcopy(wanted)
    list(guard_to_ones(model, of, sent))
    return Reply(wanted, sent)


def mutation(schema: GraphQLSchema, of: ObjectModel, verb: str, given: Iterable[str], tree: Tree) -> Document:
    """The mutation of ``verb`` (a name of `Roots`) with the arguments ``given``, typed as the server's schema says."""
    return _document(schema, "mutation", of, verb, given, braces(tree))


def duplicates(schema: GraphQLSchema, of: ObjectModel, given: str, tree: Tree) -> Document:
    """The query for the duplicates of records given by ``ids`` or as ``data``."""
    selection = f"{{ totalCount edges {{ node {braces(tree)} }} }}"
    return _document(schema, "query", of, "duplicates", [given], selection)


def listing(of: ObjectModel, tree: Tree) -> Document:
    """The query for records under a filter, ``$first`` of them, after a cursor."""
    root = _root(of, "many")
    text = (
        f"query {of.plural}($first: Int, $after: String, $filter: {of.filter_type}) {{ "
        f"{root}(first: $first, after: $after, filter: $filter) {{ "
        f"totalCount edges {{ node {braces(tree)} }} pageInfo {{ hasNextPage endCursor }} }} }}"
    )
    return Document(root, text)


def counting(of: ObjectModel) -> Document:
    """The query that counts records under a filter."""
    root = _root(of, "many")
    text = f"query {of.plural}Count($filter: {of.filter_type}) {{ {root}(filter: $filter) {{ totalCount }} }}"
    return Document(root, text)


def braces(tree: Tree) -> str:
    """A tree of names as a selection set."""
    inner = " ".join(name + (f" {braces(below)}" if below else "") for name, below in tree.items())
    return f"{{ {inner} }}"


def _document(
    schema: GraphQLSchema, kind: str, of: ObjectModel, verb: str, given: Iterable[str], selection: str
) -> Document:
    root = _root(of, verb)
    of_kind = schema.mutation_type if kind == "mutation" else schema.query_type
    field = of_kind.fields.get(root) if of_kind else None
    if field is None:
        raise QueryError(f"This server has no {root}.")
    names = [name for name in given if name in field.args]
    declared = ", ".join(f"${name}: {field.args[name].type}" for name in names)
    passed = ", ".join(f"{name}: ${name}" for name in names)
    return Document(root, f"{kind} {root}({declared}) {{ {root}({passed}) {selection} }}")


def _root(of: ObjectModel, verb: str) -> str:
    assert verb in Roots.__dataclass_fields__
    root: str | None = getattr(of.roots, verb)
    if root is None:
        word = verb.partition("_")[0]
        raise QueryError(f"On this server {of.plural} cannot be {_PAST.get(word, f'asked for {word}')}.")
    return root

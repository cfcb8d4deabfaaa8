"""``/rest/metadata``: objects, fields, webhooks and API keys, listed and changed, in the legacy envelope."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLSchema,
    GraphQLString,
    is_required_input_field,
)
from graphql.utilities import coerce_input_value, validate_input_value

from twentyql.sandbox.http.answers import Answer, json_answer
from twentyql.sandbox.http.classic import worded
from twentyql.sandbox.http.rest_arguments import DEFAULT_LIMIT, read_limit
from twentyql.sandbox.http.rest_calls import Request
from twentyql.sandbox.http.rest_objects import rest_object
from twentyql.sandbox.root import Refused
from twentyql.sandbox.workspace.hooks import Hooks
from twentyql.sandbox.workspace.keys import Keys
from twentyql.sandbox.workspace.served import Workspace

Node = Mapping[str, Any]
Change = Callable[[str, Any], Any]
OPTIONAL = GraphQLInputField(GraphQLString)


@dataclass(frozen=True)
class Resource:
    """One kind of thing: its names, its list, and what changes it (an id and a body, already checked)."""

    one: str
    many: str
    title: str
    every: Callable[[], Sequence[Node]]
    verbs: Mapping[str, tuple[str, str, Change]]


class RestMetadata:
    """The endpoint; to be used in the engine's thread. ``schema`` is that of ``/metadata``: it checks bodies."""

    def __init__(self, workspace: Workspace, hooks: Hooks, keys: Keys, schema: GraphQLSchema) -> None:
        self._workspace = workspace
        self._schema = schema
        kinds = (self._of_objects(), self._of_fields(), _of_webhooks(hooks), _of_keys(keys))
        self._kinds = {kind.many: kind for kind in kinds}

    def answer(self, request: Request) -> Answer:
        """Answer a request whose caller has a key. Raises Refused."""
        parts = request.parts[1:]
        kind = self._kinds.get(parts[0]) if parts else None
        if kind is None or len(parts) > 2:
            raise Refused(f"Cannot {request.method} {request.path}", "NOT_FOUND")
        identity = parts[1] if len(parts) == 2 else ""
        if request.method == "GET":
            return json_answer({"data": {kind.one: _find(kind, identity)}} if identity else _page(kind, request.query))
        verb = kind.verbs.get("PATCH" if request.method == "PUT" else request.method)
        if verb is None or bool(identity) is (request.method == "POST"):
            raise Refused(f"Cannot {request.method} {request.path}", "NOT_FOUND")
        name, wanted, change = verb
        if identity:
            _find(kind, identity)
        given = self._coerced(request.body, wanted, identity) if wanted else None
        done = change(identity, given)
        shown = _find(kind, done) if isinstance(done, str) else done
        return json_answer({"data": {f"{name}{kind.title}": shown}}, 201 if request.method == "POST" else 200)

    def _coerced(self, body: Any, wanted: str, identity: str) -> Any:
        """A body as the input of the same change over GraphQL. Raises Refused for what that would refuse."""
        if not isinstance(body, dict):
            raise Refused("The body must be a JSON object.")
        kind = self._schema.type_map[wanted]
        assert isinstance(kind, GraphQLInputObjectType)
        told = {**body, "id": identity} if is_required_input_field(kind.fields.get("id", OPTIONAL)) else body

        def refuse(error: GraphQLError, path: Sequence[str | int]) -> None:
            raise Refused(f"{'.'.join(map(str, path))}: {worded(error.message)}".removeprefix(": "))

        validate_input_value(told, kind, refuse, hide_suggestions=True)
        return coerce_input_value(told, kind)

    def _of_objects(self) -> Resource:
        workspace = self._workspace
        verbs: dict[str, tuple[str, str, Change]] = {
            "POST": ("createOne", "CreateObjectInput", lambda _, given: workspace.create_object(given)),
            "PATCH": ("updateOne", "UpdateObjectPayload", workspace.update_object),
            "DELETE": ("deleteOne", "", lambda identity, _: _only_id(workspace.delete_object(identity))),
        }
        return Resource("object", "objects", "Object", self._objects, verbs)

    def _objects(self) -> list[Node]:
        return [rest_object(node, self._workspace.info) for node in self._workspace.model.nodes]

    def _of_fields(self) -> Resource:
        workspace = self._workspace
        verbs: dict[str, tuple[str, str, Change]] = {
            "POST": ("createOne", "CreateFieldInput", lambda _, given: workspace.create_field(given)),
            "PATCH": ("updateOne", "UpdateFieldInput", workspace.update_field),
            "DELETE": ("deleteOne", "", lambda identity, _: _only_id(workspace.delete_field(identity))),
        }
        return Resource("field", "fields", "Field", self._fields, verbs)

    def _fields(self) -> list[Node]:
        return [field for node in self._objects() for field in node["fields"]]


def _of_webhooks(hooks: Hooks) -> Resource:
    verbs: dict[str, tuple[str, str, Change]] = {
        "POST": ("create", "CreateWebhookInput", lambda _, given: hooks.create(given)),
        "PATCH": ("update", "UpdateWebhookInputUpdates", hooks.update),
        "DELETE": ("delete", "", lambda identity, _: _only_id(hooks.delete(identity))),
    }
    return Resource("webhook", "webhooks", "Webhook", lambda: hooks.every, verbs)


def _of_keys(keys: Keys) -> Resource:
    verbs: dict[str, tuple[str, str, Change]] = {
        "POST": ("create", "CreateApiKeyInput", lambda _, given: keys.create(given)),
        "PATCH": ("update", "UpdateApiKeyInput", keys.update),
        "DELETE": ("revoke", "", lambda identity, _: keys.revoke(identity)),
    }
    return Resource("apiKey", "apiKeys", "ApiKey", keys.listed, verbs)


def _only_id(node: Node) -> Node:
    return {"id": node["id"]}


def _find(kind: Resource, identity: str) -> Node:
    found = next((node for node in kind.every() if node["id"] == identity), None)
    if found is None:
        raise Refused(f"{kind.title} {identity} not found", "NOT_FOUND")
    return found


def _page(kind: Resource, query: Mapping[str, str]) -> dict[str, Any]:
    every = list(kind.every())
    ids = [node["id"] for node in every]
    limit = read_limit(query.get("limit"), DEFAULT_LIMIT)
    start, stop = 0, len(ids)
    if query.get("starting_after"):
        start = _place(ids, query["starting_after"]) + 1
        stop = min(stop, start + limit)
    elif query.get("ending_before"):
        stop = _place(ids, query["ending_before"])
        start = max(0, stop - limit)
    else:
        stop = min(stop, limit)
    shown = ids[start:stop]
    info = {
        "hasNextPage": stop < len(ids),
        "startCursor": shown[0] if shown else None,
        "endCursor": shown[-1] if shown else None,
    }
    return {"data": {kind.many: every[start:stop]}, "pageInfo": info, "totalCount": len(ids)}


def _place(ids: Sequence[str], cursor: str) -> int:
    if cursor not in ids:
        raise Refused(f"Invalid cursor: {cursor}")
    return ids.index(cursor)

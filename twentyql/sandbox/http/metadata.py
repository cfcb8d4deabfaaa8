"""``POST /metadata``: the data model and what else a workspace is set up by, answered by graphql-core."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from graphql import DocumentNode, GraphQLObjectType, GraphQLSchema

from twentyql.sandbox.http import classic
from twentyql.sandbox.http.answers import FRIENDLY, Answer, errors_answer, json_answer, whole_refusal
from twentyql.sandbox.http.complexity import check_complexity
from twentyql.sandbox.http.direct import Operation, check_roots
from twentyql.sandbox.http.paging import connection, matches
from twentyql.sandbox.model import Model
from twentyql.sandbox.root import Refused, Root
from twentyql.sandbox.types.metadata import TIMES, Node, linked_nodes, metadata_schema
from twentyql.sandbox.workspace.served import Derived, Workspace, not_found

MOST_ROOTS = 10
FORBIDDEN = {"message": "Forbidden resource", "extensions": {"userFriendlyMessage": FRIENDLY, "code": "FORBIDDEN"}}
ACTIVE: Node = {
    **TIMES,
    "activationStatus": "ACTIVE",
    "trashRetentionDays": 14,
    "metadataVersion": 1,
    "subdomain": "sandbox",
    "isGoogleAuthEnabled": False,
    "isPasswordAuthEnabled": True,
    "isMicrosoftAuthEnabled": False,
}
Resolver = Callable[..., Any]


class Metadata:
    """The endpoint: what it answers is read from a workspace, and changes it. To be used in the engine's thread."""

    def __init__(self, workspace: Workspace, more: Mapping[str, Resolver] | None = None) -> None:
        """``more`` are the roots of other parts: webhooks, keys, files."""
        self.workspace = workspace
        self.schema = _with_pages(metadata_schema())
        self._nodes = Derived(_linked)
        self._roots: dict[str, Resolver] = {
            "objects": self._objects,
            "object": self._object,
            "fields": self._fields,
            "field": self._field,
            "currentWorkspace": self._current,
            "objectRecordCounts": self._counts,
            "createOneObject": lambda info, input: self._made(workspace.create_object(input["object"])),
            "updateOneObject": lambda info, input: self._made(workspace.update_object(input["id"], input["update"])),
            "deleteOneObject": self._delete_object,
            "createOneField": lambda info, input: self._field(info, workspace.create_field(input["field"])),
            "updateOneField": lambda info, input: self._field(
                info, workspace.update_field(input["id"], input["update"])
            ),
            "deleteOneField": self._delete_field,
            "createOneIndex": lambda info, input: self._index(workspace.create_index(input["index"])),
            "deleteOneIndex": self._delete_index,
            **(more or {}),
        }

    def answer(self, document: DocumentNode, operation: Operation, *, known: bool, forbidden: bool = False) -> Answer:
        """Answer one operation; ``known`` says that the caller has a key, ``forbidden`` that it may not read this."""
        try:
            check_complexity(operation)
            check_roots(operation, MOST_ROOTS)
        except Refused as refused:
            return whole_refusal(refused)
        found = classic.invalid(self.schema, document, introspection=known)
        if found:
            return errors_answer(found)
        if forbidden or not known:
            return errors_answer([FORBIDDEN], data=None)
        return json_answer(classic.run(self.schema, document, self._roots, operation.variables, operation.name))

    @property
    def nodes(self) -> Sequence[Node]:
        """The objects as they are now, linked."""
        return self._nodes(self.workspace.model)[0]

    @property
    def _every_field(self) -> Mapping[str, Node]:
        return self._nodes(self.workspace.model)[1]

    def _made(self, identity: str) -> Node:
        return self._object(None, identity)

    def _object(self, info: Any, id: str) -> Node:
        found = next((node for node in self.nodes if node["id"] == id), None)
        if found is None:
            raise not_found("ObjectMetadataEntity", id)
        return found

    def _field(self, info: Any, id: str) -> Node:
        found = self._every_field.get(id)
        if found is None:
            raise not_found("FieldMetadataEntity", id)
        return found

    def _objects(
        self, info: Any, paging: Mapping[str, Any] | None = None, filter: Mapping[str, Any] | None = None
    ) -> Node:
        return _page(self.nodes, paging, filter)

    def _fields(
        self, info: Any, paging: Mapping[str, Any] | None = None, filter: Mapping[str, Any] | None = None
    ) -> Node:
        return _page(list(self._every_field.values()), paging, filter)

    def _current(self, info: Any) -> Node:
        return {**ACTIVE, "databaseSchema": self.workspace.model.database, **self.workspace.info}

    def _counts(self, info: Any) -> list[Node]:
        plurals = sorted(self.workspace.model.by_plural)
        asked = (Root(plural, {"first": 0}, {"totalCount": {}}) for plural in plurals)
        counts = [self.workspace.engine.run(root)["totalCount"] for root in asked]
        return [{"objectNamePlural": name, "totalCount": count} for name, count in zip(plurals, counts, strict=True)]

    def _delete_object(self, info: Any, input: Mapping[str, Any]) -> Node:
        before = {node["id"]: node for node in self.nodes}
        self.workspace.delete_object(input["id"])
        return before[input["id"]]

    def _update_field(self, info: Any, input: Mapping[str, Any]) -> Node:
        return self._field(info, self.workspace.update_field(input["id"], input["update"]))

    def _delete_field(self, info: Any, input: Mapping[str, Any]) -> Node:
        before = self._every_field
        self.workspace.delete_field(input["id"])
        return before[input["id"]]

    def _index(self, identity: str) -> Node:
        every = (index for node in self.nodes for index in node["indexMetadataList"])
        return next(index for index in every if index["id"] == identity)

    def _delete_index(self, info: Any, input: Mapping[str, Any]) -> Node:
        before = [index for node in self.nodes for index in node["indexMetadataList"]]
        self.workspace.delete_index(input["id"])
        return next(index for index in before if index["id"] == input["id"])


def _linked(model: Model) -> tuple[list[Node], dict[str, Node]]:
    """The objects of a model, linked, and all their fields by id."""
    nodes = linked_nodes(model.nodes)
    return nodes, {str(field["id"]): field for node in nodes for field in node["fieldsList"]}


def _page(nodes: Sequence[Node], paging: Mapping[str, Any] | None, filter: Mapping[str, Any] | None) -> Node:
    return connection([node for node in nodes if matches(node, filter or {})], paging or {})


def _with_pages(schema: GraphQLSchema) -> GraphQLSchema:
    """Let an object answer its own fields and indexes page by page."""
    kind = schema.type_map["Object"]
    assert isinstance(kind, GraphQLObjectType)
    for name, listed in (("fields", "fieldsList"), ("indexMetadatas", "indexMetadataList")):
        kind.fields[name].resolve = partial(_listed, listed)
    return schema


def _listed(
    name: str,
    node: Node,
    info: Any,
    paging: Mapping[str, Any] | None = None,
    filter: Mapping[str, Any] | None = None,
) -> Node:
    return _page(node[name], paging, filter)

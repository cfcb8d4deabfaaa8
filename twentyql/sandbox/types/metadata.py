"""The schema of ``/metadata``, and the data model as nodes that its resolvers read.

The nodes are plain dicts that graphql-core's default resolvers read; the roots get their resolvers from the server.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any
from uuid import UUID, uuid5

from graphql import GraphQLSchema, build_schema

from twentyql.sandbox.records.standard import STANDARD
from twentyql.sandbox.types.metadata_sdl import METADATA_SDL

Node = dict[str, Any]
# Stands for what a snapshot does not tell: the namespace of ids made from ids, and when the workspace was set up.
NAMESPACE = UUID("20202020-0000-4000-8000-000000000000")
TIMES = {"createdAt": "2026-01-01T00:00:00.000Z", "updatedAt": "2026-01-01T00:00:00.000Z"}
OBJECT: Node = {
    "isRemote": False,
    "isUIEditable": True,
    "isUIReadOnly": False,
    "isSearchable": False,
    "isLabelSyncedWithName": False,
    "description": None,
    "icon": None,
}
# The icons of the fields that every object has, and those of them that a user may edit.
ICONS: Mapping[str, str] = {
    "id": "Icon123",
    "createdAt": "IconCalendar",
    "updatedAt": "IconCalendarClock",
    "deletedAt": "IconCalendarMinus",
    "createdBy": "IconCreativeCommonsSa",
    "updatedBy": "IconUserCircle",
    "position": "IconHierarchy2",
    "searchVector": "IconUser",
}
EDITABLE_SYSTEM_FIELDS = frozenset({"position", "searchVector"})


@cache
def metadata_schema() -> GraphQLSchema:
    """Build the schema, once; the fields of ``Query`` have no resolvers yet."""
    return build_schema(METADATA_SDL)


def linked_nodes(nodes: Iterable[Mapping[str, Any]]) -> list[Node]:
    """Copies of object nodes whose relations hold the whole objects and fields, not only their ids and names.

    A recorded data model has what its query selected; with the links, and with defaults for the columns that it lacks,
    every selection that the schema allows is answered (the links make circles, so the result is for resolvers, not for
    JSON). Dangling ids keep what was recorded.
    """
    objects = {str(node["id"]): complete_object(node) for node in nodes}
    for copied in objects.values():
        copied["fieldsList"] = [{**field, "object": copied} for field in copied["fieldsList"]]
    fields = {str(field["id"]): field for copied in objects.values() for field in copied["fieldsList"]}
    for field in fields.values():
        if field.get("relation"):
            field["relation"] = _linked(field["relation"], field, objects, fields)
        if field.get("morphRelations"):
            field["morphRelations"] = [_linked(morph, field, objects, fields) for morph in field["morphRelations"]]
    return list(objects.values())


def complete_object(node: Mapping[str, Any]) -> Node:
    """An object with every column of the metadata, those of its fields and indexes too.

    What the data model says is kept. What it does not say follows from rules where the real server has one, and is made
    up where it is arbitrary: ids of applications, universal identifiers, times.
    """
    own = {**_common(node, _application(node)), **OBJECT, "isUICreatable": not node.get("isSystem"), **node}
    own["fieldsList"] = [_field(field, own) for field in node["fieldsList"]]
    own["indexMetadataList"] = [_index(index) for index in node.get("indexMetadataList") or ()]
    own["searchFieldMetadataList"] = []
    return own


def universal(node: Mapping[str, Any]) -> str:
    """The universal identifier of an object or field: as told, or made of its id."""
    return str(node.get("universalIdentifier") or uuid5(NAMESPACE, str(node["id"])))


def _application(node: Mapping[str, Any]) -> str:
    """The id of the application that an object belongs to: the standard one, or the workspace's own."""
    return str(uuid5(NAMESPACE, "standard" if node["nameSingular"] in STANDARD else "custom"))


def _common(node: Mapping[str, Any], application: str) -> Node:
    return {"universalIdentifier": universal(node), "applicationId": application, **TIMES}


def _field(field: Mapping[str, Any], node: Node) -> Node:
    name, system = str(field["name"]), bool(field.get("isSystem"))
    fixed = name not in EDITABLE_SYSTEM_FIELDS if system else bool(node.get("isSystem"))
    shown = {"isUIEditable": not fixed, "isUIReadOnly": fixed, "isLabelSyncedWithName": False}
    icon = {"icon": ICONS.get(name) if system else None}
    own = {name: value for name, value in field.items() if value is not None or name != "icon"}
    return {**_common(field, node["applicationId"]), **shown, **icon, **own, "objectMetadataId": node["id"]}


def _index(index: Mapping[str, Any]) -> Node:
    parts = [{"id": str(uuid5(NAMESPACE, f"{index['id']}{n}")), **TIMES, **part} for n, part in _numbered(index)]
    kind = {"isCustom": False, "indexType": "BTREE", "indexWhereClause": None}
    return {**kind, **TIMES, **index, "indexFieldMetadataList": parts}


def _numbered(index: Mapping[str, Any]) -> Iterable[tuple[int, Mapping[str, Any]]]:
    return enumerate(index["indexFieldMetadataList"])


def _linked(relation: Mapping[str, Any], field: Node, objects: Mapping[str, Node], fields: Mapping[str, Node]) -> Node:
    target, back = relation["targetObjectMetadata"], relation["targetFieldMetadata"]
    return {
        "type": relation["type"],
        "sourceObjectMetadata": field["object"],
        "sourceFieldMetadata": field,
        "targetObjectMetadata": objects.get(str(target["id"]), target),
        "targetFieldMetadata": fields.get(str(back["id"]), back),
    }

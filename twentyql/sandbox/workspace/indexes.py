"""Indexes of an object: those of unique fields and foreign keys, and custom ones."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from twentyql.sandbox.root import Refused
from twentyql.sandbox.workspace.draft import Draft, Node
from twentyql.sandbox.workspace.problems import Problems

INVALID_INDEX = "INVALID_INDEX_INPUT"


def new_index(
    draft: Draft, node: Node, fields: Sequence[str], *, unique: bool = False, kind: str = "BTREE", custom: bool = False
) -> Node:
    """An index over fields (by id) of an object, named as the server names them."""
    told = ",".join(fields)
    digest = hashlib.sha256(f"{node['id']}:{told}".encode()).hexdigest()[:27]
    parts = [draft.new(fieldMetadataId=field, order=order, subFieldName=None) for order, field in enumerate(fields)]
    return draft.new(
        name=f"IDX_{'UNIQUE_' if unique else ''}{digest}",
        isUnique=unique,
        isCustom=custom,
        indexType=kind,
        indexWhereClause=None,
        indexFieldMetadataList=parts,
    )


def set_unique(draft: Draft, node: Node, field: Node, unique: bool) -> None:
    """Make a field unique, or let several records have the same value again."""
    field["isUnique"] = unique
    others = [index for index in node["indexMetadataList"] if not (index["isUnique"] and _only(index, field))]
    node["indexMetadataList"] = [*others, new_index(draft, node, [field["id"]], unique=True)] if unique else others


def _only(index: Mapping[str, Any], field: Node) -> bool:
    return [part["fieldMetadataId"] for part in index["indexFieldMetadataList"]] == [field["id"]]


def create_index(draft: Draft, given: Mapping[str, Any]) -> str:
    """Add a custom index; its id. Raises Refused."""
    node = draft.object(given["objectMetadataId"])
    problems = Problems("index", "create", {"objectMetadataId": given["objectMetadataId"]})
    wanted = [part["fieldMetadataId"] for part in given["fields"]]
    if node is None:
        problems.fail("OBJECT_METADATA_NOT_FOUND", "Object metadata not found")
    if not wanted or set(wanted) - {field["id"] for field in node["fieldsList"]}:
        problems.fail(INVALID_INDEX, "Index fields must be fields of the object")
    made = new_index(draft, node, wanted, kind=given.get("indexType") or "BTREE", custom=True)
    node["indexMetadataList"].append(made)
    return str(made["id"])


def delete_index(draft: Draft, identity: str) -> Node:
    """Take a custom index out; what it was. Raises Refused."""
    for node in draft.nodes:
        for index in node["indexMetadataList"]:
            if index["id"] == identity:
                if not index.get("isCustom"):
                    raise Refused("Only custom indexes can be deleted")
                node["indexMetadataList"].remove(index)
                return dict(index)
    raise Refused(f"Index {identity} not found", "NOT_FOUND")

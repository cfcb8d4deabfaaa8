"""Objects of the data model in the form of ``/rest/metadata/objects``, which shows more columns than ``/metadata``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twentyql.sandbox.types.metadata import complete_object

Node = dict[str, Any]
HIDDEN = frozenset(
    {
        *("fieldsList", "indexMetadataList", "searchFieldMetadataList", "duplicateCriteria"),
        *("relation", "morphRelations", "object"),
    }
)


def rest_object(node: Mapping[str, Any], workspace: Mapping[str, Any]) -> Node:
    """One object with its fields; what is null is left out, and fields show no relations."""
    whole = complete_object(node)
    fields = [_shown(field, workspace) for field in whole["fieldsList"]]
    return {**_shown(whole, workspace), "fields": fields}


def _shown(node: Mapping[str, Any], workspace: Mapping[str, Any]) -> Node:
    told = {name: value for name, value in node.items() if name not in HIDDEN and value is not None}
    return {**told, "workspaceId": str(workspace["id"])}

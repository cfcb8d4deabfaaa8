"""Objects of the data model in the form of ``/rest/metadata/objects``, which shows more columns than ``/metadata``.

What the data model says is shown as it is. What it does not say (a recorded one has what its query selected) follows
from rules where the real server has one, and is made up where it is arbitrary: ids of applications, and times.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

Node = dict[str, Any]
HIDDEN = frozenset({"fieldsList", "indexMetadataList", "duplicateCriteria", "relation", "morphRelations", "object"})
MADE_AT = "2026-01-01T00:00:00.000Z"
# The icons of the fields that every object has.
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


def rest_object(node: Mapping[str, Any], workspace: Mapping[str, Any]) -> Node:
    """One object with its fields; what is null is left out, and fields show no relations."""
    system = bool(node.get("isSystem"))
    made = _made(node, workspace) | {
        "isRemote": False,
        "isUIEditable": True,
        "isUICreatable": not system,
        "isUIReadOnly": False,
    }
    fields = [rest_field(field, node, workspace) for field in node["fieldsList"]]
    return {**made, **_shown(node), "fields": fields}


def rest_field(field: Mapping[str, Any], node: Mapping[str, Any], workspace: Mapping[str, Any]) -> Node:
    """One field of an object."""
    name, own = str(field["name"]), not field.get("isSystem")
    fixed = bool(node.get("isSystem")) if own else name not in EDITABLE_SYSTEM_FIELDS
    made = _made(field, workspace) | {
        "objectMetadataId": node["id"],
        "isUIEditable": not fixed,
        "isUIReadOnly": fixed,
    }
    icon = {} if own or name not in ICONS else {"icon": ICONS[name]}
    return {**made, **icon, **_shown(field)}


def _made(node: Mapping[str, Any], workspace: Mapping[str, Any]) -> Node:
    home = UUID(str(workspace["id"]))
    return {
        "universalIdentifier": str(uuid5(home, str(node["id"]))),
        "applicationId": str(uuid5(home, "application")),
        "workspaceId": str(home),
        "isLabelSyncedWithName": False,
        "createdAt": MADE_AT,
        "updatedAt": MADE_AT,
    }


def _shown(node: Mapping[str, Any]) -> Node:
    return {name: value for name, value in node.items() if name not in HIDDEN and value is not None}

"""What a new object has from the start: its system fields, and its place among timelines, files, notes and tasks."""

from __future__ import annotations

from twentyql.sandbox.model import RELATION
from twentyql.sandbox.workspace.draft import Draft, Node

NOBODY = {"name": "''", "source": "'MANUAL'"}
# The object that points to every record by its morph relation ``target``, and what the records call their side.
TARGETING = (
    ("timelineActivity", "timelineActivities", "Timeline Activities", "IconTimelineEvent"),
    ("attachment", "attachments", "Attachments", "IconFileImport"),
    ("noteTarget", "noteTargets", "Notes", "IconCheckbox"),
    ("taskTarget", "taskTargets", "Tasks", "IconCheckbox"),
)
TARGET = "target"


def system_fields(draft: Draft, *, named: bool) -> list[Node]:
    """The fields that the server gives to every custom object, in its order; ``named`` says whether with a name."""
    new, system = draft.new_field, {"isSystem": True}
    needed = {**system, "isNullable": False}
    by = {**needed, "defaultValue": NOBODY}
    name = new("TEXT", "name", "Name", description="Name", icon="IconAbc")
    fields = [
        new("TS_VECTOR", "searchVector", "Search vector", description="Search vector", icon="IconSearch", **system),
        *([name] if named else []),
        new("UUID", "id", "Id", description="Id", icon="Icon123", defaultValue="uuid", **needed),
        new("DATE_TIME", "createdAt", "Creation date", description="Creation date", defaultValue="now", **needed),
        new("ACTOR", "createdBy", "Created by", description="The creator of the record", **by),
        new("DATE_TIME", "deletedAt", "Deleted at", description="Deletion date", **system),
        new("POSITION", "position", "Position", description="Position", defaultValue=0, **needed),
        new("DATE_TIME", "updatedAt", "Last update", defaultValue="now", **needed),
        new("ACTOR", "updatedBy", "Updated by", **by),
    ]
    by_name = {field["name"]: field for field in fields}
    by_name["updatedAt"]["description"] = "Last time the record was changed"
    by_name["updatedBy"]["description"] = "The workspace member who last updated the record"
    return fields


def add_targets(draft: Draft, node: Node) -> None:
    """Let activities, files, notes and tasks point to a new object, where the workspace has them."""
    for singular, name, label, icon in TARGETING:
        owner = draft.named(singular)
        morph = next((f for f in owner["fieldsList"] if f["name"] == TARGET), None) if owner else None
        if owner is None or morph is None or morph["type"] != "MORPH_RELATION":
            continue
        back = draft.new_field(RELATION, name, label, icon=icon, settings={"relationType": "ONE_TO_MANY"})
        back["description"] = f"{node['labelPlural']} tied to the {owner['labelSingular']}"
        back["relation"] = relation("ONE_TO_MANY", back, owner, morph)
        morph["morphRelations"].append(relation("MANY_TO_ONE", morph, node, back))
        node["fieldsList"].append(back)


def relation(kind: str, field: Node, target: Node, back: Node) -> Node:
    """One side of a relation, in the form of ``/metadata``."""
    return {
        "type": kind,
        "sourceFieldMetadata": {"id": field["id"], "name": field["name"]},
        "targetObjectMetadata": {name: target[name] for name in ("id", "nameSingular", "namePlural")},
        "targetFieldMetadata": {"id": back["id"], "name": back["name"]},
    }

"""Creating, updating and deleting a field of an object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from twentyql.sandbox.composites import COMPOSITES
from twentyql.sandbox.model import MORPH, RELATION, pascal
from twentyql.sandbox.workspace.draft import Draft, Node, morph_columns
from twentyql.sandbox.workspace.indexes import set_unique
from twentyql.sandbox.workspace.names import name_of_label, name_problems
from twentyql.sandbox.workspace.problems import FORBIDDEN_FIELD, INVALID_FIELD, Action, Problems
from twentyql.sandbox.workspace.values import check_creatable, check_values, complete

GIVEN = (
    "description",
    "icon",
    "isNullable",
    "defaultValue",
    "options",
    "settings",
    "isActive",
    "isLabelSyncedWithName",
)
CHANGED = ("label", "description", "icon", "isNullable", "defaultValue", "options", "settings", "isLabelSyncedWithName")
OF_RELATIONS = frozenset(
    {
        "name",
        "label",
        "description",
        "icon",
        "isActive",
        "settings",
        "isLabelSyncedWithName",
        "morphRelationsUpdatePayload",
    }
)
RELATIONS = (RELATION, MORPH)
LABEL_FIELD = "LABEL_IDENTIFIER_FIELD_METADATA_ID_NOT_FOUND"


def new_problems(node: Node | None, name: Any, action: Action) -> Problems:
    """Where the problems of one field are noted."""
    return Problems("fieldMetadata", action, {"name": name, "objectMetadataId": node["id"] if node else None})


def create_field(draft: Draft, given: Mapping[str, Any]) -> str:
    """Add a field that is no relation; its id. Raises Refused."""
    node = draft.object(given["objectMetadataId"])
    name, kind = given["name"].strip(), str(given["type"])
    problems = new_problems(node, name, "create")
    if node is None:
        problems.fail("OBJECT_METADATA_NOT_FOUND", "Object metadata not found")
    check_creatable(kind, problems)
    told = {key: given[key] for key in GIVEN if given.get(key) is not None}
    field = draft.new_field(kind, name, _label(given["label"]), **told)
    complete(field)
    field["isUnique"] = bool(given.get("isUnique"))
    check_name(node, field, problems)
    check_values(field, problems)
    problems.check()
    node["fieldsList"].append(field)
    if field["isUnique"]:
        set_unique(draft, node, field, True)
    return str(field["id"])


def update_field(draft: Draft, identity: str, given: Mapping[str, Any]) -> str:
    """Change a field; its id. Raises Refused."""
    found = draft.field(identity)
    if found is None:
        new_problems(None, None, "update").fail("FIELD_METADATA_NOT_FOUND", "field metadata to update not found")
    node, field = found
    problems = new_problems(node, field["name"], "update")
    _check_update(node, field, given, problems)
    problems.check()
    if given.get("name") is not None and given["name"] != field["name"]:
        _rename(node, field, given["name"], problems)
    field.update({key: given[key] for key in CHANGED if key in given and (key != "label" or given[key] is not None)})
    field["label"] = _label(field["label"])
    complete(field)
    if given.get("isActive") is not None:
        _activate(draft, field, bool(given["isActive"]))
    unique = given.get("isUnique")
    if unique is not None and bool(unique) != bool(field["isUnique"]):
        set_unique(draft, node, field, bool(unique))
    if field["type"] not in RELATIONS:
        check_values(field, problems)
    _check_synced(field, problems)
    problems.check()
    draft.touch(field)
    return identity


def _check_update(node: Node, field: Node, given: Mapping[str, Any], problems: Problems) -> None:
    if field["isSystem"]:
        problems.add(FORBIDDEN_FIELD, "System fields cannot be updated")
    if given.get("isActive") is False and node.get("labelIdentifierFieldMetadataId") == field["id"]:
        problems.add(LABEL_FIELD, "Label identifier field metadata cannot be deactivated")
    told = [key for key, value in given.items() if value is not None and key != "objectMetadataId"]
    forbidden = [key for key in told if key not in OF_RELATIONS]
    if field["type"] in RELATIONS and forbidden:
        said = f"Forbidden updated properties for relation field metadata: {', '.join(forbidden)}"
        problems.add(FORBIDDEN_FIELD, said)


def _rename(node: Node, field: Node, name: str, problems: Problems) -> None:
    old, field["name"] = field["name"], name.strip()
    check_name(node, field, problems)
    settings = field.get("settings") or {}
    if field["type"] == RELATION and settings.get("joinColumnName"):
        field["settings"] = {**settings, "joinColumnName": f"{field['name']}Id"}
    if field["type"] == MORPH and settings.get("joinColumnName"):
        told = str(settings["joinColumnName"]).removeprefix(old)
        field["settings"] = {**settings, "joinColumnName": f"{field['name']}{told}"}


def _activate(draft: Draft, field: Node, active: bool) -> None:
    """Show or hide a field; both sides of a relation go together, and all other sides of a morph relation."""
    field["isActive"] = active
    sides = (field.get("relation"), *(field.get("morphRelations") or ()))
    for side in sides:
        other = draft.field(str(side["targetFieldMetadata"]["id"])) if side else None
        if other is not None and other[1]["type"] == RELATION:
            other[1]["isActive"] = active


def delete_field(draft: Draft, identity: str) -> str:
    """Take a field out, with its values; of a relation both sides. Its id. Raises Refused."""
    found = draft.field(identity)
    if found is None:
        new_problems(None, None, "delete").fail("FIELD_METADATA_NOT_FOUND", "Field metadata to delete not found")
    node, field = found
    problems = new_problems(node, field["name"], "delete")
    if field["isSystem"]:
        problems.add(FORBIDDEN_FIELD, "System fields cannot be deleted")
    if node.get("labelIdentifierFieldMetadataId") == identity:
        problems.add(FORBIDDEN_FIELD, "Cannot delete, please update the label identifier field first")
    problems.check()
    draft.forget(field)
    return identity


def check_name(node: Node, field: Node, problems: Problems) -> None:
    """Note what is wrong with the name of a field on its object."""
    name = field["name"]
    for said in name_problems(name):
        problems.add(INVALID_FIELD, said, name)
    others = (other for other in node["fieldsList"] if other["id"] != field["id"])
    taken = {each for other in others for each in names_of(other)}
    if taken & set(names_of(field)):
        said = f'Name "{name}" is not available, check that it is not duplicating another field\'s name.'
        problems.add("NOT_AVAILABLE", said, name)
    if not field["label"]:
        problems.add(INVALID_FIELD, "Label is required", field["label"])
    _check_synced(field, problems)


def names_of(field: Mapping[str, Any]) -> Iterator[str]:
    """The names that a field takes on its object, those of its columns too."""
    name = str(field["name"])
    yield name
    if field["type"] == MORPH:
        for column in morph_columns(field):
            yield from (column, column.removesuffix("Id"))
    elif field["type"] == RELATION and (field.get("settings") or {}).get("joinColumnName"):
        yield f"{name}Id"
    elif field["type"] in COMPOSITES:
        yield from (name + pascal(sub.name) for sub in COMPOSITES[field["type"]].fields)


def _check_synced(field: Node, problems: Problems) -> None:
    if field.get("isLabelSyncedWithName") and name_of_label(field["label"]) != field["name"]:
        problems.add("NAME_NOT_SYNCED_WITH_LABEL", "Name is not synced with label", field["label"])


def _label(value: str) -> str:
    return " ".join(value.split())

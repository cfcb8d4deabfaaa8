"""Creating, updating and deleting an object of the data model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from twentyql.sandbox.records.standard import STANDARD
from twentyql.sandbox.workspace.draft import Draft, Node
from twentyql.sandbox.workspace.indexes import new_index
from twentyql.sandbox.workspace.names import name_of_label, name_problems
from twentyql.sandbox.workspace.problems import INVALID_OBJECT, Action, Problems
from twentyql.sandbox.workspace.systems import add_targets, system_fields

NAMES = ("nameSingular", "namePlural", "labelSingular", "labelPlural")
PLAIN = (*NAMES, "description", "icon", "color", "shortcut")
CHANGED = (*PLAIN, "isActive", "isSearchable", "isLabelSyncedWithName", "imageIdentifierFieldMetadataId")
OF_SYSTEM = {"isActive", "color", "description", "icon", "labelSingular", "labelPlural"}
LONGEST_LABEL = 63


def create_object(draft: Draft, given: Mapping[str, Any]) -> str:
    """Add an object with what every custom one has; its id. Raises Refused."""
    values = {name: _trimmed(given.get(name)) for name in PLAIN}
    node = draft.new(
        **values,
        isActive=True,
        isSystem=False,
        isRemote=False,
        isSearchable=True,
        isLabelSyncedWithName=bool(given.get("isLabelSyncedWithName")),
        duplicateCriteria=None,
        indexMetadataList=[],
    )
    problems = _problems(node, "create")
    if given.get("isRemote"):
        problems.add(INVALID_OBJECT, "Remote objects are not supported yet")
    _check_names(draft, node, problems)
    problems.check()
    named = not given.get("skipNameField")
    node["fieldsList"] = system_fields(draft, named=named)
    by_name = {field["name"]: field["id"] for field in node["fieldsList"]}
    node["labelIdentifierFieldMetadataId"] = by_name["name" if named else "id"]
    node["indexMetadataList"].append(new_index(draft, node, [by_name["searchVector"]], kind="GIN", custom=False))
    add_targets(draft, node)
    draft.nodes.append(node)
    return str(node["id"])


def update_object(draft: Draft, identity: str, given: Mapping[str, Any]) -> str:
    """Change labels, names, activity of an object; its id. Raises Refused."""
    node = draft.object(identity)
    if node is None:
        _missing("update", identity)
    changes = {name: _trimmed(given[name]) for name in CHANGED if name in given}
    problems = _problems(node, "update")
    if node["isSystem"] and changes.keys() - OF_SYSTEM:
        said = "System objects cannot be updated directly. Use standardOverrides for cosmetic changes."
        problems.add(INVALID_OBJECT, said)
    renamed = any(changes.get(name, node[name]) != node[name] for name in NAMES[:2])
    if renamed and node["nameSingular"] in STANDARD:
        problems.add(INVALID_OBJECT, "Standard objects cannot be renamed")
    node.update(changes)
    _check_names(draft, node, problems)
    if "labelIdentifierFieldMetadataId" in given:
        _change_label_field(node, given["labelIdentifierFieldMetadataId"], problems)
    problems.check()
    draft.touch(node)
    return identity


def delete_object(draft: Draft, identity: str) -> str:
    """Take a custom object out, its rows and the relations to it too; its id. Raises Refused."""
    node = draft.object(identity)
    if node is None:
        _missing("delete", identity)
    problems = _problems(node, "delete")
    if node["isSystem"]:
        problems.add(INVALID_OBJECT, "System objects cannot be deleted")
    if node["nameSingular"] in STANDARD:
        problems.add(INVALID_OBJECT, "Standard objects cannot be deleted")
    problems.check()
    draft.forget(node)
    return identity


def _problems(node: Node, action: Action) -> Problems:
    about = {name: node[name] for name in ("nameSingular", "namePlural")}
    return Problems("objectMetadata", action, {"id": node["id"], **about})


def _missing(action: Action, identity: str) -> NoReturn:
    Problems("objectMetadata", action, {"id": identity}).fail(
        "OBJECT_METADATA_NOT_FOUND", f"Object to {action} not found"
    )


def _change_label_field(node: Node, wanted: Any, problems: Problems) -> None:
    if wanted is None:
        problems.add(INVALID_OBJECT, "labelIdentifierFieldMetadataId cannot be null")
    elif all(field["id"] != wanted for field in node["fieldsList"]):
        problems.add(
            INVALID_OBJECT, "labelIdentifierFieldMetadataId validation failed: related field metadata not found"
        )
    else:
        node["labelIdentifierFieldMetadataId"] = wanted


def _check_names(draft: Draft, node: Node, problems: Problems) -> None:
    singular, plural = node["nameSingular"], node["namePlural"]
    for name in (singular, plural):
        for said in name_problems(name):
            problems.add(INVALID_OBJECT, said, name)
    if singular.lower() == plural.lower():
        problems.add(INVALID_OBJECT, "The singular and plural names cannot be the same for an object", plural)
    _check_labels(node, problems)
    if node.get("isLabelSyncedWithName") and (singular, plural) != tuple(
        name_of_label(node[label]) for label in NAMES[2:]
    ):
        problems.add(INVALID_OBJECT, "Names are not synced with labels")
    others = (other for other in draft.nodes if other["id"] != node["id"])
    if any({singular, plural} & {other["nameSingular"], other["namePlural"]} for other in others):
        problems.add("OBJECT_ALREADY_EXISTS", "Object already exists")


def _check_labels(node: Node, problems: Problems) -> None:
    labels = [node[name] for name in NAMES[2:]]
    for label in labels:
        if not label:
            problems.add(INVALID_OBJECT, "Name is too short", label)
        elif len(label) > LONGEST_LABEL:
            problems.add(INVALID_OBJECT, "Name is too long", label)
    if labels[0].lower() == labels[1].lower():
        problems.add(INVALID_OBJECT, "The singular and plural labels cannot be the same for an object", labels[1])


def _trimmed(value: Any) -> Any:
    return " ".join(value.split()) if isinstance(value, str) else value

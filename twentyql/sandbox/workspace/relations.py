"""Creating relations: both sides of one, and morph relations, which point to records of several objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from twentyql.sandbox.model import MORPH, RELATION, pascal
from twentyql.sandbox.workspace.draft import Draft, Node
from twentyql.sandbox.workspace.fields import check_name, new_problems
from twentyql.sandbox.workspace.indexes import new_index
from twentyql.sandbox.workspace.names import name_of_label
from twentyql.sandbox.workspace.problems import INVALID_FIELD, Problems
from twentyql.sandbox.workspace.systems import relation

MALFORMED = "FIELD_METADATA_RELATION_MALFORMED"
TYPES = ("MANY_TO_ONE", "ONE_TO_MANY")


def create_relation(draft: Draft, given: Mapping[str, Any]) -> str:
    """Add a RELATION and the field on its other side; the id of the first. Raises Refused."""
    node, field, problems = _start(draft, given)
    payload = given.get("relationCreationPayload")
    if payload is None:
        problems.fail(INVALID_FIELD, "Relation creation payload is required")
    target, label = _read(draft, payload, problems)
    field["settings"] = _settings(payload["type"], f"{field['name']}Id")
    back = _other_side(draft, label, payload)
    check_name(node, field, problems)
    node["fieldsList"].append(field)
    check_name(target, back, problems)
    target["fieldsList"].append(back)
    problems.check()
    field["relation"] = relation(payload["type"], field, target, back)
    back["relation"] = relation(_opposite(payload["type"]), back, node, field)
    one, owner = (field, node) if payload["type"] == "MANY_TO_ONE" else (back, target)
    owner["indexMetadataList"].append(new_index(draft, owner, [one["id"]]))
    return str(field["id"])


def create_morph(draft: Draft, given: Mapping[str, Any]) -> str:
    """Add a MORPH_RELATION to one record of several objects, and a field on each of them; its id. Raises Refused."""
    node, field, problems = _start(draft, given)
    payloads = given.get("morphRelationsCreationPayload")
    if not isinstance(payloads, list) or not payloads:
        problems.fail(INVALID_FIELD, "Relation creation payload is required")
    field["morphRelations"] = []
    _add_targets(draft, node, field, payloads, problems)
    column = f"{field['name']}{pascal(field['morphRelations'][0]['targetObjectMetadata']['nameSingular'])}Id"
    field["settings"] = _settings("MANY_TO_ONE", column)
    check_name(node, field, problems)
    problems.check()
    node["fieldsList"].append(field)
    node["indexMetadataList"].append(new_index(draft, node, [field["id"]]))
    return str(field["id"])


def widen_morph(draft: Draft, identity: str, payloads: Sequence[Any]) -> None:
    """Let a morph relation point to more objects. Raises Refused."""
    found = draft.field(identity)
    problems = new_problems(found[0] if found else None, found[1]["name"] if found else None, "update")
    if found is None or found[1]["type"] != MORPH:
        problems.fail(INVALID_FIELD, "Only morph relations can be given more targets")
    node, field = found
    _add_targets(draft, node, field, payloads, problems)
    check_name(node, field, problems)
    problems.check()


def _add_targets(draft: Draft, node: Node, field: Node, payloads: Sequence[Any], problems: Problems) -> None:
    known = {morph["targetObjectMetadata"]["id"] for morph in field["morphRelations"]}
    for payload in payloads:
        told = {"type": "MANY_TO_ONE", **payload} if isinstance(payload, dict) else payload
        target, label = _read(draft, told, problems)
        if told["type"] != "MANY_TO_ONE":
            problems.fail(INVALID_FIELD, "The sandbox creates morph relations on their MANY_TO_ONE side only")
        if target["id"] in known:
            problems.fail(INVALID_FIELD, "Morph relation creation payload must not contain the same target twice")
        known.add(target["id"])
        back = _other_side(draft, label, told)
        check_name(target, back, problems)
        problems.check()
        back["relation"] = relation("ONE_TO_MANY", back, node, field)
        target["fieldsList"].append(back)
        field["morphRelations"].append(relation("MANY_TO_ONE", field, target, back))


def _start(draft: Draft, given: Mapping[str, Any]) -> tuple[Node, Node, Problems]:
    node = draft.object(given["objectMetadataId"])
    problems = new_problems(node, given["name"], "create")
    if node is None:
        problems.fail("OBJECT_METADATA_NOT_FOUND", "Object metadata not found")
    told = {key: given[key] for key in ("description", "icon", "isLabelSyncedWithName") if given.get(key) is not None}
    field = draft.new_field(str(given["type"]), given["name"].strip(), " ".join(given["label"].split()), **told)
    return node, field, problems


def _read(draft: Draft, payload: Any, problems: Problems) -> tuple[Node, str]:
    """The other object of a payload, and the label of the field there. Raises Refused."""
    label = payload.get("targetFieldLabel") if isinstance(payload, dict) else None
    if not isinstance(payload, dict) or payload.get("type") not in TYPES or not isinstance(label, str) or not label:
        problems.fail(MALFORMED, "Relation creation payload is invalid")
    target = draft.object(str(payload.get("targetObjectMetadataId")))
    if target is None:
        problems.fail(
            "FIELD_METADATA_RELATION_MALFORMED",
            "Object metadata relation target not found for relation creation payload",
        )
    return target, " ".join(label.split())


def _other_side(draft: Draft, label: str, payload: Mapping[str, Any]) -> Node:
    name = name_of_label(label)
    settings = _settings(_opposite(payload["type"]), f"{name}Id")
    return draft.new_field(RELATION, name, label, icon=payload.get("targetFieldIcon"), settings=settings)


def _opposite(kind: str) -> str:
    return TYPES[1 - TYPES.index(kind)]


def _settings(kind: str, column: str) -> Node:
    if kind == "ONE_TO_MANY":
        return {"relationType": kind}
    return {"relationType": kind, "onDelete": "SET_NULL", "joinColumnName": column}

"""A copy of the metadata nodes to be changed: nothing is served from it until all of the change is right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import uuid4

import msgspec

from twentyql.sandbox.model import MORPH, pascal

Node = dict[str, Any]


class Draft:
    """Objects with their fields, in the form of ``/metadata``, at the time ``now``."""

    def __init__(self, nodes: Iterable[Mapping[str, Any]], now: str) -> None:
        self.nodes: list[Node] = msgspec.json.decode(msgspec.json.encode(list(nodes)))
        self.now = now
        self._gone: set[str] = set()

    def object(self, identity: str) -> Node | None:
        """The object with this id."""
        return next((node for node in self.nodes if node["id"] == identity), None)

    def named(self, singular: str) -> Node | None:
        """The object with this singular name."""
        return next((node for node in self.nodes if node["nameSingular"] == singular), None)

    def field(self, identity: str) -> tuple[Node, Node] | None:
        """The field with this id, after its object."""
        found = ((node, field) for node in self.nodes for field in node["fieldsList"] if field["id"] == identity)
        return next(found, None)

    def new(self, **values: Any) -> Node:
        """A node with an id of its own, made now."""
        return {"id": str(uuid4()), **values, "createdAt": self.now, "updatedAt": self.now}

    def new_field(self, kind: str, name: str, label: str, **values: Any) -> Node:
        """A field in the form of ``/metadata``; what is not given has the server's default."""
        plain = {"description": None, "icon": None, "isNullable": True, "isUnique": False, "isActive": True}
        plain |= {"isSystem": False, "defaultValue": None, "options": None, "settings": None, "relation": None}
        return self.new(name=name, type=kind, label=label, **{**plain, "morphRelations": None, **values})

    def touch(self, node: Node) -> None:
        """Note that a node was changed now."""
        node["updatedAt"] = self.now

    def forget(self, node: Node) -> None:
        """Take an object or field out; `settle` takes out what points to it."""
        self._gone.add(node["id"])
        self._gone.update(field["id"] for field in node.get("fieldsList", ()))

    def settle(self) -> list[Node]:
        """The nodes as they are to be served: what is gone is out, and relations name both sides as they are called."""
        while self._spread():
            pass
        self.nodes = [node for node in self.nodes if node["id"] not in self._gone]
        for node in self.nodes:
            node["fieldsList"] = [field for field in node["fieldsList"] if field["id"] not in self._gone]
            kept = (index for index in node.get("indexMetadataList") or () if not self._touches_gone(index))
            node["indexMetadataList"] = list(kept)
        self._rename()
        return self.nodes

    def _spread(self) -> bool:
        """Let go what points to something gone; whether there was anything."""
        before = len(self._gone)
        for field in self.fields():
            if field.get("relation") and self._points_to_gone(field["relation"]):
                self._gone.add(field["id"])
            if field.get("morphRelations"):
                field["morphRelations"] = [m for m in field["morphRelations"] if not self._points_to_gone(m)]
                if not field["morphRelations"]:
                    self._gone.add(field["id"])
        return len(self._gone) > before

    def fields(self) -> Iterator[Node]:
        """All fields of all objects."""
        return (field for node in self.nodes for field in node["fieldsList"])

    def _points_to_gone(self, relation: Mapping[str, Any]) -> bool:
        ends = ("targetObjectMetadata", "targetFieldMetadata")
        return any(relation[end].get("id") in self._gone for end in ends)

    def _touches_gone(self, index: Mapping[str, Any]) -> bool:
        return any(part["fieldMetadataId"] in self._gone for part in index["indexFieldMetadataList"])

    def _rename(self) -> None:
        objects = {node["id"]: node for node in self.nodes}
        fields = {field["id"]: field for field in self.fields()}
        for field in fields.values():
            for relation in (field.get("relation"), *(field.get("morphRelations") or ())):
                if relation:
                    _name_ends(relation, field, objects, fields)
            told = (field.get("settings") or {}).get("joinColumnName")
            if field["type"] == MORPH and told not in (None, *(columns := morph_columns(field))):
                field["settings"]["joinColumnName"] = columns[0]


def _name_ends(relation: Node, field: Node, objects: Mapping[str, Node], fields: Mapping[str, Node]) -> None:
    target = objects.get(relation["targetObjectMetadata"].get("id"))
    if target is not None:
        shown = {name: target[name] for name in ("id", "nameSingular", "namePlural")}
        relation["targetObjectMetadata"] = shown
    other = fields.get(relation["targetFieldMetadata"].get("id"))
    if other is not None:
        relation["targetFieldMetadata"] = {"id": other["id"], "name": other["name"]}
    if "sourceFieldMetadata" in relation:
        relation["sourceFieldMetadata"] = {"id": field["id"], "name": field["name"]}


def morph_columns(field: Mapping[str, Any]) -> list[str]:
    """The foreign-key columns of a morph relation, one a target."""
    targets = (morph["targetObjectMetadata"]["nameSingular"] for morph in field.get("morphRelations") or ())
    return [f"{field['name']}{pascal(str(target))}Id" for target in targets]

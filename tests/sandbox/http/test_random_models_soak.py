"""Soak: data models changed at random stay whole: every change is done or refused, and all that is left can be read."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from graphql import validate_schema
from whole import demo_image

from twentyql.sandbox.model import RecordType
from twentyql.sandbox.root import Refused, Root, Selection
from twentyql.sandbox.types.core import core_schema
from twentyql.sandbox.types.metadata import linked_nodes
from twentyql.sandbox.workspace.served import Workspace
from twentyql.sandbox.workspace.values import CREATABLE

pytestmark = pytest.mark.soak
STEPS, SEEDS = 100, 6
OPTIONS = [{"label": v, "value": v, "color": "red", "position": n} for n, v in enumerate("AB")]
OBJECTS = [name + end for name in ("alpha", "beta", "target", "person") for end in ("", "X", "R")]
FIELDS = [name + end for name in ("x", "owner", "target", "name", "aliasName") for end in ("", "A", "B", "C")]
Node = dict[str, Any]


class Changer:
    """Makes one change after the other, drawn from a seed."""

    def __init__(self, seed: int) -> None:
        self.engine = demo_image().engine()
        self.workspace = Workspace(self.engine.model, self.engine)
        self.pick = random.Random(seed)
        self.done: Counter[str] = Counter()

    def step(self) -> None:
        changes: list[Callable[[], object]] = [self.object, self.field, self.field, self.relation, self.morph, self.row]
        changes += [self.row, self.rename, self.options, self.update_field, self.delete_field, self.delete_object]
        change = self.pick.choice(changes)
        before, code = self.workspace.info["metadataVersion"], ""
        try:
            change()
        except Refused as refused:
            code = refused.code
        assert code != "INTERNAL_SERVER_ERROR"
        assert not code or self.workspace.info["metadataVersion"] == before
        self.done["refused" if code else change.__name__] += 1

    def _object(self) -> Node:
        return dict(self.pick.choice(self.workspace.model.nodes))

    def _field(self) -> Node:
        return self.pick.choice(self._object()["fieldsList"])

    def _names(self) -> Node:
        name = self.pick.choice(OBJECTS)
        return dict.fromkeys(("nameSingular", "labelSingular"), name) | dict.fromkeys(
            ("namePlural", "labelPlural"), name + "s"
        )

    def _new(self, kind: str, **more: Any) -> Node:
        return {
            "objectMetadataId": self._object()["id"],
            "type": kind,
            "name": self.pick.choice(FIELDS),
            "label": "L",
            **more,
        }

    def _side(self, kind: str) -> Node:
        label = self.pick.choice(FIELDS)
        return {
            "type": kind,
            "targetObjectMetadataId": self._object()["id"],
            "targetFieldLabel": label,
            "targetFieldIcon": "",
        }

    def object(self) -> None:
        self.workspace.create_object({**self._names(), "skipNameField": self.pick.random() < 0.2})

    def field(self) -> None:
        kind = self.pick.choice(sorted(CREATABLE))
        given = self._new(kind, options=OPTIONS if "SELECT" in kind else None, isUnique=self.pick.random() < 0.2)
        self.workspace.create_field({**given, "settings": {"maxNumberOfValues": 2} if kind == "FILES" else None})

    def relation(self) -> None:
        side = self._side(self.pick.choice(["MANY_TO_ONE", "ONE_TO_MANY"]))
        self.workspace.create_field(self._new("RELATION", relationCreationPayload=side))

    def morph(self) -> None:
        sides = [self._side("MANY_TO_ONE") for _ in range(2)]
        self.workspace.create_field(self._new("MORPH_RELATION", morphRelationsCreationPayload=sides))

    def rename(self) -> None:
        changes = [self._names(), {"isActive": self.pick.random() < 0.7}]
        self.workspace.update_object(self._object()["id"], self.pick.choice(changes))

    def update_field(self) -> None:
        active, unique = self.pick.random() < 0.6, self.pick.random() < 0.6
        changes = [{"name": self.pick.choice(FIELDS)}, {"isActive": active}, {"isUnique": unique}, {"label": "N"}]
        self.workspace.update_field(self._field()["id"], self.pick.choice(changes))

    def options(self) -> None:
        fields = [f for node in self.workspace.model.nodes for f in node["fieldsList"] if "SELECT" in f["type"]]
        field = self.pick.choice(fields)
        kept = [{**o, "value": o["value"] + "Q"} for o in field["options"] if self.pick.random() < 0.8]
        self.workspace.update_field(field["id"], {"options": kept or OPTIONS, "defaultValue": None})

    def delete_field(self) -> None:
        self.workspace.delete_field(self._field()["id"])

    def delete_object(self) -> None:
        self.workspace.delete_object(self._object()["id"])

    def row(self) -> None:
        record = self.pick.choice(self.workspace.model.objects)
        self.engine.run(Root(f"create{record.name}", {"data": {}}, {"id": {}}))

    def check(self) -> None:
        """Everything that is there can be read, described and introspected."""
        model = self.workspace.model
        for record in model.objects:
            page = self.engine.run(
                Root(record.plural, {"first": 3}, {"edges": {"node": whole(record)}, "totalCount": {}})
            )
            assert len(page["edges"]) == min(3, page["totalCount"])
        assert validate_schema(core_schema(model)) == []
        ids = {node["id"] for node in linked_nodes(model.nodes)}
        for field in (field for node in model.nodes for field in node["fieldsList"]):
            for side in filter(None, (field["relation"], *(field["morphRelations"] or ()))):
                assert side["targetObjectMetadata"]["id"] in ids


def whole(record: RecordType) -> Selection:
    below: dict[str, Selection] = {"one": {"id": {}}, "many": {"edges": {"node": {"id": {}}}}}
    composite = {s.name: {sub.name: {} for sub in s.composite.fields} for s in record.slots if s.kind == "composite"}
    return {slot.name: composite.get(slot.name) or below.get(slot.kind, {}) for slot in record.slots}


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_data_model_changed_at_random_stays_whole(seed: int) -> None:
    changer = Changer(seed)
    for number in range(STEPS):
        changer.step()
        if number % 25 == 24:
            changer.check()
    changer.engine.close()
    print(dict(changer.done))
    assert len(changer.done) > 8

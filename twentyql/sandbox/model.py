"""The data model of a workspace: objects and the slots that their records have.

The input is the answer of ``/metadata`` to a query for ``objects`` (the form of ``objects.json``). A *slot* is one name
that a record answers to: a scalar, a composite, a foreign key, a to-one relation or a to-many relation. A morph
relation becomes one to-one slot and one foreign key a target.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from twentyql.errors import SchemaError
from twentyql.sandbox.composites import COMPOSITES, Composite

Kind = Literal["scalar", "composite", "key", "one", "many"]
MORPH = "MORPH_RELATION"
RELATION = "RELATION"
STORED = ("scalar", "composite", "key")


def pascal(name: str) -> str:
    """``name`` with its first letter in upper case."""
    return name[:1].upper() + name[1:]


@dataclass(frozen=True, slots=True)
class Slot:
    """One name of a record.

    ``id`` is that of the field in the data model, which stays when the field is renamed. ``target`` is the singular
    name of the other object of a relation or key; ``key`` is the foreign-key column: on this object for a to-one
    relation, on the target for a to-many relation.
    """

    name: str
    kind: Kind
    type: str
    id: str = ""
    description: str = ""
    nullable: bool = True
    unique: bool = False
    options: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    default: Any = None
    label: str = ""
    target: str = ""
    key: str = ""

    @property
    def composite(self) -> Composite:
        """The composite type of a composite slot."""
        return COMPOSITES[self.type]


@dataclass(frozen=True)
class RecordType:
    """One object of the data model. ``dormant`` are the stored slots of deactivated fields: they keep their values."""

    id: str
    singular: str
    plural: str
    label: str
    label_plural: str
    description: str
    slots: tuple[Slot, ...]
    raw: Mapping[str, Any]
    dormant: tuple[Slot, ...] = ()

    @cached_property
    def by_name(self) -> dict[str, Slot]:
        """The slots by name."""
        return {slot.name: slot for slot in self.slots}

    @cached_property
    def many(self) -> tuple[Slot, ...]:
        """The to-many relations."""
        return tuple(slot for slot in self.slots if slot.kind == "many")

    @cached_property
    def stored(self) -> tuple[Slot, ...]:
        """The slots that have columns of their own."""
        return tuple(slot for slot in self.slots if slot.kind in STORED)

    @property
    def name(self) -> str:
        """The name of the record's GraphQL type."""
        return pascal(self.singular)

    @cached_property
    def label_slot(self) -> Slot | None:
        """The slot that names a record to people."""
        wanted = self.raw.get("labelIdentifierFieldMetadataId")
        names = [f["name"] for f in self.raw["fieldsList"] if f["id"] == wanted]
        return self.by_name.get(names[0]) if names else None


@dataclass(frozen=True, eq=False)
class Model:
    """All objects of a workspace, and the workspace itself.

    ``dormant`` are the deactivated objects, which keep their rows; ``nodes`` is the metadata that all was read from.
    """

    objects: tuple[RecordType, ...]
    workspace: Mapping[str, Any]
    dormant: tuple[RecordType, ...] = ()
    nodes: tuple[Mapping[str, Any], ...] = ()

    @cached_property
    def by_singular(self) -> dict[str, RecordType]:
        """The objects by singular name."""
        return {record.singular: record for record in self.objects}

    @cached_property
    def by_plural(self) -> dict[str, RecordType]:
        """The objects by plural name."""
        return {record.plural: record for record in self.objects}

    @cached_property
    def database(self) -> str:
        """The name of the workspace's database schema, which shows in a few messages."""
        return "workspace_" + _base36(int(str(self.workspace["id"]).replace("-", ""), 16))

    def target(self, slot: Slot) -> RecordType:
        """The other object of a relation."""
        return self.by_singular[slot.target]


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + digits
    return digits or "0"


def read_model(nodes: Iterable[Mapping[str, Any]], workspace: Mapping[str, Any]) -> Model:
    """Build the model from object metadata in the form that ``/metadata`` answers. Raises SchemaError."""
    raws = [dict(node) for node in nodes]
    try:
        every = {str(raw["nameSingular"]): raw for raw in raws}
        _check_names(raws)
        active = {name: raw for name, raw in every.items() if raw.get("isActive", True)}
        objects = {name: _record_type(raw, active, every) for name, raw in every.items()}
    except (KeyError, TypeError, AttributeError) as error:
        raise SchemaError(f"The data model is not in the form of the metadata API: {error!r}.") from error
    awake = tuple(record for name, record in objects.items() if name in active)
    dormant = tuple(record for name, record in objects.items() if name not in active)
    return Model(awake, dict(workspace), dormant, tuple(raws))


def _check_names(raws: Sequence[Mapping[str, Any]]) -> None:
    for key in ("nameSingular", "namePlural", "id"):
        names = [str(raw[key]) for raw in raws]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise SchemaError(f"The data model has two objects with the {key} {twice!r}.")


Raws = Mapping[str, Mapping[str, Any]]


def _record_type(raw: Mapping[str, Any], active: Raws, every: Raws) -> RecordType:
    owner = str(raw["nameSingular"])
    slots = [slot for meta in raw["fieldsList"] if meta.get("isActive", True) for slot in _slots(meta, owner, active)]
    names = {slot.name for slot in slots}
    kept = [slot for meta in raw["fieldsList"] for slot in _slots(meta, owner, every)]
    return RecordType(
        id=str(raw["id"]),
        singular=owner,
        plural=str(raw["namePlural"]),
        label=str(raw.get("labelSingular") or owner),
        label_plural=str(raw.get("labelPlural") or raw["namePlural"]),
        description=str(raw.get("description") or ""),
        slots=tuple(slots),
        raw=raw,
        dormant=tuple(slot for slot in kept if slot.kind in STORED and slot.name not in names),
    )


def _slots(meta: Mapping[str, Any], owner: str, others: Raws) -> list[Slot]:
    name, kind = str(meta["name"]), str(meta["type"])
    if kind == MORPH:
        return _morph_slots(meta, others)
    if kind == RELATION:
        return _relation_slots(meta, owner, others)
    options = sorted(meta.get("options") or [], key=lambda option: option.get("position", 0))
    return [
        Slot(
            name,
            "composite" if kind in COMPOSITES else "scalar",
            kind,
            options=tuple(str(option["value"]) for option in options),
            labels=tuple(str(option.get("label", "")) for option in options),
            settings=meta.get("settings") or {},
            default=meta.get("defaultValue"),
            label=str(meta.get("label") or name),
            unique=bool(meta.get("isUnique")),
            **_common(meta),
        )
    ]


def _common(meta: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": str(meta["id"]),
        "description": str(meta.get("description") or ""),
        "nullable": bool(meta.get("isNullable", True)),
    }


def _to_one(name: str, key: str, target: str, meta: Mapping[str, Any]) -> list[Slot]:
    common = _common(meta)
    return [
        Slot(key, "key", "UUID", target=target, key=key, label=str(meta.get("label") or name), **common),
        Slot(name, "one", RELATION, target=target, key=key, label=str(meta.get("label") or name), **common),
    ]


def _relation_slots(meta: Mapping[str, Any], owner: str, others: Raws) -> list[Slot]:
    name, relation = str(meta["name"]), meta.get("relation")
    if not relation or relation["targetObjectMetadata"]["nameSingular"] not in others:
        return []
    target = str(relation["targetObjectMetadata"]["nameSingular"])
    if relation["type"] == "MANY_TO_ONE":
        return _to_one(name, str((meta.get("settings") or {}).get("joinColumnName") or f"{name}Id"), target, meta)
    back = _inverse(relation, others[target])
    if back is None or not back.get("isActive", True):
        return []
    if back["type"] == MORPH:
        key = f"{back['name']}{pascal(owner)}Id"
    else:
        key = str((back.get("settings") or {}).get("joinColumnName") or f"{back['name']}Id")
    return [Slot(name, "many", RELATION, target=target, key=key, label=str(meta.get("label") or name), **_common(meta))]


def _inverse(relation: Mapping[str, Any], target: Mapping[str, Any]) -> Mapping[str, Any] | None:
    wanted = relation["targetFieldMetadata"]
    fields = list(target["fieldsList"])
    same = [f for f in fields if f["id"] == wanted["id"]] or [f for f in fields if f["name"] == wanted["name"]]
    return same[0] if same else None


def _morph_slots(meta: Mapping[str, Any], others: Raws) -> list[Slot]:
    slots: list[Slot] = []
    for morph in meta.get("morphRelations") or []:
        target = str(morph["targetObjectMetadata"]["nameSingular"])
        if target in others:
            name = f"{meta['name']}{pascal(target)}"
            own = {**meta, "id": f"{meta['id']}:{morph['targetObjectMetadata'].get('id', target)}"}
            slots.extend(_to_one(name, f"{name}Id", target, own))
    return slots


def missing_targets(model: Model) -> Iterator[str]:
    """One sentence for every relation to an object that the data model does not have: its field is left out."""
    known = {str(node["nameSingular"]) for node in model.nodes}
    for node in model.nodes:
        for meta in node["fieldsList"]:
            relations = [*(meta.get("morphRelations") or ()), *([meta["relation"]] if meta.get("relation") else ())]
            for name in {str(relation["targetObjectMetadata"]["nameSingular"]) for relation in relations} - known:
                yield f"{node['nameSingular']}.{meta['name']} leads to {name}, which the data model does not have"

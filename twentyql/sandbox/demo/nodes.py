"""The tables of the data model -> object nodes, as ``/metadata`` answers them; ids follow from the names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from twentyql.sandbox.demo.tables import HEAD, TAIL, Choice, Field, Link, Member, Morph, Thing
from twentyql.sandbox.model import pascal

NAMESPACE = uuid5(NAMESPACE_URL, "https://twentyql.example/demo")
Node = dict[str, Any]


def known_id(*names: str) -> str:
    """The id that belongs to these names, the same in every run."""
    return str(uuid5(NAMESPACE, ".".join(names)))


def object_nodes(things: Sequence[Thing]) -> list[Node]:
    """The nodes of all objects; every link gives its target the field that leads back."""
    by_name = {thing.singular: thing for thing in things}
    return [_object(thing, by_name) for thing in things]


def _object(thing: Thing, others: dict[str, Thing]) -> Node:
    members: tuple[Member, ...] = (*HEAD, *thing.members, *TAIL)
    fields = [_member(thing, member, others) for member in members]
    fields += [_way_back(thing, source, member) for source, member in _pointing_at(thing, others)]
    return {
        "id": known_id(thing.singular),
        "nameSingular": thing.singular,
        "namePlural": thing.plural,
        "isSystem": thing.system,
        "isActive": True,
        "isSearchable": thing.searchable,
        "labelIdentifierFieldMetadataId": known_id(thing.singular, thing.title),
        "duplicateCriteria": [list(key) for key in thing.duplicates] if thing.duplicates else None,
        "indexMetadataList": [_index(thing, member) for member in thing.members if _is_indexed(member)],
        "labelSingular": thing.label,
        "labelPlural": thing.label_plural,
        "description": thing.description,
        "icon": thing.icon,
        "fieldsList": fields,
    }


def _pointing_at(thing: Thing, others: dict[str, Thing]) -> Iterator[tuple[Thing, Link | Morph]]:
    for source in others.values():
        for member in source.members:
            if isinstance(member, Link) and member.target == thing.singular:
                yield source, member
            if isinstance(member, Morph) and thing.singular in member.targets:
                yield source, member


def _member(thing: Thing, member: Member, others: dict[str, Thing]) -> Node:
    if isinstance(member, Field):
        return _field(thing, member)
    plain = _blank(thing, member.name, member.label, member.description)
    settings = {"onDelete": "SET_NULL", "relationType": "MANY_TO_ONE"}
    if isinstance(member, Link):
        settings |= {"onDelete": member.on_delete, "joinColumnName": f"{member.name}Id"}
        target = _relation("MANY_TO_ONE", others[member.target], member.back)
        source = {"id": plain["id"], "name": member.name}
        return {
            **plain,
            "type": "RELATION",
            "settings": settings,
            "relation": {**target, "sourceFieldMetadata": source},
        }
    settings["joinColumnName"] = f"{member.name}{pascal(member.targets[0])}Id"
    morphs = [_relation("MANY_TO_ONE", others[target], member.back) for target in member.targets]
    return {**plain, "type": "MORPH_RELATION", "settings": settings, "morphRelations": morphs}


def _way_back(thing: Thing, source: Thing, member: Link | Morph) -> Node:
    text = f"{source.label_plural} of this {thing.label.lower()}"
    plain = _blank(thing, member.back, member.back_label, text)
    relation = _relation("ONE_TO_MANY", source, member.name)
    return {
        **plain,
        "type": "RELATION",
        "settings": {"relationType": "ONE_TO_MANY"},
        "relation": {**relation, "sourceFieldMetadata": {"id": plain["id"], "name": member.back}},
    }


def _relation(kind: str, target: Thing, field: str) -> Node:
    return {
        "type": kind,
        "targetObjectMetadata": {
            "id": known_id(target.singular),
            "nameSingular": target.singular,
            "namePlural": target.plural,
        },
        "targetFieldMetadata": {"id": known_id(target.singular, field), "name": field},
    }


def _blank(thing: Thing, name: str, label: str, description: str) -> Node:
    """A field of which only the name is known."""
    return {
        "id": known_id(thing.singular, name),
        "name": name,
        "type": "TEXT",
        "isNullable": True,
        "isUnique": False,
        "isActive": True,
        "isSystem": False,
        "defaultValue": None,
        "options": None,
        "settings": None,
        "label": label,
        "description": description,
        "relation": None,
        "morphRelations": None,
    }


def _field(thing: Thing, field: Field) -> Node:
    return {
        **_blank(thing, field.name, field.label, field.description),
        "type": field.type,
        "isNullable": field.nullable,
        "isUnique": field.unique,
        "isSystem": field.system,
        "defaultValue": field.default,
        "options": [_option(thing, field, at, choice) for at, choice in enumerate(field.choices)] or None,
        "settings": dict(field.settings) if field.settings else None,
    }


def _option(thing: Thing, field: Field, position: int, choice: Choice) -> Node:
    value, label, color = choice
    coloured = {"color": color} if color else {}
    return {
        "id": known_id(thing.singular, field.name, value),
        **coloured,
        "label": label,
        "value": value,
        "position": position,
    }


def _is_indexed(member: Member) -> bool:
    return not isinstance(member, Field) or member.unique


def _index(thing: Thing, member: Member) -> Node:
    unique = isinstance(member, Field)
    own = known_id(thing.singular, member.name, "index")
    return {
        "id": own,
        "name": f"IDX_{'UNIQUE_' if unique else ''}{own.replace('-', '')[:27]}",
        "isUnique": unique,
        "indexFieldMetadataList": [{"fieldMetadataId": known_id(thing.singular, member.name), "order": 0}],
    }

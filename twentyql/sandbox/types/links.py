"""The input types that link a record to one of another object, by its id or by a unique field."""

from __future__ import annotations

from graphql import GraphQLBoolean, GraphQLID, GraphQLInputField, GraphQLInputType, GraphQLString

from twentyql.sandbox.model import RecordType, Slot, pascal
from twentyql.sandbox.types.fields import PLAIN, Types
from twentyql.sandbox.types.shared import input_object


def add_link_types(types: Types, record: RecordType) -> None:
    """Add ``PersonWhereUniqueInput``, ``PersonConnectInput`` and ``PersonRelationInput``."""
    name, single, keys = record.name, record.singular, unique_keys(record)
    fields = {"id": _field(GraphQLID, "Connect by Id")}
    for slot in (slot for key in keys for slot in key):
        fields[slot.name] = _field(_key_type(types, record, slot), f"Connect by {slot.label}")
    where = input_object(f"{name}WhereUniqueInput", fields)
    named = " or ".join(["id", *(" and ".join(slot.name for slot in key) for key in keys)])
    text = f"Find a {single} record based on its unique fields: {named}"
    connect = input_object(f"{name}ConnectInput", {"where": _field(where, text)})
    links = {
        "connect": _field(connect, f"Connect to a {single} record"),
        "disconnect": _field(GraphQLBoolean, f"Disconnect from a {single} record"),
    }
    for made in (where, connect, input_object(f"{name}RelationInput", links)):
        types.add(made)


def unique_keys(record: RecordType) -> list[tuple[Slot, ...]]:
    """The unique keys of an object besides ``id``: those of its unique indexes, and its unique fields."""
    names = {str(field["id"]): str(field["name"]) for field in record.raw["fieldsList"]}
    keys: list[tuple[Slot, ...]] = []
    for index in record.raw.get("indexMetadataList") or []:
        columns = sorted(index["indexFieldMetadataList"], key=lambda column: column["order"])
        slots = [record.by_name.get(names.get(str(column["fieldMetadataId"]), "")) for column in columns]
        if index["isUnique"] and all(slots):
            keys.append(tuple(slot for slot in slots if slot))
    covered = {slot.name for key in keys for slot in key} | {"id"}
    return keys + [(slot,) for slot in record.stored if slot.unique and slot.name not in covered]


def _field(kind: GraphQLInputType, description: str) -> GraphQLInputField:
    return GraphQLInputField(kind, description=description)


def _key_type(types: Types, record: RecordType, slot: Slot) -> GraphQLInputType:
    if slot.kind == "one":
        return GraphQLID
    if slot.kind != "composite":
        return PLAIN.get(slot.type, GraphQLString)
    fields = {sub.name: _field(GraphQLString, f"Connect by {sub.name}") for sub in slot.composite.fields if sub.unique}
    made = input_object(f"{record.name}{pascal(slot.name)}WhereInput", fields)
    types.add(made)
    return made

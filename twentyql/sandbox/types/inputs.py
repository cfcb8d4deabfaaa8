"""The input types of a record: data, filters, orders, dimensions and links to other records."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import (
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
)

from twentyql.sandbox.model import RecordType, Slot
from twentyql.sandbox.types.aggregates import TOTAL, aggregates_of
from twentyql.sandbox.types.fields import (
    Types,
    choice_enum,
    filter_type,
    group_type,
    has_choices,
    order_type,
    write_type,
)
from twentyql.sandbox.types.links import add_link_types
from twentyql.sandbox.types.shared import DIRECTION, enum_filter

Fields = dict[str, GraphQLInputField]
NO_DIMENSIONS = ("RAW_JSON", "FILES", "TS_VECTOR", "POSITION")
DATED = ("createdAt", "updatedAt")


def add_input_types(types: Types, record: RecordType) -> None:
    """Add the enums and the input types of one record to ``types``."""
    for slot in filter(has_choices, record.slots):
        enum = choice_enum(record, slot)
        types.add(enum)
        types.add(enum_filter(enum))
    name, text = record.name, record.description or None
    for verb in ("Create", "Update"):
        _add(types, f"{name}{verb}Input", text, lambda verb=verb: _write_fields(types, record, verb))
    _add(types, f"{name}FilterInput", text, lambda: _filter_fields(types, record))
    _add(types, f"{name}GroupByInput", text, lambda: _group_fields(types, record))
    _add(types, f"{name}OrderByInput", text, lambda: _order_fields(types, record))
    _add(types, f"{name}OrderByWithGroupByInput", text, lambda: _group_order_fields(types, record))
    aggregate = f"{name}OrderByWithGroupByAggregateInput"
    _add(types, aggregate, "Aggregate-based ordering", lambda: _aggregate_order_fields(types, record))
    add_link_types(types, record)


def _add(types: Types, name: str, description: str | None, fields: object) -> None:
    types.add(GraphQLInputObjectType(name, fields, description=description))  # type: ignore[arg-type]


def _field(kind: GraphQLInputType, description: str) -> GraphQLInputField:
    return GraphQLInputField(kind, description=description or None)


def _writable(record: RecordType) -> Iterator[Slot]:
    """What data and filters name: everything but to-many relations."""
    return (slot for slot in record.slots if slot.kind != "many")


def _write_fields(types: Types, record: RecordType, verb: str) -> Fields:
    return {slot.name: _field(write_type(types, record, slot, verb), slot.description) for slot in _writable(record)}


def _about(slot: Slot, verb: str) -> str:
    """The description of a slot; a relation tells what the input does with the other object."""
    return f"{verb} fields of the related {slot.target}" if slot.kind == "one" else slot.description


def _filter_fields(types: Types, record: RecordType) -> Fields:
    own = types.input(f"{record.name}FilterInput")
    fields = {
        slot.name: _field(filter_type(types, record, slot), _about(slot, "Filter on")) for slot in _writable(record)
    }
    some = GraphQLInputField(GraphQLList(own))
    return {**fields, "and": some, "or": some, "not": GraphQLInputField(own)}


def _order_fields(types: Types, record: RecordType) -> Fields:
    return {slot.name: _field(order_type(types, slot), _about(slot, "Order by")) for slot in _writable(record)}


def _group_order_fields(types: Types, record: RecordType) -> Fields:
    aggregate = types.input(f"{record.name}OrderByWithGroupByAggregateInput")
    fields = {
        slot.name: _field(order_type(types, slot, of_groups=True), _about(slot, "Order by"))
        for slot in _writable(record)
    }
    return {"aggregate": _field(aggregate, "Order by aggregate values"), **fields}


def _aggregate_order_fields(types: Types, record: RecordType) -> Fields:
    """The aggregates of the fields; a relation stands there as it does in a plain order, as on the server."""
    fields = {TOTAL.name: _field(DIRECTION, TOTAL.description)}
    for slot in record.slots:
        fields |= {each.name: _field(DIRECTION, each.description) for each in aggregates_of(slot)}
        if slot.kind in ("one", "key"):
            fields[slot.name] = _field(order_type(types, slot), _about(slot, "Order by"))
    return fields


def _group_fields(types: Types, record: RecordType) -> Fields:
    system = {str(field["name"]) for field in record.raw["fieldsList"] if field.get("isSystem")}
    return {
        slot.name: _field(group_type(types, slot), _about(slot, "Group by"))
        for slot in record.slots
        if slot.kind == "one" or _is_dimension(slot, system)
    }


def _is_dimension(slot: Slot, system: set[str]) -> bool:
    if slot.kind not in ("scalar", "composite") or slot.type in NO_DIMENSIONS:
        return False
    return slot.name in DATED or slot.name not in system

"""The object types of a record: ``Person``, ``PersonEdge``, ``PersonConnection``, ``PersonGroupByConnection``."""

from __future__ import annotations

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLString,
)

from twentyql.sandbox.model import RecordType, Slot
from twentyql.sandbox.types.aggregates import aggregates
from twentyql.sandbox.types.fields import Types, output_type
from twentyql.sandbox.types.shared import PAGE_INFO, SCALARS

Arguments = dict[str, GraphQLArgument]
Fields = dict[str, GraphQLField]


def list_arguments(types: Types, name: str) -> Arguments:
    """The arguments of a list of ``name`` records, at the root and nested."""
    numbers = {key: GraphQLArgument(GraphQLInt) for key in ("first", "last", "offset")}
    cursors = {key: GraphQLArgument(GraphQLString) for key in ("before", "after")}
    return {
        **numbers,
        **cursors,
        "filter": GraphQLArgument(types.input(f"{name}FilterInput")),
        "orderBy": GraphQLArgument(GraphQLList(types.input(f"{name}OrderByInput"))),
    }


def add_record_types(types: Types, record: RecordType) -> None:
    """Add the object types of one record to ``types``."""
    name, text = record.name, record.description or None
    plain: Fields = {}

    def connection() -> Fields:
        plain.update(plain or _connection_fields(types, record))
        return plain

    def grouped() -> Fields:
        return {**connection(), "groupByDimensionValues": GraphQLField(GraphQLNonNull(SCALARS["JSON"]))}

    types.add(GraphQLObjectType(name, lambda: _record_fields(types, record), description=text))
    types.add(GraphQLObjectType(f"{name}Edge", lambda: _edge_fields(types, name), description=text))
    types.add(GraphQLObjectType(f"{name}Connection", connection, description=text))
    types.add(GraphQLObjectType(f"{name}GroupByConnection", grouped, description=text))


def _record_fields(types: Types, record: RecordType) -> Fields:
    """The stored fields first, the relations after them."""
    relations = [slot for slot in record.slots if slot.kind in ("one", "many")]
    return {slot.name: _field(types, record, slot) for slot in (*record.stored, *relations)}


def _field(types: Types, record: RecordType, slot: Slot) -> GraphQLField:
    arguments = list_arguments(types, types.target(slot)) if slot.kind == "many" else None
    return GraphQLField(output_type(types, record, slot), arguments, description=slot.description or None)


def _edge_fields(types: Types, name: str) -> Fields:
    return {
        "node": GraphQLField(GraphQLNonNull(types.object(name))),
        "cursor": GraphQLField(GraphQLNonNull(SCALARS["Cursor"])),
    }


def _connection_fields(types: Types, record: RecordType) -> Fields:
    fields = {each.name: GraphQLField(each.type, description=each.description) for each in aggregates(record)}
    edge = types.object(f"{record.name}Edge")
    fields["edges"] = GraphQLField(GraphQLNonNull(GraphQLList(GraphQLNonNull(edge))))
    fields["pageInfo"] = GraphQLField(GraphQLNonNull(PAGE_INFO))
    return fields

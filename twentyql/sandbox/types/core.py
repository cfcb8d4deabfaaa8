"""The GraphQL schema that a Twenty server builds for a workspace (``/graphql``)."""

from __future__ import annotations

from functools import lru_cache

from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLField,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLNullableInputType,
    GraphQLObjectType,
    GraphQLSchema,
)

from twentyql.sandbox.model import Model, RecordType, pascal
from twentyql.sandbox.types.composites import composite_types
from twentyql.sandbox.types.fields import Types
from twentyql.sandbox.types.inputs import add_input_types
from twentyql.sandbox.types.records import Arguments, Fields, add_record_types, list_arguments
from twentyql.sandbox.types.shared import SCALARS, shared_types


@lru_cache(maxsize=4)
def core_schema(model: Model) -> GraphQLSchema:
    """Build the schema of the records of a workspace, once for a model.

    It serves introspection and validation: the fields have no resolvers of their own.
    """
    types = Types(model, {**shared_types(), **composite_types()})
    for record in model.objects:
        add_input_types(types, record)
        add_record_types(types, record)
    query: Fields = {}
    mutation: Fields = {}
    for record in model.objects:
        query |= _query_fields(types, record)
        mutation |= _mutation_fields(types, record)
    return GraphQLSchema(
        GraphQLObjectType("Query", query), GraphQLObjectType("Mutation", mutation), types=list(types.named.values())
    )


def _required(kind: GraphQLNullableInputType) -> GraphQLArgument:
    return GraphQLArgument(GraphQLNonNull(kind))


def _each(kind: GraphQLObjectType) -> GraphQLList[GraphQLNonNull[GraphQLObjectType]]:
    return GraphQLList(GraphQLNonNull(kind))


def _query_fields(types: Types, record: RecordType) -> Fields:
    name, connection = record.name, types.object(f"{record.name}Connection")
    fields = {
        record.plural: GraphQLField(connection, list_arguments(types, name)),
        record.singular: GraphQLField(types.object(name), {"filter": _required(types.input(f"{name}FilterInput"))}),
    }
    if record.raw.get("duplicateCriteria"):
        fields[f"{record.singular}Duplicates"] = GraphQLField(
            _each(connection),
            {
                "ids": GraphQLArgument(GraphQLList(SCALARS["UUID"])),
                "data": GraphQLArgument(GraphQLList(types.input(f"{name}CreateInput"))),
            },
        )
    grouped = _each(types.object(f"{name}GroupByConnection"))
    return {**fields, f"{record.plural}GroupBy": GraphQLField(grouped, _group_arguments(types, name))}


def _group_arguments(types: Types, name: str) -> Arguments:
    return {
        "groupBy": _required(GraphQLList(GraphQLNonNull(types.input(f"{name}GroupByInput")))),
        "filter": GraphQLArgument(types.input(f"{name}FilterInput")),
        "orderBy": GraphQLArgument(GraphQLList(types.input(f"{name}OrderByWithGroupByInput"))),
        "orderByForRecords": GraphQLArgument(GraphQLList(types.input(f"{name}OrderByInput"))),
        "viewId": GraphQLArgument(SCALARS["UUID"]),
        "limit": GraphQLArgument(GraphQLInt),
        "offsetForRecords": GraphQLArgument(GraphQLInt),
    }


def _mutation_fields(types: Types, record: RecordType) -> Fields:
    name, names, one = record.name, pascal(record.plural), types.object(record.name)
    some = _each(one)
    create, update = types.input(f"{name}CreateInput"), types.input(f"{name}UpdateInput")
    by_id = {"id": _required(SCALARS["UUID"])}
    by_filter = {"filter": _required(types.input(f"{name}FilterInput"))}
    upsert = {"upsert": GraphQLArgument(GraphQLBoolean)}
    fields = {
        f"create{names}": GraphQLField(some, {"data": _required(GraphQLList(GraphQLNonNull(create))), **upsert}),
        f"create{name}": GraphQLField(one, {"data": _required(create), **upsert}),
        f"update{name}": GraphQLField(one, {**by_id, "data": _required(update)}),
        f"delete{name}": GraphQLField(one, by_id),
        f"update{names}": GraphQLField(some, {"data": _required(update), **by_filter}),
        f"delete{names}": GraphQLField(some, by_filter),
        f"destroy{name}": GraphQLField(one, by_id),
        f"destroy{names}": GraphQLField(some, by_filter),
        f"restore{name}": GraphQLField(one, by_id),
        f"restore{names}": GraphQLField(some, by_filter),
    }
    return {**fields, **_merge_field(record, one)}


def _merge_field(record: RecordType, one: GraphQLObjectType) -> Fields:
    if not record.raw.get("duplicateCriteria"):
        return {}
    arguments = {
        "ids": _required(GraphQLList(GraphQLNonNull(SCALARS["UUID"]))),
        "conflictPriorityIndex": _required(GraphQLInt),
        "dryRun": GraphQLArgument(GraphQLBoolean),
    }
    return {f"merge{pascal(record.plural)}": GraphQLField(one, arguments)}

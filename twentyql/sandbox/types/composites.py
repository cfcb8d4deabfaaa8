"""The GraphQL types of the composite field types: ``FullName``, ``FullNameFilterInput`` and their like."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLEnumValue,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLString,
)

from twentyql.sandbox.composites import ACTOR_SOURCES, COMPOSITES, Composite
from twentyql.sandbox.types.shared import DIRECTION, FILTERS, SCALARS, enum_filter, input_object

ACTOR_SOURCE = GraphQLEnumType(
    "ActorSourceEnum", {source: GraphQLEnumValue(source, description=source.lower()) for source in ACTOR_SOURCES}
)
ACTOR_SOURCE_FILTER = enum_filter(ACTOR_SOURCE)
VALUES: Mapping[str, GraphQLScalarType | GraphQLEnumType] = {
    "TEXT": GraphQLString,
    "NUMERIC": SCALARS["BigFloat"],
    "UUID": SCALARS["UUID"],
    "RAW_JSON": SCALARS["JSON"],
    "SELECT": ACTOR_SOURCE,
}
OPERATORS: Mapping[str, GraphQLInputObjectType] = {
    "TEXT": FILTERS["StringFilter"],
    "NUMERIC": FILTERS["BigFloatFilter"],
    "UUID": FILTERS["UUIDFilter"],
    "RAW_JSON": FILTERS["RawJsonFilter"],
    "SELECT": ACTOR_SOURCE_FILTER,
}


def composite_types() -> dict[str, GraphQLNamedType]:
    """Every type of every composite, by name."""
    made: dict[str, GraphQLNamedType] = {ACTOR_SOURCE.name: ACTOR_SOURCE, ACTOR_SOURCE_FILTER.name: ACTOR_SOURCE_FILTER}
    for composite in COMPOSITES.values():
        if composite.graphql not in made:
            made |= {kind.name: kind for kind in _types_of(composite)}
    return made


def _types_of(composite: Composite) -> Iterator[GraphQLNamedType]:
    name, fields = composite.graphql, composite.fields
    yield GraphQLObjectType(name, {sub.name: GraphQLField(VALUES[sub.type]) for sub in fields})
    yield input_object(f"{name}FilterInput", {sub.name: OPERATORS[sub.type] for sub in fields})
    yield input_object(f"{name}OrderByInput", {sub.name: DIRECTION for sub in fields})
    yield input_object(f"{name}GroupByInput", {sub.name: GraphQLBoolean for sub in fields if sub.type != "RAW_JSON"})
    for verb in ("Create", "Update"):
        yield input_object(f"{name}{verb}Input", {sub.name: VALUES[sub.type] for sub in fields if sub.writable})

"""Which GraphQL type a slot of a record has: when read, written, filtered, ordered and grouped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLEnumValue,
    GraphQLFloat,
    GraphQLID,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInt,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLNullableType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLString,
)

from twentyql.sandbox.model import Model, RecordType, Slot, pascal
from twentyql.sandbox.types.shared import DIRECTION, FILE_ITEM_INPUT, FILE_OBJECT, GROUP_BY_DATE, ORDER_BY_DATE, SCALARS

DATES = ("DATE", "DATE_TIME")
CHOICES = ("SELECT", "MULTI_SELECT", "RATING")
NUMBERS: Mapping[str, GraphQLScalarType] = {"float": GraphQLFloat, "int": GraphQLInt, "bigint": SCALARS["BigInt"]}
PLAIN: Mapping[str, GraphQLScalarType] = {
    "UUID": SCALARS["UUID"],
    "TEXT": GraphQLString,
    "DATE_TIME": SCALARS["DateTime"],
    "DATE": SCALARS["Date"],
    "BOOLEAN": GraphQLBoolean,
    "NUMERIC": SCALARS["BigFloat"],
    "POSITION": SCALARS["Position"],
    "RAW_JSON": SCALARS["JSON"],
    "TS_VECTOR": SCALARS["TSVector"],
}
FILTER_NAMES: Mapping[str, str] = {
    "UUID": "UUIDFilter",
    "TEXT": "StringFilter",
    "DATE_TIME": "DateTimeFilter",
    "DATE": "DateFilter",
    "BOOLEAN": "BooleanFilter",
    "NUMERIC": "BigFloatFilter",
    "POSITION": "FloatFilter",
    "ARRAY": "ArrayFilter",
    "RAW_JSON": "RawJsonFilter",
    "FILES": "RawJsonFilter",
    "TS_VECTOR": "TSVectorFilter",
}


@dataclass(frozen=True)
class Types:
    """The named types of one schema while it is built: what is not made yet is looked up late, by name."""

    model: Model
    named: dict[str, GraphQLNamedType]

    def add(self, made: GraphQLNamedType) -> None:
        """Make ``made`` known by its name."""
        self.named[made.name] = made

    def input(self, name: str) -> GraphQLInputObjectType:
        """The input object called ``name``."""
        return cast(GraphQLInputObjectType, self.named[name])

    def object(self, name: str) -> GraphQLObjectType:
        """The object type called ``name``."""
        return cast(GraphQLObjectType, self.named[name])

    def target(self, slot: Slot, suffix: str = "") -> str:
        """The name of a type of the other object of a relation."""
        return self.model.target(slot).name + suffix

    def choice(self, record: RecordType, slot: Slot) -> GraphQLEnumType:
        """The enum of a SELECT, MULTI_SELECT or RATING slot."""
        return cast(GraphQLEnumType, self.named[enum_name(record, slot)])


def enum_name(record: RecordType, slot: Slot) -> str:
    """``OpportunityStageEnum`` and its like."""
    return f"{record.name}{pascal(slot.name)}Enum"


def choice_enum(record: RecordType, slot: Slot) -> GraphQLEnumType:
    """The enum of a slot with options, described by the labels."""
    values = {
        value: GraphQLEnumValue(value, description=label)
        for value, label in zip(slot.options, slot.labels, strict=True)
    }
    return GraphQLEnumType(enum_name(record, slot), values, description=slot.description or None)


def has_choices(slot: Slot) -> bool:
    """Whether the slot has an enum of its own."""
    return slot.kind == "scalar" and slot.type in CHOICES and bool(slot.options)


def _number(slot: Slot) -> GraphQLScalarType:
    return NUMBERS.get(str(slot.settings.get("dataType") or "float"), GraphQLFloat)


def _value(
    types: Types, record: RecordType, slot: Slot
) -> GraphQLScalarType | GraphQLEnumType | GraphQLList[GraphQLNullableType]:
    """The type of a scalar's value, the same when read and written."""
    if has_choices(slot):
        enum = types.choice(record, slot)
        return GraphQLList(enum) if slot.type == "MULTI_SELECT" else enum
    if slot.type == "NUMBER":
        return _number(slot)
    if slot.type in ("ARRAY", "MULTI_SELECT"):
        return GraphQLList(GraphQLString)
    return PLAIN.get(slot.type, GraphQLString)


def output_type(types: Types, record: RecordType, slot: Slot) -> GraphQLOutputType:
    """The type of a slot in an answer."""
    if slot.kind == "many":
        return types.object(types.target(slot, "Connection"))
    if slot.kind == "one":
        return types.object(types.target(slot))
    found: GraphQLOutputType
    if slot.kind == "key":
        found = GraphQLID
    elif slot.kind == "composite":
        found = types.object(slot.composite.graphql)
    elif slot.type == "FILES":
        found = GraphQLList(FILE_OBJECT)
    else:
        found = _value(types, record, slot)
    return found if slot.nullable else GraphQLNonNull(found)


def write_type(types: Types, record: RecordType, slot: Slot, verb: str) -> GraphQLInputType:
    """The type of a slot in the data of a ``Create`` or ``Update``."""
    found: GraphQLInputType
    if slot.kind == "one":
        return types.input(types.target(slot, "RelationInput"))
    if slot.kind == "key" or slot.name == "id":
        return GraphQLID
    if slot.kind == "composite":
        found = types.input(f"{slot.composite.graphql}{verb}Input")
    elif slot.type == "FILES":
        found = GraphQLList(FILE_ITEM_INPUT)
    else:
        found = _value(types, record, slot)
    required = verb == "Create" and not slot.nullable and slot.default is None
    return GraphQLNonNull(found) if required else found


def filter_type(types: Types, record: RecordType, slot: Slot) -> GraphQLInputType:
    """The operators of a slot, or the filter of the related object."""
    if slot.kind == "one":
        return types.input(types.target(slot, "FilterInput"))
    if slot.kind == "composite":
        return types.input(f"{slot.composite.graphql}FilterInput")
    if has_choices(slot):
        return types.input(enum_name(record, slot) + "Filter")
    if slot.type == "NUMBER":
        return types.input(f"{_number(slot).name}Filter")
    return types.input(FILTER_NAMES.get(slot.type, "StringFilter"))


def order_type(types: Types, slot: Slot, of_groups: bool = False) -> GraphQLInputType:
    """The direction of a slot; of groups, a date has a granularity too."""
    if slot.kind == "one":
        return types.input(types.target(slot, "OrderByWithGroupByInput" if of_groups else "OrderByInput"))
    if slot.kind == "composite":
        return types.input(f"{slot.composite.graphql}OrderByInput")
    return ORDER_BY_DATE if of_groups and slot.type in DATES else DIRECTION


def group_type(types: Types, slot: Slot) -> GraphQLInputType:
    """How a slot is named as a dimension."""
    if slot.kind == "one":
        return types.input(types.target(slot, "GroupByInput"))
    if slot.kind == "composite":
        return types.input(f"{slot.composite.graphql}GroupByInput")
    return GROUP_BY_DATE if slot.type in DATES else GraphQLBoolean

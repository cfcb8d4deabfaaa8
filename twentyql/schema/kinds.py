"""GraphQL type of a value -> Kind: Twenty's own names for what a field holds."""

from __future__ import annotations

from graphql import GraphQLEnumType, GraphQLNamedType, GraphQLObjectType

from twentyql.schema.model import Kind, Option

SCALAR_KINDS = {
    "UUID": Kind.UUID,
    "ID": Kind.UUID,
    "String": Kind.TEXT,
    "DateTime": Kind.DATE_TIME,
    "Date": Kind.DATE,
    "Boolean": Kind.BOOLEAN,
    "Int": Kind.NUMBER,
    "Float": Kind.NUMBER,
    "BigFloat": Kind.NUMERIC,
    "Position": Kind.POSITION,
    "JSON": Kind.RAW_JSON,
    "TSVector": Kind.TS_VECTOR,
}
COMPOSITE_KINDS = {
    "FullName": Kind.FULL_NAME,
    "Emails": Kind.EMAILS,
    "Phones": Kind.PHONES,
    "Links": Kind.LINKS,
    "Currency": Kind.CURRENCY,
    "Address": Kind.ADDRESS,
    "Actor": Kind.ACTOR,
    "RichText": Kind.RICH_TEXT,
    "RichTextV2": Kind.RICH_TEXT,
    "FileObject": Kind.FILES,
}


def kind_of(named: GraphQLNamedType, is_list: bool) -> Kind:
    """The kind of a field whose named type is ``named``."""
    if isinstance(named, GraphQLEnumType):
        ratings = all(value.startswith("RATING_") for value in named.values)
        return Kind.MULTI_SELECT if is_list else Kind.RATING if ratings else Kind.SELECT
    if isinstance(named, GraphQLObjectType):
        return COMPOSITE_KINDS.get(named.name, Kind.OBJECT)
    if is_list and named.name == "String":
        return Kind.ARRAY
    return SCALAR_KINDS.get(named.name, Kind.SCALAR)


def options_of(named: GraphQLNamedType) -> tuple[Option, ...]:
    """The choices of an enum; none of any other type."""
    if not isinstance(named, GraphQLEnumType):
        return ()
    return tuple(Option(value, label=value, position=i) for i, value in enumerate(named.values))

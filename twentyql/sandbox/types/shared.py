"""The GraphQL types that every workspace has: scalars, enums, operator inputs and composites."""

from __future__ import annotations

from collections.abc import Mapping

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLEnumValue,
    GraphQLField,
    GraphQLFloat,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInt,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLString,
)

SCALARS: Mapping[str, GraphQLScalarType] = {
    "UUID": GraphQLScalarType("UUID", description="A UUID scalar type"),
    "DateTime": GraphQLScalarType(
        "DateTime",
        description="A date-time string at UTC, such as 2019-12-03T09:54:33Z, compliant with the date-time format.",
    ),
    "Date": GraphQLScalarType(
        "Date",
        description="Date custom scalar type, as a string in format yyyy-MM-dd (ex: 2025-12-31), "
        "we don't signify time nor timezone for DATE.",
    ),
    "BigFloat": GraphQLScalarType(
        "BigFloat", description="A custom scalar type for representing big floating point numbers"
    ),
    "BigInt": GraphQLScalarType(
        "BigInt", description="The `BigInt` scalar type represents non-fractional signed whole numeric values."
    ),
    "JSON": GraphQLScalarType(
        "JSON",
        description="The `JSON` scalar type represents JSON values as specified by "
        "[ECMA-404](http://www.ecma-international.org/publications/files/ECMA-ST/ECMA-404.pdf).",
    ),
    "Position": GraphQLScalarType(
        "Position", description="A custom scalar type for representing record position in a list"
    ),
    "TSVector": GraphQLScalarType("TSVector", description="A custom scalar type for PostgreSQL tsvector fields"),
    "Cursor": GraphQLScalarType("Cursor", description="A custom scalar that represents a cursor for pagination"),
    "ConnectionCursor": GraphQLScalarType("ConnectionCursor", description="Cursor for paging through collections"),
}
GRANULARITY = (
    "Date granularity (e.g. day, month, quarter, year, week, day of the week, quarter of the year, month of the year)"
)
PERIODS = ("DAY", "MONTH", "QUARTER", "YEAR", "WEEK")


def _enum(name: str, values: Mapping[str, str | None], description: str) -> GraphQLEnumType:
    return GraphQLEnumType(
        name, {key: GraphQLEnumValue(key, description=text) for key, text in values.items()}, description=description
    )


ENUMS: Mapping[str, GraphQLEnumType] = {
    "FilterIs": _enum(
        "FilterIs", {"NULL": "Nulish values", "NOT_NULL": "Non-nulish values"}, "This enum to filter by nullability"
    ),
    "OrderByDirection": _enum(
        "OrderByDirection",
        {
            "AscNullsFirst": "Ascending order, nulls first",
            "AscNullsLast": "Ascending order, nulls last",
            "DescNullsFirst": "Descending order, nulls first",
            "DescNullsLast": "Descending order, nulls last",
        },
        "This enum is used to specify the order of results",
    ),
    "DateGranularityEnum": _enum(
        "DateGranularityEnum",
        dict.fromkeys((*PERIODS, "DAY_OF_THE_WEEK", "MONTH_OF_THE_YEAR", "QUARTER_OF_THE_YEAR", "NONE")),
        GRANULARITY,
    ),
    "FirstDayOfTheWeek": _enum(
        "FirstDayOfTheWeek",
        dict.fromkeys(("MONDAY", "SUNDAY", "SATURDAY")),
        "First day of the week (MONDAY, SUNDAY, SATURDAY)",
    ),
}
DIRECTION = ENUMS["OrderByDirection"]
IS = GraphQLInputField(ENUMS["FilterIs"])


def input_object(
    name: str, fields: Mapping[str, GraphQLInputType | GraphQLInputField], description: str | None = None
) -> GraphQLInputObjectType:
    """An input object of named fields; a bare type stands for a field without a description."""
    made = {
        key: value if isinstance(value, GraphQLInputField) else GraphQLInputField(value)
        for key, value in fields.items()
    }
    return GraphQLInputObjectType(name, made, description=description)


def _comparable(name: str, scalar: GraphQLScalarType, **more: GraphQLInputField) -> GraphQLInputObjectType:
    """The operators of a type with an order; UUIDs alone allow nulls in ``in``."""
    each = scalar if scalar.name == "UUID" else GraphQLNonNull(scalar)
    fields: dict[str, GraphQLInputField] = {
        key: GraphQLInputField(GraphQLList(each) if key == "in" else scalar)
        for key in ("eq", "gt", "gte", "in", "lt", "lte", "neq")
    }
    return GraphQLInputObjectType(name, {**fields, **more, "is": IS})


def _text(description: str | None = None) -> GraphQLInputField:
    return GraphQLInputField(GraphQLString, description=description)


FILTERS: Mapping[str, GraphQLInputObjectType] = {
    "UUIDFilter": _comparable("UUIDFilter", SCALARS["UUID"]),
    "DateTimeFilter": _comparable("DateTimeFilter", SCALARS["DateTime"]),
    "DateFilter": _comparable("DateFilter", SCALARS["Date"]),
    "FloatFilter": _comparable("FloatFilter", GraphQLFloat),
    "IntFilter": _comparable("IntFilter", GraphQLInt),
    "BigFloatFilter": _comparable("BigFloatFilter", SCALARS["BigFloat"]),
    "BigIntFilter": _comparable("BigIntFilter", SCALARS["BigInt"]),
    "StringFilter": _comparable(
        "StringFilter",
        GraphQLString,
        startsWith=_text(),
        endsWith=_text(),
        like=_text("Pattern match with % wildcard (e.g. %value%)"),
        ilike=_text("Case-insensitive match with % wildcard (e.g. %value%)"),
        regex=_text(),
        iregex=_text(),
    ),
    "BooleanFilter": input_object("BooleanFilter", {"eq": GraphQLBoolean, "is": IS}),
    "RawJsonFilter": input_object(
        "RawJsonFilter", {"is": IS, "like": _text("Pattern match with % wildcard (e.g. %value%)")}
    ),
    "ArrayFilter": input_object(
        "ArrayFilter",
        {
            "containsIlike": _text("Case-insensitive match with % wildcard (e.g. %value%)"),
            "is": IS,
            "isEmptyArray": GraphQLBoolean,
        },
    ),
    "TSVectorFilter": input_object("TSVectorFilter", {"search": GraphQLString}),
}


def enum_filter(enum: GraphQLEnumType) -> GraphQLInputObjectType:
    """The operators of a SELECT, MULTI_SELECT or RATING field."""
    some = GraphQLList(enum)
    return input_object(
        f"{enum.name}Filter",
        {"eq": enum, "neq": enum, "in": some, "containsAny": some, "is": IS, "isEmptyArray": GraphQLBoolean},
    )


PAGE_INFO = GraphQLObjectType(
    "PageInfo",
    {
        "startCursor": GraphQLField(SCALARS["ConnectionCursor"]),
        "endCursor": GraphQLField(SCALARS["ConnectionCursor"]),
        "hasNextPage": GraphQLField(GraphQLNonNull(GraphQLBoolean)),
        "hasPreviousPage": GraphQLField(GraphQLNonNull(GraphQLBoolean)),
    },
)
FILE_OBJECT = GraphQLObjectType(
    "FileObject",
    {
        "fileId": GraphQLField(GraphQLNonNull(SCALARS["UUID"])),
        "label": GraphQLField(GraphQLNonNull(GraphQLString)),
        "extension": GraphQLField(GraphQLString),
        "url": GraphQLField(GraphQLString),
    },
)
FILE_ITEM_INPUT = input_object(
    "FileItemInput", {"fileId": GraphQLNonNull(SCALARS["UUID"]), "label": GraphQLNonNull(GraphQLString)}
)
GROUP_BY_DATE = input_object(
    "GroupByDateGranularityInput",
    {
        "granularity": GraphQLInputField(ENUMS["DateGranularityEnum"], description=GRANULARITY),
        "weekStartDay": GraphQLInputField(
            ENUMS["FirstDayOfTheWeek"],
            description="First day of the week (only applicable when granularity is WEEK). "
            "Defaults to MONDAY if not specified.",
        ),
        "timeZone": GraphQLInputField(
            GraphQLString,
            description="Timezone used to compute the aggregate value and in which is expressed the granular period, "
            "for example a day in UTC-12 is not the same period as a day in UTC+3, the requester needs to precise "
            "this otherwise the server will assume a timezone and the requester cannot know in which timezone the "
            "aggregate values are computed.",
        ),
    },
)
ORDER_BY_DATE = input_object(
    "OrderByDateGranularityInput", {"orderBy": DIRECTION, "granularity": ENUMS["DateGranularityEnum"]}
)


def shared_types() -> dict[str, GraphQLNamedType]:
    """The types that do not depend on the data model, by name."""
    singles = (PAGE_INFO, FILE_OBJECT, FILE_ITEM_INPUT, GROUP_BY_DATE, ORDER_BY_DATE)
    return {**SCALARS, **ENUMS, **FILTERS, **{single.name: single for single in singles}}

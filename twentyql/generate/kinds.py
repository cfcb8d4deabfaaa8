"""FieldModel -> which class of `twentyql.build.fields` describes it, and which value a row has.

Decided by the field's kind together with its GraphQL type: a kind whose type is not the usual one arrives raw.
"""

from __future__ import annotations

from dataclasses import dataclass

from twentyql.schema.model import FieldModel, Kind


@dataclass(frozen=True, slots=True)
class FieldType:
    """``_f.<name>``, and the value's aliases without and with null: ``_f.Str`` and ``_f.OptStr``.

    ``enum`` is the GraphQL enum of its options, if it has any.
    """

    name: str
    value: str
    optional: str
    enum: str | None = None


_TEXT = FieldType("Text", "_f.Str", "_f.OptStr")
_NUMBERS = {
    "Int": FieldType("Integer", "_f.Int", "_f.OptInt"),
    "Float": FieldType("Float", "_f.Num", "_f.OptNum"),
    "Position": FieldType("Position", "_f.Num", "_f.OptNum"),
    "BigInt": FieldType("Numeric", "_f.Dec", "_f.OptDec"),
    "BigFloat": FieldType("Numeric", "_f.Dec", "_f.OptDec"),
}
MICROS = _NUMBERS["BigFloat"]
"""How a server keeps an amount of money."""
_RAW = FieldType("Raw", "_f.Anything", "_f.Anything")
_JSON = FieldType("Json", "_f.Anything", "_f.Anything")
_BY_KIND = {
    Kind.UUID: FieldType("Uuid", "_f.Str", "_f.OptStr"),
    Kind.TEXT: _TEXT,
    Kind.DATE_TIME: FieldType("DateTime", "_f.Moment", "_f.OptMoment"),
    Kind.DATE: FieldType("Date", "_f.Day", "_f.OptDay"),
    Kind.BOOLEAN: FieldType("Boolean", "_f.Bool", "_f.OptBool"),
    Kind.RAW_JSON: _JSON,
    Kind.TS_VECTOR: FieldType("Vector", "_f.Str", "_f.OptStr"),
}
_NUMERIC_KINDS = {Kind.NUMBER, Kind.NUMERIC, Kind.POSITION}
_TYPES_OF_KIND = {
    Kind.UUID: {"UUID", "ID"},
    Kind.TEXT: {"String"},
    Kind.DATE_TIME: {"DateTime"},
    Kind.DATE: {"Date"},
    Kind.BOOLEAN: {"Boolean"},
    Kind.RAW_JSON: {"JSON"},
    Kind.TS_VECTOR: {"TSVector"},
}


def field_type(field: FieldModel, enums: dict[str, tuple[str, ...]]) -> FieldType:
    """The class and the value of a field that is no composite, or is a list of composites."""
    if field.type_name in enums:
        return _choice(field)
    if field.parts:
        return FieldType("Files", "_f.Anything", "_f.Anything") if field.kind is Kind.FILES else _JSON
    if field.is_list:
        texts = field.type_name in ("String", "ID", "UUID")
        return FieldType("Array", "_f.Strs", "_f.OptStrs") if texts else _RAW
    if field.kind in _NUMERIC_KINDS:
        return _NUMBERS.get(field.type_name, _RAW)
    usual = field.type_name in _TYPES_OF_KIND.get(field.kind, ())
    if usual:
        return _BY_KIND[field.kind]
    return _TEXT if field.type_name == "String" else _RAW


def _choice(field: FieldModel) -> FieldType:
    if field.is_list:
        return FieldType("MultiSelect", "", "", field.type_name)
    return FieldType("Select", "", "", field.type_name)


def part_type(part: FieldModel, enums: dict[str, tuple[str, ...]]) -> FieldType:
    """The same for a part of a composite, whose own parts (on some servers) stay JSON."""
    return _JSON if part.parts else field_type(part, enums)


def is_composite(field: FieldModel) -> bool:
    """Whether the field is one composite, with a class of its own: a list of them stays JSON."""
    return bool(field.parts) and not field.is_list


def wire_value(type_: FieldType, nullable: bool) -> str:
    """What a composite's value class decodes: options as texts, so that a new option cannot fail a page."""
    if type_.name == "Select":
        return "_f.OptStr" if nullable else "_f.Str"
    if type_.name == "MultiSelect":
        return "_f.OptStrs" if nullable else "_f.Strs"
    return type_.optional if nullable else type_.value

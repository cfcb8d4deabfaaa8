# pyright: basic
"""Rows -> Arrow tables, one type a field kind, chosen so that nothing the server can send is lost.

A number is ``double``, as every number of a Twenty server is one (JavaScript's); only the GraphQL ``Int`` is ``int64``,
and money is ``decimal128(38, 6)``, still in micros, so that sums of it are exact. A select is a dictionary of its
options, a moment has its zone. JSON and scalars that are not known are JSON text. A value that its column cannot hold
exactly (an integer beyond 2^53, a text among numbers) raises OutputError.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from operator import attrgetter
from typing import Any

import msgspec

from twentyql.errors import MissingExtraError
from twentyql.output.jsonl import json_text
from twentyql.output.spec import TableColumn, TableSpec
from twentyql.output.trouble import misfit
from twentyql.output.wire import WireRow, columns
from twentyql.schema.model import FieldModel, Kind

try:
    import pyarrow as pa
except ImportError as error:
    raise MissingExtraError("pyarrow", "arrow") from error

TEXTS = {Kind.UUID, Kind.TEXT, Kind.RATING, Kind.SELECT, Kind.MULTI_SELECT, Kind.ARRAY, Kind.TS_VECTOR}
NUMBERS = {Kind.NUMBER, Kind.NUMERIC, Kind.POSITION}
LISTS = {Kind.MULTI_SELECT, Kind.ARRAY}
CHOICES = {Kind.SELECT, Kind.RATING}


class _Unfit(Exception):
    """A value that does not fit; ``path`` leads to it within its column."""

    def __init__(self, value: Any, wanted: str, path: tuple[str, ...] = ()) -> None:
        super().__init__(wanted)
        self.value = value
        self.wanted = wanted
        self.path = path


def arrow_schema(spec: TableSpec) -> pa.Schema:
    """The Arrow schema of a table. Every field tells its label, description, GraphQL type and the column it refers to.

    The schema's metadata has, as JSON under ``twentyql``: ``table``, ``object``, ``primary_key``, ``foreign_keys``.
    """
    keys = dict(spec.foreign_keys)
    fields = [_field(c.name, c.field, spec.time_unit, keys.get(c.name)) for c in spec.columns]
    about = {"table": spec.name, "object": spec.object, "primary_key": spec.primary_key, "foreign_keys": keys}
    return pa.schema(fields, metadata={"twentyql": msgspec.json.encode(about)})


def _field(name: str, field: FieldModel, unit: str, refers_to: str | None = None) -> pa.Field[Any]:
    told = {
        "label": field.label,
        "description": field.description,
        "graphql_type": f"[{field.type_name}]" if _is_list(field) else field.type_name,
    }
    if refers_to:
        told["foreign_key"] = f"{refers_to}.id"
    if _is_json(field):
        told["content"] = "json"
    return pa.field(name, arrow_type(field, unit), metadata={key: text for key, text in told.items() if text})


def arrow_type(field: FieldModel, unit: str = "ms") -> pa.DataType:
    """The Arrow type of a field's values; ``unit`` is the precision of its moments."""
    item = _item_type(field, unit)
    return pa.list_(pa.field("element", item)) if _is_list(field) else item  # as Parquet calls it


def _item_type(field: FieldModel, unit: Any) -> pa.DataType:
    if field.parts:
        return pa.struct([_field(part.name, part, unit) for part in field.parts])
    if field.kind is Kind.DATE_TIME:
        return pa.timestamp(unit, "UTC")
    if field.kind is Kind.DATE:
        return pa.date32()
    if field.kind is Kind.BOOLEAN:
        return pa.bool_()
    if _is_money(field):
        return pa.decimal128(38, 6)
    if field.kind in NUMBERS:
        return pa.int64() if field.type_name == "Int" else pa.float64()
    return pa.dictionary(pa.int32(), pa.string()) if field.kind in CHOICES and not field.is_list else pa.string()


def _is_money(field: FieldModel) -> bool:
    return field.kind is Kind.NUMERIC and field.name == "amountMicros"


def _is_list(field: FieldModel) -> bool:
    return field.is_list or field.kind in LISTS


def _is_json(field: FieldModel) -> bool:
    known = field.kind in TEXTS or field.kind in NUMBERS
    return not (field.parts or known or field.kind in (Kind.DATE_TIME, Kind.DATE, Kind.BOOLEAN))


def to_table(spec: TableSpec, rows: Sequence[Any]) -> pa.Table:
    """``rows``, mappings or structs of `wire`, as one table.

    OutputError with table, column, id and type for a value that does not fit.
    """
    return columns_table(spec, columns(rows, [column.name for column in spec.columns]))


def columns_table(spec: TableSpec, values: Sequence[Sequence[Any]]) -> pa.Table:
    """The same from the values of each column, in the order of ``spec.columns``."""
    at = next((i for i, column in enumerate(spec.columns) if column.name == "id"), None)
    ids = values[at] if at is not None else ()
    arrays = [_column(spec, column, of, ids) for column, of in zip(spec.columns, values, strict=True)]
    return pa.Table.from_arrays(arrays, schema=arrow_schema(spec))


def concat(parts: Sequence[pa.Table], schema: pa.Schema) -> pa.Table:
    """The rows of all ``parts`` in one table, which may have none."""
    return pa.concat_tables(parts).unify_dictionaries().combine_chunks() if parts else schema.empty_table()


def with_metadata(table: pa.Table, more: Mapping[str, bytes]) -> pa.Table:
    """The same table with ``more`` in its schema's metadata."""
    known: Any = table.schema.metadata or {}
    return table.replace_schema_metadata({**known, **{key.encode(): text for key, text in more.items()}})


def _column(spec: TableSpec, column: TableColumn, values: Sequence[Any], ids: Sequence[Any]) -> pa.Array[Any]:
    try:
        return _array(column.field, values, spec.time_unit)
    except _Unfit as unfit:
        where = ".".join((column.name, *unfit.path))
        row = next((i for i, value in enumerate(values) if not _fits(column.field, value, spec.time_unit)), None)
        key = ids[row] if ids and row is not None else None
        raise misfit(spec.name, where, key, unfit.value, unfit.wanted) from unfit


def _fits(field: FieldModel, value: Any, unit: str) -> bool:
    try:
        _array(field, [value], unit)
    except _Unfit:
        return False
    return True


def _array(field: FieldModel, values: Sequence[Any], unit: str) -> pa.Array[Any]:
    return _list_array(field, values, unit) if _is_list(field) else _item_array(field, values, unit)


def _list_array(field: FieldModel, values: Sequence[Any], unit: str) -> pa.Array[Any]:
    items: list[Any] = []
    offsets = [0]
    for value in values:
        if value is not None:
            if not isinstance(value, list | tuple):
                raise _Unfit(value, "list")
            items.extend(value)
        offsets.append(len(items))
    return pa.ListArray.from_arrays(
        pa.array(offsets, type=pa.int32()),
        _item_array(field, items, unit),
        type=arrow_type(field, unit),
        mask=pa.array([value is None for value in values], type=pa.bool_()),
    )


def _item_array(field: FieldModel, values: Sequence[Any], unit: str) -> pa.Array[Any]:
    if field.parts:
        return _struct_array(field, values, unit)
    type_ = _item_type(field, unit)
    if _is_json(field):
        return pa.array([None if value is None else json_text(value) for value in values], type=type_)
    return _leaves(values, type_, _wanted(field))


def _struct_array(field: FieldModel, values: Sequence[Any], unit: str) -> pa.Array[Any]:
    parts: list[pa.Array[Any]] = []
    for part, found in zip(field.parts, _parts(field, values), strict=True):
        try:
            parts.append(_array(part, found, unit))
        except _Unfit as unfit:
            raise _Unfit(unfit.value, unfit.wanted, (part.name, *unfit.path)) from unfit
    fields = [_field(part.name, part, unit) for part in field.parts]
    return pa.StructArray.from_arrays(
        parts, fields=fields, mask=pa.array([value is None for value in values], type=pa.bool_())
    )


def _parts(field: FieldModel, values: Sequence[Any]) -> list[list[Any]]:
    """The values of each part of a composite, None where the whole is null."""
    if any(isinstance(value, WireRow) for value in values):
        slots = [attrgetter(f"f{i}") for i in range(len(field.parts))]
        return [[None if value is None else get(value) for value in values] for get in slots]
    for value in values:
        if value is not None and not isinstance(value, Mapping):
            raise _Unfit(value, "object with parts")
    return [[None if value is None else value.get(part.name) for value in values] for part in field.parts]


def _leaves(values: Sequence[Any], type_: pa.DataType, wanted: str) -> pa.Array[Any]:
    convert = _converter(type_)
    try:
        return convert(values, type_)
    except FAULTS as error:
        for value in values:
            try:
                convert([value], type_)
            except FAULTS:
                raise _Unfit(value, wanted) from error
        raise _Unfit(values[0], wanted) from error


def _converter(type_: pa.DataType) -> Callable[[Sequence[Any], Any], pa.Array[Any]]:
    if pa.types.is_timestamp(type_):
        return _moments
    if pa.types.is_date(type_):
        return _days
    if pa.types.is_integer(type_):
        return _wholes
    if pa.types.is_decimal(type_):
        return _decimals
    return _doubles if pa.types.is_floating(type_) else _plain


def _plain(values: Sequence[Any], type_: Any) -> pa.Array[Any]:
    made: pa.Array[Any] = pa.array(values, type=type_)
    return made


def _moments(values: Sequence[Any], type_: Any) -> pa.Array[Any]:
    if any(isinstance(value, datetime.datetime) for value in values):
        return pa.array(values, type=pa.timestamp("us", "UTC")).cast(type_)
    return pa.array(values, type=pa.string()).cast(type_)


def _days(values: Sequence[Any], type_: Any) -> pa.Array[Any]:
    if any(isinstance(value, datetime.date) for value in values):
        return _plain(values, type_)
    return pa.array(values, type=pa.string()).cast(type_)


def _doubles(values: Sequence[Any], type_: Any) -> pa.Array[Any]:
    exact = [value if type(value) is float or value is None else _double(value) for value in values]
    return _plain(exact, type_)


def _double(value: Any) -> float:
    """The double that is this number, or whose shortest digits are, as JavaScript prints it; ValueError if none is."""
    if type(value) is int or isinstance(value, Decimal):
        double = float(value)
        if value == Decimal(double) or value == Decimal(repr(double)):
            return double
    raise ValueError("no double")


def _decimals(values: Sequence[Any], type_: Any) -> pa.Array[Any]:
    return _plain([None if value is None else _decimal(value) for value in values], type_)


def _decimal(value: Any) -> Decimal:
    """The number that the server's digits say; ValueError for what is none."""
    if type(value) is int or isinstance(value, Decimal):
        return Decimal(value)
    if type(value) is float:
        return Decimal(repr(value))
    raise ValueError("no number")


def _wholes(values: Sequence[Any], type_: Any) -> pa.Array[Any]:
    return _plain([value if type(value) is int or value is None else _whole(value) for value in values], type_)


def _whole(value: Any) -> int:
    """The integer that a double such as 7.0 is; ValueError otherwise. Arrow by itself would cut 7.5 to 7."""
    if type(value) is float and value.is_integer():
        return int(value)
    raise ValueError("no integer")


def _wanted(field: FieldModel) -> str:
    if _is_money(field):
        return "number below 10^32 with at most 6 decimals"
    if field.kind in NUMBERS:
        return "whole number of 64 bits" if field.type_name == "Int" else "number that a double holds exactly"
    names = {Kind.DATE_TIME: "moment (2026-11-24T02:53:56.383Z)", Kind.DATE: "day (2026-11-24)"}
    return names.get(field.kind, "boolean" if field.kind is Kind.BOOLEAN else "text")


FAULTS = (pa.ArrowException, ValueError, TypeError, OverflowError)

"""Arrow types hold every value exactly, or say which one they cannot."""

from __future__ import annotations

import datetime
import json
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from recorded import SHARED

from twentyql.errors import OutputError
from twentyql.introspect.load import load
from twentyql.output import parquet
from twentyql.output.arrow import arrow_schema, to_table
from twentyql.output.sinks import open_sink
from twentyql.output.spec import TableColumn, TableSpec, spec_for
from twentyql.schema.model import FieldModel, Kind


def single(kind: Kind, type_name: str = "") -> TableSpec:
    field = FieldModel("value", kind, type_name or kind.value)
    return TableSpec("things", "thing", (TableColumn("value", field),))


def there_and_back(spec: TableSpec, values: list[Any]) -> list[Any]:
    made: list[Any] = to_table(spec, [{"value": value} for value in values]).column("value").to_pylist()
    return made


TYPES = {
    "id": pa.string(),
    "name": pa.string(),
    "who": pa.struct([("firstName", pa.string()), ("lastName", pa.string())]),
    "worth": pa.struct([("amountMicros", pa.decimal128(38, 6)), ("currencyCode", pa.string())]),
    "emails": pa.struct([("primaryEmail", pa.string()), ("additionalEmails", pa.string())]),
    "madeAt": pa.timestamp("ms", "UTC"),
    "day": pa.date32(),
    "ok": pa.bool_(),
    "count": pa.int64(),
    "share": pa.float64(),
    "position": pa.float64(),
    "stage": pa.dictionary(pa.int32(), pa.string()),
    "rating": pa.dictionary(pa.int32(), pa.string()),
    "stages": pa.list_(pa.string()),
    "tags": pa.list_(pa.string()),
    "extra": pa.string(),
    "words": pa.string(),
    "files": pa.list_(pa.struct([("fileId", pa.string()), ("label", pa.string())])),
    "colour": pa.string(),
    "ownerId": pa.string(),
    "parentId": pa.string(),
}


def test_every_kind_has_its_type(things: TableSpec) -> None:
    assert {field.name: field.type for field in arrow_schema(things)} == TYPES


def test_the_schema_tells_labels_types_and_keys(things: TableSpec) -> None:
    schema = arrow_schema(replace(things, foreign_keys=(("ownerId", "owners"),)))
    assert schema.field("ownerId").metadata[b"foreign_key"] == b"owners.id"
    assert schema.field("tags").metadata == {b"label": b"tags", b"graphql_type": b"[String]"}
    assert schema.field("extra").metadata[b"content"] == b"json"
    assert schema.field("colour").metadata[b"content"] == b"json"
    assert b"content" not in schema.field("name").metadata
    assert json.loads(schema.metadata[b"twentyql"]) == {
        "table": "things",
        "object": "thing",
        "primary_key": "id",
        "foreign_keys": {"ownerId": "owners"},
    }


def test_every_kind_comes_back(things: TableSpec, full: dict[str, Any], empty: dict[str, Any]) -> None:
    first, second = to_table(things, [full, empty]).to_pylist()
    assert second == empty
    assert first == full | {
        "madeAt": datetime.datetime(2026, 11, 24, 2, 53, 56, 383_000, datetime.UTC),
        "day": datetime.date(2026, 10, 18),
        "emails": {"primaryEmail": "a@example.com", "additionalEmails": '["b@example.com"]'},
        "extra": '{"deep":[1,null,{"x":"y"}]}',
        "colour": '{"any":"thing"}',
    }


def test_typed_values_are_taken_too() -> None:
    moment = datetime.datetime(2026, 11, 24, 2, 53, 56, 383_000, datetime.UTC)
    assert there_and_back(single(Kind.DATE_TIME), [moment, None]) == [moment, None]
    assert there_and_back(single(Kind.DATE), [datetime.date(2026, 1, 2)]) == [datetime.date(2026, 1, 2)]
    assert there_and_back(single(Kind.NUMERIC), [Decimal("0.1"), Decimal(2500000000000)]) == [0.1, 2.5e12]


def test_no_rows_make_an_empty_table(things: TableSpec) -> None:
    assert to_table(things, []).num_rows == 0


@given(st.lists(st.floats(allow_nan=False) | st.integers(-(2**53), 2**53) | st.none()))
def test_every_number_of_javascript_comes_back(values: list[Any]) -> None:
    assert there_and_back(single(Kind.NUMERIC), values) == values


@given(st.integers() | st.integers(2**53, 2**70) | st.just(10**400))
def test_a_large_integer_is_exact_or_an_error(value: int) -> None:
    try:
        (made,) = there_and_back(single(Kind.NUMBER, "Float"), [value])
    except OutputError:
        assert value > sys.float_info.max or value not in as_written(float(value))
    else:
        assert value in as_written(made)


def as_written(double: float) -> tuple[int, int]:
    """All the digits of a double that is an integer, and the shortest that mean it."""
    return int(double), int(Decimal(repr(double)))


def money() -> TableSpec:
    parts = (FieldModel("amountMicros", Kind.NUMERIC, "BigFloat"), FieldModel("currencyCode", Kind.TEXT, "String"))
    return TableSpec("t", "t", (TableColumn("value", FieldModel("value", Kind.CURRENCY, "Currency", parts=parts)),))


@given(st.lists(st.integers(1 - 10**32, 10**32 - 1) | st.integers(-(2**53), 2**53).map(float) | st.none()))
def test_money_comes_back_exact(values: list[Any]) -> None:
    rows = [{"amountMicros": value, "currencyCode": "EUR"} for value in values]
    assert [row["amountMicros"] for row in there_and_back(money(), rows)] == values


@pytest.mark.parametrize("value", [10**32, 1e300, 0.0000001, True])
def test_money_that_does_not_fit_is_an_error(value: Any) -> None:
    with pytest.raises(OutputError, match="decimals"):
        there_and_back(money(), [{"amountMicros": value, "currencyCode": "EUR"}])


def test_integers_as_javascript_prints_doubles() -> None:
    values = [10**20, 9007199254740994, 123456789012345680000]
    assert there_and_back(single(Kind.NUMERIC), values) == [1e20, 9007199254740994.0, 123456789012345680000.0]


def test_an_integer_may_be_written_as_a_double() -> None:
    assert there_and_back(single(Kind.NUMBER, "Int"), [7.0, 8, None, -(2**63)]) == [7, 8, None, -(2**63)]


@given(st.lists(st.lists(st.text() | st.none()) | st.none()))
def test_lists_of_texts_come_back(values: list[Any]) -> None:
    assert there_and_back(single(Kind.ARRAY, "String"), values) == values


OPTIONAL_PARTS = st.none() | st.fixed_dictionaries({"a": st.none() | st.text(), "b": st.none() | st.booleans()})


@given(st.lists(st.none() | st.lists(OPTIONAL_PARTS, max_size=3), max_size=5))
def test_lists_of_composites_come_back(values: list[Any]) -> None:
    parts = (FieldModel("a", Kind.TEXT, "String"), FieldModel("b", Kind.BOOLEAN, "Boolean"))
    field = FieldModel("value", Kind.FILES, "FileObject", is_list=True, parts=parts)
    assert there_and_back(TableSpec("t", "t", (TableColumn("value", field),)), values) == values


MISFITS: list[tuple[str, Any, str]] = [
    ("name", 7, r"things\.name .* holds a number, which is no text"),
    ("name", {"a": 1}, r"things\.name .* holds an object"),
    ("count", "7", r"things\.count .* holds a text, which is no whole number"),
    ("count", 1.5, r"things\.count .* holds a number, which is no whole number"),
    ("count", 2**63, r"things\.count .* holds a number, which is no whole number of 64 bits"),
    ("count", True, r"things\.count .* holds a boolean"),
    ("share", "0.5", r"things\.share .* holds a text, which is no number"),
    ("share", True, r"things\.share .* holds a boolean"),
    ("share", 2**53 + 1, r"things\.share .* holds a number, .* double"),
    ("ok", 1, r"things\.ok .* holds a number, which is no boolean"),
    ("madeAt", "yesterday", r"things\.madeAt .* holds a text, which is no moment"),
    ("madeAt", "2026-11-24T02:53:56.383123Z", r"things\.madeAt .* no moment"),
    ("madeAt", 0, r"things\.madeAt .* holds a number"),
    ("day", "2026-11-24T00:00:00.000Z", r"things\.day .* holds a text, which is no day"),
    ("tags", "a", r"things\.tags .* holds a text, which is no list"),
    ("tags", ["a", 1], r"things\.tags .* holds a number, which is no text"),
    ("who", ["Ada"], r"things\.who .* holds a list, which is no object"),
    ("worth", {"amountMicros": "1"}, r"things\.worth\.amountMicros .* holds a text"),
    ("files", [{"label": "a"}, {"label": 1}], r"things\.files\.label .* holds a number"),
]


@pytest.mark.parametrize(("column", "value", "message"), MISFITS)
def test_what_does_not_fit_is_named(
    column: str, value: Any, message: str, things: TableSpec, full: dict[str, Any], empty: dict[str, Any]
) -> None:
    with pytest.raises(OutputError, match=message) as caught:
        to_table(things, [empty, full, full | {"id": "20202020-0000-4000-8000-000000000bad", column: value}, empty])
    assert "record 20202020-0000-4000-8000-000000000bad" in str(caught.value)
    assert "--format jsonl" in str(caught.value)
    assert "yesterday" not in str(caught.value)


def test_a_new_option_fits(things: TableSpec, full: dict[str, Any]) -> None:
    row = full | {"stage": "BRAND_NEW", "stages": ["NEW", "BRAND_NEW"]}
    made = to_table(things, [row]).to_pylist()[0]
    assert (made["stage"], made["stages"]) == ("BRAND_NEW", ["NEW", "BRAND_NEW"])


def test_other_servers_give_microseconds() -> None:
    spec = replace(single(Kind.DATE_TIME), time_unit="us")
    (made,) = there_and_back(spec, ["2026-11-24T04:53:56.383123+02:00"])
    assert made == datetime.datetime(2026, 11, 24, 2, 53, 56, 383_123, datetime.UTC)


def in_groups(folder: Path, spec: TableSpec, batches: list[list[dict[str, Any]]], **options: Any) -> pq.ParquetFile:
    sink = open_sink(folder, "parquet", [spec], **options)
    for batch in batches:
        sink.write(spec.name, batch)
    sink.commit({"verdict": "complete"})
    return pq.ParquetFile(folder / f"{spec.name}.parquet")


def numbered(first: int, last: int) -> list[dict[str, Any]]:
    return [{"value": str(i)} for i in range(first, last)]


def test_row_groups_are_filled_and_written_while_reading(tmp_path: Path) -> None:
    batches = [numbered(0, 3), numbered(3, 3), numbered(3, 14), numbered(14, 15)]
    with in_groups(tmp_path, single(Kind.TEXT), batches, rows_per_group=4) as file:
        assert [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)] == [4, 4, 4, 3]
        assert file.metadata.row_group(0).column(0).compression == "ZSTD"
        assert file.read().column("value").to_pylist() == [str(i) for i in range(15)]


def test_large_rows_make_small_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "MOST_BYTES", 10_000)
    batches = [[{"value": "x" * 3_000}] for _ in range(10)]
    with in_groups(tmp_path, single(Kind.TEXT), batches) as file:
        assert [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)] == [4, 4, 2]


def test_a_file_without_rows_has_its_columns(tmp_path: Path, things: TableSpec) -> None:
    with in_groups(tmp_path, things, []) as file:
        assert file.schema_arrow.equals(arrow_schema(things), check_metadata=True)
        assert file.metadata.num_rows == 0


def test_children_attached_later_are_not_held(tmp_path: Path) -> None:
    row = {"value": "a"}
    sink = open_sink(tmp_path, "parquet", [single(Kind.TEXT)])
    sink.write("things", [row])
    row["value"] = "changed since"
    sink.commit({"verdict": "complete"})
    assert pq.read_table(tmp_path / "things.parquet").to_pylist() == [{"value": "a"}]


@pytest.mark.skipif(not SHARED.is_dir(), reason="no recorded workspace beside this checkout")
def test_every_recorded_row_fits(tmp_path: Path) -> None:
    model = load(SHARED).model
    for recorded in sorted((SHARED / "rows").glob("*.jsonl")):
        rows = [json.loads(line) for line in recorded.read_bytes().splitlines()]
        spec = spec_for(model, recorded.stem)
        made = to_table(spec, rows)
        assert made.column("id").to_pylist() == [row["id"] for row in rows]
        for column in spec.columns:
            if column.field.kind in (Kind.TEXT, Kind.UUID, Kind.SELECT, Kind.NUMBER, Kind.FULL_NAME, Kind.CURRENCY):
                assert made.column(column.name).to_pylist() == [row.get(column.name) for row in rows], column.name

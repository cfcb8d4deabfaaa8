"""What a CSV reader gets back, and what a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twentyql.errors import OutputError
from twentyql.output.csv_file import FORMULA_STARTS, CsvWriter
from twentyql.output.spec import TableColumn, TableSpec
from twentyql.schema.model import FieldModel, Kind

TEXT = TableColumn("text", FieldModel("text", Kind.TEXT, "String"))
NUMBER = TableColumn("number", FieldModel("number", Kind.NUMBER, "Float"))
SPEC = TableSpec("things", "thing", (TEXT, NUMBER))


def written(spec: TableSpec, rows: list[dict[str, Any]], **options: bool) -> tuple[list[dict[str, str]], CsvWriter]:
    file = io.BytesIO()
    writer = CsvWriter(spec, file, **options)
    writer.write(rows)
    writer.finish()
    return list(csv.DictReader(io.StringIO(file.getvalue().decode(), newline=""))), writer


@given(st.lists(st.tuples(st.text(), st.floats(allow_nan=False))))
def test_any_text_comes_back(pairs: list[tuple[str, float]]) -> None:
    made, _ = written(SPEC, [{"text": text, "number": number} for text, number in pairs])
    assert [row["text"] for row in made] == [text for text, _ in pairs]


def test_every_kind_of_field(things: TableSpec, full: dict[str, Any], empty: dict[str, Any]) -> None:
    (first, second), _ = written(things, [full, empty])
    assert first["name"] == full["name"]
    assert (first["who.firstName"], first["who.lastName"]) == ("Ada", "")
    assert first["worth.amountMicros"] == "2500000000000"
    assert json.loads(first["emails.additionalEmails"]) == ["b@example.com"]
    assert (first["madeAt"], first["day"]) == (full["madeAt"], full["day"])
    assert (first["ok"], first["count"], first["share"], first["position"]) == ("false", "7", "0.1", "-213")
    assert json.loads(first["stages"]) == ["NEW", "WON"]
    assert json.loads(first["tags"]) == ["a", "b,c"]
    assert json.loads(first["extra"]) == full["extra"]
    assert json.loads(first["files"]) == full["files"]
    assert json.loads(first["colour"]) == full["colour"]
    assert {name: text for name, text in second.items() if text} == {"id": empty["id"]}
    assert list(first) == list(second)


def test_lines_end_as_rfc_4180_says(things: TableSpec, empty: dict[str, Any]) -> None:
    file = io.BytesIO()
    CsvWriter(things, file).write([empty])
    assert file.getvalue().count(b"\r\n") == 2
    assert file.getvalue().endswith(b"\r\n")


FORMULAS = ["=1+1", "+49 30 1", "-2", "@SUM(A1)", "\t=1", "\r=1"]


def test_formulas_are_kept_and_told() -> None:
    made, writer = written(SPEC, [{"text": text, "number": -5} for text in [*FORMULAS, "plain", "a=b", ""]])
    assert [row["text"] for row in made] == [*FORMULAS, "plain", "a=b", ""]
    (note,) = writer.notes()
    assert note.startswith("6 cells look like spreadsheet formulas; export with defuse")


def test_formulas_are_defused_on_request() -> None:
    made, writer = written(SPEC, [{"text": text, "number": -5} for text in [*FORMULAS, "plain"]], defuse=True)
    assert [row["text"] for row in made] == [*(f"'{text}" for text in FORMULAS), "plain"]
    assert {row["number"] for row in made} == {"-5"}  # a number is no formula
    assert "6 cells" in writer.notes()[0]


@given(st.lists(st.text() | st.none() | st.lists(st.text()) | st.dictionaries(st.text(), st.text())))
def test_nothing_defused_starts_like_a_formula(values: list[Any]) -> None:
    made, _ = written(SPEC, [{"text": value, "number": 1} for value in values], defuse=True)
    assert not any(row["text"].startswith(FORMULA_STARTS) for row in made)


def test_no_formulas_no_note() -> None:
    assert written(SPEC, [{"text": "plain", "number": -1}])[1].notes() == ()


def test_a_value_of_another_type_is_kept_as_json() -> None:
    made, _ = written(SPEC, [{"text": {"new": "form"}, "number": "many"}, {"text": 7, "number": [1]}])
    assert made == [{"text": '{"new":"form"}', "number": "many"}, {"text": "7", "number": "[1]"}]


def test_what_has_no_parts_is_refused_by_name(things: TableSpec, full: dict[str, Any]) -> None:
    with pytest.raises(OutputError, match=r"things\.who of the record 2020\S+1 holds a text.*jsonl") as caught:
        written(things, [full | {"who": "secret"}])
    assert "secret" not in str(caught.value)


def test_one_column_of_nulls_is_not_an_empty_line() -> None:
    made, _ = written(replace(SPEC, columns=(TEXT,)), [{"text": None}, {"text": "a"}])
    assert [row["text"] for row in made] == ["", "a"]

"""Every value comes back as the server gave it."""

from __future__ import annotations

import datetime
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recorded import SHARED

from twentyql.introspect.load import load
from twentyql.output.jsonl import JsonlWriter, json_text, moment_text
from twentyql.output.sinks import open_sink
from twentyql.output.spec import TableColumn, TableSpec, spec_for
from twentyql.schema.model import FieldModel, Kind

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(), below, max_size=3),
    max_leaves=8,
)
ANYTHING = FieldModel("a", Kind.RAW_JSON, "JSON")
SPEC = TableSpec("things", "thing", (TableColumn("a", ANYTHING), TableColumn("b", ANYTHING)))


def written(spec: TableSpec, *batches: list[dict[str, Any]]) -> bytes:
    file = io.BytesIO()
    writer = JsonlWriter(spec, file)
    for batch in batches:
        writer.write(batch)
    writer.finish()
    return file.getvalue()


@given(st.lists(st.lists(st.fixed_dictionaries({"a": JSON, "b": JSON}), max_size=3), max_size=3))
def test_any_json_comes_back(batches: list[list[dict[str, Any]]]) -> None:
    made = [json.loads(line) for line in written(SPEC, *batches).split(b"\n")[:-1]]
    assert made == [row for batch in batches for row in batch]


def test_fields_have_their_order_and_strangers_stay_out(things: TableSpec, full: dict[str, Any]) -> None:
    shuffled = dict(reversed(full.items())) | {"people": [{"id": "attached"}]}
    del shuffled["extra"]
    made = json.loads(written(things, [shuffled]))
    assert list(made) == [column.name for column in things.columns]
    assert made == full | {"extra": None}


def test_typed_values_take_the_form_of_the_server() -> None:
    berlin = datetime.timezone(datetime.timedelta(hours=2))
    moment = datetime.datetime(2026, 11, 24, 4, 53, 56, 383_000, tzinfo=berlin)
    row = {"a": {"at": moment, "day": datetime.date(2026, 10, 18)}, "b": [Decimal("0.10"), Decimal(10) ** 20]}
    assert written(SPEC, [row]) == (
        b'{"a":{"at":"2026-11-24T02:53:56.383Z","day":"2026-10-18"},"b":[0.10,100000000000000000000]}\n'
    )


@given(st.datetimes(min_value=datetime.datetime(1000, 1, 1), timezones=st.just(datetime.UTC)))
def test_no_moment_loses_a_digit(moment: datetime.datetime) -> None:
    assert datetime.datetime.fromisoformat(moment_text(moment)) == moment
    assert json_text(moment) == f'"{moment_text(moment)}"'


@pytest.mark.skipif(not SHARED.is_dir(), reason="no recorded workspace beside this checkout")
@pytest.mark.parametrize("plural", ["people", "opportunities", "notes", "surveyResults", "workflowVersions"])
def test_the_recorded_rows_come_back_byte_by_byte(plural: str, tmp_path: Path) -> None:
    recorded = SHARED / "rows" / f"{plural}.jsonl"
    rows = [json.loads(line) for line in recorded.read_bytes().splitlines()]
    whole = spec_for(load(SHARED).model, plural, list(rows[0]))
    columns = {column.name: column for column in whole.columns}
    spec = TableSpec(whole.name, whole.object, tuple(columns[name] for name in rows[0]))
    sink = open_sink(tmp_path, "jsonl", [spec])
    sink.write(plural, rows)
    sink.commit({"verdict": "complete"})
    made = (tmp_path / f"{plural}.jsonl").read_bytes().splitlines()
    assert [json.loads(line) for line in made] == rows
    if plural != "surveyResults":  # whose 5.1e+73 may be written 5.1e73
        assert made == recorded.read_bytes().splitlines()

"""Every kind of field goes to Parquet, DuckDB, polars and pandas and comes back as the row's truth."""

from __future__ import annotations

import datetime
import json
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas
import polars
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from twentyql.output.arrow import to_table
from twentyql.output.frames import frame_of
from twentyql.output.sinks import open_sink
from twentyql.output.spec import TableSpec

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
MOMENT = st.datetimes(datetime.datetime(1, 1, 2), datetime.datetime(9999, 12, 30)).map(
    lambda at: at.isoformat(timespec="milliseconds") + "Z"
)
DOUBLE = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53)
MONEY = st.integers(-(10**31), 10**31) | st.integers(-(10**9), 10**9)
JSON = st.recursive(st.none() | st.booleans() | st.integers(-5, 5) | TEXT, lambda inner: st.lists(inner, max_size=2))
KINDS: dict[str, st.SearchStrategy[Any]] = {
    "name": TEXT,
    "who": st.fixed_dictionaries({"firstName": st.none() | TEXT, "lastName": st.none() | TEXT}),
    "worth": st.fixed_dictionaries({"amountMicros": st.none() | MONEY, "currencyCode": st.none() | TEXT}),
    "emails": st.fixed_dictionaries({"primaryEmail": TEXT, "additionalEmails": st.none() | st.lists(TEXT, max_size=2)}),
    "madeAt": MOMENT,
    "day": st.dates().map(datetime.date.isoformat),
    "ok": st.booleans(),
    "count": st.integers(-(2**63), 2**63 - 1),
    "share": DOUBLE,
    "position": DOUBLE,
    "stage": st.sampled_from(["NEW", "WON", "BRAND_NEW"]),
    "rating": st.sampled_from(["RATING_1", "RATING_2"]),
    "stages": st.lists(st.sampled_from(["NEW", "WON"]), max_size=3),
    "tags": st.lists(TEXT, max_size=3),
    "extra": st.dictionaries(TEXT, JSON, max_size=2),
    "words": TEXT,
    "files": st.lists(st.fixed_dictionaries({"fileId": TEXT, "label": st.none() | TEXT}), max_size=2),
    "colour": TEXT,
    "ownerId": st.uuids(version=4).map(str),
}
ROW = st.fixed_dictionaries({name: st.none() | values for name, values in KINDS.items()})


def truth(row: dict[str, Any]) -> dict[str, Any]:
    """The row as Python values, said independently of the code: moments, days, exact money, JSON as text."""
    made = dict(row)
    if row["madeAt"] is not None:
        made["madeAt"] = datetime.datetime.fromisoformat(row["madeAt"])
    if row["day"] is not None:
        made["day"] = datetime.date.fromisoformat(row["day"])
    if row["worth"] is not None and row["worth"]["amountMicros"] is not None:
        made["worth"] = {**row["worth"], "amountMicros": Decimal(row["worth"]["amountMicros"])}
    if row["emails"] is not None and row["emails"]["additionalEmails"] is not None:
        made["emails"] = {**row["emails"], "additionalEmails": _json(row["emails"]["additionalEmails"])}
    for name in ("extra", "colour"):
        if row[name] is not None:
            made[name] = _json(row[name])
    return made


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def parsed(row: dict[str, Any]) -> dict[str, Any]:
    """The row with its JSON texts read, since the same JSON may be written with other escapes."""
    made = {name: json.loads(row[name]) if name in ("extra", "colour") and row[name] else row[name] for name in row}
    if row["emails"] and row["emails"]["additionalEmails"]:
        made["emails"] = {**row["emails"], "additionalEmails": json.loads(row["emails"]["additionalEmails"])}
    return made


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(ROW, max_size=4))
def test_every_value_survives_every_form(things: TableSpec, values: list[dict[str, Any]]) -> None:
    rows = [{"id": f"20202020-0000-4000-8000-{i:012}", "parentId": None, **row} for i, row in enumerate(values)]
    wanted = [parsed(truth(row)) for row in rows]
    table = to_table(things, rows)
    with tempfile.TemporaryDirectory() as folder:
        for format in ("parquet", "duckdb"):
            sink = open_sink(Path(folder) / format, format, [things])
            sink.write("things", rows)
            sink.commit({"verdict": "complete", "notes": []})
        parquet = pq.read_table(Path(folder) / "parquet" / "things.parquet")
        with duckdb.connect(str(Path(folder) / "duckdb" / "workspace.duckdb"), read_only=True) as duck:
            duck.execute("SET TimeZone = 'UTC'")
            database = duck.sql("FROM things ORDER BY id").to_arrow_table()
    of_polars = frame_of(table, "polars").to_arrow()
    of_pandas = pa.Table.from_pandas(frame_of(table, "pandas"), preserve_index=False)
    for form, found in (
        ("arrow", table),
        ("parquet", parquet),
        ("duckdb", database),
        ("polars", of_polars),
        ("pandas", of_pandas),
    ):
        assert [parsed(row) for row in found.to_pylist()] == wanted, form
    assert isinstance(frame_of(table, "polars"), polars.DataFrame)
    assert isinstance(frame_of(table, "pandas"), pandas.DataFrame)

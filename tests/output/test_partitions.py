"""A table of folders, one a value, whole or not at all."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from twentyql.errors import OutputError, UnknownNameError, UsageError
from twentyql.output import parquet
from twentyql.output.sinks import open_sink
from twentyql.output.spec import TableSpec, spec_for
from twentyql.schema.model import SchemaModel

COMPLETE = {"verdict": "complete", "notes": []}
ROWS: list[dict[str, Any]] = [
    {"id": str(i), "stage": stage, "name": f"n{i}"} for i, stage in enumerate(["NEW", "WON", None, "a/b=c", "NEW"])
]


def exported(folder: Path, tables: list[TableSpec], column: str = "stage") -> None:
    sink = open_sink(folder, "parquet", tables, partition_by=column)
    for row in ROWS:
        sink.write("things", [row])
    sink.commit(COMPLETE)


def test_every_value_has_a_folder_and_every_row_comes_back(tmp_path: Path, model: SchemaModel) -> None:
    exported(tmp_path, [spec_for(model, "thing"), spec_for(model, "owner")])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["owners.parquet", "receipt.json", "things"]
    assert (tmp_path / "things" / "stage=NEW" / "part-0.parquet").exists()
    found = ds.dataset(tmp_path / "things", partitioning="hive").to_table().select(["id", "stage", "name"])
    assert sorted(found.to_pylist(), key=lambda row: row["id"]) == ROWS
    assert stat.S_IMODE((tmp_path / "things").stat().st_mode) == 0o700
    assert json.loads((tmp_path / "receipt.json").read_text())["verdict"] == "complete"
    exported(tmp_path, [spec_for(model, "thing")])  # and again in its place
    assert pq.read_table(tmp_path / "things" / "stage=WON" / "part-0.parquet").num_rows == 1


def test_wrong_columns_are_refused_before_anything_is_written(tmp_path: Path, model: SchemaModel) -> None:
    things = spec_for(model, "thing")
    with pytest.raises(UnknownNameError, match="stage"):
        open_sink(tmp_path / "a", "parquet", [things], partition_by="stages_")
    with pytest.raises(UsageError, match="struct"):
        open_sink(tmp_path / "b", "parquet", [things], partition_by="who")
    assert list(tmp_path.rglob("*")) == []


def test_a_column_of_many_values_is_refused_and_loses_nothing(
    tmp_path: Path, model: SchemaModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "MOST_PARTITIONS", 2)
    sink = open_sink(tmp_path, "parquet", [spec_for(model, "thing")], partition_by="id")
    sink.write("things", ROWS)
    with pytest.raises(OutputError, match="more than 2 values"):
        sink.commit(COMPLETE)
    sink.abort(COMPLETE)
    assert json.loads((tmp_path / "receipt.json").read_text())["verdict"] == "incomplete"
    assert pq.read_table(tmp_path / "things.part").num_rows == 5

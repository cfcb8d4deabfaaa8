"""One database with every table, its keys, its views, and nothing half done in its place."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import duckdb
import pytest

from twentyql.errors import OutputError
from twentyql.output.arrow import to_table
from twentyql.output.sinks import open_sink
from twentyql.output.spec import TableColumn, TableSpec, spec_for
from twentyql.schema.model import FieldModel, Kind, SchemaModel

COMPLETE = {"verdict": "complete", "notes": []}


def asked(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(folder / "workspace.duckdb"), read_only=True) as duck:
        return duck.execute(sql).fetchall()


def exported(folder: Path, specs: list[TableSpec], rows: dict[str, list[dict[str, Any]]]) -> None:
    sink = open_sink(folder, "duckdb", specs)
    for table, of in rows.items():
        sink.write(table, of)
    sink.commit(COMPLETE)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_every_kind_comes_back(tmp_path: Path, things: TableSpec, full: dict[str, Any], empty: dict[str, Any]) -> None:
    exported(tmp_path, [things], {"things": [full, empty]})
    with duckdb.connect(str(tmp_path / "workspace.duckdb"), read_only=True) as duck:
        duck.execute("SET TimeZone = 'UTC'")
        made = duck.sql("FROM things ORDER BY id").to_arrow_table().to_pylist()
    told = to_table(things, [full, empty]).to_pylist()
    assert made[1] == told[1]
    assert made[0] == told[0]


def test_views_join_what_the_keys_lead_to(tmp_path: Path, model: SchemaModel) -> None:
    owners = spec_for(model, "owner", ["id", "name"])
    columns = spec_for(model, "thing", ["id", "name", "ownerId", "parentId"]).columns
    things = TableSpec("things", "thing", columns, (("ownerId", "owners"), ("parentId", "things")), "ms", "id")
    rows = {
        "owners": [{"id": "o", "name": {"firstName": "Ada", "lastName": None}}],
        "things": [
            {"id": "a", "name": "A", "ownerId": "o", "parentId": "b"},
            {"id": "b", "name": "B", "ownerId": "gone", "parentId": None},
        ],
    }
    exported(tmp_path, [owners, things], rows)
    linked = 'SELECT name, owner.name."firstName", owner IS NULL, parent.name FROM linked.things ORDER BY id'
    assert asked(tmp_path, linked) == [("A", "Ada", False, "B"), ("B", None, True, None)]
    comments = "SELECT column_name, comment FROM duckdb_columns() WHERE table_name = 'things' AND schema_name = 'main'"
    assert dict(asked(tmp_path, comments))["ownerId"].endswith("refers to owners.id")
    assert dict(asked(tmp_path, comments))["id"].endswith("primary key")
    ((receipt,),) = asked(tmp_path, "SELECT receipt FROM twentyql.receipts")
    assert json.loads(receipt)["verdict"] == "complete"


def test_nothing_is_in_place_before_the_commit_and_only_the_owner_may_read(tmp_path: Path, things: TableSpec) -> None:
    before = os.umask(0)
    try:
        sink = open_sink(tmp_path / "out", "duckdb", [things])
        sink.write("things", [{"id": str(i)} for i in range(30_000)])
    finally:
        os.umask(before)
    out = tmp_path / "out"
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in out.iterdir()}
    assert modes == {"receipt.json": 0o600, "workspace.duckdb.part": 0o700}
    assert "workspace.duckdb" not in names(out)
    sink.commit(COMPLETE)
    assert names(out) == ["receipt.json", "workspace.duckdb"]
    assert stat.S_IMODE((out / "workspace.duckdb").stat().st_mode) == 0o600
    assert asked(out, "SELECT count(*) FROM things") == [(30_000,)]


def test_an_abort_keeps_the_earlier_database(tmp_path: Path, things: TableSpec) -> None:
    exported(tmp_path, [things], {"things": [{"id": "a"}]})
    sink = open_sink(tmp_path, "duckdb", [things])
    sink.write("things", [{"id": "b"}])
    sink.abort({"verdict": "incomplete", "notes": ["stopped"]})
    assert asked(tmp_path, "SELECT id FROM things") == [("a",)]
    assert json.loads((tmp_path / "receipt.json").read_text())["previous"]["verdict"] == "complete"
    exported(tmp_path, [things], {"things": [{"id": "c"}]})
    assert asked(tmp_path, "SELECT id FROM things") == [("c",)]
    assert names(tmp_path) == ["receipt.json", "workspace.duckdb"]


def test_names_that_duckdb_cannot_tell_apart_are_refused(tmp_path: Path) -> None:
    columns = tuple(TableColumn(name, FieldModel(name, Kind.TEXT, "String")) for name in ("id", "fooBar", "foobar"))
    with pytest.raises(OutputError, match="'fooBar' from 'foobar'"):
        open_sink(tmp_path, "duckdb", [TableSpec("t", "t", columns)])
    assert names(tmp_path) == []


def test_names_are_no_sql(tmp_path: Path) -> None:
    odd = 'a"; DROP TABLE x; --'
    columns = tuple(TableColumn(n, FieldModel(n, Kind.TEXT, "String", label="it's")) for n in ("id", odd, "select"))
    exported(tmp_path, [TableSpec("order", "select", columns)], {"order": [{"id": "1", odd: "y", "select": "z"}]})
    assert asked(tmp_path, 'FROM "order"') == [("1", "y", "z")]
    assert asked(tmp_path, 'FROM linked."order"') == [("1", "y", "z")]

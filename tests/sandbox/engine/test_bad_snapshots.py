"""Snapshots that are broken, and what is said of them: file and line, or row and field."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from small_workspace import MODEL, OBJECTS, ROWS, A, B, person_id

from twentyql.errors import SchemaError
from twentyql.sandbox.model import read_model
from twentyql.sandbox.records.engine import Engine
from twentyql.sandbox.records.image import make_image
from twentyql.sandbox.snapshot import Snapshot, read_snapshot

GOOD = json.dumps({"id": A, "name": "Acme"})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A good snapshot of one company."""
    (tmp_path / "rows").mkdir()
    (tmp_path / "objects.json").write_text(json.dumps(OBJECTS))
    (tmp_path / "workspace.json").write_text(json.dumps(MODEL.workspace))
    (tmp_path / "rows" / "companies.jsonl").write_text(GOOD + "\n")
    return tmp_path


def test_a_good_one_is_read(folder: Path) -> None:
    assert read_snapshot(folder).rows == {"companies": [{"id": A, "name": "Acme"}]}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"id": "x', r"companies\.jsonl:3 is no JSON object"),
        ("[1]", r"companies\.jsonl:3 is no JSON object"),
        ('{"name": "no id"}', r"companies\.jsonl:3 has no id"),
        ('{"id": 5}', r"companies\.jsonl:3 has no id"),
        (GOOD, r"companies\.jsonl:3 has the id of line 1 once more"),
        ('{"id": "x", "notes": ' + "[" * 50_000 + "]" * 50_000 + "}", r"companies\.jsonl:3 is nested too deeply"),
        ('{"id": "\\ud800"}', r"companies\.jsonl:3 is no JSON object"),
        ("\xff\xfe", r"companies\.jsonl:3 is no JSON object"),
    ],
)
def test_a_broken_line_is_named_by_file_and_line(folder: Path, line: str, said: str) -> None:
    (folder / "rows" / "companies.jsonl").write_bytes((GOOD + "\n\n").encode() + line.encode("latin-1") + b"\n")
    with pytest.raises(SchemaError, match=said):
        read_snapshot(folder)


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("objects.json", "{", r"objects\.json is no JSON"),
        ("objects.json", '{"data": 5}', r"objects\.json is not an answer of /metadata"),
        ("workspace.json", "[]", r"workspace\.json is no JSON object"),
        ("workspace.json", "{}", r"workspace\.json has no id"),
        ("workspace.json", '{"id": "not a uuid"}', r"workspace\.json has no id"),
        ("rows/dragons.jsonl", "", r"dragons\.jsonl has rows of 'dragons', which objects.json does not know"),
    ],
)
def test_a_broken_file_is_named(folder: Path, file: str, text: str, said: str) -> None:
    (folder / file).write_text(text)
    with pytest.raises(SchemaError, match=said):
        read_snapshot(folder)


def test_a_folder_of_pull_is_an_empty_workspace(folder: Path) -> None:
    (folder / "workspace.json").unlink()
    (folder / "rows" / "companies.jsonl").unlink()
    image = make_image(read_snapshot(folder))
    assert image.warnings == ()
    assert image.model.workspace["subdomain"] == "sandbox"


def without(name: str) -> list[dict[str, Any]]:
    return [node for node in OBJECTS if node["nameSingular"] != name]


def test_a_missing_object_is_a_warning_and_its_fields_are_left_out() -> None:
    image = make_image(Snapshot(without("workspaceMember"), MODEL.workspace, {"companies": ROWS["companies"]}))
    assert image.warnings == ("company.owner leads to workspaceMember, which the data model does not have",)
    assert "owner" not in image.model.by_singular["company"].by_name


def test_two_objects_of_one_name_are_refused() -> None:
    with pytest.raises(SchemaError, match="two objects with the nameSingular 'company'"):
        read_model([*OBJECTS, OBJECTS[0]], MODEL.workspace)


def test_a_row_that_points_to_nothing_is_a_warning() -> None:
    lost = {"id": person_id(1), "companyId": B}
    image = make_image(Snapshot(OBJECTS, MODEL.workspace, {"people": [lost]}))
    assert image.warnings == ("1 rows of people point to companies that are not here (companyId)",)


@pytest.mark.parametrize(
    ("field", "value", "kind"),
    [
        ("name", "Ada", "FULL_NAME"),
        ("emails", [1], "EMAILS"),
        ("age", {"years": 5}, "NUMBER"),
        ("age", [5], "NUMBER"),
        ("jobTitle", "\ud800", "TEXT"),
    ],
)
def test_a_value_that_does_not_fit_is_named_by_row_and_field(field: str, value: Any, kind: str) -> None:
    engine = Engine(MODEL)
    rows = [{"id": person_id(1)}, {"id": person_id(2), field: value}]
    with pytest.raises(SchemaError, match=rf"Row 2 of people \(id .*\) has a value of {field} that no {kind} field"):
        engine.load({"people": rows})
    assert engine.empty  # all or nothing
    engine.close()


def test_oversized_values_are_kept() -> None:
    """One word of two million letters too, which a search vector must not take quadratic time over."""
    engine = Engine(MODEL)
    long, number = "x" * 2_000_000, 10**30
    engine.load({"companies": [{"id": A, "name": long}]})
    engine.load({"people": [{"id": person_id(1), "jobTitle": long, "age": number, "words": ["w"] * 100_000}]})
    ((_, row),) = [
        ("", dict(found._mapping)) for found in engine._store.rows(engine.layouts.by_singular["person"].table.select())
    ]
    assert row["jobTitle"] == long
    assert row["age"] == float(number)
    assert row["words"].count("w") == 100_000
    engine.close()

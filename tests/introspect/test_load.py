"""Schemas from files, good and broken."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from graphql import build_schema, introspection_from_schema

from twentyql.errors import SchemaError
from twentyql.introspect.load import load
from twentyql.introspect.save import save, schema_files

SMALL = Path(__file__).parents[1] / "schema" / "small.graphql"


def test_sdl_and_introspection_give_the_same_model(tmp_path: Path) -> None:
    answer = tmp_path / "answer.json"
    answer.write_text(json.dumps({"data": introspection_from_schema(build_schema(SMALL.read_text()))}))
    assert load(answer).model == load(SMALL).model


def test_a_saved_schema_loads_again_and_does_not_change(tmp_path: Path) -> None:
    loaded = load(SMALL)
    assert len(save(schema_files(loaded), tmp_path)) == 1
    again = load(tmp_path)
    assert again.model == loaded.model
    assert save(schema_files(again), tmp_path) == []


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("a.graphql", "type {", "is no valid schema"),
        ("a.json", "<html>", "is no JSON object"),
        ("a.json", "[]", "is no JSON object"),
        ("a.json", '{"data": {"hello": 1}}', "is no introspection answer"),
        ("a.json", '{"errors": [{"message": "no"}]}', "is no introspection answer"),
        ("a.graphql", "type Query { a: Int }", "lists no objects"),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, name: str, text: str, says: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(SchemaError, match=says):
        load(path)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "a.graphql"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SchemaError, match="cannot be read"):
        load(path)


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="twentyql pull"):
        load(tmp_path / "nope")
    with pytest.raises(SchemaError, match="holds neither"):
        load(tmp_path)

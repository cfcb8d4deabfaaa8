"""A data model that changes while rows are there: tables follow, rows stay, a file keeps both."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from asking import ask
from small_workspace import LIVING, MODEL, OBJECTS, ROWS

from twentyql.errors import ConfigError
from twentyql.sandbox.model import Model, read_model
from twentyql.sandbox.records.changes import Writer
from twentyql.sandbox.records.engine import Engine
from twentyql.sandbox.records.layout import Leaf

Nodes = list[dict[str, Any]]
FIELD = {"isActive": True, "isNullable": True, "label": "L"}


def changed(change: Callable[[dict[str, dict[str, Any]]], Any], nodes: Nodes = OBJECTS) -> Model:
    """The small model after ``change``, which is given the objects by name."""
    copied = copy.deepcopy(nodes)
    change({node["nameSingular"]: node for node in copied})
    return read_model(copied, MODEL.workspace)


def field(node: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in node["fieldsList"] if each["name"] == name)


def people(engine: Engine, selection: str) -> list[dict[str, Any]]:
    answer = ask(engine, "{people(first:1000){edges{node{id " + selection + "}}}}")
    assert "errors" not in answer, answer
    return [edge["node"] for edge in answer["data"]["people"]["edges"]]


def test_a_new_field_has_its_default_in_every_row(engine: Engine) -> None:
    news: Nodes = [
        {**FIELD, "id": "n1", "name": "grade", "type": "SELECT", "defaultValue": "'B'", "options": [{"value": "B"}]},
        {**FIELD, "id": "n2", "name": "home", "type": "LINKS", "defaultValue": {"primaryLinkUrl": "'x.de'"}},
        {**FIELD, "id": "n3", "name": "marks", "type": "MULTI_SELECT", "defaultValue": ["'M'"], "options": []},
    ]
    engine.change_model(changed(lambda objects: objects["person"]["fieldsList"].extend(news)))
    rows = people(engine, "grade home{primaryLinkUrl} marks name{firstName}")
    assert len(rows) == LIVING
    assert {(row["grade"], row["home"]["primaryLinkUrl"], *row["marks"]) for row in rows} == {("B", "x.de", "M")}
    assert rows[5]["name"] == {"firstName": "First005"}


def test_renamed_fields_keep_their_values_even_crosswise(engine: Engine) -> None:
    before = people(engine, "jobTitle name{firstName} stage")

    def cross(objects: dict[str, dict[str, Any]]) -> None:
        one, other = field(objects["person"], "jobTitle"), field(objects["person"], "stage")
        one["name"], other["name"] = "stage", "jobTitle"

    engine.change_model(changed(cross))
    after = people(engine, "jobTitle stage")
    assert [(row["stage"], row["jobTitle"]) for row in after] == [(row["jobTitle"], row["stage"]) for row in before]


def test_a_deleted_field_is_gone_and_a_deactivated_one_comes_back(engine: Engine) -> None:
    before = people(engine, "jobTitle")
    engine.change_model(changed(lambda objects: field(objects["person"], "jobTitle").update(isActive=False)))
    assert people(engine, "jobTitle")[1]["jobTitle"] is None  # unknown fields are null
    assert not engine.model.by_singular["person"].by_name.get("jobTitle")
    engine.change_model(read_model(OBJECTS, MODEL.workspace))
    assert people(engine, "jobTitle") == before
    drop = changed(lambda objects: objects["person"]["fieldsList"].remove(field(objects["person"], "jobTitle")))
    engine.change_model(drop)
    engine.change_model(read_model(OBJECTS, MODEL.workspace))
    assert {row["jobTitle"] for row in people(engine, "jobTitle")} == {""}


def test_an_object_is_renamed_deactivated_and_made(engine: Engine) -> None:
    def change(objects: dict[str, dict[str, Any]]) -> None:
        objects["person"].update(nameSingular="class", namePlural="classes")
        for node in objects.values():
            for each in node["fieldsList"]:
                if (each.get("relation") or {}).get("targetObjectMetadata", {}).get("nameSingular") == "person":
                    each["relation"]["targetObjectMetadata"]["nameSingular"] = "class"

    engine.change_model(changed(change))
    assert not engine.knows("people")
    answer = ask(engine, "{classes{totalCount} companies{edges{node{people{totalCount}}}}}")
    assert answer["data"]["classes"] == {"totalCount": LIVING}
    assert answer["data"]["companies"]["edges"][0]["node"]["people"] == {"totalCount": 60}
    engine.change_model(changed(lambda objects: objects["person"].update(isActive=False)))
    assert not engine.knows("people")
    assert not engine.knows("classes")
    engine.change_model(read_model(OBJECTS, MODEL.workspace))
    assert len(people(engine, "id")) == LIVING
    new = {**copy.deepcopy(OBJECTS[2]), "id": "new", "nameSingular": "import", "namePlural": "imports"}
    new["fieldsList"] = [each for each in new["fieldsList"] if each["type"] != "RELATION"]
    engine.change_model(read_model([*OBJECTS, new], MODEL.workspace))
    created = ask(engine, 'mutation{createImport(data:{name:{firstName:"I"}}){name{firstName}}}')
    assert created == {"data": {"createImport": {"name": {"firstName": "I"}}}}


def test_listeners_are_told(engine: Engine) -> None:
    told: list[Model] = []
    engine.on_model = told.append
    model = changed(lambda objects: field(objects["person"], "jobTitle").update(name="work"))
    engine.change_model(model)
    assert told == [model]


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Engine, Engine]]:
    """Two engines on one file, as two processes have them."""
    one = Engine(MODEL, tmp_path / "both.db")
    one.load(ROWS, into_empty=True)
    other = Engine(MODEL, tmp_path / "both.db")
    other.load({"people": []}, into_empty=True)
    yield one, other
    one.close()
    other.close()


def test_another_process_sees_rows_and_model(two: tuple[Engine, Engine]) -> None:
    one, other = two
    told: list[Model] = []
    other.on_model = told.append
    ask(one, 'mutation{createPerson(data:{jobTitle:"X"}){id}}')
    other.refresh()
    assert told == []
    assert len(people(other, "id")) == LIVING + 1
    one.change_model(changed(lambda objects: field(objects["person"], "jobTitle").update(name="work")))
    other.refresh()
    assert len(told) == 1
    assert people(other, "work") == people(one, "work")


def test_a_file_keeps_its_model(tmp_path: Path) -> None:
    first = Engine(MODEL, tmp_path / "kept.db")
    first.load(ROWS)
    first.change_model(changed(lambda objects: field(objects["person"], "jobTitle").update(name="work")))
    first.keep("hooks", ["old"])
    first.keep("hooks", [{"url": "x"}])
    first.close()
    second = Engine(MODEL, tmp_path / "kept.db")
    assert people(second, "work")[1]["work"] == "Job 1"
    assert "jobTitle" not in second.model.by_singular["person"].by_name
    assert (second.kept("hooks"), second.kept("nothing")) == ([{"url": "x"}], None)
    second.close()


def test_a_failing_change_changes_nothing(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    before = people(engine, "jobTitle")

    def fail(self: Writer, leaf: Leaf) -> None:
        raise OSError("no")

    monkeypatch.setattr(Writer, "default", fail)
    new = {**FIELD, "id": "n", "name": "n", "type": "TEXT"}
    model = changed(lambda objects: objects["person"]["fieldsList"].append(new))
    with pytest.raises(OSError, match="no"):
        engine.change_model(model)
    assert people(engine, "jobTitle") == before
    assert "n" not in engine.model.by_singular["person"].by_name


@pytest.mark.parametrize("broken", ["folder", "text"])
def test_a_file_that_is_no_database_is_refused(tmp_path: Path, broken: str) -> None:
    path = tmp_path / "missing" / "x.db" if broken == "folder" else tmp_path / "x.db"
    if broken == "text":
        path.write_text("this is no database, whatever its name says " * 100)
    with pytest.raises(ConfigError, match=r"x\.db cannot be used as the sandbox's database"):
        Engine(MODEL, path)

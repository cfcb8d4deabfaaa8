"""Whatever names and texts a workspace has, its code is only its own: it compiles, imports and is clean."""

from __future__ import annotations

import ast
import json
from dataclasses import replace
from pathlib import Path

import hostile
import pytest
from generated_code import mypy, pyright, python, ruff
from graphql import parse, validate

from twentyql.build.stored import find_operations
from twentyql.errors import GenerateError
from twentyql.generate import Generated, generate
from twentyql.generate.write import write
from twentyql.introspect.load import Loaded


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    return hostile.loaded()


@pytest.fixture(scope="module")
def made(loaded: Loaded) -> Generated:
    return generate(loaded.model, loaded.schema)


@pytest.fixture(scope="module")
def folder(made: Generated, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    write(made.package, folder / "crm")
    write(made.operations, folder / "queries")
    return folder


def test_the_modules_hold_nothing_but_declarations(made: Generated) -> None:
    for path, text in made.package.items():
        for node in ast.parse(text, path).body:
            allowed = (ast.Expr, ast.ImportFrom, ast.If, ast.ClassDef, ast.Assign, ast.AnnAssign)
            assert isinstance(node, (*allowed, ast.FunctionDef) if path.endswith("__init__.py") else allowed)
            if isinstance(node, ast.ClassDef) and not path.startswith("queries/"):
                assert {type(n) for n in node.body} == {ast.AnnAssign}
            elif isinstance(node, ast.ClassDef):
                assert {type(n) for n in node.body} <= {ast.Expr, ast.AnnAssign, ast.Assign, ast.Pass}
        if not path.startswith("queries/"):
            assert "import os" not in text
        calls = {ast.unparse(n.func) for n in ast.walk(ast.parse(text, path)) if isinstance(n, ast.Call)}
        assert (
            path.endswith("__init__.py") or calls <= {"_o.Source", "_o.one_of", "TypedDict"} or "queries/" not in path
        )
        assert "os" not in {a.name for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Import) for a in n.names}


def test_both_checkers_find_nothing(folder: Path) -> None:
    assert mypy(folder, "crm").startswith("Success")
    assert pyright(folder) == []


def test_the_code_is_formatted(folder: Path) -> None:
    assert ruff(folder / "crm", "format", "--diff") == ""
    assert ruff(folder / "crm", "check", "--select", "E,F,W,I,UP", "--ignore", "E501") == ""


def test_every_class_is_imported_and_keeps_its_graphql_names(folder: Path, loaded: Loaded) -> None:
    code = """
import crm, json
found = {}
for name in crm.__all__:
    cls = getattr(crm, name)
    if not hasattr(cls, "_f_wire"):
        assert cls().to_json() == {}, "an input"
        continue
    members = [getattr(cls, n) for n in vars(cls) if not n.startswith("__")]
    found[cls._f_wire] = [m._f_path[0] for m in members if hasattr(m, "_f_path")]
print(dir(crm) == sorted(crm.__all__), crm.__getattr__("Class") is crm.Class)
print(json.dumps(found))
"""
    sane, _, printed = python(folder, code).partition("\n")
    assert sane == "True True", "the submodules shadow no builtin that the package uses"
    found = json.loads(printed)
    assert found.keys() == set(hostile.OBJECTS)
    for names in found.values():
        assert set(names) >= hostile.FIELDS


def test_renamed_names_are_told(made: Generated) -> None:
    init, module = made.package["__init__.py"], made.package["class_.py"]
    assert "The object None is None_ here." in init
    assert "The module class is class_ here." in init
    for field in ("class", "from", "mro", "where", "many"):
        assert f"The field {field} is {field}_ here." in module


def test_a_record_selects_hostile_fields(folder: Path) -> None:
    code = """
from crm import Class, None_, Self
from twentyql import Record
class Row(Record[Class]):
    id = Class.id
    text = Class.from_
    first = Class.first
    word = Class.schema
    part = Class.part.class_
    nobody = Class.nobody.name
query = Row.where(Class.where_ == "x").order_by(Class.select.asc())
print([c.path for c in query.selection.columns])
"""
    paths = [["id"], ["from"], ["first"], ["schema"], ["part", "class"], ["nobody", "name"]]
    assert python(folder, code) == str([tuple(p) for p in paths])


def test_the_operations_are_valid_and_one_a_file(folder: Path, made: Generated, loaded: Loaded) -> None:
    found = find_operations([folder / "queries"])
    assert len(found) == len([path for path in made.operations if not path.startswith("fragments/")])
    for stored in found.values():
        assert validate(loaded.schema, stored.document) == []
    for text in made.operations.values():
        assert len(parse(text).definitions) == 1
        comments = [line for line in text.splitlines() if line.startswith("#")]
        assert all(line.isprintable() and len(line) <= 120 for line in comments)
        assert "query Evil" not in "".join(line for line in text.splitlines() if not line.startswith("#"))


def test_it_is_the_same_every_time(made: Generated) -> None:
    again = hostile.loaded()
    assert generate(again.model, again.schema) == made


@pytest.mark.parametrize("name", ["a b", "x\nimport os", 'a"b', "", "9a", "é", "a" * 201, "a-b", "{{x}}"])
def test_a_name_that_is_no_graphql_name_never_becomes_code(name: str, loaded: Loaded) -> None:
    record = loaded.model.objects[0]
    field = replace(record.fields[0], name=name)
    part = replace(loaded.model, objects=(replace(record, fields=(field,), relations=()),))
    with pytest.raises(GenerateError, match="no GraphQL name"):
        generate(part, loaded.schema)
    with pytest.raises(GenerateError, match="no GraphQL name"):
        generate(replace(part, objects=(replace(record, singular=name, fields=(), relations=()),)), loaded.schema)
    kind = record.field("kind")
    options = replace(part, objects=(replace(record, fields=(kind,), relations=()),), enums={kind.type_name: (name,)})
    with pytest.raises(GenerateError, match="no GraphQL name"):
        generate(options, loaded.schema)

"""GitHub's and Saleor's schemas, typed: right uses are clean and each wrong use is found, by both checkers."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from graphql import parse, validate
from test_typing import HERE, Checker, mypy, pyright

from twentyql.build.query import Query
from twentyql.generate import generate
from twentyql.generate.write import write
from twentyql.introspect.load import load
from twentyql.plan.planner import plan
from twentyql.schema.dialects import RELAY

SCHEMA = Path(__file__).parents[2].parent / "shared" / "schemas" / "github.graphql"
pytestmark = pytest.mark.skipif(not SCHEMA.exists(), reason="../shared is not beside this checkout")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("github")
    loaded = load(SCHEMA)
    write(generate(loaded.model, loaded.schema).package, made / "github")
    (made / "right.py").write_text((HERE / "github_right.py.txt").read_text())
    (made / "wrong.py").write_text((HERE / "github_wrong.py.txt").read_text())
    return made


@pytest.mark.soak
@pytest.mark.parametrize("checker", [mypy, pyright])
def test_right_use_is_clean_and_each_wrong_use_is_found(checker: Checker, folder: Path) -> None:
    lines = (HERE / "github_wrong.py.txt").read_text().splitlines()
    marked = {number for number, line in enumerate(lines, 1) if line.endswith("# expect: error")}
    found = checker(folder)
    wrong = found.pop("wrong.py", set())
    assert found == {}
    assert sorted(marked - wrong) == [], "not found"
    assert sorted(wrong - marked) == [], "found where nothing is wrong"


@pytest.mark.parametrize("server", ["github", pytest.param("saleor", marks=pytest.mark.soak)])
def test_the_right_uses_run_and_ask_what_the_schema_allows(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = load(SCHEMA.with_name(f"{server}.graphql"))
    write(generate(loaded.model, loaded.schema).package, tmp_path / server)
    (tmp_path / f"{server}_right.py").write_text((HERE / f"{server}_right.py.txt").read_text())
    monkeypatch.syspath_prepend(str(tmp_path))
    package, used = importlib.import_module(server), importlib.import_module(f"{server}_right")
    assert all(getattr(package, name) is not None for name in package.__all__)
    queries = [value for value in vars(used).values() if isinstance(value, Query)]
    assert len(queries) >= 2
    for query in queries:
        for read in plan(query, loaded.model, RELAY).root.walk():
            if read.text:
                assert [error.message for error in validate(loaded.schema, parse(read.text))] == []


@pytest.mark.soak
@pytest.mark.parametrize("checker", [mypy, pyright])
def test_saleor_is_typed_too(checker: Checker, tmp_path: Path) -> None:
    loaded = load(SCHEMA.with_name("saleor.graphql"))
    write(generate(loaded.model, loaded.schema).package, tmp_path / "saleor")
    (tmp_path / "right.py").write_text((HERE / "saleor_right.py.txt").read_text())
    (tmp_path / "wrong.py").write_text("")
    assert checker(tmp_path) == {}

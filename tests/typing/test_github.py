"""GitHub's schema, typed: right uses are clean and each wrong use is found, by both checkers."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_typing import HERE, Checker, mypy, pyright

from twentyql.generate import generate
from twentyql.generate.write import write
from twentyql.introspect.load import load

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


def test_the_right_uses_run_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(folder))
    __import__("right")

"""The documentation cannot rot: its Python runs, its commands exist, its reference is what the program says."""

from __future__ import annotations

import ast
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from twentyql.cli.app import COMMANDS, GROUPS, run
from twentyql.generate import generate
from twentyql.generate.write import write
from twentyql.introspect.load import assemble
from twentyql.sandbox.demo import demo_snapshot
from twentyql.sandbox.model import read_model
from twentyql.sandbox.types.core import core_schema

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: Path, kind: str) -> list[str]:
    return [text for found, text in FENCE.findall(page.read_text(encoding="utf-8")) if found == kind]


def with_python() -> list[Path]:
    """The pages whose blocks are programs; the daily list's are lines of one, and have a test of their own."""
    return [page for page in PAGES if blocks(page, "python") and page.stem != "daily-list"]


def commands() -> list[str]:
    return [
        line
        for page in PAGES
        for text in blocks(page, "console")
        for line in text.splitlines()
        if line.startswith("$ twentyql ")
    ]


@pytest.fixture(scope="module")
def crm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package that `generate` writes for the demo workspace."""
    snapshot = demo_snapshot(rows=20, seed=1)
    model = read_model(snapshot.objects, snapshot.workspace)
    loaded = assemble(core_schema(model), {"objects": {"edges": [{"node": node} for node in snapshot.objects]}})
    folder = tmp_path_factory.mktemp("docs")
    write(generate(loaded.model, loaded.schema).package, folder / "crm")
    return folder


@pytest.mark.parametrize("page", with_python(), ids=lambda page: page.stem)
def test_the_python_of_a_page_runs(page: Path, crm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(crm))
    monkeypatch.chdir(crm)
    names: dict[str, object] = {"__name__": "page"}
    whole = page.read_text(encoding="utf-8")
    for text in blocks(page, "python"):
        line = whole[: whole.index(text)].count("\n")
        exec(compile("\n" * line + text, str(page), "exec"), names)
    for name in [name for name in sys.modules if name == "crm" or name.startswith("crm.")]:
        del sys.modules[name]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_python_that_needs_more_than_a_test_has_is_python(page: Path) -> None:
    for text in blocks(page, "py"):
        ast.parse(text)


@pytest.mark.parametrize("line", commands())
def test_a_command_shown_exists(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = shlex.split(line.removeprefix("$ "))
    name = words[1] if words[1] in COMMANDS else " ".join(words[1:3])
    assert name in COMMANDS or words[2] in GROUPS[words[1]][1]
    assert run([*name.split(), "--help"]) == 0
    shown = capsys.readouterr().out
    for option in (word for word in words if word.startswith("--")):
        assert option in shown


def test_the_reference_is_what_the_commands_say() -> None:
    code = "import make_commands; print(make_commands.text(), end='')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=DOCS, check=True)
    assert (DOCS / "reference" / "commands.md").read_text(encoding="utf-8") == done.stdout, "run docs/make_commands.py"


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "DISABLE_MKDOCS_2_WARNING": "true"}
    done = subprocess.run(words, capture_output=True, text=True, cwd=ROOT, check=False, env=environment, timeout=170)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "site" / "reference" / "python" / "index.html").stat().st_size > 20_000

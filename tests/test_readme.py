"""The README cannot rot: its Python runs, its commands are the ones that work, its links lead somewhere."""

from __future__ import annotations

import re
import shlex
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

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = [(kind, text) for kind, text in FENCE.findall(README)]


def _of(kind: str) -> list[str]:
    return [text for found, text in BLOCKS if found == kind]


@pytest.fixture(scope="module")
def crm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package that `generate` writes for the demo workspace."""
    snapshot = demo_snapshot(rows=20, seed=1)
    model = read_model(snapshot.objects, snapshot.workspace)
    data_model = {"objects": {"edges": [{"node": node} for node in snapshot.objects]}}
    loaded = assemble(core_schema(model), data_model)
    folder = tmp_path_factory.mktemp("readme")
    write(generate(loaded.model, loaded.schema).package, folder / "crm")
    return folder


def test_every_python_block_runs(
    crm: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(str(crm))
    monkeypatch.chdir(crm)
    names: dict[str, object] = {"__name__": "readme"}
    for text in _of("python"):
        line = README[: README.index(text)].count("\n")
        exec(compile("\n" * line + text, str(ROOT / "README.md"), "exec"), names)
    printed = capsys.readouterr().out
    for name in [name for name in sys.modules if name == "crm" or name.startswith("crm.")]:
        del sys.modules[name]
    assert "1500" in printed
    assert "complete:" in printed
    assert "1 retry;" in printed


def test_the_two_commands_install_what_is_declared() -> None:
    setup, test = _of("sh")
    extras = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert "twentyql demo" in setup
    assert test.strip().endswith(".venv/bin/pytest")
    for extra in ("all", "dev"):
        assert f"\n{extra} = [" in extras


@pytest.mark.parametrize("line", [line for text in _of("console") for line in text.splitlines() if "twentyql " in line])
def test_every_command_shown_exists(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = shlex.split(line.removeprefix("$ "))
    name = words[1:2] if words[1] in COMMANDS else words[1:3]
    assert name[0] in COMMANDS or name[1] in GROUPS[name[0]][1]
    assert run([*name, "--help"]) == 0
    shown = capsys.readouterr().out
    for option in (word for word in words if word.startswith("--")):
        assert option in shown


@pytest.mark.parametrize("target", re.findall(r"\]\((?!http)([^)]+)\)", README))
def test_links_lead_somewhere(target: str) -> None:
    assert (ROOT / target).exists()

"""The types of the typed query, checked by the checkers themselves: right use is clean, each wrong use is an error."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from twentyql.generate.package import package
from twentyql.generate.write import write
from twentyql.introspect.load import load

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
RECORDED = ROOT.parent / "shared" / "twenty"
Checker = Callable[[Path], dict[str, set[int]]]
ENV = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "HOME": str(Path.home())}


def mypy(folder: Path) -> dict[str, set[int]]:
    """The lines with errors, by file."""
    config = folder / "mypy.ini"
    config.write_text("[mypy]\nstrict = true\npython_version = 3.11\n")
    command = [sys.executable, "-m", "mypy", "--config-file", str(config), "--no-error-summary", "right.py", "wrong.py"]
    environment = {**ENV, "MYPYPATH": f"{folder}:{ROOT}"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=240)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    found: dict[str, set[int]] = {}
    for name, line in re.findall(r"^(\S+?):(\d+): error:", done.stdout, re.MULTILINE):
        found.setdefault(Path(name).name, set()).add(int(line))
    return found


def pyright(folder: Path) -> dict[str, set[int]]:
    """The lines with errors, by file; a value that is not used is no error here."""
    settings = {
        "include": ["."],
        "typeCheckingMode": "strict",
        "pythonVersion": "3.11",
        "extraPaths": [str(ROOT)],
        "reportUnusedExpression": "none",
        "reportUnusedVariable": "none",
        "reportUnusedCoroutine": "none",
    }
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    command = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, "--outputjson"]
    done = subprocess.run(command, cwd=folder, env=ENV, capture_output=True, text=True, timeout=240)
    found: dict[str, set[int]] = {}
    for item in json.loads(done.stdout)["generalDiagnostics"]:
        if item["severity"] == "error":
            found.setdefault(Path(item["file"]).name, set()).add(item["range"]["start"]["line"] + 1)
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of the whole recorded workspace where that is at hand, else of the example's five objects."""
    made = tmp_path_factory.mktemp("typing")
    if RECORDED.is_dir():
        write(package(load(RECORDED).model), made / "crm_example")
    else:
        shutil.copytree(HERE / "crm_example", made / "crm_example", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(HERE / "right.py", made / "right.py")
    shutil.copy(HERE / "wrong.py.txt", made / "wrong.py")
    return made


@pytest.mark.parametrize("checker", [mypy, pyright])
def test_right_use_is_clean_and_each_wrong_use_is_found(checker: Checker, folder: Path) -> None:
    lines = (HERE / "wrong.py.txt").read_text().splitlines()
    marked = {number for number, line in enumerate(lines, 1) if line.endswith("# expect: error")}
    found = checker(folder)
    wrong = found.pop("wrong.py", set())
    assert found == {}
    assert sorted(marked - wrong) == [], "not found"
    assert sorted(wrong - marked) == [], "found where nothing is wrong"

"""The type checkers, the linter and the interpreter as functions of a folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
_WORKER = f"{ROOT.name}-{os.getuid()}-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
CACHE = Path(tempfile.gettempdir()) / f"twentyql-tests-mypy-{_WORKER}"
"""What mypy knows of the library itself is the same for all tests; one folder a worker, as they run at once."""
ENV = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "HOME": str(Path.home())}


def mypy(folder: Path, *names: str) -> str:
    """What mypy --strict says of the packages or files ``names`` in ``folder``."""
    config = folder / "mypy.ini"
    config.write_text("[mypy]\nstrict = true\npython_version = 3.11\n")
    command = [sys.executable, "-m", "mypy", "--config-file", str(config), *names]
    environment = {**ENV, "MYPYPATH": f"{folder}:{ROOT}", "MYPY_CACHE_DIR": str(CACHE)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
    return done.stdout.strip() + done.stderr.strip()


def pyright(folder: Path) -> list[str]:
    """The errors that pyright in its strict mode finds in ``folder``."""
    settings = {
        "include": ["."],
        "typeCheckingMode": "strict",
        "pythonVersion": "3.11",
        "extraPaths": [str(ROOT)],
    }
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    command = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, "--outputjson"]
    done = subprocess.run(command, cwd=folder, env=ENV, capture_output=True, text=True, timeout=240)
    found = json.loads(done.stdout)
    assert found["summary"]["filesAnalyzed"] > 0
    return [f"{d['file']}: {d['message']}" for d in found["generalDiagnostics"] if d["severity"] == "error"]


def ruff(folder: Path, *arguments: str) -> str:
    """What ruff says; empty if nothing."""
    command = [sys.executable, "-m", "ruff", *arguments, "--quiet", "--isolated", "--line-length", "120", "."]
    done = subprocess.run(command, cwd=folder, env=ENV, capture_output=True, text=True, timeout=60)
    return done.stdout + done.stderr


def python(folder: Path, code: str) -> str:
    """What ``code`` prints, run where the packages of ``folder`` can be imported."""
    command = [sys.executable, "-W", "error", "-c", code]
    environment = {**ENV, "PYTHONPATH": str(folder)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()

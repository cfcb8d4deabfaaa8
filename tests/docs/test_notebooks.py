"""The example notebooks run by a real Jupyter kernel, and keep their outputs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

DOCS = Path(__file__).parents[2] / "docs"
NOTEBOOKS = sorted((DOCS / "notebooks").glob("*.ipynb"))
MARKS = [
    pytest.param(path, marks=[] if i == 0 else [pytest.mark.soak], id=path.stem) for i, path in enumerate(NOTEBOOKS)
]


@pytest.mark.parametrize("path", MARKS)
def test_a_notebook_runs(path: Path) -> None:
    code = f"from pathlib import Path; from run_notebooks import run; run(Path({str(path)!r}))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=170, cwd=DOCS, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_can_be_read_without_running(path: Path) -> None:
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in cells)
    assert not any(output.output_type == "error" for cell in cells for output in cell.outputs)
    assert sum(bool(cell.outputs) for cell in cells) >= 3
    assert path.stat().st_size < 300_000

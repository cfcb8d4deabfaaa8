"""Run the example notebooks by a real Jupyter kernel and keep their outputs: ``python docs/run_notebooks.py``."""

from __future__ import annotations

import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parent / "notebooks"


def run(path: Path) -> nbformat.NotebookNode:
    """The notebook with the outputs of a fresh run in an empty folder; CellExecutionError if a cell fails."""
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": folder}})
        done: nbformat.NotebookNode = client.execute()
    for cell in done.cells:
        cell.metadata.pop("execution", None)  # times of the run, which only make noise
    return done


if __name__ == "__main__":
    for path in sorted(FOLDER.glob("*.ipynb")):
        nbformat.write(run(path), path)
        print(path.name)

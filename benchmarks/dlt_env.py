"""dlt in a virtual environment of its own, because it is for benchmarks only and would drag down the package's."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

WANTED = ["dlt[parquet,filesystem,duckdb]==1.31.*"]


def dlt_python() -> str | None:
    """The interpreter of that environment, made when it is first asked for; None where it cannot be made."""
    folder = Path(os.environ.get("TWENTYQL_BENCH_VENV", Path(__file__).parent / ".dlt-venv"))
    python = folder / "bin" / "python"
    if python.exists():
        return str(python)
    uv = shutil.which("uv")
    try:
        if uv:
            subprocess.run([uv, "venv", "-q", "--python", sys.executable, str(folder)], check=True)
            subprocess.run([uv, "pip", "install", "-q", "--python", str(python), *WANTED], check=True)
        else:
            subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
            subprocess.run([str(python), "-m", "pip", "install", "-q", *WANTED], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"dlt is left out: its environment cannot be made ({error})", file=sys.stderr)
        shutil.rmtree(folder, ignore_errors=True)
        return None
    return str(python)

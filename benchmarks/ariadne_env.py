"""ariadne-codegen in an environment of its own, made once: it needs graphql-core below 3.3, twentyql 3.3."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

HOME = Path(os.environ.get("TWENTYQL_BENCH_ENV", Path(__file__).parent / ".ariadne-env"))
WANTS = ["ariadne-codegen==0.19.*", "pydantic>=2,<3"]


def ariadne_python() -> Path:
    """The interpreter of that environment; it is made from PyPI if it is not there."""
    python = HOME / "bin" / "python"
    if not (HOME / "ready").exists():
        venv.create(HOME, with_pip=True, clear=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", *WANTS], check=True, stdout=sys.stderr)
        (HOME / "ready").touch()
    return python

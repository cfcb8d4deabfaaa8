"""A real dlt pipeline into DuckDB: whole, then what changed, then without what was deleted."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).with_name("dlt_pipeline.py")


def test_a_pipeline_loads_what_is_there_and_then_what_changed(tmp_path: Path) -> None:
    environment = {**os.environ, "RUNTIME__DLTHUB_TELEMETRY": "false", "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, str(PROGRAM), str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=environment,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "equal" in done.stdout

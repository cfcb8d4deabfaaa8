"""A real local Spark reads what a plain export reads. Needs pyspark (extra ``spark``) and Java."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("spark_program.py")
MISSING = importlib.util.find_spec("pyspark") is None or shutil.which("java") is None


@pytest.mark.soak
@pytest.mark.skipif(MISSING, reason="no pyspark (pip install 'twentyql[spark]') or no Java")
def test_spark_reads_what_an_export_reads(tmp_path: Path) -> None:
    words = [sys.executable, str(PROGRAM), str(tmp_path)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=300, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    assert "equal" in done.stdout
    receipts = [json.loads(path.read_text()) for path in (tmp_path / "receipts").iterdir()]
    assert len(receipts) == 3
    assert {receipt["verdict"] for receipt in receipts} == {"complete"}

"""The plugin in other people's projects: those that do not use it, those on anyio, those with a schema of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from twentyql.sandbox.demo import demo_snapshot

SETTINGS = """
[pytest]
addopts = -q --strict-markers -p no:asyncio -p no:cacheprovider -p no:xdist
twenty_snapshot = schema
filterwarnings = error
"""
UNUSED = """
import sys

def test_nothing_of_it_is_loaded():
    assert "twentyql" not in sys.modules
"""
ANYIO = """
import pytest

@pytest.fixture
def anyio_backend():
    return "asyncio"

@pytest.mark.anyio
async def test_anyio(twenty_sandbox):
    import twentyql

    twenty_sandbox.make("rocket", 2)
    async with twentyql.connect() as client:
        assert await client.count(client["rockets"].select("id")) == 2

@pytest.mark.twenty_sandbox(rows=5, snapshot="")
def test_plain(twenty_sandbox):
    assert len(twenty_sandbox.records("people", deleted=True)) == 5
"""


def test_projects(tmp_path: Path) -> None:
    nodes = [dict(node) for node in demo_snapshot(0).objects if node["nameSingular"] == "company"]
    nodes[0].update(nameSingular="rocket", namePlural="rockets")
    (tmp_path / "schema").mkdir()
    (tmp_path / "schema" / "objects.json").write_text(json.dumps(nodes))
    (tmp_path / "pytest.ini").write_text(SETTINGS)
    (tmp_path / "test_a.py").write_text(UNUSED)
    (tmp_path / "test_b.py").write_text(ANYIO)
    run = subprocess.run(
        [sys.executable, "-m", "pytest"], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert "3 passed" in run.stdout, run.stdout + run.stderr

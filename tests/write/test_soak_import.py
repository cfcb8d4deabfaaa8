"""Imports that are killed at random, by a real SIGKILL, and go on: no row twice, none missing."""

from __future__ import annotations

import asyncio
import json
import random
import signal
import sys
from pathlib import Path

import pytest
from test_import import IMPORTED, people_csv

from twentyql.client import Client
from twentyql.sandbox import Sandbox

pytestmark = pytest.mark.soak


def command(sandbox: Sandbox, path: Path, *more: str) -> list[str]:
    arguments = ["import", str(path), "--object", "people", "--url", sandbox.url, "--api-key", sandbox.key]
    return [sys.executable, "-m", "twentyql", *arguments, *more]


async def killed_and_resumed(sandbox: Sandbox, path: Path, kills: int, seed: int, longest: float) -> int:
    """Run the import, killing it ``kills`` times at random moments, then let it end. Its last exit code."""
    dice, more = random.Random(seed), list[str]()
    for _ in range(kills):
        quiet = asyncio.subprocess.DEVNULL
        process = await asyncio.create_subprocess_exec(*command(sandbox, path, *more), stdout=quiet, stderr=quiet)
        before = len(sandbox.ledger)
        await sandbox.ledger.until(before + 3)  # it has introspected, and writes
        try:
            await asyncio.wait_for(process.wait(), dice.uniform(0, longest))
        except TimeoutError:
            process.send_signal(signal.SIGKILL)
            await process.wait()
        if (path.parent / f"{path.name}.journal").exists():
            more = ["--resume"]
    process = await asyncio.create_subprocess_exec(*command(sandbox, path, *more))
    return await process.wait()


async def test_killed_and_resumed_no_row_twice_none_missing(client: Client, sandbox: Sandbox, tmp_path: Path) -> None:
    path = people_csv(tmp_path / "people.csv", 20_000)
    assert await killed_and_resumed(sandbox, path, kills=20, seed=1, longest=1.5) == 0
    rows = await client.fetch(client["people"].select("emails.primaryEmail").where(IMPORTED))
    found = sorted(row["emails"]["primaryEmail"] for row in rows)
    assert found == sorted(f"row{n}@import.example" for n in range(20_000))
    receipt = json.loads((tmp_path / "people.csv.receipt.json").read_text())
    assert (receipt["verdict"], receipt["rows"], receipt["created"]) == ("complete", 20_000, 20_000)

"""Long runs: a big workspace read whole while the server misbehaves, by several clients at once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from truth import live

from twentyql.client import connect
from twentyql.execute.receipt import Receipt
from twentyql.sandbox import Fault, Sandbox
from twentyql.sandbox.demo import demo_snapshot


@pytest.mark.soak
async def test_four_clients_export_twenty_thousand_people_from_a_faulty_server(tmp_path: Path) -> None:
    snapshot = demo_snapshot(rows=20_000, seed=11)
    async with Sandbox.of(snapshot) as sandbox:
        sandbox.faults.random(0.02, 11, [Fault.HTTP_502, Fault.RESET, Fault.TRUNCATED, Fault.SHORT_PAGE])

        async def export(number: int) -> Receipt:
            async with connect(sandbox.url, sandbox.key) as client:
                return await client.export(["people", "companies"], to=tmp_path / str(number), format="jsonl")

        receipts = await asyncio.gather(*(export(number) for number in range(4)))
    for number, receipt in enumerate(receipts):
        assert receipt.verdict == "complete"
        lines = (tmp_path / str(number) / "people.jsonl").read_text(encoding="utf-8").splitlines()
        assert len(lines) == len(live(snapshot, "people"))
    assert sum(receipt.retries for receipt in receipts) > 0

"""An export that was cut off, however roughly, goes on where it was and reads only what is missing."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import random
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
from truth import live

from twentyql.client import Client
from twentyql.errors import UsageError
from twentyql.output import duckdb_sink, folder_sink
from twentyql.sandbox import Fault, Sandbox
from twentyql.sandbox.snapshot import Snapshot

FORMATS = ["jsonl", "csv", "parquet", "duckdb"]
KILLED = Path(__file__).parent / "killed_export.py"


@pytest.fixture
async def sandbox(snapshot: Snapshot) -> AsyncIterator[Sandbox]:
    """One that gives 40 rows a page, whatever is asked for."""
    async with Sandbox.of(snapshot, page_cap=40) as running:
        yield running


@pytest.fixture(autouse=True)
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkpoint after every batch."""
    monkeypatch.setattr(folder_sink, "APPENDED_SECONDS", 0.0)
    monkeypatch.setattr(folder_sink, "SEALED_SECONDS", 0.0)
    monkeypatch.setattr(duckdb_sink.DuckdbSink, "checkpoint_seconds", 0.0)


def ids(folder: Path, table: str, format: str) -> list[str]:
    if format == "duckdb":
        with duckdb.connect(str(folder / "workspace.duckdb"), read_only=True) as database:
            return [id for (id,) in database.execute(f'SELECT id FROM "{table}"').fetchall()]
    path = folder / f"{table}.{format}"
    if format == "parquet":
        return [str(id) for id in pq.read_table(path).column("id").to_pylist()]
    with path.open(encoding="utf-8", newline="") as file:
        if format == "csv":
            return [row["id"] for row in csv.DictReader(file)]
        return [json.loads(line)["id"] for line in file]


def tables(folder: Path, format: str, *names: str) -> dict[str, list[str]]:
    return {name: sorted(ids(folder, name, format)) for name in names}


def truth(snapshot: Snapshot, *names: str) -> dict[str, list[str]]:
    return {name: [row["id"] for row in live(snapshot, name)] for name in names}


@pytest.mark.parametrize("format", FORMATS)
async def test_what_failed_goes_on_where_it_was(
    client: Client, sandbox: Sandbox, snapshot: Snapshot, tmp_path: Path, format: str
) -> None:
    sandbox.faults.add(Fault.FORBIDDEN, times=None, root="people", skip=4)
    with pytest.raises(Exception, match="ermission"):
        await client.export(["people"], to=tmp_path, format=format)
    sandbox.faults.clear()
    receipt = await client.export(["people"], to=tmp_path, format=format, resume=True)
    assert receipt.verdict == "complete"
    assert receipt.rows == len(live(snapshot, "people"))
    assert tables(tmp_path, format, "people") == truth(snapshot, "people")
    pages = -(-len(live(snapshot, "people")) // 40)
    assert receipt.requests <= pages - 4 + 3  # a survey, and a count of what is done
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        ["workspace.duckdb" if format == "duckdb" else f"people.{format}", "receipt.json"]
    )


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("relation", ["", "people"])
async def test_kill_and_resume(
    sandbox: Sandbox,
    client: Client,
    snapshot: Snapshot,
    schema_folder: Path,
    tmp_path: Path,
    format: str,
    relation: str,
) -> None:
    """SIGKILL at a page: nothing is asked twice that was safe, and no row is lost or doubled."""
    sandbox.faults.add(Fault.STALL, root="people", skip=4)
    arguments = [sandbox.url, sandbox.key, str(schema_folder), str(tmp_path), format, relation]
    process = await asyncio.create_subprocess_exec(sys.executable, str(KILLED), *arguments)
    await sandbox.faults.until(Fault.STALL)
    process.kill()
    await process.wait()
    sandbox.faults.clear()
    relations = [relation] if relation else []
    receipt = await client.export(["companies", "people"], to=tmp_path, format=format, relations=relations, resume=True)
    assert receipt.verdict == "complete"
    assert tables(tmp_path, format, "companies", "people") == truth(snapshot, "companies", "people")


async def test_another_query_or_schema_is_refused(
    client: Client, sandbox: Sandbox, snapshot: Snapshot, tmp_path: Path
) -> None:
    sandbox.faults.add(Fault.FORBIDDEN, times=None, root="people", skip=4)
    with pytest.raises(Exception, match="ermission"):
        await client.export(["people"], to=tmp_path, format="jsonl")
    sandbox.faults.clear()
    with pytest.raises(UsageError, match="other objects"):
        await client.export(["people"], to=tmp_path, format="jsonl", fields=["jobTitle"], resume=True)
    with pytest.raises(UsageError, match="other objects"):
        await client.export(["people"], to=tmp_path, format="csv", resume=True)
    anew = await client.export(["people"], to=tmp_path, format="jsonl")
    assert anew.verdict == "complete"
    assert tables(tmp_path, "jsonl", "people") == truth(snapshot, "people")


@pytest.mark.parametrize("format", FORMATS)
async def test_what_was_not_finished_goes_with_the_next_export(
    client: Client, sandbox: Sandbox, tmp_path: Path, format: str
) -> None:
    sandbox.faults.add(Fault.FORBIDDEN, times=None, root="people", skip=4)
    with pytest.raises(Exception, match="ermission"):
        await client.export(["people"], to=tmp_path, format=format)
    sandbox.faults.clear()
    await client.export(["tasks"], to=tmp_path, format="jsonl")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["receipt.json", "tasks.jsonl"]


async def test_nothing_to_resume_is_a_whole_export(client: Client, snapshot: Snapshot, tmp_path: Path) -> None:
    receipt = await client.export(["people"], to=tmp_path, format="csv", resume=True)
    assert receipt.verdict == "complete"
    assert tables(tmp_path, "csv", "people") == truth(snapshot, "people")


@pytest.mark.parametrize("format", FORMATS)
async def test_what_ended_while_its_files_were_put_in_place_begins_again(
    client: Client, snapshot: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format: str
) -> None:
    sink = duckdb_sink.DuckdbSink if format == "duckdb" else folder_sink.FolderSink
    place = sink._place

    def killed(self: Any) -> None:
        place(self)
        raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(sink, "_place", killed)
        with pytest.raises(RuntimeError, match="killed"):
            await client.export(["people"], to=tmp_path, format=format)
    receipt = await client.export(["people"], to=tmp_path, format=format, resume=True)
    assert receipt.verdict == "complete"
    assert tables(tmp_path, format, "people") == truth(snapshot, "people")


@pytest.mark.soak
@pytest.mark.parametrize("format", FORMATS)
async def test_killed_again_and_again(
    sandbox: Sandbox, client: Client, snapshot: Snapshot, schema_folder: Path, tmp_path: Path, format: str
) -> None:
    """Many deaths at random places, the last run lives. The seeds are shared among the formats."""
    seeds = int(os.environ.get("TWENTYQL_SOAK_SEEDS", "200"))
    for seed in range(FORMATS.index(format), seeds, len(FORMATS)):
        dice = random.Random(seed)
        folder = tmp_path / str(seed)
        relation = dice.choice(["", "people", "opportunities"])
        for _ in range(dice.randint(1, 3)):
            sandbox.faults.add(Fault.STALL, root=dice.choice(["people", "companies"]), skip=dice.randint(0, 14))
            before = sandbox.faults.fired[Fault.STALL]
            arguments = [sandbox.url, sandbox.key, str(schema_folder), str(folder), format, relation]
            process = await asyncio.create_subprocess_exec(sys.executable, str(KILLED), *arguments)
            ended = asyncio.create_task(process.wait())
            stalled = asyncio.create_task(sandbox.faults.until(Fault.STALL, before + 1))
            await asyncio.wait({ended, stalled}, return_when=asyncio.FIRST_COMPLETED)
            stalled.cancel()
            if not ended.done():
                process.kill()
            await ended
            sandbox.faults.clear()
        relations = [relation] if relation else []
        receipt = await client.export(
            ["companies", "people"], to=folder, format=format, relations=relations, resume=True
        )
        assert receipt.verdict == "complete", (seed, receipt)
        names = ["companies", "people", *(["opportunities"] if relation == "opportunities" else [])]
        expected = truth(snapshot, *names)
        if relation == "opportunities":
            companies = set(expected["companies"])
            expected["opportunities"] = [
                r["id"] for r in live(snapshot, "opportunities") if r["companyId"] in companies
            ]
        assert tables(folder, format, *names) == expected, seed

"""Imports under stock limits: how many tokens, what becomes of bad rows, and what of an import that is killed.

    python benchmarks/importing.py [--quick] [--rows N] [--kills N]

Three runs on the embedded sandbox, each checked against the truth; the exit code is 1 where one fails:

1. clean rows, the server's stock limit of 100 tokens a minute on an injected clock: tokens against the fewest possible;
2. the same with 1 % bad rows of six kinds: exactly those are in the reject file, all others in the workspace;
3. the command line killed by SIGKILL at random moments and resumed: no row twice, none missing.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from twentyql.client import Client, connect
from twentyql.execute.pacer import Pacer
from twentyql.sandbox import Sandbox
from twentyql.write.importing import ImportOptions, prepare, run_import
from twentyql.write.receipt import WriteReceipt

MOST_TOKENS = 1.02
BATCH = 200
COLUMNS = ("First name", "Last name", "E-mail", "Job title", "Company", "id")
IMPORTED = {"emails": {"primaryEmail": {"endsWith": "@import.example"}}}


@dataclass
class Clock:
    """A clock that only moves when somebody waits."""

    seconds: float = 0.0

    def now(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        await asyncio.sleep(0)


def row(number: int) -> list[str]:
    return [f"First{number}", f"Last{number}", f"row{number}@import.example", f"Job {number % 97}", "", ""]


def write(path: Path, rows: list[list[str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(COLUMNS)
        out.writerows(rows)
    return path


def spoil(rows: list[list[str]], seed: int, known: dict[str, str]) -> set[int]:
    """Make 1 % of the rows bad, in six ways; the numbers of the bad rows."""
    dice = random.Random(seed)
    bad = dice.sample(range(BATCH, len(rows)), len(rows) // 100)
    for at, number in enumerate(bad):
        kind, record = at % 6, rows[number]
        if kind == 0:
            record[2] = "not an address"  # seen here
        elif kind == 1:
            record[2] = known["email"].upper()  # another record has it
        elif kind == 2:
            record[4] = "20202020-dead-4000-8000-000000000000"  # no such company
        elif kind == 3:
            record[4] = "Acme"  # no id at all
        elif kind == 4:
            record[5] = known["id"]  # another record's id
        else:
            record[2] = rows[0][2]  # a row far before it has it
    return {number + 1 for number in bad}


async def imported(client: Client, path: Path) -> WriteReceipt:
    """Import a file of people whose company is given by id."""
    names = ("name.firstName", "name.lastName", "emails", "jobTitle", "company", "id")
    options = ImportOptions(map=dict(zip(COLUMNS, names, strict=True)))
    return await run_import(client.sender, prepare(client.sender, path, client.model.object("person"), options))


async def found(client: Client) -> Counter[str]:
    rows = await client.fetch(client["people"].select("emails.primaryEmail").where(IMPORTED))
    return Counter(row["emails"]["primaryEmail"] for row in rows)


def check(what: str, holds: bool, more: str = "") -> bool:
    print(f"  {'true ' if holds else 'FALSE'}  {what}{f': {more}' if more else ''}")
    return holds


async def throttled(folder: Path, count: int, *, spoiled: bool) -> bool:
    clock, begun = Clock(), time.perf_counter()
    pacer = Pacer(clock=clock.now, sleep=clock.sleep)
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(Sandbox.demo(rows=300, limits="stock", clock=clock.now))
        async with connect(sandbox.url, sandbox.key, pacer=pacer) as client:
            first = (await client.fetch(client["people"].select("id", "emails.primaryEmail").limit(1)))[0]
            known = {"id": first["id"], "email": first["emails"]["primaryEmail"]}
            rows = [row(number) for number in range(count)]
            bad = spoil(rows, 1, known) if spoiled else set()
            path = write(folder / ("spoiled.csv" if spoiled else "clean.csv"), rows)
            sandbox.ledger.clear()
            start = clock.seconds
            receipt = await imported(client, path)
            minutes, tokens = (clock.seconds - start) / 60, sandbox.ledger.tokens
            there = await found(client)
    seconds = time.perf_counter() - begun
    fewest = -(-(count - len(bad)) // BATCH)
    print(
        f"{count:,} rows{' with 1 % bad' if spoiled else ''}: {tokens} tokens sent ({fewest} the fewest, "
        f"{tokens / fewest:.3f} x), {minutes:.1f} min of the server's clock, {seconds:.1f} s of ours"
    )
    expected = {rows[n - 1][2] for n in range(1, count + 1) if n not in bad}
    fine = check("every good row is there once", there == Counter(expected), f"{len(there):,}")
    if not spoiled:
        fine &= check(f"at most {MOST_TOKENS} x the fewest tokens", tokens <= MOST_TOKENS * fewest)
        return fine & check("the receipt says so", receipt.verdict == "complete" and receipt.created == count)
    with path.with_name("spoiled.csv.rejects.csv").open(newline="", encoding="utf-8") as file:
        refused = list(csv.DictReader(file))
    numbers = [int(each["row"]) for each in refused]
    fine &= check("the reject file has exactly the bad rows", sorted(numbers) == sorted(bad), f"{len(numbers):,}")
    return fine & check("each with a field and a reason", all(each["field"] and each["reason"] for each in refused))


async def killed(folder: Path, count: int, kills: int) -> bool:
    dice, begun, more, deaths = random.Random(7), time.perf_counter(), list[str](), 0
    path = write(folder / "killed.csv", [row(number) for number in range(count)])
    map_file = folder / "map.json"
    names = ("name.firstName", "name.lastName", "emails", "jobTitle", "company", "id")
    map_file.write_text(json.dumps(dict(zip(COLUMNS, names, strict=True))))
    async with Sandbox.demo(rows=300) as sandbox:
        batches = count // BATCH
        while True:
            arguments = ["import", str(path), "--object", "people", "--map", str(map_file), "--url", sandbox.url]
            command = [sys.executable, "-m", "twentyql", *arguments, "--api-key", sandbox.key, *more]
            quiet = asyncio.subprocess.DEVNULL
            process = await asyncio.create_subprocess_exec(*command, stdout=quiet, stderr=quiet)
            if deaths == kills:
                code = await process.wait()
                break
            await sandbox.ledger.until(len(sandbox.ledger) + 2)  # it has asked for the schema
            wait = sandbox.ledger.roots["createPeople"] + dice.randint(1, max(2, batches // kills))
            while sandbox.ledger.roots["createPeople"] < wait and process.returncode is None:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
            await asyncio.sleep(dice.uniform(0, 0.2))
            if process.returncode is None:
                process.send_signal(signal.SIGKILL)
                deaths += 1
            await process.wait()
            if path.with_name("killed.csv.journal").exists():
                more = ["--resume"]
            if process.returncode == 0:
                code = 0
                break
        async with connect(sandbox.url, sandbox.key) as client:
            there = await found(client)
        sent = sandbox.ledger.roots["createPeople"]
    print(f"{count:,} rows, killed {deaths} times: {sent} batches sent, {time.perf_counter() - begun:.1f} s")
    fine = check(f"killed {kills} times before it was over", deaths == kills, str(deaths))
    fine &= check("the last run ended well", code == 0)
    fine &= check("no row is there twice", not there or max(there.values()) == 1)
    return fine & check("no row is missing", set(there) == {row(n)[2] for n in range(count)}, f"{len(there):,}")


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="few rows and kills, to see that it runs")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=20)
    given = parser.parse_args()
    rows, kills = (8_000, 2) if given.quick else (given.rows, given.kills)
    with tempfile.TemporaryDirectory() as folder:
        results = [
            await throttled(Path(folder), rows, spoiled=False),
            await throttled(Path(folder), rows, spoiled=True),
            await killed(Path(folder), rows, kills),
        ]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))

"""What a request costs beyond HTTP: pages of one row by twentyql's executor and by a bare aiohttp + msgspec loop.

``python benchmarks/overhead.py [--quick]``. The two take turns, so that a busy machine is busy for both; the figure is
the median of the rounds. Exits 2 if the executor takes more than 1.2 x of the bare loop.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

import aiohttp
import msgspec
from bare_structs import Answer
from fixture import server
from fixture_rows import QUERY, SDL, row_id

import twentyql
from twentyql.execute.pacer import Pacer
from twentyql.execute.receipt import Tally

ROWS = 1000
NAMES = ["id", "createdAt", "updatedAt", "deletedAt", "name", "jobTitle", "email", "city"]
NAMES += ["linkedin", "intro", "score", "active", "companyId"]


async def bare(url: str, cursors: list[str], session: aiohttp.ClientSession) -> float:
    decoder = msgspec.json.Decoder(Answer)
    begun = time.process_time()
    for cursor in cursors:
        body = msgspec.json.encode({"query": QUERY, "variables": {"first": 1, "after": cursor}})
        async with session.post(f"{url}/graphql", data=body, headers={"Content-Type": "application/json"}) as answer:
            decoder.decode(await answer.read())
    return time.process_time() - begun


async def ours(client: twentyql.Client, cursors: list[str]) -> float:
    planned = client.plan(client["people"].select(*NAMES))
    requester, tally = client.reader._requester, Tally(planned)
    begun = time.process_time()
    for cursor in cursors:
        await requester.page(planned.root, {"first": 1, "after": cursor}, tally)
    return time.process_time() - begun


async def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    rounds = 5 if parser.parse_args().quick else 15
    cursors = [base64.b64encode(json.dumps({"id": row_id(i, ROWS)}).encode()).decode() for i in range(ROWS - 1)]
    with server(ROWS, 0.0) as url, tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "core.graphql").write_text(SDL, encoding="utf-8")
        async with (
            aiohttp.ClientSession() as session,
            twentyql.connect(url, "key", schema=folder, pacer=Pacer()) as client,
        ):
            pairs = [(await bare(url, cursors, session), await ours(client, cursors)) for _ in range(rounds + 1)][1:]
    bare_us, ours_us = (statistics.median(each) / len(cursors) * 1e6 for each in zip(*pairs, strict=True))
    ratio = statistics.median(b / a for a, b in pairs)
    print("| a request for one row | CPU us |\n|---|---|")
    print(f"| bare aiohttp + msgspec | {bare_us:.0f} |\n| twentyql's executor | {ours_us:.0f} |")
    print(f"\n  ours against bare: {ratio:.2f} x (goal 1.2)")
    return 2 if ratio > 1.2 else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))

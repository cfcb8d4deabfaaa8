"""Throttled: the demo workspace under the stock limits of 100 tokens a minute, complete and at the pace they allow.

``python benchmarks/throttled.py [--quick]``. Our run is on a virtual clock that passes only while everyone waits. A gql
loop, dlt and a nested query read the same lists beside it, as their users would write them; rows are compared one by
one. Exits 1 if a row of ours is missing or wrong, 2 if a goal is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import sys
import tempfile
from pathlib import Path
from typing import Any

from dlt_env import dlt_python
from gql import Client as GqlClient
from gql import GraphQLRequest
from gql.transport.aiohttp import AIOHTTPTransport
from hand import close

import twentyql
from twentyql.execute.pacer import Pacer
from twentyql.sandbox import Sandbox, VirtualClock
from twentyql.sandbox.demo import demo_snapshot
from twentyql.sandbox.snapshot import Snapshot

ROOTS = ["companies", "people", "opportunities", "notes", "noteTargets"]
PAGE = 200
COMPARED = ("createdAt", "updatedAt", "createdBy")
LISTS = ("people", "opportunities", "noteTargets")
NESTED = f"{{ id {' '.join(f'{name} {{ edges {{ node {{ id }} }} }}' for name in LISTS)} }}"


def truth(snapshot: Snapshot) -> dict[str, dict[str, dict[str, Any]]]:
    """The rows that are not deleted, by id."""
    return {name: {row["id"]: row for row in snapshot.rows[name] if row["deletedAt"] is None} for name in ROOTS}


async def ours(snapshot: Snapshot, to: Path) -> tuple[twentyql.Receipt, float, int]:
    clock = VirtualClock()
    async with Sandbox.of(snapshot, limits="stock", clock=clock, page_cap=PAGE) as sandbox:
        from twentyql.execute.pacer import STOCK

        pacer = Pacer(clock=clock, sleep=clock.sleep, suspected=STOCK)
        async with twentyql.connect(sandbox.url, sandbox.key, pacer=pacer) as client:
            begun = clock()
            receipt = await client.export(ROOTS, to=to, format="jsonl")
            return receipt, clock() - begun, client.pace.refused


async def gql_loop(url: str, key: str) -> tuple[dict[str, int], str]:
    """A loop over the pages of every list with gql, which knows nothing of throttling."""
    got = dict.fromkeys(ROOTS, 0)
    transport = AIOHTTPTransport(f"{url}/graphql", headers={"Authorization": f"Bearer {key}"}, ssl=False)
    async with GqlClient(transport=transport) as session:
        for root in ROOTS:
            text = (
                f"query Q($first: Int, $after: String) {{ {root}(first: $first, after: $after) "
                "{ edges { node { id createdAt } } pageInfo { hasNextPage endCursor } } }"
            )
            after = None
            while True:
                request = GraphQLRequest(text, variable_values={"first": PAGE, **({"after": after} if after else {})})
                try:
                    page = (await session.execute(request))[root]
                except Exception as error:
                    return got, type(error).__name__
                got[root] += len(page["edges"])
                if not page["pageInfo"]["hasNextPage"]:
                    break
                after = page["pageInfo"]["endCursor"]
    return got, "ended"


async def nested(snapshot: Snapshot) -> tuple[dict[str, int], float]:
    """One nested query, paged by company and patiently retried: it ends, and believes what the server says."""
    clock = VirtualClock()
    got = dict.fromkeys(ROOTS, 0)
    async with Sandbox.of(snapshot, limits="stock", clock=clock, page_cap=PAGE) as sandbox:
        pacer = Pacer(clock=clock, sleep=clock.sleep)
        async with twentyql.connect(sandbox.url, sandbox.key, pacer=pacer) as client:
            for root, node in (("companies", NESTED), ("notes", "{ id }")):
                text = f"query Q($after: String) {{ {root}(first: {PAGE}, after: $after) "
                text += f"{{ totalCount edges {{ node {node} }} "
                text += "pageInfo { hasNextPage endCursor } } }"
                after = None
                while True:
                    page = (await client.run(text, {"after": after} if after else {}))[root]
                    got[root] += len(page["edges"])
                    for edge in page["edges"] if root == "companies" else ():
                        for name in LISTS:
                            got[name] += len(edge["node"][name]["edges"])
                    if not page["pageInfo"]["hasNextPage"]:
                        break
                    after = page["pageInfo"]["endCursor"]
            return got, clock()


def wrong_rows(expected: dict[str, dict[str, dict[str, Any]]], to: Path) -> int:
    """How many rows are missing, twice, or have another value than the truth."""
    wrong = 0
    for name, rows in expected.items():
        lines = (to / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        found = {row["id"]: row for row in map(json.loads, lines)}
        wrong += len(lines) - len(found) + len(rows.keys() ^ found.keys())
        wrong += sum(found[id][key] != rows[id][key] for id in rows.keys() & found.keys() for key in COMPARED)
    return wrong


async def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="15,000 people instead of 25,000")
    people = 15_000 if parser.parse_args().quick else 25_000
    snapshot = demo_snapshot(rows=people, seed=5)
    expected = truth(snapshot)
    total = sum(map(len, expected.values()))
    pages = sum(math.ceil(len(rows) / PAGE) for rows in expected.values())
    bound = max(0, pages - 100) * 0.6
    print(f"{total:,} rows in {pages} pages of {PAGE}; 100 tokens a minute: the bound is {bound:.1f} s\n")
    print("| client | rows | lost | requests | refused | seconds | ended |\n|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="twentyql-throttled-") as folder:
        receipt, seconds, refused = await ours(snapshot, Path(folder) / "out")
        wrong = wrong_rows(expected, Path(folder) / "out")
    lost = total - receipt.rows
    told = (f"{receipt.rows:,}", lost, receipt.requests, refused, f"{seconds:.1f}", receipt.verdict)
    print(f"| twentyql | {' | '.join(map(str, told))} |")
    async with Sandbox.of(snapshot, limits="stock", page_cap=PAGE) as sandbox:
        got, ended = await gql_loop(sandbox.url, sandbox.key)
    print(f"| gql loop | {sum(got.values()):,} | {total - sum(got.values()):,} | | 1 | | {ended} |")
    if python := dlt_python():
        async with Sandbox.of(snapshot, limits="stock", page_cap=PAGE) as sandbox:
            script = str(Path(__file__).parent / "throttled_dlt.py")
            process = await asyncio.create_subprocess_exec(
                python, script, sandbox.url, sandbox.key, *ROOTS, stdout=asyncio.subprocess.PIPE
            )
            out, _ = await process.communicate()
        told = json.loads(out.decode().strip().splitlines()[-1])
        rows = sum(told["rows"].values())
        print(f"| dlt (cursor_path) | {rows:,} | {total - rows:,} | | | | {told['ended']} |")
    got, took = await nested(snapshot)
    print(f"| nested query | {sum(got.values()):,} | {total - sum(got.values()):,} | | | {took:.1f} | ended |")
    missed = close("requests", receipt.expected.requests, receipt.requests) if receipt.expected else ["no expectation"]
    missed += close("tokens", receipt.expected.tokens, receipt.tokens) if receipt.expected else []
    print("".join(f"\n  {each}" for each in missed))
    share = refused / receipt.requests
    print(f"\n  time against the bound: {seconds / bound:.3f} x (goal 1.1); refused {share:.2%} (goal under 1 %)")
    if wrong or receipt.verdict != "complete":
        print(f"  {wrong} rows are wrong, the receipt says {receipt.verdict}")
        return 1
    return 2 if seconds > 1.1 * bound or share >= 0.01 or missed else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))

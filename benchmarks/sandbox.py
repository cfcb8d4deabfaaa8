"""How fast the sandbox is, on this machine: server time of pages, and loading.

usage: python benchmarks/sandbox.py [--quick]     exits 1 when an answer is wrong or a goal is missed

Server time is what the ledger says: from the arrival of a request to its finished answer, JSON and all, over HTTP.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import statistics
import sys
import time
from typing import Any

import aiohttp

from twentyql.sandbox import Sandbox
from twentyql.sandbox.demo import demo_snapshot
from twentyql.sandbox.model import read_model
from twentyql.sandbox.records.engine import Engine
from twentyql.sandbox.records.image import make_image
from twentyql.sandbox.snapshot import Snapshot

PEOPLE = """query($after: String) { people(first: 200, after: $after) {
  edges { node {
    id createdAt updatedAt deletedAt position jobTitle city intro avatarUrl companyId name { firstName lastName }
    emails { primaryEmail additionalEmails } phones { primaryPhoneNumber } linkedinLink { primaryLinkUrl }
    createdBy { source name }
  } }
  pageInfo { hasNextPage endCursor }
} }"""
COMPANIES = """query($after: String) { companies(first: 200, after: $after) {
  totalCount
  edges { node { id name people { edges { node { id jobTitle name { firstName lastName } } } } } }
  pageInfo { hasNextPage endCursor }
} }"""
GOALS = {"people": 20.0, "companies": 60.0}  # milliseconds
LOADED = 100_000
LOAD_GOAL = 20.0  # seconds


async def pages(snapshot: Snapshot, times: int) -> dict[str, list[float]]:
    """Milliseconds of server time for ``times`` different pages of each kind."""
    found: dict[str, list[float]] = {}
    async with Sandbox.copy_of(make_image(snapshot)) as sandbox, aiohttp.ClientSession() as session:
        for root, query in (("people", PEOPLE), ("companies", COMPANIES)):
            after, rows = None, 0
            for _ in range(times):
                body = {"query": query, "variables": {"after": after}}
                headers = {"Authorization": f"Bearer {sandbox.key}"}
                async with session.post(f"{sandbox.url}/graphql", json=body, headers=headers) as response:
                    page = (await response.json())["data"][root]
                rows += check(root, page, snapshot)
                after = page["pageInfo"]["endCursor"] if page["pageInfo"]["hasNextPage"] else None
            found[root] = [entry.seconds * 1000 for entry in list(sandbox.ledger)[-times:]]
            print(f"{root}: {rows} rows in {times} pages")
    return found


def check(root: str, page: dict[str, Any], snapshot: Snapshot) -> int:
    """Refuse a page that does not hold what was loaded. Gives its rows."""
    nodes = [edge["node"] for edge in page["edges"]]
    by_id = {row["id"]: row for row in snapshot.rows[root]}
    for node in nodes:
        row = by_id[node["id"]]
        if node.get("jobTitle") != row.get("jobTitle") or node["name"] != row["name"]:
            sys.exit(f"wrong answer: {node} for {row}")
    return len(nodes) + sum(len(node["people"]["edges"]) for node in nodes if "people" in node)


def load(snapshot: Snapshot, most: int) -> tuple[int, float]:
    """How many rows were loaded, in how many seconds."""
    model = read_model(snapshot.objects, snapshot.workspace)
    left, rows = most, {}
    for plural, batch in snapshot.rows.items():
        rows[plural], left = list(batch[:left]), left - len(batch[:left])
    engine = Engine(model)
    started = time.perf_counter()
    engine.load(rows)
    taken = time.perf_counter() - started
    count = sum(map(len, rows.values()))
    if sum(sum(two) for two in engine.counts().values()) != count:
        sys.exit("wrong answer: not all rows are there")
    engine.close()
    return count, taken


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rows, no goals: a smoke run")
    quick = parser.parse_args().quick
    people, most = (1_000, 2_000) if quick else (55_000, LOADED)
    snapshot = demo_snapshot(people, seed=1)
    gc.freeze()  # the rows that answers are checked against are no part of a sandbox
    measured = asyncio.run(pages(snapshot, 4 if quick else 40))
    missed = False
    for root, taken in measured.items():
        middle, least, worst = statistics.median(taken), min(taken), max(taken)
        spread = f"median {middle:.1f} ms, least {least:.1f} ms, worst {worst:.1f} ms"
        print(f"200 {root}: {spread}, goal {GOALS[root]:.0f} ms")
        missed |= middle > GOALS[root]
    count, seconds = load(snapshot, most)
    print(f"loading {count} rows: {seconds:.1f} s ({count / seconds:,.0f} rows/s), goal {LOAD_GOAL:.0f} s for {LOADED}")
    missed |= not quick and seconds > LOAD_GOAL
    return int(missed and not quick)


if __name__ == "__main__":
    sys.exit(main())

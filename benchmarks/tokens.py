"""Tokens: the demo workspace exported whole under the stock limits and a page cap of 200, beside naive plans.

usage: python benchmarks/tokens.py [--quick]     exits 1 when a row is missing or wrong, or a goal is missed

5,000 companies, 25,000 people (half of them of one company), opportunities, and notes through their noteTargets. Time
is a virtual clock that waits for the pace; every row that was written is compared with the row that is there. The goal:
at most 1.05 x the sum of the pages of the lists, and 3. A naive nested query and a request for each parent beside it.
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

from hand import Hand, Took, close, table

from twentyql.client import Client, connect
from twentyql.execute.pacer import STOCK, Pacer
from twentyql.exporting import export_queries
from twentyql.sandbox import Sandbox, VirtualClock
from twentyql.sandbox.demo import demo_snapshot
from twentyql.sandbox.snapshot import Snapshot

PAGE = 200
WHOLE_SIZE = 25_000  # people; the goal is for that size, where asking for counts weighs little
FLAT = (["companies", "people", "opportunities", "notes", "noteTargets"], [])
LINKED = (["companies", "notes"], ["people", "opportunities", "noteTargets"])
NESTED = """{ id name people { edges { node { id companyId name { firstName lastName } } } }
  opportunities { edges { node { id companyId name } } } noteTargets { edges { node { id noteId } } } }"""
Rows = dict[str, dict[str, dict[str, Any]]]


def live(snapshot: Snapshot) -> Rows:
    """The rows that are not deleted, by id, of the five objects."""
    return {name: {row["id"]: row for row in snapshot.rows[name] if row["deletedAt"] is None} for name in FLAT[0]}


def linked(rows: Rows) -> Rows:
    """What the companies, and the notes, lead to."""
    companies, notes = rows["companies"], rows["notes"]

    def of(name: str, *keys: str) -> dict[str, dict[str, Any]]:
        parents = companies.keys() | notes.keys()
        return {id: row for id, row in rows[name].items() if any(row[key] in parents for key in keys)}

    targets = of("noteTargets", "targetCompanyId", "noteId")
    return {
        "companies": companies,
        "notes": notes,
        "people": of("people", "companyId"),
        "opportunities": of("opportunities", "companyId"),
        "noteTargets": targets,
    }


def wrong(folder: Path, expected: Rows) -> list[str]:
    """What is missing, too much or different in the exported files."""
    found: list[str] = []
    for name, rows in expected.items():
        written = [json.loads(line) for line in (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
        if len(written) != len({row["id"] for row in written}):
            found.append(f"{name}: a row came twice")
        if {row["id"] for row in written} != rows.keys():
            found.append(f"{name}: {len(written)} rows of {len(rows)}")
        found += [
            f"{name}: {row['id']} differs in {key}"
            for row in written
            for key, value in row.items()
            if key != "searchVector" and key in rows.get(row["id"], ()) and not same(value, rows[row["id"]][key])
        ][:3]
    return found


def same(got: Any, true: Any) -> bool:
    """Equal, but for what the server itself shows otherwise: nulls of texts and lists, parts that are not stored."""
    if isinstance(got, dict) and isinstance(true, dict):
        return all(same(value, true.get(key)) for key, value in got.items())
    return got == true or (got in ("", [], None) and true in ("", [], None)) or isinstance(got, list | dict)


def pages(rows: Rows) -> int:
    return sum(math.ceil(len(of) / PAGE) for of in rows.values())


async def ours(
    sandbox: Sandbox, clock: VirtualClock, what: tuple[list[str], list[str]], truth: Rows
) -> tuple[Took, list[str]]:
    """Export, with the rows checked, and what `explain` expected beside what it took."""
    pacer = Pacer(clock=clock, sleep=clock.sleep, suspected=STOCK)
    async with connect(sandbox.url, sandbox.key, pacer=pacer) as client:
        told = [await client.reader.explain(q, together=False) for q in export_queries(client.model, *what)]
        clock.pass_by(120)
        sandbox.ledger.clear()
        with tempfile.TemporaryDirectory() as folder:
            took, complaints = await _export(client, sandbox, clock, what, Path(folder) / "out", truth)
    complaints += close("explain, requests", sum(each.requests for each in told), took.requests)
    complaints += close("explain, tokens", sum(each.tokens for each in told), took.tokens)
    clock.pass_by(120)
    return took, complaints


async def _export(
    client: Client, sandbox: Sandbox, clock: VirtualClock, what: tuple[list[str], list[str]], to: Path, truth: Rows
) -> tuple[Took, list[str]]:
    begun = clock()
    receipt = await client.export(what[0], relations=what[1], to=to, format="jsonl")
    complaints = [] if receipt.verdict == "complete" else [f"the receipt says {receipt.verdict}: {receipt.notes}"]
    complaints += wrong(to, truth)
    refused = sum(1 for entry in sandbox.ledger if entry.codes)
    complaints += [f"{refused} requests were refused"] if refused > 0.01 * receipt.requests else []
    written = sum(len(rows) for rows in truth.values())
    took = Took(receipt.requests, sandbox.ledger.tokens, receipt.bytes, clock() - begun, written)
    return took, complaints


async def nested(sandbox: Sandbox, clock: VirtualClock, truth: Rows) -> Took:
    """The natural query: companies with everything inside."""
    begun = clock()
    found: dict[str, set[str]] = {"companies": set(), "people": set(), "opportunities": set(), "noteTargets": set()}
    async with Hand(sandbox, Pacer(clock=clock, sleep=clock.sleep, suspected=STOCK)) as hand:
        async for node in hand.pages("companies", NESTED):
            found["companies"].add(node["id"])
            for name in ("people", "opportunities", "noteTargets"):
                found[name].update(edge["node"]["id"] for edge in node[name]["edges"])
        return _finished(hand.took, begun, clock, found, truth)


async def by_parent(sandbox: Sandbox, clock: VirtualClock, truth: Rows, most: int) -> Took:
    """A request for every list of every company; only ``most`` companies are asked, the rest is reckoned."""
    begun = clock()
    found: dict[str, set[str]] = {"companies": set(), "people": set(), "opportunities": set()}
    async with Hand(sandbox, Pacer(clock=clock, sleep=clock.sleep, suspected=STOCK)) as hand:
        companies = [node["id"] async for node in hand.pages("companies", "{ id }")]
        before = hand.took.tokens
        for company in companies[:most]:
            for name, type_ in (("people", "PersonFilterInput"), ("opportunities", "OpportunityFilterInput")):
                async for node in hand.pages(name, "{ id }", filter=(type_, {"companyId": {"eq": company}})):
                    found[name].add(node["id"])
        took = _finished(hand.took, begun, clock, found, {})
    share = len(companies) / max(1, min(most, len(companies)))
    took.tokens = took.requests = round(before + (took.tokens - before) * share)
    took.seconds *= share
    took.rows = took.lost = 0
    return took


def _finished(took: Took, begun: float, clock: VirtualClock, found: dict[str, set[str]], truth: Rows) -> Took:
    took.seconds = clock() - begun
    took.rows = sum(map(len, found.values()))
    took.lost = sum(len(rows.keys() - found[name]) for name, rows in truth.items() if name in found)
    clock.pass_by(120)
    return took


async def main(people: int, parents: int) -> int:
    snapshot = demo_snapshot(people, 1)
    rows = live(snapshot)
    complaints: list[str] = []
    shown: dict[str, Took] = {}
    clock = VirtualClock()
    async with Sandbox.of(snapshot, limits="stock", clock=clock, latency=0.02, page_cap=PAGE) as sandbox:
        for name, what, truth in (
            ("twentyql export, five objects", FLAT, rows),
            ("twentyql export, companies and notes with lists", LINKED, linked(rows)),
        ):
            shown[name], wrongs = await ours(sandbox, clock, what, truth)
            bound = 1.05 * pages(truth) + 3
            complaints += [f"{name}: {wrong}" for wrong in wrongs]
            if shown[name].tokens > bound and people >= WHOLE_SIZE:
                complaints.append(f"{name}: {shown[name].tokens} tokens, the goal is {bound:.0f}")
            print(f"{name}: {shown[name].tokens} tokens for {pages(truth)} full pages (goal {bound:.0f})")
        inside = {name: of for name, of in linked(rows).items() if name != "notes"}
        targets = {id: row for id, row in rows["noteTargets"].items() if row["targetCompanyId"] in rows["companies"]}
        shown["naive: one nested query"] = await nested(sandbox, clock, {**inside, "noteTargets": targets})
        shown[f"naive: a request a parent (from {parents})"] = await by_parent(sandbox, clock, {}, parents)
    table(f"{len(rows['companies']):,} companies, {len(rows['people']):,} people, stock limits, pages of {PAGE}", shown)
    for complaint in complaints:
        print(f"WRONG: {complaint}")
    print("every row written was compared with the row that is there" if not complaints else "failed")
    return 1 if complaints else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows")
    arguments = parser.parse_args()
    sys.exit(asyncio.run(main(2_500 if arguments.quick else WHOLE_SIZE, 50 if arguments.quick else 400)))

"""Relations: people with company, companies with people, three levels, beside a correct plan by hand and the naive one.

usage: python benchmarks/relations.py [--quick]     exits 1 when a row is missing or wrong, or a goal is missed

Each way reads the same demo workspace, once under the stock limits on a virtual clock, with a page cap of 200, and once
on an open server with larger pages and real time. By hand means: every list read flat by id with all it needs, joined
in dicts, as many lists at once as help. Naive means: the natural nested query. The rows of each are compared with the
rows that are there. The goal: at most 1.1 x the requests, tokens, bytes and seconds of the plan by hand.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

from hand import Hand, Took, close, table

from twentyql.client import Client, connect
from twentyql.execute.pacer import STOCK, Pacer
from twentyql.sandbox import Sandbox, VirtualClock
from twentyql.sandbox.demo import demo_snapshot
from twentyql.sandbox.snapshot import Snapshot

Row = dict[str, Any]
Answer = dict[str, Any]  # by the id of the root record: what was read of it, in a form that compares
GOAL = 1.1
STOCK_PAGE = 200
PERSON = "{ id companyId name { firstName lastName } jobTitle city }"
NOT_NULL = {"is": "NOT_NULL"}


class Case:
    """One question, as asked of the toolkit, by hand and naively; each gives an `Answer`."""

    name: str
    root: str
    names: tuple[str, ...]
    naive_node: str

    def __init__(self, snapshot: Snapshot) -> None:
        self.rows = {
            name: {row["id"]: row for row in rows if row["deletedAt"] is None} for name, rows in snapshot.rows.items()
        }

    def truth(self) -> Answer:
        raise NotImplementedError

    def of_row(self, row: Row) -> Any:
        """What a row of the toolkit says."""
        raise NotImplementedError

    async def by_hand(self, hand: Hand, size: int) -> Answer:
        raise NotImplementedError

    def of_naive(self, node: Row) -> Any:
        """What a node of the nested query says."""
        raise NotImplementedError

    def children(self, name: str, key: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for id, row in sorted(self.rows[name].items()):
            found.setdefault(row[key], []).append(id)
        return found


async def gathered(hand: Hand, root: str, node: str, size: int, filter: tuple[str, Any] | None = None) -> list[Row]:
    return [found async for found in hand.pages(root, node, size, filter)]


class PeopleWithCompany(Case):
    name = "people with their company"
    root = "people"
    names = ("id", "companyId", "name", "jobTitle", "city", "company.id", "company.name")
    naive_node = PERSON.replace("city }", "city company { id name } }")

    def truth(self) -> Answer:
        companies = self.rows["companies"]
        return {id: self._pair(row["name"], companies.get(row["companyId"])) for id, row in self.rows["people"].items()}

    def _pair(self, name: Row, company: Row | None) -> Any:
        return (name["lastName"], company and company["name"])

    def of_row(self, row: Row) -> Any:
        return self._pair(row["name"], row["company"])

    of_naive = of_row

    async def by_hand(self, hand: Hand, size: int) -> Answer:
        """Under a limit the company comes with its people; without one both lists flat spare the server."""
        if size <= STOCK_PAGE:
            return {row["id"]: self.of_row(row) for row in await gathered(hand, "people", self.naive_node, size)}
        people, companies = await asyncio.gather(
            gathered(hand, "people", PERSON, size), gathered(hand, "companies", "{ id name }", size)
        )
        known = {company["id"]: company for company in companies}
        return {row["id"]: self._pair(row["name"], known.get(row["companyId"])) for row in people}


class CompaniesWithPeople(Case):
    name = "companies with their people"
    root = "companies"
    names = ("id", "name", "people.id", "people.name", "people.jobTitle", "people.city")
    naive_node = f"{{ id name people {{ edges {{ node {PERSON} }} }} }}"

    def truth(self) -> Answer:
        people = self.children("people", "companyId")
        return {id: (row["name"], people.get(id, [])) for id, row in self.rows["companies"].items()}

    def of_row(self, row: Row) -> Any:
        return (row["name"], [person["id"] for person in row["people"]])

    def of_naive(self, node: Row) -> Any:
        return (node["name"], sorted(edge["node"]["id"] for edge in node["people"]["edges"]))

    async def by_hand(self, hand: Hand, size: int) -> Answer:
        companies, people = await asyncio.gather(
            gathered(hand, "companies", "{ id name }", size),
            gathered(hand, "people", PERSON, size, ("PersonFilterInput", {"companyId": NOT_NULL})),
        )
        found: dict[str, list[str]] = {}
        for person in people:
            found.setdefault(person["companyId"], []).append(person["id"])
        return {row["id"]: (row["name"], found.get(row["id"], [])) for row in companies}


class ThreeLevels(Case):
    name = "companies, their people, those people's notes"
    root = "companies"
    names = ("id", "name", "people.id", "people.name", "people.noteTargets.id", "people.noteTargets.note.title")
    naive_node = "{ id name people { edges { node { id companyId name { firstName lastName } } } } }"

    def truth(self) -> Answer:
        people, targets = self.children("people", "companyId"), self.children("noteTargets", "targetPersonId")

        def titles(person: str) -> Any:
            notes = (self.rows["notes"].get(self.rows["noteTargets"][id]["noteId"]) for id in targets.get(person, []))
            return [note and note["title"] for note in notes]

        return {id: [(person, titles(person)) for person in people.get(id, [])] for id in self.rows["companies"]}

    def of_row(self, row: Row) -> Any:
        return [
            (person["id"], [target["note"] and target["note"]["title"] for target in person["noteTargets"]])
            for person in row["people"]
        ]

    def of_naive(self, node: Row) -> Any:  # a list inside a list is refused, so the notes are left out
        return sorted((edge["node"]["id"], []) for edge in node["people"]["edges"])

    async def by_hand(self, hand: Hand, size: int) -> Answer:
        companies, people, targets = await asyncio.gather(
            gathered(hand, "companies", "{ id name }", size),
            gathered(
                hand,
                "people",
                "{ id companyId name { firstName lastName } }",
                size,
                ("PersonFilterInput", {"companyId": NOT_NULL}),
            ),
            gathered(
                hand,
                "noteTargets",
                "{ id targetPersonId note { id title } }",
                size,
                ("NoteTargetFilterInput", {"targetPersonId": NOT_NULL}),
            ),
        )
        notes: dict[str, list[Any]] = {}
        for target in targets:
            notes.setdefault(target["targetPersonId"], []).append(target["note"] and target["note"]["title"])
        staff: dict[str, list[Any]] = {}
        for person in people:
            staff.setdefault(person["companyId"], []).append((person["id"], notes.get(person["id"], [])))
        return {row["id"]: staff.get(row["id"], []) for row in companies}


CASES: tuple[type[Case], ...] = (PeopleWithCompany, CompaniesWithPeople, ThreeLevels)
Way = Callable[[], Awaitable[tuple[Took, Answer, list[str]]]]


class Bench:
    """One sandbox, and the three ways to ask it."""

    def __init__(self, sandbox: Sandbox, clock: VirtualClock | None, case: Case, size: int) -> None:
        self.sandbox, self.clock, self.case, self.size = sandbox, clock, case, size

    def now(self) -> float:
        return self.clock() if self.clock else time.perf_counter()

    def pacer(self) -> Pacer:
        if self.clock:
            return Pacer(clock=self.clock, sleep=self.clock.sleep, suspected=STOCK)
        return Pacer()

    async def ours(self) -> tuple[Took, Answer, list[str]]:
        async with connect(self.sandbox.url, self.sandbox.key, pacer=self.pacer()) as client:
            query = client[self.case.root].select(*self.case.names)
            told = await client.explain(query)
            self.rest()
            begun = self.now()
            took, answer, complaints = await self._fetched(client, query)
            took.seconds = self.now() - begun
        complaints += close("explain, requests", told.requests, took.requests)
        complaints += close("explain, tokens", told.tokens, took.tokens)
        self.rest()
        return took, answer, complaints

    async def _fetched(self, client: Client, query: Any) -> tuple[Took, Answer, list[str]]:
        result = await client.fetch(query)
        receipt = result.receipt
        answer = {row["id"]: self.case.of_row(row) for row in result}
        complaints = [] if receipt.verdict == "complete" else [f"the receipt says {receipt.verdict}: {receipt.notes}"]
        return Took(receipt.requests, receipt.tokens, receipt.bytes, rows=receipt.rows), answer, complaints

    async def by_hand(self) -> tuple[Took, Answer, list[str]]:
        begun = self.now()
        async with Hand(self.sandbox, self.pacer()) as hand:
            answer = await self.case.by_hand(hand, self.size)
        hand.took.seconds = self.now() - begun
        self.rest()
        return hand.took, answer, []

    async def naive(self) -> tuple[Took, Answer, list[str]]:
        begun = self.now()
        async with Hand(self.sandbox, self.pacer()) as hand:
            nodes = [node async for node in hand.pages(self.case.root, self.case.naive_node, self.size)]
        hand.took.seconds = self.now() - begun
        self.rest()
        return hand.took, {node["id"]: self.case.of_naive(node) for node in nodes}, []

    def rest(self) -> None:
        if self.clock:
            self.clock.pass_by(120)


def lost(answer: Answer, truth: Answer) -> int:
    """How many records of all levels the answer lacks."""
    return sum(max(0, size(true) - size(answer.get(id))) for id, true in truth.items())


def size(part: Any) -> int:
    """The records in a part of an answer: one for itself, and those of its lists."""
    if part is None:
        return 0
    if isinstance(part, list):
        return sum(size(each) for each in part)
    if isinstance(part, tuple):
        return 1 + sum(size(each) for each in part if isinstance(each, list))
    return 1


async def compared(bench: Bench, times: int) -> tuple[dict[str, Took], list[str]]:
    """The three ways, and what is wrong with ours; seconds are medians of several runs."""
    truth = bench.case.truth()
    ways: dict[str, Way] = {"twentyql": bench.ours, "by hand": bench.by_hand, "naive nested query": bench.naive}
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    shown: dict[str, Took] = {}
    complaints: list[str] = []
    for _ in range(times):
        for name, way in ways.items():
            took, answer, wrongs = await way()
            took.rows, took.lost = sum(size(part) for part in answer.values()), lost(answer, truth)
            seconds[name].append(took.seconds)
            shown[name] = took
            if name != "naive nested query":
                complaints += [f"{name}: {wrong}" for wrong in wrongs]
                complaints += [f"{name}: the rows are not those that are there"] if answer != truth else []
    for name, took in shown.items():
        took.seconds = statistics.median(seconds[name])
    return shown, complaints


def over(ours: Took, hand: Took) -> list[str]:
    """Which goals are missed."""
    found: list[str] = []
    for what in ("requests", "tokens", "bytes", "seconds"):
        mine, theirs = getattr(ours, what), getattr(hand, what)
        if mine > GOAL * theirs:
            found.append(f"{what}: {mine:,.2f} against {theirs:,.2f}, {mine / theirs:.2f} x")
    return found


async def main(people: int, times: int, *, goals: bool) -> int:
    failed = False
    for limited in (True, False):
        snapshot = demo_snapshot(people if limited else 2 * people, 1)
        for kind in CASES:
            case = kind(snapshot)
            clock = VirtualClock() if limited else None
            options: dict[str, Any] = {"limits": "stock", "clock": clock, "page_cap": 200} if limited else {}
            async with Sandbox.of(snapshot, latency=0.02, **options) as sandbox:
                gc.collect()
                gc.freeze()  # the rows of the sandbox are no garbage of whoever reads
                bench = Bench(sandbox, clock, case, STOCK_PAGE if limited else 1000)
                shown, complaints = await compared(bench, 1 if limited else times)
            limits = "stock limits, pages of 200, virtual seconds" if limited else "open, larger pages, real seconds"
            table(f"{case.name}: {limits}", shown)
            missed = over(shown["twentyql"], shown["by hand"])
            complaints += missed if goals else []
            for complaint in complaints:
                print(f"  WRONG: {complaint}")
            failed = failed or bool(complaints)
    print(
        "\nevery row of ours and of the plan by hand was compared with the row that is there"
        if not failed
        else "\nfailed"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows, and goals are not held")
    arguments = parser.parse_args()
    quick = arguments.quick
    sys.exit(asyncio.run(main(2_500 if quick else 25_000, 1 if quick else 3, goals=not quick)))

"""One list from a server that errs: every row that it shows comes exactly once, and every other is counted."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import random
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twentyql.build.named import select
from twentyql.errors import IncompleteError
from twentyql.execute.cursors import after
from twentyql.execute.pages import Page
from twentyql.execute.receipt import ListReceipt, Tally, doubt
from twentyql.execute.scan import Batch, scan
from twentyql.introspect.load import assemble
from twentyql.plan.model import WHOLE, Paging, Plan, Read, Span
from twentyql.plan.planner import plan
from twentyql.sandbox.demo import demo_snapshot
from twentyql.sandbox.model import read_model
from twentyql.sandbox.types.core import core_schema
from twentyql.schema.dialects import TWENTY

SMALL = demo_snapshot(rows=10, seed=1)
MODEL = assemble(
    core_schema(read_model(SMALL.objects, SMALL.workspace)),
    {"objects": {"edges": [{"node": n} for n in SMALL.objects]}},
).model
PLAN: Plan = plan(select(MODEL, "people", "id"), MODEL, TWENTY)


def uuid(i: int) -> str:
    return f"{i:08x}-0000-4000-8000-{i * 7919:012x}"


@dataclass
class Server:
    """People by id, as Twenty pages them, with what can go wrong on a page."""

    ids: set[str]
    page_size: int = 200
    withheld: set[str] = field(default_factory=set)
    ranges: bool = True
    cap: int | None = None
    dice: random.Random = field(default_factory=lambda: random.Random(0))
    faults: tuple[str, ...] = ()
    chance: float = 0.0
    writes: list[tuple[str, str]] = field(default_factory=list)
    requests: int = 0

    def ranged(self, read: Read) -> str | None:
        return read.text if self.ranges else None

    async def page(self, read: Read, variables: dict[str, Any], tally: Tally, *, text: str = "") -> Page:
        self.requests += 1
        assert self.requests < 5000, "the scan does not end"
        found = sorted(id for id in self.ids if self._meets(id, variables.get("filter")))
        total = len(found)
        cursor = variables.get("after")
        behind = [id for id in found if cursor is None or after(id) == cursor or id > self._id(cursor)]
        behind = [id for id in behind if cursor is None or after(id) != cursor]
        first = min(variables["first"], self.cap or 10**9)
        fault = self.dice.choice(self.faults) if self.faults and self.dice.random() < self.chance else ""
        if fault == "short":
            first = max(1, first // 2)
        page, more = behind[:first], len(behind) > first
        shown = [id for id in page if id not in self.withheld]
        end = after(shown[-1]) if shown else None
        if fault == "lost" and len(shown) > 1:
            del shown[-2]
        if fault == "twice" and shown:
            shown = [shown[0], *shown]
        if fault == "stuck" and shown:
            more, end = True, cursor
        if fault == "no cursor":
            end = None
        if fault == "early end":
            more = False
        if self.writes:
            verb, id = self.writes.pop()
            (self.ids.add if verb == "insert" else self.ids.discard)(id)
        return Page([{"id": id} for id in shown], [(id,) for id in shown], total, more, end, 0)

    def _meets(self, id: str, where: Any) -> bool:
        for part in (where or {}).get("and", [where] if where else []):
            ((operator, value),) = part["id"].items()
            if (operator == "gt" and id <= value) or (operator == "lte" and id > value):
                return False
        return True

    def _id(self, cursor: str) -> str:
        return str(json.loads(base64.b64decode(cursor))["id"])


async def read(
    server: Server, span: Span = WHOLE, most: int | None = None
) -> tuple[list[str], ListReceipt, list[Batch]]:

    tally = Tally(PLAN)
    wanted = replace(PLAN.root, paging=Paging(server.page_size, server.page_size))
    batches = [batch async for batch in scan(wanted, server, tally, span=span, most=most)]
    return [key[0] for batch in batches for key in batch.keys], tally.of(wanted).receipt(), batches


def people(many: int) -> set[str]:
    return {uuid(i * 3) for i in range(many)}


FAULTS = ("short", "lost", "twice", "stuck", "no cursor", "early end")
careful = settings(deadline=None, max_examples=60)


@careful
@given(
    many=st.integers(0, 120),
    size=st.integers(1, 30),
    seed=st.integers(0, 10**6),
    kinds=st.lists(st.sampled_from(FAULTS), unique=True),
    hidden=st.sampled_from([0.0, 0.1, 0.5, 1.0]),
)
def test_every_row_that_is_shown_comes_once_and_the_rest_is_counted(
    many: int, size: int, seed: int, kinds: list[str], hidden: float
) -> None:
    dice = random.Random(seed)
    ids = people(many)
    withheld = {id for id in sorted(ids) if dice.random() < hidden}
    server = Server(set(ids), size, withheld, dice=dice, faults=tuple(kinds), chance=0.2)
    got, receipt, _ = asyncio.run(read(server))
    assert len(set(got)) == len(got)
    lost = (ids - withheld) - set(got)
    if "lost" not in kinds:
        assert not lost
        assert receipt.withheld == len(withheld)
    else:  # a row may be lost again when it is looked for: then it is counted as one that did not come
        assert receipt.withheld >= len(withheld) + len(lost)
    assert set(got) <= ids - withheld


@careful
@given(
    many=st.integers(20, 120),
    size=st.integers(1, 30),
    seed=st.integers(0, 10**6),
    hidden=st.sampled_from([0.0, 0.2]),
    kinds=st.lists(st.sampled_from(["short", "twice", "stuck", "no cursor"]), unique=True),
)
def test_rows_unchanged_during_the_scan_come_once_beside_writers(
    many: int, size: int, seed: int, hidden: float, kinds: list[str]
) -> None:
    dice = random.Random(seed)
    ids = people(many)
    gone = set(dice.sample(sorted(ids), many // 5))
    new = {uuid(i * 3 + 1) for i in dice.sample(range(many), many // 5)}
    withheld = {id for id in sorted(ids) if dice.random() < hidden}
    writes = [("delete", id) for id in sorted(gone)] + [("insert", id) for id in sorted(new)]
    dice.shuffle(writes)
    server = Server(set(ids), size, withheld, dice=dice, faults=tuple(kinds), chance=0.2, writes=writes)
    got, receipt, _ = asyncio.run(read(server))
    assert doubt(receipt, limited=False) is None
    assert len(set(got)) == len(got)
    assert set(got) >= ids - gone - withheld
    assert set(got) <= (ids | new) - withheld


@careful
@given(
    many=st.integers(0, 100),
    size=st.integers(1, 30),
    cuts=st.lists(st.integers(0, 300), max_size=4),
    ranges=st.booleans(),
)
def test_spans_are_whole_and_apart(many: int, size: int, cuts: list[int], ranges: bool) -> None:
    ids = people(many)
    bounds = [None, *(uuid(i) for i in sorted(set(cuts))), None]
    got: list[str] = []
    for low, high in itertools.pairwise(bounds):
        rows, _, batches = asyncio.run(read(Server(set(ids), size, ranges=ranges), Span(low, high)))
        got += rows
        done = [batch.done for batch in batches]
        assert all(a is not None and b is not None and a.upto == b.after for a, b in itertools.pairwise(done))
        assert done[0] is not None
        assert done[0].after == low
        assert done[-1] is not None
        assert done[-1].upto == high
    assert got == sorted(ids)


async def test_a_lost_row_is_found_with_few_requests() -> None:
    server = Server(people(2000), 50, faults=("lost",), chance=1.0)

    def once(*_: object) -> str:
        server.chance = 0.0
        return "lost"

    server.dice.choice = once  # type: ignore[method-assign,assignment]
    got, receipt, _ = await read(server)
    assert len(got) == 2000
    assert receipt.recovered == 1
    assert receipt.withheld == 0
    assert server.requests <= 40 + 1 + 2 * 6 + 1


async def test_rows_withheld_as_a_whole_cost_little() -> None:
    ids = people(4000)
    server = Server(set(ids), 200, withheld=set(ids))
    got, receipt, _ = await read(server)
    assert got == []
    assert receipt.withheld == 4000
    assert server.requests <= 150


async def test_visible_rows_behind_withheld_ones_are_found() -> None:
    ids = people(3000)
    hidden = set(sorted(ids)[100:2990])
    got, receipt, _ = await read(Server(set(ids), 50, withheld=hidden))
    assert got == sorted(ids - hidden)
    assert receipt.withheld == len(hidden)


async def test_without_ranges_a_stuck_server_is_said_to_be() -> None:
    ids = people(100)
    got, receipt, _ = await read(Server(set(ids), 10, withheld=set(sorted(ids)[50:]), ranges=False))
    assert got == sorted(ids)[:50]
    assert receipt.withheld == 50
    server = Server(set(ids), 10, ranges=False, faults=("twice", "stuck"), chance=1.0)
    try:
        got, _, _ = await read(server)
    except IncompleteError:
        return
    assert got == sorted(ids)


@pytest.mark.parametrize("most", [0, 1, 10, 25, 99, 100, 101])
async def test_at_most_so_many(most: int) -> None:
    got, _, _ = await read(Server(people(100), 10), most=most) if most else ([], None, [])
    assert got == sorted(people(100))[:most]

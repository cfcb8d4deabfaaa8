"""Every fault of the sandbox, alone and mixed, and writers beside: the rows are the truth, or the failure is clear.

Over 200 seeds each, by ``pytest -n 0 -m soak tests/whole/test_faults_soak.py``. What must never be is a receipt that
says ``complete`` beside rows that are not.
"""

from __future__ import annotations

import asyncio
import os
import random
import statistics
from collections import Counter
from typing import Any

import pytest
from truth import live

from twentyql.build.named import select
from twentyql.client import Client, connect
from twentyql.errors import TwentyqlError
from twentyql.execute.pacer import Pacer
from twentyql.sandbox import Fault, Sandbox, VirtualClock
from twentyql.sandbox.demo import demo_snapshot
from twentyql.sandbox.root import Root

pytestmark = pytest.mark.soak
SEEDS = int(os.environ.get("TWENTYQL_SOAK_SEEDS", "200"))
SMALL = demo_snapshot(rows=120, seed=3)
NAMES = ["name", "people.name.lastName", "people.noteTargets.id", "opportunities.stage"]
OTHER = ("SCHEMA", "WEBHOOK")
READING = [
    fault
    for fault in Fault
    if fault not in (Fault.STALL, Fault.INTROSPECTION_REFUSED, Fault.METADATA_FORBIDDEN)
    and not fault.name.startswith(OTHER)
]
SEARCHED = (Fault.LOST_ROW, Fault.CUT_SHORT, Fault.WITHHELD, None)
"""Where rows are looked for by requests that nobody foresees."""


def family(row: dict[str, Any]) -> tuple[Any, ...]:
    """A company with everything below it, in an order that does not depend on the way it was read."""
    people = sorted((p["id"], tuple(sorted(t["id"] for t in p["noteTargets"]))) for p in row["people"])
    return row["id"], row["name"], tuple(people), tuple(sorted(o["id"] for o in row["opportunities"]))


class World:
    """A sandbox on a clock that passes by itself, with a client; the schema is read once."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.sandbox = Sandbox.of(SMALL, clock=self.clock, page_cap=25)

    async def client(self, schema: Any = None) -> Client:
        pacer = Pacer(clock=self.clock, sleep=self.clock.sleep)
        client = await connect(self.sandbox.url, self.sandbox.key, pacer=pacer, schema=schema)
        client.reader._requester._sleep = self.clock.sleep  # retries wait on the same clock
        return client


async def outcome(client: Client, expected: list[Any], shares: list[float]) -> str:
    """``true`` or how it failed; an AssertionError for a silent loss. ``shares`` gets actual by expected requests."""
    try:
        result = await client.fetch(select(client.model, "companies", *NAMES), timeout=60)
    except TwentyqlError as error:
        return type(error).__name__
    rows = sorted(map(family, result))
    if rows == expected:
        foreseen = result.receipt.expected
        assert foreseen is not None
        shares.append((result.receipt.requests - result.receipt.retries) / foreseen.requests)
        return "true"
    assert result.receipt.verdict != "complete", f"a silent loss: {result.receipt}"
    return result.receipt.verdict


@pytest.mark.parametrize("fault", [*READING, None], ids=lambda fault: fault.name if fault else "mixed")
async def test_no_fault_loses_a_row_in_silence(fault: Fault | None) -> None:
    world = World()
    ended: Counter[str] = Counter()
    shares: list[float] = []
    async with world.sandbox:
        async with await world.client() as client:
            schema = client.schema
            expected = sorted(map(family, await client.fetch(select(client.model, "companies", *NAMES))))
        for seed in range(SEEDS):
            kinds = [fault] if fault else random.Random(seed).sample(READING, 6)
            async with await world.client(schema) as client:
                world.sandbox.faults.random(0.06, seed, kinds)
                ended[await outcome(client, expected, shares)] += 1
                world.sandbox.faults.clear()
    print(f"\n{fault.name if fault else 'mixed'}: {dict(ended)}")
    assert ended["true"] > 0 or fault is Fault.FORBIDDEN
    assert fault in SEARCHED or not shares or 0.9 <= statistics.median(shares) <= 1.1, "explain is off by a tenth"


async def test_rows_unchanged_come_once_beside_writers() -> None:
    """Others insert, update and delete while people are read, in pages of 25."""
    people = live(SMALL, "people")
    for seed in range(SEEDS):
        dice = random.Random(seed)
        world = World()
        async with world.sandbox:
            client = await world.client(await _schema(world))
            changed, gone, new = set[str](), set[str](), set[str]()
            done = asyncio.Event()

            async def write(
                world: World = world,
                dice: random.Random = dice,
                changed: set[str] = changed,
                gone: set[str] = gone,
                new: set[str] = new,
                done: asyncio.Event = done,
            ) -> None:
                while not done.is_set():
                    person = dice.choice(people)["id"]
                    verb = dice.choice(["create", "update", "delete"])
                    if verb == "create":
                        id = f"{dice.getrandbits(32):08x}-0000-4000-8000-{dice.getrandbits(48):012x}"
                        root = Root("createPerson", {"data": {"id": id, "jobTitle": "new"}}, {"id": {}})
                        new.add(id)
                    elif verb == "update" and person not in gone:
                        root = Root("updatePerson", {"id": person, "data": {"jobTitle": "changed"}}, {"id": {}})
                        changed.add(person)
                    elif verb == "delete" and person not in gone:
                        root = Root("destroyPerson", {"id": person}, {"id": {}})
                        gone.add(person)
                    else:
                        continue
                    await world.sandbox._work(lambda root=root: world.sandbox.engine.run(root))
                    await asyncio.sleep(0)

            writer = asyncio.create_task(write())
            result = await client.fetch(client["people"].select("jobTitle"))
            done.set()
            await writer
            await client.close()
        ids = [row["id"] for row in result]
        assert len(set(ids)) == len(ids), seed
        assert set(ids) >= {row["id"] for row in people} - gone, seed
        assert set(ids) <= {row["id"] for row in people} | new, seed
        titles = {row["id"]: row["jobTitle"] or "" for row in result}
        kept = [row for row in people if row["id"] not in gone | changed]
        assert all(titles[row["id"]] == (row["jobTitle"] or "") for row in kept), seed


_SCHEMA: list[Any] = []


async def _schema(world: World) -> Any:
    if not _SCHEMA:
        async with await world.client() as client:
            _SCHEMA.append(client.schema)
    return _SCHEMA[0]

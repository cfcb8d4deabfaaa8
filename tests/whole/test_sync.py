"""An incremental sync ends equal to a full export, whatever happened in between."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from twentyql.build.whole import whole_query
from twentyql.client import connect
from twentyql.errors import OutputError, TwentyqlError, UsageError
from twentyql.output.arrow import to_table
from twentyql.output.spec import spec_for
from twentyql.sandbox import Fault, Sandbox
from twentyql.sandbox.demo import demo_snapshot
from twentyql.sandbox.model import Model, read_model
from twentyql.sandbox.records.engine import Engine
from twentyql.sandbox.root import Root
from twentyql.syncing import Timing, sync

FORMATS = ("duckdb", "parquet")
OBJECTS = ("companies", "people")
LAG = 600.0


SNAPSHOT = demo_snapshot(rows=60, seed=5)


@dataclass
class World:
    """A sandbox whose clock and rows the test turns, and the folder that is kept up to date."""

    folder: Path
    format: str
    now: datetime = datetime(2027, 1, 1, tzinfo=UTC)
    made: int = 0
    fields: int = 0
    sandbox: Sandbox = field(init=False)

    def __post_init__(self) -> None:
        self.sandbox = _Clocked.of(SNAPSHOT)
        self.sandbox.world = self  # type: ignore[attr-defined]

    async def sync(self, **options: Any) -> Any:
        timing = Timing(options.pop("lag", LAG), options.pop("sweep_every", 1e9), self.now)
        async with connect(self.sandbox.url, self.sandbox.key) as client:
            return await sync(client, OBJECTS, self.folder, self.format, timing)

    def do(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        return self.sandbox.engine.run(Root(name, arguments, {"id": {}}))

    def ids(self, deleted: bool = False) -> list[str]:
        filter = {"deletedAt": {"is": "NOT_NULL"}} if deleted else {}
        found = self.sandbox.engine.run(
            Root("people", {"filter": filter, "first": 500}, {"edges": {"node": {"id": {}}}})
        )
        return [edge["node"]["id"] for edge in found["edges"]]

    def held(self, table: str) -> list[dict[str, Any]]:
        if self.format == "parquet":
            return pq.read_table(self.folder / f"{table}.parquet").sort_by("id").to_pylist()
        with duckdb.connect(str(self.folder / "workspace.duckdb"), read_only=True) as duck:
            duck.execute("SET TimeZone = 'UTC'")
            return duck.sql(f"FROM {table} ORDER BY id").to_arrow_table().to_pylist()

    async def check(self) -> None:
        async with connect(self.sandbox.url, self.sandbox.key) as client:
            for table in OBJECTS:
                rows = list(await client.fetch(whole_query(client.model, table)))
                assert self.held(table) == to_table(spec_for(client.model, table), rows).sort_by("id").to_pylist()


class _Clocked(Sandbox):
    world: World

    def _make_engine(self, model: Model) -> Engine:
        return Engine(model, self._db, now=lambda: self.world.now)


def person(world: World, **more: Any) -> dict[str, Any]:
    world.made += 1
    return {"name": {"firstName": f"New {world.made}", "lastName": "Person"}, **more}


def stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def insert(world: World, dice: random.Random) -> None:
    world.do("createPerson", {"data": person(world)})


def change(world: World, dice: random.Random) -> None:
    if ids := world.ids():
        world.do("updatePerson", {"id": dice.choice(ids), "data": person(world)})


def delete(world: World, dice: random.Random) -> None:
    if ids := world.ids():
        world.do("deletePerson", {"id": dice.choice(ids)})


def restore(world: World, dice: random.Random) -> None:
    if ids := world.ids(deleted=True):
        world.do("restorePerson", {"id": dice.choice(ids)})


def destroy(world: World, dice: random.Random) -> None:
    if ids := world.ids():
        world.do("destroyPerson", {"id": dice.choice(ids)})


def late_commit(world: World, dice: random.Random) -> None:
    """A transaction that began a while ago is committed now."""
    now, world.now = world.now, world.now - timedelta(seconds=dice.uniform(0, LAG - 1))
    insert(world, dice)
    change(world, dice)
    world.now = now


def clock_steps_back(world: World, dice: random.Random) -> None:
    world.now -= timedelta(seconds=dice.uniform(0, LAG / 4))


def time_passes(world: World, dice: random.Random) -> None:
    world.now += timedelta(seconds=dice.choice([0.001, 1, 100, 10_000]))


def new_field(world: World, dice: random.Random) -> None:
    """A field with a default is added to people: every row has a new value, and no updatedAt tells."""
    world.fields += 1
    nodes = [dict(node) for node in world.sandbox.engine.model.nodes]
    people = next(node for node in nodes if node["namePlural"] == "people")
    pattern = next(f for f in people["fieldsList"] if f["name"] == "jobTitle")
    made = dict(
        pattern, id=f"20202020-0000-4000-8000-{world.fields:012}", name=f"extra{world.fields}", defaultValue="'x'"
    )
    people["fieldsList"] = [*people["fieldsList"], made]
    world.sandbox.engine.change_model(read_model(nodes, SNAPSHOT.workspace))


EVENTS: list[Callable[[World, random.Random], None]] = [
    insert,
    insert,
    change,
    change,
    change,
    delete,
    delete,
    restore,
    destroy,
    late_commit,
    clock_steps_back,
    time_passes,
    time_passes,
    new_field,
]


async def live(world: World, seed: int, steps: int) -> None:
    """A history: events, syncs, and syncs that break off."""
    dice = random.Random(seed)
    async with world.sandbox:
        await world.sync()
        await world.check()
        for _ in range(steps):
            for _ in range(dice.randrange(4)):
                await world.sandbox._work(lambda: dice.choice(EVENTS)(world, dice))
            if dice.random() < 0.3:
                world.sandbox.faults.add(Fault.FORBIDDEN, root="people", skip=dice.randrange(3))
                with suppress(TwentyqlError):  # a fault that is not met lets the run through
                    await world.sync()
                world.sandbox.faults.clear()
        receipt = await world.sync()
        assert receipt.verdict == "complete", receipt.notes
        await world.check()


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("seed", range(1))
async def test_a_history_ends_equal_to_a_full_export(tmp_path: Path, format: str, seed: int) -> None:
    await live(World(tmp_path, format), seed, 6)


@pytest.mark.soak
@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("seed", range(100))
async def test_two_hundred_histories_end_equal_to_a_full_export(tmp_path: Path, format: str, seed: int) -> None:
    await live(World(tmp_path, format), 1_000 + seed, 12)


@pytest.mark.parametrize("format", FORMATS)
async def test_a_second_run_reads_what_changed_and_no_more(tmp_path: Path, format: str) -> None:
    world = World(tmp_path, format)
    async with world.sandbox:
        await world.sync()
        world.now += timedelta(days=1)
        insert(world, random.Random(1))
        world.sandbox.ledger.clear()
        receipt = await world.sync(lag=1.0)
        assert world.sandbox.ledger.roots["people"] == 3  # the latest change, the new row, the count
        assert "people: 2 put, 0 removed" in receipt.notes  # the closed bound sees the newest of before again
        receipt = await world.sync(lag=1.0)
        assert "people: 1 put, 0 removed" in receipt.notes
        await world.check()


@pytest.mark.parametrize("format", FORMATS)
async def test_a_new_column_is_carried_and_reported(tmp_path: Path, format: str) -> None:
    world = World(tmp_path, format)
    async with world.sandbox:
        await world.sync()
        new_field(world, random.Random(1))
        receipt = await world.sync()
        assert any("people: new column extra1" in note for note in receipt.notes)
        await world.check()
        assert world.held("people")[0]["extra1"] == "x"


@pytest.mark.usefixtures("no_ranges")
async def test_a_read_that_is_not_whole_changes_nothing(tmp_path: Path) -> None:
    world = World(tmp_path, "duckdb")
    async with world.sandbox:
        await world.sync()
        before = world.held("people")
        new_field(world, random.Random(1))
        world.sandbox.faults.add(Fault.LOST_ROW, root="people", skip=1)
        receipt = await world.sync()
        assert receipt.verdict == "incomplete"
        assert world.held("people") == before


async def test_other_formats_and_folders_are_refused(tmp_path: Path) -> None:
    world = World(tmp_path / "a", "csv")
    async with world.sandbox:
        with pytest.raises(UsageError, match="duckdb, parquet"):
            await world.sync()
        (tmp_path / "b").mkdir()
        (tmp_path / "b" / "mine.txt").write_text("x")
        world.folder, world.format = tmp_path / "b", "duckdb"
        with pytest.raises(OutputError, match="not empty"):
            await world.sync()

"""Whichever way a plan takes, its rows are those of the plainest plan: every list by id, children by their key."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_properties import HARMLESS, Clockwork, loaded

from twentyql.build.named import select
from twentyql.build.query import Query
from twentyql.build.record import Record
from twentyql.client import Client
from twentyql.config import load_settings
from twentyql.execute.pacer import STOCK, Pacer
from twentyql.execute.reader import Reader
from twentyql.execute.receipt import Receipt, Tally
from twentyql.execute.requester import Requester
from twentyql.execute.scan import Batch
from twentyql.output.linked import LinkedTables
from twentyql.plan.choices import Force
from twentyql.plan.model import WHOLE, How, Plan, Span, Spread
from twentyql.sandbox import Fault, Sandbox
from twentyql.sandbox.demo import demo_snapshot
from twentyql.sandbox.records.image import Image, make_image
from twentyql.sandbox.snapshot import Snapshot
from twentyql.schema.dialects import TWENTY, Dialect
from twentyql.transport import HttpTransport

sys.path.insert(0, str(Path(__file__).parent.parent / "typing"))

from crm_example import Company, Person, WorkspaceMember

SKEWED = demo_snapshot(rows=240, seed=7)  # one company has 120 people, twice what comes nested
SMALL_PAGES = replace(TWENTY, page_size=40, larger_pages=False, parents_per_filter=30)
WAYS = {
    "chunks": Force(children=How.CHUNKS, flat=False),
    "nested": Force(children=How.NESTED, flat=False),
    "scanned": Force(children=How.SCAN, flat=False),
    "flat": Force(flat=True),
    "nested and flat": Force(children=How.NESTED, flat=True),
    "chosen": Force(),
    "side by side": Force(spread=Spread(always=True)),
    "scanned side by side": Force(children=How.SCAN, flat=True, spread=Spread(always=True)),
}
AT_ONCE, SCANS_AT_ONCE = WAYS["side by side"], WAYS["scanned side by side"]


class MemberRow(Record[WorkspaceMember]):
    key = WorkspaceMember.id
    first = WorkspaceMember.name.first_name


class PersonRow(Record[Person]):
    key = Person.id
    last = Person.name.last_name
    employer = Person.company.name


class CompanyRow(Record[Company]):
    key = Company.id
    name = Company.name
    owner = MemberRow.one(Company.account_owner)
    people = PersonRow.many(Company.people)


@pytest.fixture(scope="session")
def snapshot() -> Snapshot:
    return SKEWED


@pytest.fixture(scope="session")
def image(snapshot: Snapshot) -> Image:
    """Here too, or the image of this snapshot would be that of every test of the session."""
    return make_image(snapshot)


def reader(client: Client, force: Force, *, is_open: bool = False) -> Reader:
    pacer = Pacer(suspected=None if is_open else STOCK)
    return Reader(client._requester, client.model, SMALL_PAGES, pacer, force=force)


async def rows_of(reader: Reader, query: Query[Any, Any]) -> tuple[list[Any], Receipt]:
    async with reader.stream(query) as stream:
        return [row async for row in stream], stream.receipt


QUERIES = {
    "children": ["name", "people.name.lastName"],
    "two lists at once": ["name", "people.id", "opportunities.stage", "taskTargets.id"],
    "three levels, morph": ["name", "people.id", "people.noteTargets.id", "people.noteTargets.note.title"],
    "to-ones below": ["name", "accountOwnerId", "accountOwner.name.firstName", "people.company.accountOwner.userEmail"],
}


@pytest.mark.parametrize("names", QUERIES.values(), ids=QUERIES)
async def test_every_way_gives_the_rows_of_the_plainest(client: Client, names: list[str]) -> None:
    query = select(client.model, "companies", *names)
    plain, _ = await rows_of(reader(client, WAYS["chunks"]), query)
    for way, force in WAYS.items():
        rows, receipt = await rows_of(reader(client, force), query)
        assert rows == plain, way
        assert receipt.verdict == "complete", way
        assert receipt.rows == sum(count_rows(row) for row in plain) + flat_rows(receipt), way
    assert (await rows_of(reader(client, Force(), is_open=True), query))[0] == plain
    repaired = (await rows_of(reader(client, WAYS["nested"]), query))[1]
    assert sum(part.repaired for part in repaired.lists) > 0


def count_rows(row: dict[str, Any]) -> int:
    return 1 + sum(count_rows(child) for value in row.values() if isinstance(value, list) for child in value)


def flat_rows(receipt: Receipt) -> int:
    return sum(part.rows for part in receipt.lists if part.name.split(".")[-1] in ("accountOwner", "company", "note"))


async def test_a_to_one_of_many_rows(client: Client, snapshot: Snapshot) -> None:
    """Records that are gone are null, and so is the key to them, whichever way."""
    query = select(client.model, "people", "id", "companyId", "company.name", "company.accountOwner.userEmail")
    plain, _ = await rows_of(reader(client, Force(flat=False)), query)
    flat, receipt = await rows_of(reader(client, Force(flat=True)), query)
    assert flat == plain
    assert receipt.verdict == "complete"
    assert any(row["companyId"] is None for row in flat)
    assert [part.name for part in receipt.lists] == ["people", "company"]


@pytest.mark.parametrize("way", WAYS)
async def test_typed_rows_too(client: Client, way: str) -> None:
    plain, _ = await rows_of(reader(client, WAYS["chunks"]), CompanyRow.query())
    rows, _ = await rows_of(reader(client, WAYS[way]), CompanyRow.query())
    assert rows == plain
    assert [[person.employer for person in row.people] for row in rows] == [
        [row.name] * len(row.people) for row in rows
    ]


async def test_spans_side_by_side_are_the_list(client: Client) -> None:
    query = select(client.model, "people", "id", "noteTargets.id")
    plain, _ = await rows_of(reader(client, WAYS["chunks"]), query)
    known = [row["id"] for row in plain]
    bounds = [None, *known[40::60], None]
    static = tuple(Span(*pair) for pair in pairwise(bounds))
    for force, spans in ((Force(), static), (AT_ONCE, static), (AT_ONCE, (WHOLE,)), (SCANS_AT_ONCE, (WHOLE,))):
        made = await reader(client, force).plan(query, Tally(client.plan(query)))
        root = replace(made.root, spans=spans)
        async with reader(client, Force()).stream(query, planned=replace(made, root=root)) as stream:
            rows = [row async for row in stream]
        assert rows == plain
        assert stream.receipt.verdict == "complete"
        if force != SCANS_AT_ONCE:
            assert await ids_apart(reader(client, Force()), replace(made, root=root, joined=False)) == known


async def ids_apart(reader: Reader, planned: Plan) -> list[str]:
    """The ids of the root list where rows are not joined and come in any order."""
    ids: list[str] = []

    async def take(batch: Batch) -> None:
        ids.extend(key[0] for key in batch.keys if not batch.read.path)

    async with reader.stream(planned.query, on_batch=take, planned=planned) as stream:
        async for _ in stream:
            pass
    return sorted(ids)


ORDERS = ["createdAt", "-createdAt", "closeDate", "-closeDate", "amount.amountMicros", "-updatedAt"]


async def test_sorted_there_is_sorted_here(client: Client) -> None:
    query = select(client.model, "opportunities", "id", "company.name")
    first = query.order_by({"closeDate": "AscNullsFirst"})
    orders = [query.order_by(order) for order in ORDERS]
    for each in (*orders, *(order.limit(15) for order in orders), first.limit(12), first.limit(33)):
        here, _ = await rows_of(reader(client, Force(order_there=False)), each)
        there, receipt = await rows_of(reader(client, Force(order_there=True)), each)
        assert [row["id"] for row in there] == [row["id"] for row in here]
        assert receipt.verdict == "complete"


async def test_tables_hold_the_same_without_joining(client: Client) -> None:
    query = select(client.model, "companies", "name", "people.id", "people.noteTargets.id", "opportunities.stage")
    plain = await tables_of(client, query, WAYS["chunks"])
    for way in ("nested", "scanned", "chosen"):
        assert await tables_of(client, query, WAYS[way]) == plain, way
    assert set(plain) == {"companies", "people", "noteTargets", "opportunities"}


async def tables_of(client: Client, query: Query[Any, Any], force: Force) -> dict[str, list[Any]]:
    chosen = reader(client, force)
    tally = Tally(client.plan(query))
    planned = await chosen.plan(query, tally, together=False)
    tables = LinkedTables(planned, client.model)
    async with chosen.stream(query, on_batch=tables.add, planned=planned, tally=tally) as stream:
        async for _ in stream:
            pass
    assert stream.receipt.verdict == "complete"
    return {name: table.to_pylist() for name, table in tables.finish(stream.receipt).items()}


async def test_withheld_rows_are_not_taken_from_inside_their_parents(client: Client, sandbox: Sandbox) -> None:
    """What the list root does not show is not shown, or the way chosen would change the answer."""
    sandbox.engine.withheld.add("people")
    rows, receipt = await rows_of(reader(client, Force()), select(client.model, "companies", "id", "people.id"))
    assert all(row["people"] == [] for row in rows)
    assert receipt.verdict == "withheld"


async def test_a_server_without_group_by_is_read_by_chunks(client: Client, sandbox: Sandbox) -> None:
    """A question that fails tells nothing; the rows come all the same."""
    query = select(client.model, "companies", "id", "people.id")
    plain, _ = await rows_of(reader(client, WAYS["chunks"]), query)
    sandbox.faults.add(Fault.FORBIDDEN, root="peopleGroupBy", times=None)
    rows, receipt = await rows_of(reader(client, Force()), query)
    assert rows == plain
    assert receipt.lists[1].repaired == 0


ANY_READ = {
    "way": st.sampled_from(sorted(WAYS)),
    "page": st.integers(5, 60),
    "chunk": st.integers(3, 60),
    "seed": st.integers(0, 10_000),
}


@settings(deadline=None, max_examples=5)
@given(**ANY_READ)
def test_pages_chunks_and_faults_change_nothing(way: str, page: int, chunk: int, seed: int) -> None:
    dialect = replace(TWENTY, page_size=page, parents_per_filter=chunk, larger_pages=False)
    rows, receipt = asyncio.run(_faulty(way, dialect, seed))
    assert rows == _quiet()
    assert receipt.verdict == "complete"


@pytest.mark.soak
@settings(deadline=None, max_examples=200)
@given(**ANY_READ)
def test_many_pages_chunks_and_faults_change_nothing(way: str, page: int, chunk: int, seed: int) -> None:
    test_pages_chunks_and_faults_change_nothing.hypothesis.inner_test(way, page, chunk, seed)  # type: ignore[attr-defined]


LITTLE = demo_snapshot(rows=140, seed=5)  # one company has 70 people
NAMES = ("name", "accountOwner.userEmail", "people.name.lastName", "people.noteTargets.id", "opportunities.stage")
_known: list[Any] = []


def _quiet() -> list[Any]:
    if not _known:
        _known.append(asyncio.run(_faulty("chunks", TWENTY, None))[0])
    return list(_known[0])


async def _faulty(way: str, dialect: Dialect, seed: int | None) -> tuple[list[Any], Receipt]:
    async with Sandbox.of(LITTLE) as sandbox:
        transport = HttpTransport(load_settings(url=sandbox.url, api_key=sandbox.key))
        await transport.connect()
        if seed is not None:
            sandbox.faults.random(0.06, seed, HARMLESS)
        known, time = loaded(), Clockwork()
        pacer = Pacer(clock=time.clock, sleep=time.sleep, suspected=STOCK)
        requester = Requester(transport, known.schema, pacer, sleep=time.sleep)
        try:
            made = Reader(requester, known.model, dialect, pacer, force=WAYS[way])
            return await rows_of(made, select(known.model, "companies", *NAMES))
        finally:
            await transport.close()

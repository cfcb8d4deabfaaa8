"""A list in parts side by side is the list: whatever the ids look like, whatever goes wrong, whoever stops early."""

from __future__ import annotations

import asyncio
import random
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_scan import FAULTS, PLAN, Server, people, uuid

from twentyql.checkpointing import QueryProgress
from twentyql.execute.lists import gathered
from twentyql.execute.pacer import PaceState
from twentyql.execute.pages import Page
from twentyql.execute.receipt import ListReceipt, Tally, doubt
from twentyql.execute.side_by_side import SideBySide
from twentyql.plan.model import WHOLE, Paging, Read, Span, Spread
from twentyql.plan.spans import LANES, cut

SHAPES = ("even", "clustered", "two clusters", "at the end")
careful = settings(deadline=None, max_examples=60)


def ids_of(shape: str, many: int, seed: int) -> set[str]:
    """Ids as workspaces have them: random, or many of one prefix."""
    dice = random.Random(seed)

    def one(i: int) -> str:
        tail = f"4{dice.randrange(1 << 12):03x}-8{dice.randrange(1 << 12):03x}-{dice.randrange(1 << 48):012x}"
        front = {
            "even": f"{dice.randrange(1 << 32):08x}",
            "clustered": "20202020",
            "two clusters": "20202020" if i % 3 else "cafe0000",
            "at the end": "fffffff0",
        }[shape]
        return f"{front}-{dice.randrange(1 << 16):04x}-{tail}"

    return {one(i) for i in range(many)}


@dataclass
class Open(Server):
    """A server without limits, whose answers come in any order, and who counts how many it owes at once."""

    proven_open: bool = True
    seconds: float = 0.03
    owed: int = 0
    most_owed: int = 0

    @property
    def pace(self) -> PaceState:
        return PaceState(None, 0.0, 0.0, 0, 0, proven_open=self.proven_open)

    async def page(self, read: Read, variables: dict[str, Any], tally: Tally, *, text: str = "") -> Page:
        self.owed += 1
        self.most_owed = max(self.most_owed, self.owed)
        try:
            for _ in range(self.dice.randrange(4)):
                await asyncio.sleep(0)
            page = await super().page(read, variables, tally, text=text)
            return msgspec.structs.replace(page, seconds=self.seconds)
        finally:
            self.owed -= 1


class Strict(Open):
    """One that refuses a filter by an id of no version."""

    async def page(self, read: Read, variables: dict[str, Any], tally: Tally, *, text: str = "") -> Page:
        assert "-0000-0000-0000-" not in str(variables.get("filter"))
        return await super().page(read, variables, tally, text=text)


def parts_of(
    server: Open, *, always: bool = True, in_order: bool = True, spans: tuple[Span, ...] = (WHOLE,)
) -> tuple[SideBySide, Tally, Read]:
    tally = Tally(PLAN)
    read = replace(
        PLAN.root, paging=Paging(server.page_size, server.page_size, latency=0.02), spread=Spread(always=always)
    )
    return SideBySide(read, server, tally, spans, in_order=in_order), tally, read


async def read(server: Open, **options: Any) -> tuple[list[str], ListReceipt]:
    parts, tally, of = parts_of(server, **options)
    async with aclosing(parts.batches()) as batches:
        ids = [key[0] async for batch in batches for key in batch.keys]
    assert server.owed == 0
    return ids, tally.of(of).receipt()


@careful
@given(
    shape=st.sampled_from(SHAPES),
    many=st.integers(0, 300),
    size=st.integers(1, 30),
    seed=st.integers(0, 10**6),
    in_order=st.booleans(),
)
def test_parts_are_the_list(shape: str, many: int, size: int, seed: int, in_order: bool) -> None:
    ids = ids_of(shape, many, seed)
    server = Open(set(ids), size, dice=random.Random(seed))
    got, receipt = asyncio.run(read(server, in_order=in_order))
    assert (got if in_order else sorted(got)) == sorted(ids)
    assert receipt.count_before == receipt.count_after == many
    assert doubt(receipt, limited=False) is None
    assert server.most_owed <= 2 * LANES  # each lane asks for a page while its last one is used
    assert server.requests <= 2 * many / size + 140


@careful
@given(
    shape=st.sampled_from(SHAPES),
    many=st.integers(0, 120),
    size=st.integers(1, 30),
    seed=st.integers(0, 10**6),
    kinds=st.lists(st.sampled_from(sorted({*FAULTS} - {"lost"})), unique=True),
    hidden=st.sampled_from([0.0, 0.1, 0.5, 1.0]),
    in_order=st.booleans(),
)
def test_every_row_that_is_shown_comes_once_and_the_rest_is_counted(
    shape: str, many: int, size: int, seed: int, kinds: list[str], hidden: float, in_order: bool
) -> None:
    dice = random.Random(seed)
    ids = ids_of(shape, many, seed)
    withheld = {id for id in sorted(ids) if dice.random() < hidden}
    server = Open(set(ids), size, withheld, dice=dice, faults=tuple(kinds), chance=0.2)
    got, receipt = asyncio.run(read(server, in_order=in_order))
    assert len(set(got)) == len(got)
    assert set(got) <= ids - withheld
    assert receipt.withheld + len(got) == many
    assert receipt.withheld == len(withheld) or "short" in kinds  # a page cut to what is withheld looks withheld
    assert receipt.count_before == receipt.count_after == many
    assert doubt(receipt, limited=False) is None


@careful
@given(many=st.integers(20, 200), size=st.integers(1, 30), seed=st.integers(0, 10**6), in_order=st.booleans())
def test_rows_unchanged_meanwhile_come_once_beside_writers(many: int, size: int, seed: int, in_order: bool) -> None:
    dice = random.Random(seed)
    ids = people(many)
    gone = set(dice.sample(sorted(ids), many // 5))
    new = {uuid(i * 3 + 1) for i in dice.sample(range(many), many // 5)}
    writes = [("delete", id) for id in sorted(gone)] + [("insert", id) for id in sorted(new)]
    dice.shuffle(writes)
    got, receipt = asyncio.run(read(Open(set(ids), size, dice=dice, writes=writes), in_order=in_order))
    assert doubt(receipt, limited=False) is None
    assert len(set(got)) == len(got)
    assert ids - gone <= set(got) <= ids | new


async def test_a_row_lost_on_the_page_that_was_cut_off_is_found() -> None:
    server = Open(ids_of("even", 500, 1), 50, faults=("lost",), chance=1.0)
    draw = server.dice.choice

    def once(*_: object) -> str:
        server.chance, server.dice.choice = 0.0, draw  # type: ignore[method-assign]
        return "lost"

    server.dice.choice = once  # type: ignore[method-assign,assignment]
    got, receipt = await read(server)
    assert len(got) == 500
    assert (receipt.recovered, receipt.withheld) == (1, 0)
    assert receipt.count_before == receipt.count_after == 500


@pytest.mark.parametrize(("shape", "most"), [("even", 140), ("clustered", 190), ("two clusters", 190)])
async def test_parts_cost_few_requests_more(shape: str, most: int) -> None:
    server = Open(ids_of(shape, 12_000, 3), 100)
    got, _ = await read(server, always=False)
    assert len(got) == 12_000
    assert 120 < server.requests <= most
    assert server.most_owed > 4


@pytest.mark.parametrize(
    "server",
    [
        Open(ids_of("even", 2000, 1), 100, proven_open=False),
        Open(ids_of("even", 400, 1), 100),
        Open(ids_of("even", 2000, 1), 100, seconds=0.2),
        Open(ids_of("even", 2000, 1), 100, ranges=False),
        Open({f"record-{i:05}" for i in range(2000)}, 100),
    ],
    ids=["a limit may be there", "few pages", "the server's own work", "no ranges of ids", "ids that are no UUIDs"],
)
async def test_one_page_after_the_other_where_parts_do_not_pay(server: Open) -> None:
    got, _ = await read(server, always=False)
    assert got == sorted(server.ids)
    assert server.most_owed == 1
    assert server.requests == len(got) // 100


async def test_a_server_that_proves_to_be_open_meanwhile_is_read_side_by_side() -> None:
    server = Open(ids_of("even", 4000, 1), 100, proven_open=False)
    parts, _, _ = parts_of(server, always=False)
    seen = 0
    async with aclosing(parts.batches()) as batches:
        async for batch in batches:
            seen += len(batch.rows)
            server.proven_open = seen >= 1000
    assert seen == 4000
    assert server.most_owed > 4


async def test_spans_that_are_left_are_read_in_parts_too() -> None:
    ids = ids_of("even", 3000, 2)
    low, high = sorted(ids)[700], sorted(ids)[2500]
    got, receipt = await read(Open(set(ids), 50), spans=(Span(None, low), Span(high, None)))
    assert got == [id for id in sorted(ids) if id <= low or id > high]
    assert receipt.count_after == len(got)


@pytest.mark.parametrize("size", [0, 60])
async def test_what_came_of_parts_need_not_be_read_again(size: int) -> None:
    """Batches of several parts are put together where children are read by their parents' keys."""
    ids = ids_of("even", 3000, 4)
    parts, _, of = parts_of(Open(set(ids), 20), in_order=False)
    progress, came = QueryProgress(), set[str]()
    async with aclosing(gathered(parts.batches(), size)) as batches:
        async for batch in batches:
            progress.begun(batch)
            progress.complete()
            came |= {key[0] for key in batch.keys}
            if len(came) > 1000:
                break
    rest, _ = await read(Open(set(ids), 20), spans=progress.left(of))
    assert sorted([*came, *rest]) == sorted(ids)
    assert progress.rows(()) == len(came)


async def test_no_part_begins_at_an_id_that_filters_refuse() -> None:
    """A server pages ids of no version, as they come out of other databases, but takes none of them in a filter."""
    plain = {f"{i:08x}-0000-0000-0000-{i:012x}" for i in range(2000)}
    server = Strict(plain, 50)
    assert (await read(server))[0] == sorted(plain)
    assert server.requests == 40
    mixed = Strict(plain | people(3000), 50)
    assert (await read(mixed))[0] == sorted(mixed.ids)
    assert mixed.most_owed > 1


@pytest.mark.parametrize("in_order", [True, False])
async def test_who_stops_early_leaves_nothing_running(in_order: bool) -> None:
    server = Open(ids_of("even", 5000, 1), 50)
    parts, _, _ = parts_of(server, in_order=in_order)
    async with aclosing(parts.batches()) as batches:
        async for _ in batches:
            if server.requests > 20:
                break
    assert len(asyncio.all_tasks()) == 1
    assert server.owed == 0


@given(st.uuids(version=4).map(str), st.uuids(version=4).map(str), st.floats(0, 1))
def test_a_cut_is_inside_and_is_a_random_uuid(one: str, other: str, share: float) -> None:
    low, high = sorted((one, other))
    at = cut(Span(low, high), share)
    assert at is None or (low < at < high and at[14] == "4" and at[19] in "89ab")
    assert cut(Span("no uuid", None), share) is None

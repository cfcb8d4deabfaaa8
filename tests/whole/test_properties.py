"""However a read is cut into requests, and whatever goes wrong on the way, its rows are the same."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from twentyql.build.named import select
from twentyql.config import load_settings
from twentyql.execute.pacer import Pacer
from twentyql.execute.receipt import Receipt, Tally
from twentyql.execute.requester import Requester
from twentyql.execute.runner import Runner
from twentyql.introspect.load import Loaded, assemble
from twentyql.plan.planner import plan
from twentyql.sandbox import Fault, Sandbox
from twentyql.sandbox.demo import demo_snapshot
from twentyql.sandbox.model import read_model
from twentyql.sandbox.types.core import core_schema
from twentyql.schema.dialects import TWENTY, Dialect
from twentyql.transport import HttpTransport

SMALL = demo_snapshot(rows=80, seed=3)
NAMES = ["name", "createdAt", "people.name.lastName", "people.noteTargets.id", "opportunities.stage"]
BROKEN = [Fault.HTTP_500, Fault.RESET, Fault.TRUNCATED, Fault.THROTTLE, Fault.INTERNAL]
HARMLESS = [*BROKEN, Fault.DUPLICATE_ROW, Fault.SHORT_PAGE]
careful = settings(deadline=None, max_examples=8)


@cache
def loaded() -> Loaded:
    """The schema of the small workspace; no fixture, because hypothesis prints its arguments."""
    model = {"objects": {"edges": [{"node": node} for node in SMALL.objects]}}
    return assemble(core_schema(read_model(SMALL.objects, SMALL.workspace)), model)


class Clockwork:
    """A clock that only sleeping moves, so that waiting for the pace takes no time."""

    def __init__(self) -> None:
        self.now = 0.0

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


async def _read(
    dialect: Dialect, names: Iterable[str], faults: Iterable[Fault] = (), seed: int = 0
) -> tuple[list[Any], Receipt]:
    async with Sandbox.of(SMALL) as sandbox:
        transport = HttpTransport(load_settings(url=sandbox.url, api_key=sandbox.key))
        await transport.connect()
        sandbox.faults.random(0.06 if faults else 0.0, seed, faults)
        try:
            planned = plan(select(loaded().model, "companies", *names), loaded().model, dialect)
            tally = Tally(planned)
            time = Clockwork()
            pacer = Pacer(clock=time.clock, sleep=time.sleep)
            requester = Requester(transport, loaded().schema, pacer, sleep=time.sleep)
            runner = Runner(planned, loaded().model, requester, tally)
            rows = [row async for batch in runner.batches() for row in batch]
            return rows, tally.receipt(0.0, 0.0)
        finally:
            await transport.close()


@careful
@given(names=st.lists(st.sampled_from(NAMES), min_size=1, unique=True), page=st.integers(1, 40), ids=st.integers(1, 40))
def test_paged_is_whole_and_batched_is_single(names: list[str], page: int, ids: int) -> None:
    whole, _ = asyncio.run(_read(replace(TWENTY, page_size=10_000, parents_per_filter=10_000), names))
    paged, receipt = asyncio.run(_read(replace(TWENTY, page_size=page, parents_per_filter=ids), names))
    assert paged == whole
    assert receipt.verdict == "complete"


@careful
@given(seed=st.integers(0, 10_000), page=st.integers(5, 40))
def test_faulty_is_quiet(seed: int, page: int) -> None:
    dialect = replace(TWENTY, page_size=page)
    quiet, _ = asyncio.run(_read(dialect, NAMES))
    faulty, receipt = asyncio.run(_read(dialect, NAMES, HARMLESS, seed))
    assert faulty == quiet
    assert receipt.verdict == "complete"

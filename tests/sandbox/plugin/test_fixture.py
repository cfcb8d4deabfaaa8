"""The fixture ``twenty_sandbox`` as a user's tests have it."""

from __future__ import annotations

import os
import statistics
import time

import pytest

import twentyql
from twentyql.errors import UsageError
from twentyql.sandbox import Fault
from twentyql.sandbox.testing import TwentySandbox, TwentySandboxes

FACTORY_SEED = 7


async def count(name: str) -> int:
    """What a program does that knows nothing of the sandbox but its environment."""
    async with twentyql.connect() as client:
        return await client.count(client[name].select("id"))


def test_a_plain_test_finds_it_by_the_environment(twenty_sandbox: TwentySandbox) -> None:
    acme = twenty_sandbox.make("company", name="Acme")
    people = twenty_sandbox.make("person", 3, company=acme, jobTitle=lambda n: f"Job {n}", name={"lastName": "Li"})
    assert [person["jobTitle"] for person in people] == ["Job 0", "Job 1", "Job 2"]
    assert all(person["name"]["lastName"] == "Li" and person["name"]["firstName"] for person in people)
    assert twentyql.run_sync(count("people")) == 3
    assert twenty_sandbox.ledger.tokens >= 1
    assert {row["companyId"] for row in twenty_sandbox.records("people")} == {acme["id"]}


async def test_an_asyncio_test_finds_it_too_and_starts_empty(twenty_sandbox: TwentySandbox) -> None:
    assert await count("people") == 0
    assert os.environ["TWENTY_API_URL"] == twenty_sandbox.url
    twenty_sandbox.faults.add(Fault.STALL, path="/graphql")
    twenty_sandbox.faults.release()
    await twenty_sandbox.ledger.until(1)


@pytest.mark.twenty_sandbox(seed=FACTORY_SEED, limits="stock")
class TestMarked:
    def test_values_follow_from_the_seed(
        self, twenty_sandbox: TwentySandbox, twenty_sandboxes: TwentySandboxes
    ) -> None:
        names = ("company", "person", "project", "task")
        again = twenty_sandboxes(seed=FACTORY_SEED)
        assert [twenty_sandbox.make(name) for name in names] == [again.make(name) for name in names]
        assert twenty_sandboxes(seed=8).make("company") != again.records("company")[0]

    @pytest.mark.twenty_sandbox(rows=50)
    def test_markers_join(self, twenty_sandbox: TwentySandbox) -> None:
        assert len(twenty_sandbox.records("person", deleted=True)) == 50
        assert len(twenty_sandbox.records("person")) < 50
        assert twenty_sandbox.sandbox._limits.long == (100, 60.0)


def test_made_records_are_what_the_server_answers(twenty_sandbox: TwentySandbox) -> None:
    for name in twenty_sandbox.sandbox.engine.model.by_singular:
        made = twenty_sandbox.make(name, 3)
        stored = {row["id"]: row for row in twenty_sandbox.records(name)}
        for row in made:
            assert {field: stored[row["id"]][field] for field in row} == row


def test_wrong_names_are_refused_with_advice(twenty_sandbox: TwentySandbox) -> None:
    with pytest.raises(UsageError, match="no object 'persn'"):
        twenty_sandbox.make("persn")
    with pytest.raises(UsageError, match=r"person\.jobTitel does not exist"):
        twenty_sandbox.make("person", jobTitel="x")
    with pytest.raises(UsageError, match=r"company\.people is a list"):
        twenty_sandbox.make("company", people=[])
    assert twenty_sandbox.records("person") == []


def test_a_fresh_workspace_takes_less_than_50_ms(twenty_sandboxes: TwentySandboxes) -> None:
    twenty_sandboxes(rows=300).close()
    taken = []
    for _ in range(9):
        started = time.perf_counter()
        workspace = twenty_sandboxes(rows=300)
        taken.append(time.perf_counter() - started)
        workspace.close()
    print(f"a fresh workspace takes {statistics.median(taken) * 1000:.1f} ms (least {min(taken) * 1000:.1f} ms)")
    assert min(taken) < 0.05

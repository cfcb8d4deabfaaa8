"""The token buckets: what 2.21 was seen to do, and the newer form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from whole import whole

from twentyql.sandbox import Limits
from twentyql.sandbox.http.limits import Throttle
from twentyql.sandbox.root import Refused

PEOPLE = "{people(first: 1) {edges {node {id}}}}"


class Clock:
    def __init__(self) -> None:
        self.now = 5.0

    def __call__(self) -> float:
        return self.now


def passes(throttle: Throttle) -> bool:
    try:
        throttle.take()
    except Refused:
        return False
    return True


def spent(form: str = "old") -> tuple[Throttle, Clock]:
    clock = Clock()
    throttle = Throttle(Limits(form=form, short=None), clock)
    for _ in range(100):
        throttle.take()
    return throttle, clock


def spaced(gap: float, calls: int) -> int:
    throttle, clock = spent()
    passed = 0
    for _ in range(calls):
        clock.now += gap
        passed += passes(throttle)
    return passed


@pytest.mark.parametrize(("gap", "least", "most"), [(0.5, 5, 5), (0.59, 5, 5), (0.65, 10, 10), (0.602, 10, 10)])
def test_spacing_after_the_burst_is_as_observed(gap, least, most):
    assert least <= spaced(gap, 10) <= most


def test_calls_that_succeed_closer_than_a_tick_never_refill():
    throttle, clock = spent()
    clock.now += 6
    for _ in range(10):
        clock.now += 0.5
        assert passes(throttle)
    assert not passes(throttle)


def test_the_short_bucket_refills_in_ten_milliseconds():
    clock = Clock()
    throttle = Throttle(Limits(long=None), clock)
    assert sum(passes(throttle) for _ in range(150)) == 100
    with pytest.raises(Refused, match=r"\(100 tokens per 1000 ms\)"):
        throttle.take()
    clock.now += 0.011
    assert passes(throttle)


def test_the_new_form_refills_continuously_and_says_how_long():
    throttle, clock = spent("new")
    with pytest.raises(Refused) as refused:
        throttle.take()
    assert refused.value.code == "RATE_LIMITED"
    assert refused.value.extensions["retryAfterMs"] == 600
    clock.now += 0.3
    with pytest.raises(Refused):
        throttle.take()
    clock.now += 0.3
    throttle.take()


async def test_a_refusal_is_http_200_and_counts_roots(open_sandbox):
    clock = Clock()
    async with open_sandbox(limits=Limits(short=None, long=(3, 60.0)), clock=clock) as ask:
        assert "errors" not in await ask(
            "{people(first: 1) {edges {node {id}}} companies(first: 1) {edges {node {id}}}}"
        )
        assert "errors" not in await ask(PEOPLE)
        answer = await ask(PEOPLE)
        assert answer["data"] == {"people": None}
        extensions = answer["errors"][0]["extensions"]
        assert answer["errors"][0]["message"] == "Limit reached (3 tokens per 60000 ms)"
        assert (extensions["code"], extensions["subCode"]) == ("BAD_USER_INPUT", "LIMIT_REACHED")
        assert ask.sandbox.ledger[-1].codes == ("LIMIT_REACHED",)
        assert (await ask("{currentWorkspace {id}}", path="/metadata"))["data"]
        assert (await ask("{__schema {queryType {name}}}"))["data"]


async def test_stock_is_a_hundred_and_open_is_endless(open_sandbox):
    clock = Clock()
    for limits, passed in (("stock", 100), ("open", 105)):
        async with open_sandbox(limits=limits, clock=clock) as ask:
            answers = [await ask(PEOPLE) for _ in range(105)]
            assert sum("errors" not in answer for answer in answers) == passed


async def test_answers_take_as_much_longer_as_they_are_told_to(open_sandbox):
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    lengths = iter([0.5, 0.0, 1.5])
    async with open_sandbox(latency=lambda: next(lengths), sleep=sleep) as ask:
        for _ in range(3):
            assert "errors" not in await ask(PEOPLE)
    async with open_sandbox(latency=0.25, sleep=sleep) as ask:
        assert (await ask("{currentWorkspace {id}}", path="/metadata"))["data"]
    assert waited == [0.5, 1.5, 0.25]


async def test_a_page_cap_clamps_lists_of_every_kind_in_silence():
    async with whole(page_cap=3) as crm:
        page = (await crm.data("{companies(first: 50) {totalCount edges {node {id}} pageInfo {hasNextPage}}}"))[
            "companies"
        ]
        assert (len(page["edges"]), page["pageInfo"]["hasNextPage"], page["totalCount"] > 3) == (3, True, True)
        assert len((await crm.rest("GET", "/companies", limit="50"))[1]["data"]["companies"]) == 3


async def test_the_newer_limits_say_how_long_to_wait():
    async with whole(limits="newer", clock=lambda: 1.0) as crm:
        answers = [await crm("{companies(first: 1) {totalCount}}") for _ in range(101)]
        (error,) = answers[-1]["errors"]
        assert (error["extensions"]["code"], error["extensions"]["retryAfterMs"]) == ("RATE_LIMITED", 600)
        status, answer = await crm.rest("GET", "/companies")
        assert (status, answer["retryAfterSeconds"]) == (429, 1)


@given(gaps=st.lists(st.integers(0, 3000), max_size=300), form=st.sampled_from(["old", "new"]))
def test_no_more_pass_than_the_bucket_holds_and_gains(gaps, form):
    """Whatever the gaps between calls (milliseconds): a full bucket and one token a tick, never more."""
    clock = Clock()
    throttle = Throttle(Limits(form=form, short=None), clock)
    passed = 0
    for gap in gaps:
        clock.now += gap / 1000
        passed += passes(throttle)
    assert passed <= 100 + sum(gaps) // 600
    assert passed >= min(len(gaps), 100)
    clock.now += 60
    assert sum(passes(throttle) for _ in range(101)) == 100

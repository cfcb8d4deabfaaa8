"""The pacer on a fake clock against a model of the server's bucket, and its queue on a real event loop."""

from __future__ import annotations

import asyncio
import math
import random
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twentyql.errors import ThrottledError
from twentyql.execute.pacer import MARGIN, Bucket, Pacer, PaceState, Rate, shared_pacer

STOCK = Rate(100, 60.0)


@dataclass
class Clock:
    """Time that passes only when somebody sleeps."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


@dataclass
class Server:
    """Twenty's bucket: whole ticks since the last success refill it."""

    rate: Rate
    tokens: int = 0
    last: float = 1000.0
    calls: int = 0
    refusals: int = 0

    def __post_init__(self) -> None:
        self.tokens = self.rate.tokens

    def ask(self, tokens: int, now: float) -> ThrottledError | None:
        self.calls += 1
        for _ in range(tokens):
            refill = math.floor((now - self.last) / self.rate.tick + 1e-9)
            available = min(self.rate.tokens, self.tokens + max(0, refill))
            if available < 1:
                self.refusals += 1
                return throttled(self.rate)
            self.tokens, self.last = available - 1, now
        return None


def throttled(rate: Rate | None = None, retry_after: float | None = None) -> ThrottledError:
    details = {"limit": rate.tokens, "window": rate.seconds} if rate else {}
    return ThrottledError("Limit reached", retry_after=retry_after, details=details)


async def drive(
    pacer: Pacer, server: Server, clock: Clock, calls: list[int], late: random.Random | None = None
) -> None:
    """Send every call, again while it is refused; with ``late``, each arrives up to 60 ms after it was sent."""
    for tokens in calls:
        for _ in range(100):
            async with pacer.turn(tokens):
                error = server.ask(tokens, clock.now + (late.uniform(0, 0.06) if late else 0))
            if error is None:
                break
            pacer.refused(error)
        else:
            pytest.fail("a call was refused a hundred times")


async def test_without_a_limit_nothing_waits() -> None:
    clock = Clock()
    pacer = Pacer(clock=clock, sleep=clock.sleep)
    for _ in range(1000):
        async with pacer.turn(3):
            pass
    assert clock.slept == []
    assert pacer.state == PaceState(None, 0.0, 0.0, 3000, 0, concurrency=8, proven_open=True)


async def test_a_known_limit_is_a_burst_and_then_a_steady_spacing() -> None:
    clock = Clock()
    pacer = Pacer(clock=clock, sleep=clock.sleep, limit=STOCK)
    for _ in range(110):
        async with pacer.turn():
            pass
    assert len(clock.slept) == 10
    assert clock.slept == pytest.approx([0.6204] * 10)
    assert pacer.state.waited_seconds == pytest.approx(6.204)
    assert pacer.state.spacing == pytest.approx(0.6204)


async def test_a_budget_is_a_share_of_the_burst_and_of_the_pace() -> None:
    clock = Clock()
    pacer = Pacer(clock=clock, sleep=clock.sleep, limit=STOCK, budget=0.25)
    for _ in range(27):
        async with pacer.turn():
            pass
    assert clock.slept == pytest.approx([0.6204 * 4] * 2)


async def test_a_refusal_teaches_the_rate_and_makes_everyone_wait_ten_ticks() -> None:
    clock = Clock()
    pacer = Pacer(clock=clock, sleep=clock.sleep)
    pacer.refused(throttled(Rate(50, 60.0)))
    for _ in range(3):
        async with pacer.turn():
            pass
    assert clock.slept == pytest.approx([12.0, 1.2 * MARGIN, 1.2 * MARGIN])
    state = pacer.state
    assert (state.limit, state.refused, state.tokens_sent) == (Rate(50, 60.0), 1, 3)


async def test_the_servers_own_wait_is_obeyed() -> None:
    clock = Clock()
    pacer = Pacer(clock=clock, sleep=clock.sleep)
    pacer.refused(throttled(STOCK, retry_after=2.5))
    async with pacer.turn():
        pass
    assert clock.slept == [2.5]


async def test_an_untold_limit_is_taken_for_the_stock_one_and_the_slowest_told_wins() -> None:
    pacer = Pacer(clock=Clock())
    pacer.refused(throttled())
    assert pacer.state.limit == STOCK
    pacer.refused(throttled(Rate(100, 1.0)))
    assert pacer.state.limit == STOCK
    pacer.refused(throttled(Rate(50, 60.0)))
    assert pacer.state.limit == Rate(50, 60.0)


@pytest.mark.parametrize(
    "details", [{"limit": 0, "window": 60}, {"limit": "x", "window": 1}, {"limit": 5, "window": None}]
)
def test_an_odd_refusal_does_not_break_the_pacer(details: dict[str, object]) -> None:
    pacer = Pacer(clock=Clock())
    pacer.refused(ThrottledError("m", details=dict(details)))
    assert pacer.state.limit == STOCK


@given(
    rate=st.builds(Rate, st.integers(5, 500), st.floats(1, 120)),
    calls=st.lists(st.integers(1, 20), min_size=1, max_size=150),
    known=st.booleans(),
)
def test_the_servers_bucket_is_never_overdrawn_after_learning(rate: Rate, calls: list[int], known: bool) -> None:
    calls = [min(tokens, rate.tokens) for tokens in calls]
    clock, server = Clock(), Server(rate)
    pacer = Pacer(clock=clock, sleep=clock.sleep, limit=rate if known else None)
    asyncio.run(drive(pacer, server, clock, calls))
    assert server.refusals <= (0 if known else 1)


@given(seed=st.integers(), pauses=st.lists(st.floats(0, 90), max_size=6))
def test_idle_times_refill_no_more_than_the_server_does(seed: int, pauses: list[float]) -> None:
    clock, server = Clock(), Server(STOCK)
    pacer = Pacer(clock=clock, sleep=clock.sleep)
    chance = random.Random(seed)
    asyncio.run(drive(pacer, server, clock, [1] * 110))
    for pause in pauses:
        clock.now += pause
        asyncio.run(drive(pacer, server, clock, [chance.randint(1, 3) for _ in range(30)]))
    assert server.refusals <= 1


async def test_late_arrivals_cost_at_most_one_call_in_a_hundred() -> None:
    clock, server = Clock(), Server(STOCK)
    pacer = Pacer(clock=clock, sleep=clock.sleep)
    late = random.Random(7)
    await drive(pacer, server, clock, [1] * 200, late)
    learnt, calls, began = server.refusals, server.calls, clock.now
    await drive(pacer, server, clock, [1] * 2000, late)
    assert server.refusals - learnt <= 0.01 * (server.calls - calls)
    assert 2000 / (clock.now - began) * 60 > 85  # tokens a minute, of 100


async def test_workers_that_share_a_workspace_find_a_pace_together() -> None:
    clock, server = Clock(), Server(STOCK)
    pacers = [Pacer(clock=clock, sleep=clock.sleep, budget=0.5) for _ in range(2)]
    for _ in range(400):
        for pacer in pacers:
            await drive(pacer, server, clock, [1])
    learnt, calls = server.refusals, server.calls
    for _ in range(400):
        for pacer in pacers:
            await drive(pacer, server, clock, [1])
    assert server.refusals - learnt <= 0.02 * (server.calls - calls)


@given(
    st.builds(Rate, st.integers(1, 1000), st.floats(0.1, 1000)),
    st.floats(0.01, 1),
    st.lists(st.tuples(st.integers(1, 30), st.floats(0, 100), st.booleans()), max_size=40),
)
def test_the_arithmetic_keeps_its_bounds(rate: Rate, budget: float, steps: list[tuple[int, float, bool]]) -> None:
    now, bucket = 0.0, Bucket.full(rate, budget, 0.0)
    for tokens, idle, refused in steps:
        now = max(now + idle, bucket.earliest(tokens))
        bucket = bucket.refused(rate, None, now) if refused else bucket.taken(tokens, now)
        assert 0 <= bucket.credit <= max(1, math.floor(rate.tokens * budget))
        assert rate.tick * MARGIN / budget <= bucket.spacing * (1 + 1e-9) <= 4.001 * rate.tick * MARGIN / budget
        assert bucket.last >= now - 1e-9
        assert math.isfinite(bucket.earliest(20))


async def test_turns_come_in_the_order_they_were_asked_for() -> None:
    clock = Clock()
    pacer = Pacer(clock=clock, sleep=clock.sleep, limit=Rate(2, 1.0), concurrency=3)
    came: list[int] = []

    async def one(i: int) -> None:
        async with pacer.turn(1 + i % 3):
            came.append(i)
            await asyncio.sleep(0)

    await asyncio.gather(*(one(i) for i in range(20)))
    assert came == list(range(20))


async def test_no_more_turns_are_open_than_allowed() -> None:
    pacer = Pacer(concurrency=3)
    open_now, most = 0, 0

    async def one() -> None:
        nonlocal open_now, most
        async with pacer.turn():
            open_now += 1
            most = max(most, open_now)
            await asyncio.sleep(0)
            open_now -= 1

    await asyncio.gather(*(one() for _ in range(20)))
    assert most == 3


async def test_a_cancelled_wait_takes_nothing_and_blocks_nobody() -> None:
    gate = asyncio.Event()
    clock = Clock()

    async def sleep(seconds: float) -> None:
        await gate.wait()
        clock.now += seconds

    pacer = Pacer(clock=clock, sleep=sleep, limit=Rate(1, 10.0), concurrency=2)
    async with pacer.turn():
        pass

    async def one() -> None:
        async with pacer.turn():
            pass

    waiting = [asyncio.create_task(one()) for _ in range(4)]
    for _ in range(5):
        await asyncio.sleep(0)
    for task in waiting[:3]:
        task.cancel()
    gate.set()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert [isinstance(r, asyncio.CancelledError) for r in results] == [True, True, True, False]
    assert pacer.state.tokens_sent == 2


async def test_a_refusal_during_a_wait_prolongs_it() -> None:
    clock = Clock()
    told: list[float] = []

    async def sleep(seconds: float) -> None:
        clock.now += seconds
        if not told:
            told.append(clock.now)
            pacer.refused(throttled(STOCK, retry_after=30))

    pacer = Pacer(clock=clock, sleep=sleep, limit=Rate(1, 0.6))
    async with pacer.turn():
        pass
    async with pacer.turn():
        assert clock.now == pytest.approx(told[0] + 30)


async def test_refusals_of_calls_already_on_their_way_count_as_one_event() -> None:
    clock = Clock()
    pacer = Pacer(clock=clock, sleep=clock.sleep)
    for _ in range(6):
        pacer.refused(throttled(STOCK))
    assert pacer.state.refused == 6
    assert pacer.state.spacing == pytest.approx(0.6204)


async def test_a_failing_turn_gives_its_place_back() -> None:
    pacer = Pacer(concurrency=1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            async with pacer.turn():
                raise ZeroDivisionError


@pytest.mark.parametrize(
    "make",
    [
        lambda: Pacer(budget=0),
        lambda: Pacer(budget=1.5),
        lambda: Pacer(concurrency=0),
        lambda: Rate(0, 1),
        lambda: Rate(1, 0),
        lambda: Rate(1, math.inf),
    ],
)
def test_impossible_settings_are_refused(make: object) -> None:
    with pytest.raises(ValueError, match="not "):
        make()  # type: ignore[operator]


async def test_negative_tokens_are_refused() -> None:
    with pytest.raises(ValueError, match="0 or more"):
        async with Pacer().turn(-1):
            pass


async def test_a_throttle_raised_inside_a_turn_is_learned_from() -> None:
    """In whichever form: an HTTP 429 of the transport, or a refusal inside HTTP 200."""
    clock = Clock()
    pacer = Pacer(clock=clock, sleep=clock.sleep)
    with pytest.raises(ThrottledError):
        async with pacer.turn():
            raise throttled(STOCK)
    assert (pacer.state.refused, pacer.state.limit) == (1, STOCK)
    async with pacer.turn():
        pass
    assert sum(clock.slept) > 0


async def test_a_suspected_limit_costs_one_refusal_however_many_ask_at_once() -> None:
    clock = Clock()
    server = Server(STOCK, last=clock.now)
    pacer = Pacer(clock=clock, sleep=clock.sleep, suspected=STOCK)

    async def call() -> None:
        for _ in range(100):
            async with pacer.turn():
                await asyncio.sleep(0)
                error = server.ask(1, clock.now)
            if error is None:
                return
            pacer.refused(error)

    begun = clock.now
    await asyncio.gather(*(call() for _ in range(300)))
    assert server.refusals == 1
    assert pacer.state.limit == STOCK
    assert clock.now - begun <= 1.04 * 200 * STOCK.tick


async def test_an_open_server_is_suspected_only_once() -> None:
    clock = Clock()
    pacer = Pacer(clock=clock, sleep=clock.sleep, suspected=STOCK)
    most = 0
    on_the_way = 0

    async def call() -> None:
        nonlocal most, on_the_way
        async with pacer.turn():
            on_the_way += 1
            most = max(most, on_the_way)
            await asyncio.sleep(0)
            on_the_way -= 1

    await asyncio.gather(*(call() for _ in range(400)))
    assert clock.slept == []
    assert pacer.state.limit is None
    assert most == 8
    assert pacer._suspect is None


async def test_clients_of_one_workspace_share_a_pacer_and_its_budget() -> None:
    first = shared_pacer(("https://a", "1"), STOCK)
    assert shared_pacer(("https://a", "1"), STOCK) is first
    assert shared_pacer(("https://a", "2"), STOCK) is not first
    assert shared_pacer(("https://a", "1"), STOCK, 0.5) is first
    assert first.state.budget == 0.5
    assert first.state.spacing == pytest.approx(2 * STOCK.tick * MARGIN)

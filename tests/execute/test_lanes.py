"""How many requests are open at once, on a clock that the test moves."""

from __future__ import annotations

import asyncio

from twentyql.execute.lanes import Lanes


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


async def served(lanes: Lanes, clock: Clock, rounds: int, seconds_each: float, parallel: float) -> list[int]:
    """Rounds of as many requests as there are lanes, on a server that works on ``parallel`` of them at once."""
    widths: list[int] = []
    for _ in range(rounds):
        width = lanes.width
        answers: list[asyncio.Event] = [asyncio.Event() for _ in range(width)]
        latency = seconds_each * max(1.0, width / parallel)

        async def request(done: asyncio.Event, latency: float = latency) -> None:
            async with lanes.lane():
                await done.wait()
                lanes.timed("page", latency)

        tasks = [asyncio.create_task(request(done)) for done in answers]
        await asyncio.sleep(0)
        clock.now += latency
        for done in answers:
            done.set()
        await asyncio.gather(*tasks)
        widths.append(lanes.width)
    return widths


async def test_a_server_that_bears_it_is_asked_more_at_once() -> None:
    clock = Clock()
    lanes = Lanes(16, clock, start=2)
    assert (await served(lanes, clock, 40, 0.05, parallel=100))[-1] == 16


async def test_a_server_with_one_event_loop_is_asked_little_at_once() -> None:
    clock = Clock()
    lanes = Lanes(32, clock, start=1)
    widths = await served(lanes, clock, 200, 0.05, parallel=1)
    assert max(widths[20:]) <= 4
    assert min(widths[20:]) >= 1


async def test_lanes_are_given_in_order_and_a_cancelled_wait_takes_none() -> None:
    lanes = Lanes(1, Clock())
    order: list[int] = []
    gate = asyncio.Event()

    async def use(number: int) -> None:
        async with lanes.lane():
            order.append(number)
            await gate.wait()

    tasks = [asyncio.create_task(use(number)) for number in range(4)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    gate.set()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert order == [0, 2, 3]
    assert lanes.open == 0


async def test_a_lane_given_to_a_cancelled_wait_is_given_on() -> None:
    lanes = Lanes(1, Clock())
    async with lanes.lane():
        first = asyncio.create_task(lanes.lane().__aenter__())
        second = asyncio.create_task(lanes.lane().__aenter__())
        await asyncio.sleep(0)
    first.cancel()  # its turn has come, but it has not run since
    await asyncio.gather(first, return_exceptions=True)
    await second
    assert lanes.open == 1

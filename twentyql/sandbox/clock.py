"""Time for tests: it passes only when everyone waits for it; so throttled minutes run in seconds, and repeat exactly.

>>> clock = VirtualClock()
>>> async with Sandbox.demo(limits="stock", clock=clock) as sandbox:
...     client = twentyql.connect(sandbox.url, sandbox.key, pacer=Pacer(clock=clock, sleep=clock.sleep))
"""

from __future__ import annotations

import asyncio
import heapq
import random
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count

START = datetime(2026, 1, 1, tzinfo=UTC)
QUIET = 40  # turns of the event loop in which nothing happens before time moves on


class VirtualClock:
    """A clock for a sandbox and whoever talks to it in the same event loop.

    Called, it tells seconds; `now` tells the date. `sleep` waits until that time has come: it comes as soon as the loop
    has nothing else to do and the sandbox computes nothing, at once and not after real seconds. Work of the client in
    threads is not waited for.
    """

    def __init__(self, start: datetime = START) -> None:
        self._start = start
        self._seconds = 0.0
        self._busy = 0
        self._stirred = 0
        self._numbers = count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._mover: asyncio.Task[None] | None = None

    def __call__(self) -> float:
        return self._seconds

    def now(self) -> datetime:
        """The date and time of this clock."""
        return self._start + timedelta(seconds=self._seconds)

    def pass_by(self, seconds: float) -> None:
        """Let ``seconds`` pass at once; who slept until then wakes up."""
        self._move(self._seconds + seconds)

    async def sleep(self, seconds: float) -> None:
        """Wait for ``seconds`` of this clock."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._seconds + seconds, next(self._numbers), woken))
        self._stirred += 1
        if self._mover is None or self._mover.done():
            self._mover = asyncio.create_task(self._move_on())
        await woken

    @contextmanager
    def busy(self) -> Generator[None]:
        """Let no time pass while work is done that the event loop does not see."""
        self._busy += 1
        try:
            yield
        finally:
            self._busy -= 1
            self._stirred += 1

    async def _move_on(self) -> None:
        while self._sleepers:
            await self._quiet()
            self._forget_cancelled()
            if self._sleepers:
                self._move(self._sleepers[0][0])

    async def _quiet(self) -> None:
        """Wait until nothing has happened for a while."""
        turns, seen = 0, self._stirred
        while turns < QUIET:
            await asyncio.sleep(0)
            turns = 0 if self._busy or seen != self._stirred else turns + 1
            seen = self._stirred

    def _forget_cancelled(self) -> None:
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)

    def _move(self, until: float) -> None:
        self._seconds = max(self._seconds, until)
        while self._sleepers and self._sleepers[0][0] <= self._seconds:
            woken = heapq.heappop(self._sleepers)[2]
            if not woken.done():
                woken.set_result(None)


def jitter(least: float, most: float, seed: int = 0) -> Callable[[], float]:
    """A latency that varies evenly between two numbers of seconds, drawn from ``seed``."""
    roll = random.Random(seed).uniform
    return lambda: roll(least, most)

"""When the next request may go: one pacer per workspace, because that is what the server counts.

The server's bucket holds ``limit`` tokens and refills by whole ticks (``window / limit``) since its last success, so
calls that come faster than a tick never refill it. `Bucket` mirrors it as pure arithmetic, with a spacing slightly
above the tick; `Pacer` puts a queue, a clock and a sleep around it. Without a known limit nothing is held back until
the first refusal tells the limit.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from twentyql.errors import ThrottledError

MARGIN = 1.034  # 0.62 s for a tick of 0.6 s: observed to pass 14 of 14, where 0.602 s passed 13
PAUSE_TICKS = 10  # the wait after a refusal, which is also the server-side reserve for late arrivals
_WIDER = 1.08
_WIDEST = 4.0
_RELAX = 0.999


@dataclass(frozen=True, slots=True)
class Rate:
    """What a server allows: ``tokens`` in ``seconds``."""

    tokens: int
    seconds: float

    def __post_init__(self) -> None:
        if self.tokens < 1 or not 0 < self.seconds < math.inf:
            raise ValueError(f"a rate has at least one token and some seconds, not {self.tokens} in {self.seconds}")

    @property
    def tick(self) -> float:
        """Seconds in which the server refills one token."""
        return self.seconds / self.tokens


STOCK = Rate(100, 60.0)


@dataclass(frozen=True, slots=True)
class PaceState:
    """What a pacer did so far. ``spacing`` is in seconds, 0 while no limit is known."""

    limit: Rate | None
    spacing: float
    waited_seconds: float
    tokens_sent: int
    refused: int


@dataclass(frozen=True, slots=True)
class Bucket:
    """Our picture of the server's bucket. Frozen: every event gives a new one. Times are the clock's, in seconds.

    ``credit`` tokens could be sent at ``last``; one more accrues per spacing, up to ``most``. ``slack`` widens the
    spacing when others use the same bucket or answers arrive late.
    """

    rate: Rate
    budget: float
    credit: int
    most: int
    last: float
    not_before: float
    slack: float = 1.0

    @classmethod
    def full(cls, rate: Rate, budget: float, now: float) -> Bucket:
        """A bucket nobody took from: a burst of ``rate.tokens * budget``."""
        burst = max(1, math.floor(rate.tokens * budget))
        return cls(rate, budget, credit=burst, most=burst, last=now, not_before=now)

    @property
    def spacing(self) -> float:
        """Seconds between tokens in the steady state."""
        return self.rate.tick * MARGIN * self.slack / self.budget

    def earliest(self, tokens: int) -> float:
        """When a request of ``tokens`` may go."""
        return max(self.not_before, self.last + max(0, tokens - self.credit) * self.spacing)

    def taken(self, tokens: int, now: float) -> Bucket:
        """After a request of ``tokens`` went at ``now``, which is not before `earliest`."""
        accrued = math.floor((now - self.last) / self.spacing + 1e-9)
        credit = max(0, min(max(self.most, tokens), self.credit + accrued) - tokens)
        slack = 1 + (self.slack - 1) * _RELAX**tokens
        return replace(self, credit=credit, last=max(now, self.last), slack=slack)

    def refused(self, rate: Rate, wait: float | None, now: float) -> Bucket:
        """After the server refused: wait, then space; smaller bursts and a wider spacing from one time to the next.

        Refusals of requests that were on their way already are the same event, and only prolong the wait.
        """
        until = now + (wait if wait is not None else PAUSE_TICKS * rate.tick)
        if now < self.not_before:
            return replace(self, rate=rate, not_before=max(self.not_before, until), last=max(self.last, until))
        slack = min(_WIDEST, self.slack * _WIDER)
        most = max(1, min(self.most, math.floor(rate.tokens * self.budget)) // 2)
        return replace(self, rate=rate, credit=1, most=most, last=until, not_before=until, slack=slack)


class Pacer:
    """Gives turns in the order they are asked for, at the pace that the server bears. Share one per workspace.

    ``budget`` is this program's share of the limit, for several workers on one workspace. At most ``concurrency``
    turns are open at once. Use it in one event loop.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        limit: Rate | None = None,
        budget: float = 1.0,
        concurrency: int = 6,
    ) -> None:
        if not 0 < budget <= 1:
            raise ValueError(f"a budget is above 0 and at most 1, not {budget}")
        if concurrency < 1:
            raise ValueError(f"a concurrency is 1 or more, not {concurrency}")
        self._clock, self._sleep, self._budget = clock, sleep, budget
        self._bucket = Bucket.full(limit, budget, clock()) if limit else None
        self._queue = asyncio.Lock()
        self._open = asyncio.Semaphore(concurrency)
        self._waited = 0.0
        self._sent = 0
        self._refused = 0

    @property
    def state(self) -> PaceState:
        bucket = self._bucket
        limit, spacing = (bucket.rate, bucket.spacing) if bucket else (None, 0.0)
        return PaceState(limit, spacing, self._waited, self._sent, self._refused)

    @asynccontextmanager
    async def turn(self, tokens: int = 1) -> AsyncGenerator[None]:
        """Wait until ``tokens`` may be sent; send, and read the answer, inside. A cancelled wait takes nothing.

        A ThrottledError that is raised inside is learned from, in whichever form the server said it.
        """
        if tokens < 0:
            raise ValueError(f"tokens are 0 or more, not {tokens}")
        async with self._open:
            if tokens:
                async with self._queue:
                    await self._wait(tokens)
            try:
                yield
            except ThrottledError as error:
                self.refused(error)
                raise

    def refused(self, error: ThrottledError) -> None:
        """Learn from a refusal: its limit, and how long every following turn has to wait."""
        self._refused += 1
        now = self._clock()
        rate = self._learned(error)
        if self._bucket is None:
            full = Bucket.full(rate, self._budget, now)
            self._bucket = replace(full.refused(rate, error.retry_after, now), slack=1.0)
        else:
            self._bucket = self._bucket.refused(rate, error.retry_after, now)

    async def _wait(self, tokens: int) -> None:
        """Sleep until the bucket allows it; a refusal that comes meanwhile moves that moment, so look again."""
        while self._bucket is not None:
            now = self._clock()
            wait = self._bucket.earliest(tokens) - now
            if wait <= 1e-6:
                self._bucket = self._bucket.taken(tokens, now)
                break
            try:
                await self._sleep(wait)
            finally:
                self._waited += max(0.0, self._clock() - now)
        self._sent += tokens

    def _learned(self, error: ThrottledError) -> Rate:
        """The slowest rate known: a server may limit by the second and by the minute."""
        known = self._bucket.rate if self._bucket else None
        try:
            told = Rate(int(error.details["limit"]), float(error.details["window"]))
        except (KeyError, TypeError, ValueError, OverflowError):
            return known or STOCK
        return told if known is None or told.tick >= known.tick else known

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
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, replace
from types import TracebackType
from weakref import WeakKeyDictionary, WeakValueDictionary

from twentyql.errors import ThrottledError
from twentyql.execute.lanes import Lanes

MARGIN = 1.034  # 0.62 s for a tick of 0.6 s: observed to pass 14 of 14, where 0.602 s passed 13
PROBES = 10
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
    """What a pacer did so far. ``spacing`` is in seconds, 0 while no limit is known.

    ``credit`` is how many tokens could be sent at once now, None while no limit is known.
    ``concurrency`` is how many requests may be open at the moment, ``open`` how many are.
    ``proven_open`` says that no limit is known, and none suspected (any more).
    """

    limit: Rate | None
    spacing: float
    waited_seconds: float
    tokens_sent: int
    refused: int
    budget: float = 1.0
    concurrency: int = 0
    open: int = 0
    credit: int | None = None
    proven_open: bool = False


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

    def credit_at(self, now: float) -> int:
        """How many tokens could be sent at once at ``now``."""
        return max(0, min(self.most, self.credit + self._accrued(now))) if now >= self.not_before else 0

    def _accrued(self, now: float) -> int:
        return math.floor((now - self.last) / self.spacing + 1e-9)

    def taken(self, tokens: int, now: float) -> Bucket:
        """After a request of ``tokens`` went at ``now``, which is not before `earliest`."""
        accrued = self._accrued(now)
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


class Turn:
    """One turn of a pacer, for ``async with``; a class, because every request takes one."""

    __slots__ = ("_pacer", "_probing", "_tokens")

    def __init__(self, pacer: Pacer, tokens: int) -> None:
        self._pacer = pacer
        self._tokens = tokens
        self._probing = False

    async def __aenter__(self) -> None:
        if not self._pacer._enter_at_once(self._tokens):  # pyright: ignore[reportPrivateUsage]
            self._probing = await self._pacer._enter(self._tokens)  # pyright: ignore[reportPrivateUsage]

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pacer._leave(self._probing, error)  # pyright: ignore[reportPrivateUsage]


class Pacer:
    """Gives turns in the order they are asked for, at the pace that the server bears. Share one per workspace.

    ``budget`` is this program's share of the limit, for several workers on one workspace. At most ``concurrency``
    turns are open at once, fewer when answers grow slow. ``suspected`` is a limit that such servers have by default:
    where it would be used up, requests go one at a time until the server refuses one, or passes ``PROBES`` of them;
    so learning the limit costs one refusal. A budget below 1 takes it for the limit at once. Use it in one event loop.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        limit: Rate | None = None,
        suspected: Rate | None = None,
        budget: float = 1.0,
        concurrency: int = 16,
    ) -> None:
        if not 0 < budget <= 1:
            raise ValueError(f"a budget is above 0 and at most 1, not {budget}")
        self._clock, self._sleep, self._budget = clock, sleep, budget
        if budget < 1:
            limit = limit or suspected
        self._bucket = Bucket.full(limit, budget, clock()) if limit else None
        self._suspect = Bucket.full(suspected, 1.0, clock()) if suspected and not limit else None
        self._probes = 0
        self._queue = asyncio.Lock()
        self._lanes = Lanes(concurrency, clock)
        self._sending = 0
        self._quiet = asyncio.Event()
        self._waited = 0.0
        self._sent = 0
        self._refused = 0

    @property
    def state(self) -> PaceState:
        bucket = self._bucket
        limit, spacing = (bucket.rate, bucket.spacing) if bucket else (None, 0.0)
        lanes = self._lanes
        credit = bucket.credit_at(self._clock()) if bucket else None
        told = (limit, spacing, self._waited, self._sent, self._refused, self._budget, lanes.width, lanes.open, credit)
        return PaceState(*told, proven_open=bucket is None and self._suspect is None)

    def turn(self, tokens: int = 1) -> Turn:
        """Wait until ``tokens`` may be sent; send, and read the answer, inside. A cancelled wait takes nothing.

        A ThrottledError that is raised inside is learned from, in whichever form the server said it.
        """
        if tokens < 0:
            raise ValueError(f"tokens are 0 or more, not {tokens}")
        return Turn(self, tokens)

    def _enter_at_once(self, tokens: int) -> bool:
        """Take a turn without waiting, where a lane is free and no limit is known or suspected."""
        if self._bucket is not None or self._suspect is not None or not self._lanes.take():
            return False
        self._sending += 1
        self._sent += tokens
        return True

    async def _enter(self, tokens: int) -> bool:
        """Take a lane and the tokens; True if this turn is a probe, which holds the queue until it ends."""
        await self._lanes.acquire()
        probing = False
        try:
            if tokens:
                await self._queue.acquire()
                try:
                    await self._wait(tokens)
                    probing = self._is_probe(tokens)
                    if probing:
                        await self._alone()
                except BaseException:
                    probing = False
                    raise
                finally:
                    if not probing:
                        self._queue.release()
        except BaseException:
            self._lanes.release()
            raise
        self._sending += 1
        return probing

    def _leave(self, probing: bool, error: BaseException | None) -> None:
        self._sending -= 1
        self._quiet.set()
        self._lanes.release()
        if isinstance(error, ThrottledError):
            self.refused(error)
        elif probing and error is None:
            self._passed()
        if probing:
            self._queue.release()

    def timed(self, kind: Hashable, seconds: float) -> None:
        """Learn how long the answer to a request of this ``kind`` took, for the number of open turns."""
        self._lanes.timed(kind, seconds)

    def share(self, budget: float) -> None:
        """From now on take this share of the limit."""
        if not 0 < budget <= 1:
            raise ValueError(f"a budget is above 0 and at most 1, not {budget}")
        self._budget = budget
        known = self._bucket or (self._suspect if budget < 1 else None)
        if known is not None:
            self._bucket, self._suspect = Bucket.full(known.rate, budget, self._clock()), None
            self._bucket = replace(self._bucket, credit=min(known.credit, self._bucket.most), last=known.last)

    def _is_probe(self, tokens: int) -> bool:
        """Whether this turn would be refused if the server had the limit that it is suspected to have."""
        if self._suspect is None:
            return False
        now = self._clock()
        dry = self._suspect.earliest(tokens) > now
        self._suspect = self._suspect.taken(tokens, now)
        return dry

    async def _alone(self) -> None:
        """Wait until no other turn is on its way, so that only this one can be refused."""
        while self._sending:
            self._quiet.clear()
            await self._quiet.wait()

    def _passed(self) -> None:
        self._probes += 1
        if self._probes >= PROBES:
            self._suspect = None

    def refused(self, error: ThrottledError) -> None:
        """Learn from a refusal: its limit, and how long every following turn has to wait."""
        self._refused += 1
        now = self._clock()
        rate = self._learned(error)
        if self._suspect is not None:  # the bucket is empty, and nothing else is on its way
            until = now + (error.retry_after or 0.0)
            self._bucket = replace(Bucket.full(rate, self._budget, now), credit=0, not_before=until)
            if rate.tick >= self._suspect.rate.tick * 0.99:  # else a limit by the second, beside which there may be one
                self._suspect = None
        elif self._bucket is None:
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


class _Shared:
    """The pacers of this process: one for each event loop and workspace, for as long as somebody holds it."""

    def __init__(self) -> None:
        self._loops: WeakKeyDictionary[asyncio.AbstractEventLoop, WeakValueDictionary[Hashable, Pacer]]
        self._loops = WeakKeyDictionary()

    def get(self, workspace: Hashable, make: Callable[[], Pacer]) -> Pacer:
        known = self._loops.setdefault(asyncio.get_running_loop(), WeakValueDictionary())
        pacer = known.get(workspace)
        if pacer is None:
            pacer = known[workspace] = make()
        return pacer


_SHARED = _Shared()


def shared_pacer(workspace: Hashable, suspected: Rate | None, budget: float | None = None) -> Pacer:
    """The pacer of ``workspace`` (origin and workspace), the same for every client of this event loop.

    A ``budget`` given later holds for all of them.
    """
    pacer = _SHARED.get(workspace, lambda: Pacer(suspected=suspected, budget=budget or 1.0))
    if budget is not None and pacer.state.budget != budget:
        pacer.share(budget)
    return pacer

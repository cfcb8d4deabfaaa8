"""How many requests are open at once: more while answers stay quick, fewer when they grow slow.

A server with one event loop answers ten requests at once no sooner than one after the other, and makes its other users
wait meanwhile. So the number grows by one a round and is cut by a quarter when an answer takes ``SLOW`` times the best
one of its kind (additive increase, multiplicative decrease, as TCP does).
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncGenerator, Callable, Hashable
from contextlib import asynccontextmanager

SLOW = 3.0
JITTER = 0.01  # seconds that mean nothing
_CUT = 0.75
_FADE = 0.1 / 60  # a second: the best time is forgotten slowly, because a server may grow slower for good
_KINDS = 64


class Lanes:
    """Gives lanes in the order they are asked for; ``width`` is how many there are at the moment, 1 to ``most``."""

    def __init__(self, most: int, clock: Callable[[], float], start: int = 8) -> None:
        if most < 1:
            raise ValueError(f"a concurrency is 1 or more, not {most}")
        self._most = most
        self._width = float(min(most, start))
        self._clock = clock
        self._open = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._best: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()
        self._cut_at = float("-inf")

    @property
    def width(self) -> int:
        return int(self._width)

    @property
    def open(self) -> int:
        """How many lanes are taken."""
        return self._open

    @asynccontextmanager
    async def lane(self) -> AsyncGenerator[None]:
        """Wait for a free lane and hold it. A cancelled wait takes none."""
        await self.acquire()
        try:
            yield
        finally:
            self.release()

    async def acquire(self) -> None:
        """Take a lane; whoever has one must `release` it."""
        if not self.take():
            await self._wait()

    def take(self) -> bool:
        """Take a lane if one is free and nobody waits for it."""
        if self._open >= self.width or self._waiting:
            return False
        self._open += 1
        return True

    def release(self) -> None:
        self._open -= 1
        if self._waiting:
            self._wake()

    def timed(self, kind: Hashable, seconds: float) -> None:
        """Learn how long an answer took; only those of one ``kind`` (a document and its page size) are compared."""
        now = self._clock()
        known, at = self._best.pop(kind, (seconds, now))
        best = min(known * (1 + _FADE * (now - at)), seconds)
        self._best[kind] = best, now
        if len(self._best) > _KINDS:
            self._best.popitem(last=False)
        if seconds > best * SLOW + JITTER:
            if now - self._cut_at >= seconds:  # once a round: those on the way were sent before the cut
                self._width, self._cut_at = max(1.0, self._width * _CUT), now
        elif self._waiting or self._open * 2 >= self.width:  # an unused lane proves nothing
            self._width = min(float(self._most), self._width + 1 / self._width)
            self._wake()

    async def _wait(self) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # it was given just now: give it on
                self._open -= 1
                self._wake()
            elif turn in self._waiting:
                self._waiting.remove(turn)
            raise

    def _wake(self) -> None:
        while self._waiting and self._open < self.width:
            turn = self._waiting.popleft()
            if not turn.done():
                self._open += 1
                turn.set_result(None)

"""Faults that tests inject: whole answers that break, roots that fail, pages that lie.

>>> sandbox.faults.add(Fault.HTTP_500, times=2)                    # the next two requests
>>> sandbox.faults.add(Fault.THROTTLE, times=1, root="people")     # the next read of people
>>> sandbox.faults.random(0.05, seed=1, kinds=[Fault.HTTP_502, Fault.RESET])
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

from twentyql.sandbox.http.signal import Signal


class Fault(Enum):
    """What can go wrong. The comment of a group says where it strikes."""

    # a whole request, before anything ran
    HTTP_500 = "HTTP 500 with JSON"
    HTTP_502 = "HTTP 502 with HTML"
    RESET = "connection reset before the answer"
    STALL = "no answer until released or the client leaves"
    HTML_200 = "HTTP 200 with a web page"
    # a whole request, after it ran
    LOST_ANSWER = "connection reset after the work was done"
    TRUNCATED = "half of the JSON, then the end"
    WRONG_TYPE = "the right JSON as text/html"
    SLOW = "the right answer, ten seconds late"
    # one root field of /graphql or /rest
    THROTTLE = "LIMIT_REACHED, as 2.21 says it"
    RATE_LIMITED = "RATE_LIMITED with retryAfterMs, as newer servers say it"
    PARTIAL = "the root is null and an error without a path says why, as with direct execution"
    PATHED = "the root is null and an error with its path says why, as older servers say it"
    NULL_ROOT = "the root is null and nothing says why"
    INTERNAL = "INTERNAL_SERVER_ERROR"
    FORBIDDEN = "PERMISSION_DENIED"
    SCHEMA_CHANGED = "a selected field is deactivated just before the root runs"
    # one page of a root connection
    STUCK_CURSOR = "hasNextPage true and endCursor as given"
    DUPLICATE_ROW = "the first row of the page twice"
    LOST_ROW = "the last row but one is left out"
    SHORT_PAGE = "half as many rows as asked for, correctly continued"
    CUT_SHORT = "half of the rows, and hasNextPage false"
    WITHHELD = "no rows but their count, hasNextPage true and no cursor, as of rows withheld by permission"
    WRONG_COUNT = "totalCount is one too many"
    # a request to learn the schema
    INTROSPECTION_REFUSED = "introspection is refused"
    METADATA_FORBIDDEN = "/metadata is forbidden"
    # one delivery of a webhook; its ``root`` is the event, such as company.created
    WEBHOOK_LOST = "the webhook is not sent"
    WEBHOOK_REPEATED = "the webhook is sent twice"


BEFORE = frozenset({Fault.HTTP_500, Fault.HTTP_502, Fault.RESET, Fault.STALL, Fault.HTML_200})
AFTER = frozenset({Fault.LOST_ANSWER, Fault.TRUNCATED, Fault.WRONG_TYPE, Fault.SLOW})
REQUEST = BEFORE | AFTER
ROOT = frozenset(
    {
        *(Fault.THROTTLE, Fault.RATE_LIMITED, Fault.PARTIAL, Fault.PATHED, Fault.NULL_ROOT),
        *(Fault.INTERNAL, Fault.FORBIDDEN),
    }
)
GRAPHQL_ONLY = frozenset({Fault.PATHED, Fault.NULL_ROOT})
CHANGE = frozenset({Fault.SCHEMA_CHANGED})
PAGE = frozenset(
    {
        *(Fault.STUCK_CURSOR, Fault.DUPLICATE_ROW, Fault.LOST_ROW, Fault.SHORT_PAGE, Fault.CUT_SHORT),
        *(Fault.WITHHELD, Fault.WRONG_COUNT),
    }
)


@dataclass(eq=False)
class _Armed:
    """One fault that waits: how often it still strikes (None: always), on which root, after how many it lets by."""

    fault: Fault
    times: int | None
    root: str | None
    path: str | None
    skip: int

    def strikes(self, path: str, roots: frozenset[str]) -> bool:
        if self.times == 0 or (self.root and self.root not in roots) or (self.path and self.path != path):
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True


class Faults:
    """The faults of a sandbox. ``fired`` counts what struck."""

    def __init__(self) -> None:
        self.fired: Counter[Fault] = Counter()
        self._armed: list[_Armed] = []
        self._dice: list[tuple[Callable[[], float], float, tuple[Fault, ...]]] = []
        self._releases = 0
        self._changed = Signal()

    def add(
        self, fault: Fault, *, times: int | None = 1, root: str | None = None, path: str | None = None, skip: int = 0
    ) -> None:
        """Let ``fault`` strike ``times`` times (None: always) after letting ``skip`` occasions by.

        ``root`` limits it to requests with that root field (its real name), ``path`` to one path such as ``/graphql``.
        """
        self._armed.append(_Armed(fault, times, root, path, skip))

    def random(self, probability: float, seed: int, kinds: Iterable[Fault]) -> None:
        """Let each request (or root, or page) suffer one of ``kinds`` with ``probability``, drawn from ``seed``."""
        self._dice.append((random.Random(seed).random, probability, tuple(kinds)))

    def clear(self) -> None:
        """Take all faults back, and let stalled requests go."""
        self._armed.clear()
        self._dice.clear()
        self.release()

    def release(self) -> None:
        """Answer the requests that are stalled; later stalls stall again."""
        self._releases += 1
        self._changed.give()

    async def stalled(self) -> None:
        """Wait as a stalled request does, until `release`."""
        before = self._releases
        await self._changed.until(lambda: self._releases > before)

    async def until(self, fault: Fault, times: int = 1) -> None:
        """Wait until ``fault`` has struck ``times`` times."""
        await self._changed.until(lambda: self.fired[fault] >= times)

    def take(self, kinds: frozenset[Fault], path: str, roots: Iterable[str]) -> Fault | None:
        """The fault among ``kinds`` that strikes now, if any."""
        names = frozenset(roots)
        found = next((a.fault for a in self._armed if a.fault in kinds and a.strikes(path, names)), None)
        found = found or self._rolled(kinds)
        if found is not None:
            self.fired[found] += 1
            self._changed.give()
        return found

    def _rolled(self, kinds: frozenset[Fault]) -> Fault | None:
        for roll, probability, mine in self._dice:
            possible = [fault for fault in mine if fault in kinds]
            if possible and roll() < probability:
                return possible[int(roll() * len(possible))]
        return None

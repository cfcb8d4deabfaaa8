"""The token buckets of a workspace: one token a root field, refused when a bucket is empty.

``form="old"`` is what 2.21 was seen to do: a bucket refills by whole ticks (600 ms for 100 tokens a minute) counted
from the last *success*, so calls spaced closer than a tick never refill it. ``form="new"`` refills continuously and
answers RATE_LIMITED with ``retryAfterMs``. Unlike the real one, the bucket here is exact under parallel calls; with
``atomic=False`` the roots of one document read it before any of them writes it, and so cost one token together, as on
2.21. That is a bug to be fixed, not a budget.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

from twentyql.sandbox.root import Refused

Form = Literal["old", "new"]


@dataclass(frozen=True, slots=True)
class Limits:
    """How many tokens a bucket holds and in how many seconds it refills. None of a bucket means no such bucket."""

    form: Form = "old"
    short: tuple[int, float] | None = (100, 1.0)
    long: tuple[int, float] | None = (100, 60.0)
    atomic: bool = True

    @property
    def windows(self) -> tuple[tuple[int, float], ...]:
        """The buckets there are, the short one first, as the server asks them."""
        return tuple(window for window in (self.short, self.long) if window)


OPEN = Limits(short=None, long=None)


@dataclass(eq=False)
class Bucket:
    """The tokens of one window; times are whole milliseconds."""

    most: int
    window: int
    form: Form
    tokens: float = -1
    last: int = 0

    def available(self, now: int) -> float:
        """How many tokens there are at ``now``."""
        if self.tokens < 0:
            return self.most
        gained = (now - self.last) * self.most / self.window
        return min(self.most, self.tokens + (math.floor(gained) if self.form == "old" else gained))

    def take(self, now: int) -> None:
        """Take one token. Raises Refused when there is none; a refusal changes nothing."""
        wait = self.wait(now)
        if wait:
            raise refusal(self.form, self.most, self.window, wait)
        self.tokens, self.last = self.available(now) - 1, now

    def wait(self, now: int) -> int:
        """In how many milliseconds there is a token; 0 where there is one."""
        return max(0, math.ceil((1 - self.available(now)) * self.window / self.most))


def refusal(form: Form, most: int, window: int, wait: int) -> Refused:
    """The error of an empty bucket of ``most`` tokens a ``window``, which has one in ``wait`` (milliseconds)."""
    if form == "old":
        return Refused(f"Limit reached ({most} tokens per {window} ms)", sub_code="LIMIT_REACHED")
    details: dict[str, Any] = {
        "limitKind": "RATE",
        "limit": most,
        "remaining": 0,
        "windowSeconds": window / 1000,
        "retryAfterMs": wait,
        "scope": {"spenderType": "WORKSPACE", "spenderId": "sandbox"},
    }
    return Refused("Rate limit reached. Please try again later.", "RATE_LIMITED", extensions=details)


class Throttle:
    """The buckets of one sandbox on its clock (seconds)."""

    def __init__(self, limits: Limits, clock: Callable[[], float]) -> None:
        self.limits = limits
        self._clock = clock
        self._buckets = [Bucket(most, round(seconds * 1000), limits.form) for most, seconds in limits.windows]

    def take(self) -> None:
        """Pay for one root field. Raises Refused when the workspace has no token left."""
        now = self._now()
        buckets = self._buckets
        if self.limits.form == "new":  # all buckets at once: the one that lets nothing by the longest refuses
            buckets = sorted(buckets, key=lambda bucket: -bucket.wait(now))
        for bucket in buckets:
            bucket.take(now)

    def document(self) -> Callable[[], None]:
        """What pays for one root field of a document whose roots run in parallel; it raises Refused as `take` does."""
        if self.limits.atomic:
            return self.take
        now, seen = self._now(), [replace(bucket) for bucket in self._buckets]

        def take() -> None:
            for bucket, read in zip(self._buckets, seen, strict=True):
                left = replace(read)
                left.take(now)
                bucket.tokens, bucket.last = left.tokens, left.last

        return take

    def _now(self) -> int:
        return math.floor(self._clock() * 1000 + 1e-6)

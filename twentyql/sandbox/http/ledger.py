"""What was asked of the sandbox and how it was answered, for tests. Keys and headers are never kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from twentyql.sandbox.http.signal import Signal


@dataclass(frozen=True, slots=True)
class RootCall:
    """One root field of a request, with its arguments as the server read them."""

    name: str
    key: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One request and its answer.

    ``codes`` are the most precise error codes, ``fault`` is the injected fault's name. ``started`` is the sandbox's
    clock in seconds, ``seconds`` the time the answer took, ``bytes`` its size. ``status`` is 0 where nothing was sent.
    """

    method: str
    path: str
    operation: str | None
    roots: tuple[RootCall, ...]
    status: int
    codes: tuple[str, ...]
    bytes: int
    started: float
    seconds: float
    fault: str | None = None


@dataclass(eq=False)
class Ledger:
    """All requests, in the order in which they were answered. ``most_at_once`` is the highest number in flight.

    ``most`` is how many are kept, the newest ones; None keeps all.
    """

    entries: list[Entry] = field(default_factory=list[Entry])
    most: int | None = None
    in_flight: int = 0
    most_at_once: int = 0
    _changed: Signal = field(default_factory=Signal)
    _gone: int = 0
    _gone_tokens: int = 0

    def __iter__(self) -> Iterator[Entry]:
        return iter(list(self.entries))

    def __len__(self) -> int:
        return len(self.entries)

    def __getitem__(self, index: int) -> Entry:
        return self.entries[index]

    def begin(self) -> None:
        """Count a request that has come in."""
        self.in_flight += 1
        self.most_at_once = max(self.most_at_once, self.in_flight)

    def end(self, entry: Entry) -> None:
        """Keep the entry of a request that is over."""
        self.in_flight -= 1
        self.entries.append(entry)
        if self.most is not None and len(self.entries) > self.most:
            gone = self.entries.pop(0)
            self._gone, self._gone_tokens = self._gone + 1, self._gone_tokens + _tokens(gone)
        self._changed.give()

    async def until(self, count: int) -> None:
        """Wait until ``count`` requests are over."""
        await self._changed.until(lambda: self.answered >= count)

    def clear(self) -> None:
        """Forget what was; requests in flight still count."""
        self.entries.clear()
        self._gone = self._gone_tokens = 0
        self.most_at_once = self.in_flight

    def asked(self, root: str) -> list[RootCall]:
        """Every call of the root field ``root``."""
        return [call for entry in self.entries for call in entry.roots if call.name == root]

    @property
    def roots(self) -> Counter[str]:
        """How often each root field was asked for."""
        return Counter(call.name for entry in self.entries for call in entry.roots)

    @property
    def tokens(self) -> int:
        """How many root fields were asked for on ``/graphql``: what the requests would cost."""
        return self._gone_tokens + sum(map(_tokens, self.entries))

    @property
    def answered(self) -> int:
        """How many requests are over, those that are not kept any more too."""
        return self._gone + len(self.entries)


def _tokens(entry: Entry) -> int:
    return len(entry.roots) if entry.path == "/graphql" else 0

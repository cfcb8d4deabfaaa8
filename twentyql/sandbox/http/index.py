"""``GET /``: the index page, and ``GET /sandbox/state``, which keeps it up to date. Neither is in the ledger."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from twentyql.sandbox.http.answers import HTML, Answer, json_answer
from twentyql.sandbox.http.ledger import Ledger
from twentyql.sandbox.page.render import page, policy, state_of
from twentyql.sandbox.records.engine import Engine

PATHS = frozenset({"/", "/sandbox/state"})
HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}


@dataclass(frozen=True)
class Index:
    """The page of one sandbox, whose ``key`` it knows, so that its box can ask."""

    engine: Engine
    ledger: Ledger
    clock: Callable[[], float]
    work: Callable[[Callable[[], Any]], Awaitable[Any]]
    key: str

    async def answer(self, path: str, host: str) -> Answer:
        """The page for ``/``, else what changes on it."""
        counts = await self.work(self.engine.counts)
        state = state_of(list(self.ledger), self.clock(), self.ledger.answered, self.ledger.tokens)
        if path != "/":
            return replace(json_answer({**state, "counts": counts}), headers=HEADERS)
        make = partial(page, self.engine.model, counts, state, f"http://{host}", self.key, self.engine.warnings)
        headers = {**HEADERS, "Content-Security-Policy": policy()}
        return Answer((await self.work(make)).encode(), content_type=HTML, headers=headers)

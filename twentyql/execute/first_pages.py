"""The first pages that came with the counts: several lists are the roots of one document, which saves round trips."""

from __future__ import annotations

from typing import Any, Protocol

from twentyql.execute.lists import Requests
from twentyql.execute.pacer import PaceState
from twentyql.execute.pages import Page
from twentyql.execute.receipt import Tally
from twentyql.plan.model import Read


class Sends(Requests, Protocol):
    """What this module needs of `requester.Requester`."""

    def came(self, read: Read, root: bytes, asked: int, seconds: float) -> Page: ...


class FirstPages:
    """A requester that gives each first page of ``tally.pages`` once, without sending, and sends for all others."""

    def __init__(self, requester: Sends, tally: Tally) -> None:
        self._requester = requester
        self._pages, tally.pages = dict(tally.pages), {}

    @property
    def pace(self) -> PaceState:
        return self._requester.pace

    def ranged(self, read: Read) -> str | None:
        return self._requester.ranged(read)

    async def count(self, root: str, text: str, variables: dict[str, Any], tally: Tally) -> int:
        return await self._requester.count(root, text, variables, tally)

    async def page(self, read: Read, variables: dict[str, Any], tally: Tally, *, text: str = "") -> Page:
        known = self._pages.get(read.path)
        if known is not None and not text and known.answers(read, variables):
            del self._pages[read.path]
            return self._requester.came(read, known.body, known.asked, known.seconds)
        return await self._requester.page(read, variables, tally, text=text)

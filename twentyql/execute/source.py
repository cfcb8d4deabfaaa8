"""Where the pages of one scan come from: the read, its variables and its span, made into requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from twentyql.execute.cursors import after
from twentyql.execute.pages import Page
from twentyql.execute.receipt import ListTally, Tally
from twentyql.plan.model import WHOLE, Read, Span


class FetchesPages(Protocol):
    """What a scan needs of `requester.Requester`."""

    async def page(self, read: Read, variables: dict[str, Any], tally: Tally, *, text: str = "") -> Page: ...

    def ranged(self, read: Read) -> str | None:
        """The read's document with a filter, where the server can filter by ranges of ids."""
        ...


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one list that belong together, with the values of ``read.keys`` for each.

    ``done`` are the ids that this batch settles: with the batches before it, it holds every row of the list in that
    interval. None where the batch is no part of a scan by id, or where those that it was put together ``of`` settle
    several intervals, each its own.
    """

    read: Read
    rows: Sequence[Any]
    keys: Sequence[tuple[Any, ...]]
    done: Span | None = None
    of: Sequence[Batch] = ()


class Source:
    """The pages of one list in one span of ids."""

    def __init__(
        self, read: Read, requester: FetchesPages, tally: Tally, variables: Mapping[str, Any], span: Span
    ) -> None:
        self.read = read
        self.span = span
        self.counts: ListTally = tally.of(read)
        self._tally = tally
        self._requester = requester
        self._variables = {**read.variables, **variables}
        self._ranged = requester.ranged(read) if self.by_id else None

    @property
    def by_id(self) -> bool:
        """Whether the server sorts this list by id."""
        return "orderBy" not in self._variables and not self.read.ordered

    @property
    def is_ranged(self) -> bool:
        """Whether ranges of ids can be asked for, and counted."""
        return self._ranged is not None and self.read.counts

    @property
    def is_whole(self) -> bool:
        """Whether the counts that come with the pages are those of this span."""
        return self.span == WHOLE or self._ranged is not None

    @property
    def start(self) -> str | None:
        """The cursor of the first page."""
        return after(self.span.after) if self.span.after and self._ranged is None else None

    @property
    def ends_here(self) -> str | None:
        """The last id to take of pages that know no end."""
        return self.span.upto if self._ranged is None else None

    async def page(self, first: int, cursor: str | None, span: Span | None = None) -> Page:
        """A page of the whole span, or of ``span`` within it."""
        span = span or self.span
        sent = {**self._variables, "first": first, **({"after": cursor} if cursor else {})}
        text = ""
        if span != WHOLE and self._ranged is not None:
            text, sent["filter"] = self._ranged, within(self._variables.get("filter"), span)
        page = await self._requester.page(self.read, sent, self._tally, text=text)
        self.counts.requests += 1
        return page

    def narrow(self, upto: str) -> None:
        """Leave the ids above ``upto`` to others."""
        self.span = Span(self.span.after, upto)

    async def count(self, span: Span) -> int:
        """How many rows the server counts in ``span``."""
        page = await self.page(1, None, span)
        return page.total or 0

    def following(self, asked: int, page: Page) -> int:
        """The size of the next page."""
        return self.read.paging.following(asked, len(page.rows), page.seconds, page.size)


def within(filter_: Any, span: Span) -> dict[str, Any]:
    """``filter_`` and the bounds of ``span``, one operator an object as the server wants it."""
    parts = [filter_] if filter_ else []
    parts += [{"id": {"gt": span.after}}] if span.after else []
    parts += [{"id": {"lte": span.upto}}] if span.upto else []
    return parts[0] if len(parts) == 1 else {"and": parts}

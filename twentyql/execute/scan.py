"""One list, read page by page in the order of its ids over an interval of ids, and the checks that make it whole.

Every row is given once, in memory of 8 bytes a row. A cursor that is null or does not move never loops. Where the
server counts more rows than came, `recover` looks for them by counts over ranges of ids.
"""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any, Protocol

from twentyql.errors import IncompleteError, MisfitError, NotGraphQLError, ServerFaultError
from twentyql.execute.cursors import after, next_cursor
from twentyql.execute.ids import IdSet
from twentyql.execute.pages import Page
from twentyql.execute.receipt import Begun, Tally
from twentyql.execute.recover import Settled, recover
from twentyql.execute.source import Batch, FetchesPages, Source
from twentyql.execute.tasks import stopped
from twentyql.plan.model import WHOLE, Read, Span

__all__ = ["Batch", "FetchesPages", "after", "scan"]


class Shares(Protocol):
    """Who may take over what a scan has not read yet."""

    def begun(self, total: int | None) -> None:
        """Hear how many rows the server counts in the span."""
        ...

    def takes(self, rest: Span, rows: int, page: Page) -> bool:
        """Whether others read ``rest``, which has so many ``rows``, after ``page``."""
        ...

    def kept(self, source: Source, settled: Sequence[Settled]) -> None:
        """Hear what is left to the scan, which was not counted by itself."""
        ...


async def scan(
    read: Read,
    requester: FetchesPages,
    tally: Tally,
    variables: Mapping[str, Any] | None = None,
    *,
    span: Span = WHOLE,
    most: int | None = None,
    shares: Shares | None = None,
) -> AsyncGenerator[Batch, None]:
    """Every row of ``read`` with an id in ``span``, at most ``most`` of them, each once.

    While a page is used the next one is on its way; close the generator to leave nothing running.

    ``variables`` are added to those of the read. The span is a filter on the id where the server has such; else it
    begins by a built cursor and ends here. Rows that the server counts but did not give are looked for and, where they
    do not come, counted as withheld. After each page ``shares`` may take over the rest, and then has to compare the
    counts. Raises IncompleteError when the server's cursor does not move and none can be built.
    """
    one = _Scan(Source(read, requester, tally, variables or {}, span), most, shares)
    async with aclosing(one.batches()) as found:
        async for batch in found:
            yield batch
    if one.may_recover or one.has_more_than_counted:
        async for batch in recover(one.source, one.settled, one.last_total):
            yield batch


class _Scan:
    """The state of one scan: what came so far, and what is settled by it."""

    def __init__(self, source: Source, most: int | None, shares: Shares | None) -> None:
        self.source = source
        self.settled: list[Settled] = []
        self.last_total: int | None = None
        self._most = most
        self._shares = shares
        self._counts = source.counts
        self._first_total: int | None = None
        self._rows = 0
        self._last: str | None = source.span.after
        self._unordered: IdSet | None = None

    @property
    def may_recover(self) -> bool:
        """Whether rows are missing that can be looked for; then the counts of the list are settled there."""
        counts = self._counted_rows()
        return counts is not None and self._rows < min(counts)

    @property
    def has_more_than_counted(self) -> bool:
        """Whether writers moved the count so far that only another one can tell whether rows are missing."""
        counts = self._counted_rows()
        return counts is not None and self._rows > max(counts)

    def _counted_rows(self) -> tuple[int, int] | None:
        """The counts of the span at the start and at the end, where rows can be looked for by ranges of it."""
        if self._most is not None or not self.source.is_ranged or self._unordered is not None:
            return None
        if self._first_total is None or self.last_total is None:
            return None
        return self._first_total, self.last_total

    async def batches(self) -> AsyncGenerator[Batch, None]:
        cursor = self.source.start
        page = await self._page(cursor)
        self._begin(page)
        while True:
            self.last_total = page.total
            fresh, over = self._fresh(page)
            following = next_cursor(page, cursor, self._last if self._unordered is None else None)
            enough = self._most is not None and self._rows >= self._most
            given_back = following is not None and not over and not enough and self._rest_is_taken(page)
            last = over or enough or following is None or given_back
            stuck = following is None and page.has_next and not over and not enough
            coming = None if last else asyncio.create_task(self._page(following))
            try:
                if fresh or (last and not stuck):
                    yield self._batch(page, fresh, to_end=last and not stuck and not enough)
                if stuck:
                    self._stuck(page)
                if coming is None:
                    break
                page, cursor = await coming, following
            finally:
                if coming is not None:
                    await stopped(coming)
        if given_back and self._shares is not None:
            self._first_total = self.last_total = self._rows
            self._shares.kept(self.source, self.settled)
        if self.source.is_whole:
            self._counts.counted(self._first_total, self.last_total)

    def _rest_is_taken(self, page: Page) -> bool:
        """Whether others read what is behind this page; then this scan ends with it."""
        if self._shares is None or self._unordered is not None or not self.source.is_ranged:
            return False
        if not page.keys or self._last is None or page.total is None or self._most is not None:
            return False
        if not self._shares.takes(Span(self._last, self.source.span.upto), page.total - self._rows, page):
            return False
        self.source.narrow(self._last)
        return True

    async def _page(self, cursor: str | None) -> Page:
        """The next page, of the size that this list has come to; a smaller one where the server cannot make it."""
        paging, counts = self.source.read.paging, self._counts
        size = counts.size or paging.start
        asked = size if self._most is None else min(size, self._most - self._rows)
        try:
            page = await self.source.page(asked, cursor)
        except (NotGraphQLError, ServerFaultError) as error:
            if asked <= paging.floor or isinstance(error, MisfitError):
                raise
            counts.size = paging.floor
            return await self._page(cursor)
        if counts.begun is None and page.total is not None:
            counts.begun = Begun(page.total, asked, len(page.rows))
        if page.has_next and asked == size:
            counts.short += len(page.rows) < asked
            counts.size = self.source.following(asked, page)
        return page

    def _begin(self, page: Page) -> None:
        self._first_total = page.total
        if self._shares is not None:
            self._shares.begun(page.total)
        ids = [key[0] for key in page.keys]
        if not self.source.by_id or any(map(str.__gt__, ids, ids[1:])):
            self._unordered = IdSet()

    def _fresh(self, page: Page) -> tuple[list[int] | range, bool]:
        """The places of the rows that are new and in the span, and whether the page goes beyond it."""
        ids = [key[0] for key in page.keys]
        if self._unordered is not None:
            fresh: list[int] | range = self._unordered.fresh(ids)
            self._counts.repeated += len(ids) - len(fresh)
            return self._count(fresh), False
        upto = self.source.ends_here
        before = self._last or ""
        ascending = not ids or (ids[0] > before and all(map(str.__lt__, ids, ids[1:])))
        if ascending and (upto is None or not ids or ids[-1] <= upto):
            fresh = range(len(ids))
        else:
            fresh = []
            for i, id in enumerate(ids):
                if id > before and (upto is None or id <= upto):
                    fresh.append(i)
                    before = id
                self._counts.repeated += id <= before and not (fresh and fresh[-1] == i)
        if fresh:
            self._last = ids[fresh[-1]]
        return self._count(fresh), upto is not None and bool(ids) and ids[-1] > upto

    def _count(self, fresh: list[int] | range) -> list[int] | range:
        self._rows += len(fresh)
        self._counts.rows += len(fresh)
        return fresh

    def _batch(self, page: Page, fresh: list[int] | range, *, to_end: bool) -> Batch:
        whole = len(fresh) == len(page.rows)
        rows = page.rows if whole else [page.rows[i] for i in fresh]
        keys = page.keys if whole else [page.keys[i] for i in fresh]
        self._counts.notice(keys)
        if self._unordered is not None:
            return Batch(self.source.read, rows, keys)
        low = self.settled[-1].span.upto if self.settled else self.source.span.after
        done = Span(low, self.source.span.upto if to_end else self._last)
        if self.source.is_ranged and self._most is None:
            self.settled.append(Settled(done, array("q", (hash(key[0]) for key in keys))))
        elif not self.settled or not to_end:
            self.settled = [Settled(done, array("q"))]
        return Batch(self.source.read, rows, keys, done)

    def _stuck(self, page: Page) -> None:
        """No cursor leads on. What is behind it is looked for by ranges of ids; else it is withheld, or an error."""
        missing = (page.total or 0) - self._rows
        if self.may_recover or (missing <= 0 and self.source.is_ranged):
            return
        if missing > 0 and not page.rows:
            self._counts.withheld += missing
            return
        raise IncompleteError(
            f"The cursor of {self.source.read.name} does not move after {self._rows} rows, though the server says "
            "there are more.",
            advice="Read again; if it stays, the server pages wrongly under this order or filter.",
        )

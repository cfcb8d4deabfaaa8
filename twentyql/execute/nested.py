"""Reading a Relay server: a list by its cursors, and inside every record the lists that it holds, each to its end.

The first page of an inner list comes with its record; the others are asked for through the record's id. What the
server counts and does not give is told in the receipt; a document that it finds too costly is asked in smaller pages.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import msgspec

from twentyql.errors import IncompleteError, RequestRefusedError
from twentyql.execute.nested_pages import NestedDecoder, NestedPage
from twentyql.execute.receipt import Tally
from twentyql.execute.scan import Batch, FetchesPages
from twentyql.execute.tasks import all_of
from twentyql.plan.model import PARENT, Read

TOGETHER = 4
"""How many inner lists are continued at the same time."""
_COSTLY = re.compile(r"cost|complex|node.?limit|too.?many.?nodes|exceeds", re.IGNORECASE)
Complete = Callable[[Batch], Awaitable[list[Any]]]


async def count(read: Read, requester: FetchesPages, tally: Tally) -> int:
    """How many records a list has: as the server counts, where it does, or else by reading them."""
    variables = {**read.variables, **({"inner": 1} if "inner" in read.variables else {})}
    first = {"first": 1} if read.place and read.place.form == "connection" else {}
    page = await requester.page(read, {**variables, **first}, tally)
    if page.total is not None:
        return page.total
    batches = NestedReader(requester, tally).scan(read)
    return sum([len(batch.rows) async for batch in batches])


class NestedReader:
    """Reads the lists of one plan. Where ``complete`` gives no rows back, none are put into their parents."""

    def __init__(self, requester: FetchesPages, tally: Tally) -> None:
        self._requester = requester
        self._tally = tally
        self._decoders: dict[int, NestedDecoder] = {}
        self._shrunk: dict[str, int] = {}
        self._turns = asyncio.Semaphore(TOGETHER)

    async def scan(self, read: Read, most: int | None = None) -> AsyncGenerator[Batch, None]:
        """The rows of the plan's first list, page by page."""
        async for batch in self._pages(read, {}, None, None, most):
            yield batch

    async def attach(self, parents: Batch, child: Read, complete: Complete) -> None:
        """Read one inner list of every record of ``parents`` to its end, and put its rows into them."""
        place, link = child.place, child.link
        assert place is not None
        assert link is not None
        decoder = self._decoders.setdefault(id(child), NestedDecoder(child))
        at = parents.read.keys.index(place.within)
        pages = [_once(decoder.page(key[at])) for key in parents.keys]
        owners = [i for i, page in enumerate(pages) for _ in page.rows]
        firsts = Batch(
            child,
            [row for page in pages for row in page.rows],
            [(*key, parents.keys[i][0]) for i, page in enumerate(pages) for key in page.keys],
        )
        families: list[list[Any]] = [[] for _ in pages]
        for i, row in zip(owners, await complete(firsts) if firsts.rows else [], strict=False):
            families[i].append(row)
        for page in pages:
            if not page.has_next:
                self._whole(child, page)
        more = [i for i, page in enumerate(pages) if page.has_next]
        await all_of(self._rest(parents, i, pages[i], child, families[i], complete) for i in more)
        rows = link.holder[-1].selection.rows if link.holder else parents.read.selection.rows
        for i, row in enumerate(parents.rows):
            for holder in link.holder:
                row = parents.read.selection.rows.get(row, holder.name) if row is not None else None
            if row is not None:
                rows.attach(row, link.nested.name, families[i])

    async def _rest(
        self, parents: Batch, i: int, first: NestedPage, child: Read, family: list[Any], complete: Complete
    ) -> None:
        """The pages of one inner list behind its first one."""
        anchor = child.place.anchor if child.place else None
        given = {"id": parents.keys[i][parents.read.keys.index(anchor)]} if anchor else {}
        async with self._turns:
            batches = [batch async for batch in self._pages(child, given, first, parents.keys[i][0], None)]
        for batch in batches:
            family += await complete(batch)

    def _whole(self, child: Read, first: NestedPage) -> None:
        counts = self._tally.of(child)
        counts.rows += len(first.rows) + first.others
        counts.elsewhere += first.others
        counts.withheld += first.nulls
        counts.counted(first.total, first.total)

    async def _pages(
        self, read: Read, given: dict[str, Any], first: NestedPage | None, parent: Any, most: int | None
    ) -> AsyncIterator[Batch]:
        """The batches of one list; of one whose ``first`` page is there already, those behind it."""
        counts = self._tally.of(read)
        seen: set[Any] = set()
        cursor: str | None = None
        page, begun = first, first is not None
        total = first.total if first else None
        while True:
            if page is None:
                left = None if most is None else most - len(seen)
                page = await self._ask(read, given, cursor, left)
                total = page.total if total is None else total
            fresh = _unseen(page.keys, seen)
            counts.repeated += len(page.rows) - len(fresh)
            counts.rows += len(fresh) + page.others
            counts.elsewhere += page.others
            counts.withheld += page.nulls
            if fresh and not begun:
                above = (parent,) if PARENT in read.keys else ()
                yield Batch(read, [page.rows[i] for i in fresh], [(*page.keys[i], *above) for i in fresh])
            begun = False
            if not page.has_next or (most is not None and len(seen) >= most):
                counts.counted(total, page.total)
                return
            if not page.cursor or page.cursor == cursor:
                raise IncompleteError(
                    f"The cursor of {read.name} does not move after {len(seen)} rows, though there are more.",
                    advice="Read again; if it stays, the server pages wrongly.",
                )
            cursor, page = page.cursor, None

    async def _ask(self, read: Read, given: dict[str, Any], cursor: str | None, left: int | None) -> NestedPage:
        """One page, in smaller ones where the server finds the document too costly."""
        while True:
            parts = self._shrunk.get(read.text, 1)
            size = read.page_size if left is None else min(read.page_size, left)
            sizes = {"first": max(1, size // parts)} if read.place and read.place.form == "connection" else {}
            if "inner" in read.variables:
                sizes["inner"] = max(1, read.variables["inner"] // parts)
            sent = {**read.variables, **given, **sizes, **({"after": cursor} if cursor else {})}
            try:
                page = await self._requester.page(read, sent, self._tally)
            except RequestRefusedError as error:
                if not _COSTLY.search(str(error)) or all(n <= 1 for n in sizes.values()):
                    raise
                self._shrunk[read.text] = parts * 2
                note = f"{read.name}: the server found its pages too costly, so they are smaller"
                if note not in self._tally.notes:
                    self._tally.notes.append(note)
                continue
            self._tally.of(read).requests += 1
            assert isinstance(page, NestedPage)
            return page


def _once(page: NestedPage) -> NestedPage:
    """``page`` without the records that it repeats."""
    fresh = _unseen(page.keys, set())
    if len(fresh) == len(page.keys):
        return page
    return msgspec.structs.replace(page, rows=[page.rows[i] for i in fresh], keys=[page.keys[i] for i in fresh])


def _unseen(keys: Sequence[tuple[Any, ...]], seen: set[Any]) -> list[int]:
    fresh: list[int] = []
    for i, key in enumerate(keys):
        if key[0] not in seen:
            seen.add(key[0])
            fresh.append(i)
    return fresh

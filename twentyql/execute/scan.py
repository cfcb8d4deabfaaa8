"""One list, read page by page in the order of its ids over an interval of ids, and the checks that make it whole.

Every row is given once. A cursor that is null or does not move never loops: the rows behind it are either withheld,
which the receipt says, or the read fails.
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from twentyql.errors import IncompleteError
from twentyql.execute.pages import Page
from twentyql.execute.receipt import ListTally, Tally
from twentyql.plan.model import WHOLE, Read, Span


class FetchesPages(Protocol):
    """What a scan needs of `requester.Requester`."""

    async def page(self, read: Read, variables: dict[str, Any], tally: Tally) -> Page: ...


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one list that belong together, with the values of ``read.keys`` for each.

    ``done`` are the ids that this batch settles: it holds every row of the list in that interval. None where the
    batch is no part of a scan by id.
    """

    read: Read
    rows: Sequence[Any]
    keys: Sequence[tuple[Any, ...]]
    done: Span | None = None


async def scan(
    read: Read,
    requester: FetchesPages,
    tally: Tally,
    variables: Mapping[str, Any] | None = None,
    *,
    span: Span = WHOLE,
    most: int | None = None,
) -> AsyncIterator[Batch]:
    """Every row of ``read`` with an id in ``span``, at most ``most`` of them, each once.

    ``variables`` are added to those of the read. The span begins by a built cursor and ends here, since not every
    server filters by ranges of ids. Raises IncompleteError when the server's cursor does not move.
    """
    counts = tally.of(read)
    seen: set[str] = set()
    cursor = after(span.after) if span.after else None
    first: int | None = None
    begun = False
    low = span.after
    while True:
        size = read.page_size if most is None else min(read.page_size, most - len(seen))
        sent = {**read.variables, **(variables or {}), "first": size, **({"after": cursor} if cursor else {})}
        page = await requester.page(read, sent, tally)
        counts.requests += 1
        first, begun = (first, True) if begun else (page.total, True)
        inside = [i for i in _unseen(page, seen) if span.upto is None or page.keys[i][0] <= span.upto]
        over = span.upto is not None and any(key[0] > span.upto for key in page.keys)
        counts.repeated += len(page.rows) - len(inside) if not over else 0
        counts.rows += len(inside)
        stuck = page.has_next and (not page.cursor or page.cursor == cursor) and not over
        last = over or stuck or not page.has_next or (most is not None and len(seen) >= most)
        if inside:
            keys = [page.keys[i] for i in inside]
            counts.notice(keys)
            high = span.upto if last and not stuck else keys[-1][0]
            yield Batch(read, [page.rows[i] for i in inside], keys, Span(low, high))
            low = keys[-1][0]
        if stuck:
            _note_withheld(counts, page, len(seen))
        if last:
            if span == WHOLE:
                counts.counted(first, page.total)
            return
        cursor = page.cursor


def after(id: str) -> str:
    """The cursor that a page behind the record ``id`` begins with, in the order of ids."""
    return base64.b64encode(msgspec.json.encode({"id": id})).decode()


def _note_withheld(tally: ListTally, page: Page, read: int) -> None:
    missing = (page.total or 0) - read
    if missing > 0 and not page.rows:
        tally.withheld += missing
        return
    raise IncompleteError(
        f"The cursor of {tally.read.name} does not move after {read} rows, though the server says there are more.",
        advice="Read again; if it stays, the server pages wrongly under this order or filter.",
    )


def _unseen(page: Page, seen: set[str]) -> list[int]:
    fresh: list[int] = []
    for i, key in enumerate(page.keys):
        if key[0] not in seen:
            seen.add(key[0])
            fresh.append(i)
    return fresh

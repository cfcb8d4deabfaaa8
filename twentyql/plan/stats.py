"""What the planner knows beside the schema: `Stats` of the rows, `Limits` of the server. Both come in as arguments.

The client gathers Stats by `survey.py`'s questions, in one or two cheap requests, and only where they can change the
choice; Limits are what it was told or has learnt of the server so far.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from twentyql.plan.model import How, Read

Path = tuple[str, ...]
MOST_ROWS_A_PAGE = 1000  # on 2.21 about 0.15 to 0.4 s; others then wait 0.2 s at worst
FULL_ROWS_A_PAGE = 5000


@dataclass(frozen=True, slots=True)
class Families:
    """How many children the largest parents have, largest first; ``whole`` says that all with children are here."""

    sizes: tuple[int, ...]
    whole: bool = True

    def above(self, cap: int) -> tuple[int, ...] | None:
        """The sizes above ``cap``; None if there may be more of them than are known."""
        if not self.whole and (not self.sizes or self.sizes[-1] > cap):
            return None
        return tuple(size for size in self.sizes if size > cap)


@dataclass(frozen=True, slots=True)
class ListStats:
    """One list: ``rows`` that meet its own condition (a child's: those that have a parent), average ``bytes`` a row.

    ``everything`` counts the rows without the query's condition where it has one. ``visible`` is False where the
    server counts rows and shows none.
    """

    rows: int
    bytes: float | None = None
    everything: int | None = None
    visible: bool = True
    families: Families | None = None


@dataclass(frozen=True, slots=True)
class FirstPage:
    """The first page of a list as it came with the counts: ``body`` is the JSON of its root field.

    ``asked`` rows were asked for, with ``node`` of each, where ``filter`` holds; ``whole`` says that no more follow.
    """

    node: str
    filter: Any
    asked: int
    body: bytes
    whole: bool
    seconds: float = 0.0

    def fits(self, read: Read) -> bool:
        """Whether this is what ``read`` begins with."""
        begins = read.how in (How.PAGES, How.SCAN) and not read.ordered and read.node == self.node
        return begins and read.variables.get("filter") == self.filter

    def answers(self, read: Read, variables: Mapping[str, Any]) -> bool:
        """Whether this is the answer to a request of ``read``."""
        if not self.fits(read) or "after" in variables or variables.get("filter") != self.filter:
            return False
        return variables.get("first") == self.asked or self.whole


@dataclass(frozen=True, slots=True)
class Stats:
    """The lists by their paths, records of objects by the object's name, and the first pages that came with them.

    ``requests``, ``tokens``, ``retries`` and ``bytes`` are what gathering took.
    """

    lists: Mapping[Path, ListStats] = field(default_factory=dict[Path, ListStats])
    objects: Mapping[str, int] = field(default_factory=dict[str, int])
    requests: int = 0
    tokens: int = 0
    bytes: int = 0
    pages: Mapping[Path, FirstPage] = field(default_factory=dict[Path, FirstPage])
    retries: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """What the server bears.

    ``tokens`` in ``window`` seconds where known; ``is_open`` if it is known not to count. ``latency`` is in seconds,
    ``page`` the most rows a page was seen to honour. ``page_seconds`` and ``page_most`` bound a page for the sake of
    the server's other users, ``memory`` (bytes) what may be kept here to be joined.
    """

    tokens: int | None = None
    window: float | None = None
    is_open: bool = False
    latency: float = 0.024
    page: int | None = None
    page_seconds: float = 0.25
    page_most: int = MOST_ROWS_A_PAGE
    memory: int = 64_000_000

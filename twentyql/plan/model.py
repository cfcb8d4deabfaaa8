"""Stage 5's nouns: a Plan is a tree of Reads, each one paged list of one object, tied to its parent by a Link."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from twentyql.build.query import Nested, Order, Query, Selection

KeyPath = tuple[str, ...]
ID: KeyPath = ("id",)
PARENT: KeyPath = ("@parent",)
"""The key of a record inside another's list: the id of that one. No answer holds it; the executor adds it."""


@dataclass(frozen=True, slots=True)
class Span:
    """The ids above ``after`` up to and with ``upto``; None is no bound. Ids compare as their lower-case text does."""

    after: str | None = None
    upto: str | None = None


WHOLE = Span()
PAGES_A_PART = 6


@dataclass(frozen=True, slots=True)
class Spread:
    """Whether a list may be read in parts side by side, each of at most about ``pages`` pages; 0 forbids it.

    The executor decides when it has seen the first page; ``always`` takes that decision from it.
    """

    pages: int = PAGES_A_PART
    always: bool = False


WHERE_IT_PAYS = Spread()


class How(StrEnum):
    """How the rows of a list are found.

    ``PAGES``: by its own root, page by page. ``CHUNKS``: by its own root under ``parentId in [...]``, for some parents
    at a time. ``NESTED``: inside the pages of its parents, and those that the server cut again by chunks. ``SCAN``: by
    its own root, the whole list once, joined with its parents here.
    """

    PAGES = "pages"
    CHUNKS = "chunks"
    NESTED = "nested"
    SCAN = "scan"


GROWTH = 4
LARGE = 8_000_000
"""Pages of more bytes are made smaller: several are in memory at once, here and on the server."""


@dataclass(frozen=True, slots=True)
class Paging:
    """How large the pages of a read are: ``start`` rows at first, then what takes ``seconds``, never over ``most``.

    ``least`` is what any server bears, to fall back on (0: the start).

    A server is not stalled for others by a page of 250 ms; it may honour less than was asked for, and then decides.
    ``latency`` are the seconds of a page that are no work of the server.
    """

    start: int
    most: int
    seconds: float = 0.25
    latency: float = 0.0
    least: int = 0

    @property
    def floor(self) -> int:
        """The size that a page never goes below, however slow it was."""
        return min(self.start, self.least or self.start)

    def following(self, asked: int, got: int, seconds: float, bytes_: int = 0) -> int:
        """The size to ask for after a page of ``asked`` rows brought ``got``, and more are left.

        It took ``seconds`` and had so many ``bytes_``.
        """
        if got < asked:  # a clamp, or a page cut short: go by what came
            return max(self.floor, got)
        fitting = int(asked * self.seconds / max(seconds - self.latency, seconds / 10, 1e-6))
        fitting = min(fitting, asked * LARGE // max(bytes_, 1))
        return max(min(asked, self.floor), min(asked * GROWTH, fitting, self.most))


@dataclass(frozen=True, slots=True)
class Link:
    """How the rows of a child read find their parents.

    A child whose ``child_key`` equals the parent's ``parent_key`` belongs to it. ``holder`` leads from the parent's
    row, through ``one`` selections, to the row that takes the children under the name ``attach_as``.
    """

    parent_key: KeyPath
    child_key: KeyPath
    holder: tuple[Nested, ...]
    nested: Nested


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the answers of a Relay server a list stands.

    ``path`` leads to it from ``data``, in an answer of its own. For a list inside a record, ``within`` leads to its
    first page from that record's node, and ``anchor`` to the id by which more pages are asked for (None: they need
    none). ``case`` is the type that its records must have, where they may have several.
    """

    path: tuple[str, ...]
    form: Literal["connection", "list", "one"]
    within: tuple[str, ...] = ()
    anchor: KeyPath | None = None
    case: str | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """One list of one object, read page by page in the order of its ids.

    ``text`` is the document that every page of it sends, ``node`` what it asks of one record, ``variables`` are those
    that stay the same from page to page.
    ``keys`` are the paths that the executor needs of every node beside the row itself; the first is always the id.
    ``to_ones`` pairs the foreign key of every to-one relation with the id of its record, to notice what is left out.

    ``paging`` sizes its pages; ``chunk`` is how many parents one request of ``CHUNKS`` names, and ``gather`` how many
    rows are collected before their children are read, so that chunks are full. ``spans`` are the ids to be read, in
    parts that may be read side by side; the executor cuts them further as ``spread`` says. ``ordered`` says that the
    server sorts it by other than the id. ``flats`` are to-one relations that its document leaves out, because their
    records are read once and put in here.
    ``place`` is set where a Relay server is read.
    """

    object: str
    root: str
    path: tuple[str, ...]
    selection: Selection
    node: str
    text: str
    variables: Mapping[str, Any]
    keys: tuple[KeyPath, ...]
    paging: Paging
    counts: bool
    to_ones: tuple[tuple[KeyPath, KeyPath], ...] = ()
    link: Link | None = None
    children: tuple[Read, ...] = ()
    how: How = How.PAGES
    chunk: int = 0
    gather: int = 0
    spans: tuple[Span, ...] = (WHOLE,)
    spread: Spread = WHERE_IT_PAYS
    ordered: bool = False
    flats: tuple[Flat, ...] = ()
    place: Place | None = None

    @property
    def page_size(self) -> int:
        """The rows that its first page asks for."""
        return self.paging.start

    @property
    def inside(self) -> tuple[Read, ...]:
        """The children that come inside its pages."""
        return tuple(child for child in self.children if child.how is How.NESTED)

    @property
    def name(self) -> str:
        """The relation path from the root object, ``people.noteTargets``, or the root's own name."""
        return ".".join(self.path) or self.root

    def walk(self) -> Iterator[Read]:
        """This read and all below it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()

    def lists(self) -> Iterator[Read]:
        """Every list that is read: as `walk`, and those of to-one relations too."""
        for read in self.walk():
            yield read
            yield from (flat.read for flat in read.flats)


@dataclass(frozen=True, slots=True)
class Flat:
    """A to-one relation whose records are read as a list of their own, once, and put into the rows here.

    ``key`` is the foreign key on the rows, which becomes null where the record is gone, as the server would say.
    """

    relation: str
    key: str
    read: Read


@dataclass(frozen=True, slots=True)
class Cost:
    """What reading takes: requests, tokens of the server's limit, rows, bytes of answers, seconds without waiting."""

    requests: float = 0
    tokens: float = 0
    rows: float = 0
    bytes: float = 0
    seconds: float = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            self.requests + other.requests,
            self.tokens + other.tokens,
            self.rows + other.rows,
            self.bytes + other.bytes,
            self.seconds + other.seconds,
        )

    def __sub__(self, other: Cost) -> Cost:
        return self + Cost(-other.requests, -other.tokens, -other.rows, -other.bytes, -other.seconds)


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing the planner decided: of what, for which way, at which cost, why, and what the next best would cost."""

    name: str
    way: str
    cost: Cost
    why: str
    next_way: str = ""
    next_cost: Cost | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """How a query will be read.

    ``order_here`` are the keys by which the rows are sorted after reading (text by code point, options by their
    position); ``top`` is a cheaper read tried first for a small ``limit``: one page that the server sorted.
    ``nothing`` says that the conditions can hold for no record, so nothing is sent. ``why`` explains each choice.

    ``phases`` are the reads that give the rows of the root one after the other where the server sorts them: those with
    a value and those without; by default the root alone. ``joined`` is False where rows are not wanted with their
    children inside, because every list goes to a table of its own. ``choices`` say what was decided and its
    cost, and ``expected`` is the cost of all, where Stats were known.
    """

    query: Query[Any, Any]
    root: Read
    order_here: tuple[Order[Any], ...] = ()
    top: Read | None = None
    nothing: bool = False
    why: tuple[str, ...] = ()
    phases: tuple[Read, ...] = ()
    joined: bool = True
    choices: tuple[Choice, ...] = ()
    expected: Cost | None = None

    def lists(self) -> Iterator[Read]:
        """Every list that is read, parents first."""
        return self.root.lists()

"""Stage 5's nouns: a Plan is a tree of Reads, each one paged list of one object, tied to its parent by a Link."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from twentyql.build.query import Nested, Order, Query, Selection

KeyPath = tuple[str, ...]
ID: KeyPath = ("id",)


@dataclass(frozen=True, slots=True)
class Span:
    """The ids above ``after`` up to and with ``upto``; None is no bound. Ids compare as their lower-case text does."""

    after: str | None = None
    upto: str | None = None


WHOLE = Span()


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
class Read:
    """One list of one object, read page by page in the order of its ids.

    ``text`` is the document that every page of it sends, ``variables`` those that stay the same from page to page.
    ``keys`` are the paths that the executor needs of every node beside the row itself; the first is always the id.
    ``to_ones`` pairs the foreign key of every to-one relation with the id of its record, to notice what is left out.
    """

    object: str
    root: str
    path: tuple[str, ...]
    selection: Selection
    text: str
    variables: Mapping[str, Any]
    keys: tuple[KeyPath, ...]
    page_size: int
    counts: bool
    to_ones: tuple[tuple[KeyPath, KeyPath], ...] = ()
    link: Link | None = None
    children: tuple[Read, ...] = ()

    @property
    def name(self) -> str:
        """The relation path from the root object, ``people.noteTargets``, or the root's own name."""
        return ".".join(self.path) or self.root

    def walk(self) -> Iterator[Read]:
        """This read and all below it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Plan:
    """How a query will be read.

    ``order_here`` are the keys by which the rows are sorted after reading (text by code point, options by their
    position); ``top`` is a cheaper read tried first for a small ``limit``: one page that the server sorted.
    ``nothing`` says that the conditions can hold for no record, so nothing is sent. ``why`` explains each choice.
    """

    query: Query[Any, Any]
    root: Read
    order_here: tuple[Order[Any], ...] = ()
    top: Read | None = None
    nothing: bool = False
    why: tuple[str, ...] = ()

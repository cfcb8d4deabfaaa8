"""Bytes of one answer -> Page: the rows as their own type, and beside them the keys that the executor needs.

The body of typed rows is read twice by msgspec: once into the caller's rows and once, skipping all else, into the keys.
So a row holds what was selected and nothing more, whatever relation it was read through.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec

from twentyql.build.newer import decoder_of
from twentyql.errors import NotGraphQLError, TwentyqlError
from twentyql.execute.inside import FamilyDecoder, NestedConnection, misfit
from twentyql.execute.keys import KeyReader
from twentyql.plan.model import Read
from twentyql.plan.reads import RawRows

N = TypeVar("N")


class _PageInfo(msgspec.Struct, rename="camel"):
    has_next_page: bool = False
    end_cursor: str | None = None


class _Edge(msgspec.Struct, Generic[N]):
    node: N


class _Connection(msgspec.Struct, Generic[N], rename="camel"):
    edges: list[_Edge[N]] = []
    page_info: _PageInfo = msgspec.field(default_factory=_PageInfo)
    total_count: int | None = None


class _Answer(msgspec.Struct, Generic[N]):
    data: dict[str, _Connection[N] | None] | None = None
    errors: list[dict[str, Any]] | None = None


class Page(msgspec.Struct, frozen=True):
    """One page of one read. ``keys[i]`` are the values of ``read.keys`` for ``rows[i]``; the first is its id."""

    rows: list[Any]
    keys: list[tuple[Any, ...]]
    total: int | None
    has_next: bool
    cursor: str | None
    size: int
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Refusal:
    """The server's errors instead of a page."""

    errors: Sequence[dict[str, Any]]


class PageDecoder:
    """Decodes the answers to one Read."""

    def __init__(self, read: Read) -> None:
        self._read = read
        rows = RawRows() if read.flats else read.selection.rows
        row: Any = rows.node_type
        generic: Any = _Answer
        self._rows: Any = decoder_of(generic[row], row)
        self._reader = KeyReader(read.keys, rows, {child.path[-1]: NestedConnection for child in read.inside})
        self._nodes: Any = self._reader.node_type and msgspec.json.Decoder(generic[self._reader.node_type])
        self._inside = [FamilyDecoder(child) for child in read.inside]

    def decode(self, body: bytes, seconds: float = 0.0) -> Page | Refusal:
        """The page, or what the server said instead; NotGraphQLError when the body is neither.

        ``seconds`` is how long the answer took.
        """
        try:
            answer = self._rows.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise self._explain(body, error) from error
        if answer.errors:
            return Refusal(answer.errors)
        found = (answer.data or {}).get(self._read.root)
        if found is None:
            raise NotGraphQLError(f"The answer for {self._read.name} has neither data nor errors.")
        rows = [edge.node for edge in found.edges]
        return Page(
            rows=rows,
            keys=self._keys_of(rows, body),
            total=found.total_count,
            has_next=found.page_info.has_next_page,
            cursor=found.page_info.end_cursor,
            size=len(body),
            seconds=seconds,
        )

    def _keys_of(self, rows: list[Any], body: bytes) -> list[tuple[Any, ...]]:
        """The keys of each row, with the `Family` of each nested list behind them."""
        nodes = rows
        if self._nodes is not None:
            nodes = [edge.node for edge in self._nodes.decode(body).data[self._read.root].edges]
        keys = self._reader.read(nodes)
        if not self._inside:
            return keys
        plain = len(self._read.keys)
        families = [decoder.decode([key[plain + i] for key in keys]) for i, decoder in enumerate(self._inside)]
        return [(*key[:plain], *found) for key, *found in zip(keys, *families, strict=True)]

    def _explain(self, body: bytes, error: Exception) -> TwentyqlError:
        """Say whether the body is no whole JSON, or JSON that does not fit."""
        try:
            msgspec.json.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return NotGraphQLError(
                f"The answer for {self._read.name} ({len(body)} bytes) is cut or no JSON.", advice=str(error)
            )
        return misfit(self._read.name, error)

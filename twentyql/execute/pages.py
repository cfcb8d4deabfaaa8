"""Bytes of one answer -> Page: the rows as their own type, and beside them the keys that the executor needs.

The body of typed rows is read twice by msgspec: once into the caller's rows and once, skipping all else, into the keys.
So a row holds what was selected and nothing more, whatever relation it was read through.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

import msgspec

from twentyql.errors import MisfitError, NotGraphQLError, TwentyqlError
from twentyql.plan.model import KeyPath, Read

N = TypeVar("N")


@runtime_checkable
class Slotted(Protocol):
    """A row type whose rows hold keys in attributes, so that they need not be decoded a second time."""

    def slot(self, path: KeyPath) -> str | None: ...


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


@dataclass(frozen=True, slots=True)
class Page:
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
        row: Any = read.selection.rows.node_type
        generic: Any = _Answer
        self._rows: Any = msgspec.json.Decoder(generic[row])
        self._keys: Any = None
        self._getters: list[Callable[[Any], Any]] = []
        slots = [_slot(read.selection.rows, path) for path in read.keys]
        if all(slots):  # the row holds its keys
            self._getters = [attrgetter(slot) for slot in slots if slot]
        elif row != dict[str, Any]:  # and so does a dict
            keys, attributes = _key_type(read.keys)
            self._keys = msgspec.json.Decoder(generic[keys])
            self._getters = [_getter(attributes[path]) for path in read.keys]

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
        nodes = rows
        if self._keys is not None:
            nodes = [edge.node for edge in self._keys.decode(body).data[self._read.root].edges]
        if self._getters:
            return list(zip(*(map(get, nodes) for get in self._getters), strict=True))
        return list(zip(*(_dict_column(rows, path) for path in self._read.keys), strict=True))

    def _explain(self, body: bytes, error: Exception) -> TwentyqlError:
        """Say whether the body is no whole JSON, or JSON that does not fit."""
        try:
            msgspec.json.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return NotGraphQLError(
                f"The answer for {self._read.name} ({len(body)} bytes) is cut or no JSON.", advice=str(error)
            )
        return MisfitError(
            f"A value of {self._read.name} does not fit the schema: {error}.",
            advice="Was the schema changed? Pull and generate again.",
        )


def _slot(rows: object, path: KeyPath) -> str | None:
    """The attribute of a row that holds the key at ``path``, where the row type has such."""
    return rows.slot(path) if isinstance(rows, Slotted) else None


def _key_type(paths: Sequence[KeyPath]) -> tuple[Any, dict[KeyPath, tuple[str, ...]]]:
    """A struct that holds just the values at ``paths``, and the attributes that lead to each."""
    rests: dict[str, list[KeyPath]] = {}
    for path in paths:
        rests.setdefault(path[0], []).append(path[1:])
    fields: list[tuple[str, Any, Any]] = []
    attributes: dict[KeyPath, tuple[str, ...]] = {}
    for i, (name, below) in enumerate(rests.items()):
        slot = f"f{i}"
        deeper, deeper_attributes = _key_type([rest for rest in below if rest]) if any(below) else (Any, {})
        fields.append((slot, (deeper | None) if any(below) else Any, msgspec.field(default=None, name=name)))
        attributes |= {(name, *rest): (slot, *deeper_attributes.get(rest, ())) for rest in below}
    return msgspec.defstruct("Keys", fields, gc=False), attributes


def _dict_column(rows: list[Any], path: KeyPath) -> list[Any]:
    """The values at ``path`` of rows that are dicts; None below a null."""
    values: list[Any] = [row.get(path[0]) for row in rows]
    for name in path[1:]:
        values = [None if value is None else value.get(name) for value in values]
    return values


def _getter(attributes: tuple[str, ...]) -> Callable[[Any], Any]:
    if len(attributes) == 1:
        return attrgetter(attributes[0])

    def get(node: Any) -> Any:
        for name in attributes:
            if node is None:
                return None
            node = getattr(node, name)
        return node

    return get

"""Bytes of a Relay server's answer -> Page, and the first pages of inner lists out of the records that hold them.

As in `pages.py` the JSON is read once into the caller's rows and once into keys; an inner list is one of the keys, kept
as raw JSON until its own decoder takes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, Generic, TypeVar

import msgspec

from twentyql.errors import NotGraphQLError
from twentyql.execute.pages import Page, Refusal
from twentyql.plan.model import PARENT, KeyPath, Place, Read

N = TypeVar("N")


class _PageInfo(msgspec.Struct, rename="camel", gc=False):
    has_next_page: bool = False
    end_cursor: str | None = None


class _Edge(msgspec.Struct, Generic[N], gc=False):
    node: N | None = None
    cursor: str | None = None


class _Connection(msgspec.Struct, Generic[N], rename="camel", gc=False):
    edges: list[_Edge[N] | None] | None = None
    page_info: _PageInfo = msgspec.field(default_factory=_PageInfo)
    total_count: int | None = None


class _RawEdge(msgspec.Struct, gc=False):
    node: msgspec.Raw = msgspec.Raw(b"null")
    cursor: str | None = None


class _RawConnection(msgspec.Struct, rename="camel", gc=False):
    edges: list[_RawEdge | None] | None = None
    page_info: _PageInfo = msgspec.field(default_factory=_PageInfo)
    total_count: int | None = None


class _Answer(msgspec.Struct):
    data: msgspec.Raw = msgspec.Raw(b"null")
    errors: list[dict[str, Any]] | None = None


class _Typed(msgspec.Struct):
    typename: str | None = msgspec.field(default=None, name="__typename")


class NestedPage(Page, frozen=True):
    """A page whose list may hold nulls, records that the server counts and does not give, and ``others`` that are of
    another type than was asked for.
    """

    nulls: int = 0
    others: int = 0


EMPTY = NestedPage([], [], None, False, None, 0)
_ANSWERS = msgspec.json.Decoder(_Answer)


class NestedDecoder:
    """Decodes the answers to one Read of a Relay server."""

    def __init__(self, read: Read) -> None:
        assert read.place is not None
        self._read = read
        self._place: Place = read.place
        self._inner = {child.place.within for child in read.children if child.place}
        self._paths = [path for path in read.keys if path != PARENT]
        keys = _struct(tuple(self._paths), frozenset(self._inner))
        row: Any = msgspec.Raw if self._place.case else read.selection.rows.node_type
        self._rows = _decoder(self._place.form, row)
        self._keys = _decoder(self._place.form, msgspec.Raw if self._place.case else keys)
        self._row = msgspec.json.Decoder(read.selection.rows.node_type)
        self._key = msgspec.json.Decoder(keys)

    def decode(self, body: bytes, seconds: float = 0.0) -> Page | Refusal:
        """The page, or what the server said instead; NotGraphQLError when the body is neither."""
        try:
            answer = _ANSWERS.decode(body)
            if answer.errors:
                return Refusal(answer.errors)
            if _is_null(answer.data):
                raise NotGraphQLError(f"The answer for {self._read.name} has neither data nor errors.")
            found = _dig(answer.data, self._place.path)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise NotGraphQLError(f"The answer for {self._read.name} is cut or no JSON.", advice=str(error)) from error
        return msgspec.structs.replace(self.page(found, len(body)), seconds=seconds)

    def page(self, raw: Any, size: int = 0) -> NestedPage:
        """The page that stands at the place of the list; an empty one where there is nothing."""
        if not isinstance(raw, msgspec.Raw) or _is_null(raw):
            return EMPTY
        try:
            rows, keys, total, info, there, nodes = self._parts(raw)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise NotGraphQLError(
                f"A value of {self._read.name} does not fit the schema: {error}.",
                advice="Was the schema changed? Pull and generate again.",
            ) from error
        more = {"nulls": nodes - there, "others": there - len(rows)}
        return NestedPage(rows, keys, total, info.has_next_page, info.end_cursor, size, **more)

    def _parts(self, raw: msgspec.Raw) -> tuple[list[Any], list[tuple[Any, ...]], int | None, _PageInfo, int, int]:
        """Rows, keys, total and page info; how many records are there, and how many the list has."""
        if self._place.form == "connection":
            found, beside = self._rows.decode(raw), self._keys.decode(raw)
            edges = found.edges or []
            nodes: list[Any] = [edge.node if edge else None for edge in edges]
            keys: list[Any] = [edge.node if edge else None for edge in beside.edges or []]
            marks = [edge.cursor if edge else None for edge in edges]
            total, info = found.total_count, found.page_info
        else:
            nodes, keys = self._rows.decode(raw), self._keys.decode(raw)
            nodes, keys = (nodes, keys) if self._place.form == "list" else ([nodes], [keys])
            marks = [str(i) for i in range(len(nodes))]
            total, info = None, _PageInfo()
        there = [i for i, node in enumerate(nodes) if node is not None and not _is_null(node)]
        if self._place.case:
            mine = [i for i in there if _typename(nodes[i]) == self._place.case]
            rows = [self._row.decode(nodes[i]) for i in mine]
            made = [self._values(self._key.decode(keys[i]), marks[i]) for i in mine]
            return rows, made, total, info, len(there), len(nodes)
        rows, made = [nodes[i] for i in there], [self._values(keys[i], marks[i]) for i in there]
        return rows, made, total, info, len(there), len(nodes)

    def _values(self, node: Any, mark: str | None) -> tuple[Any, ...]:
        """The keys of one record; one without an id is told from the others by its cursor."""
        values = tuple(_value(node, path) for path in self._paths)
        return (values[0] if values[0] is not None else mark, *values[1:])


def _decoder(form: str, row: Any) -> Any:
    generic: Any = _Connection
    raw = row is msgspec.Raw
    types: dict[str, Any] = {
        "connection": _RawConnection if raw else generic[row],
        "list": list[row] if raw else list[row | None],
        "one": row,
    }
    return msgspec.json.Decoder(types[form])


def _is_null(node: Any) -> bool:
    return isinstance(node, msgspec.Raw) and bytes(node) == b"null"


@cache
def _typed() -> Any:
    return msgspec.json.Decoder(_Typed)


def _typename(raw: msgspec.Raw) -> str | None:
    return _typed().decode(raw).typename  # type: ignore[no-any-return]


def _dig(raw: msgspec.Raw, path: Sequence[str]) -> msgspec.Raw | None:
    """The JSON at ``path``; None where something on the way is null or missing."""
    for name in path:
        if _is_null(raw):
            return None
        raw = _digger(name).decode(raw).found
    return raw


@cache
def _digger(name: str) -> Any:
    fields: list[Any] = [("found", msgspec.Raw, msgspec.field(default=msgspec.Raw(b"null"), name=name))]
    return msgspec.json.Decoder(msgspec.defstruct("Dig", fields))


def _struct(paths: Sequence[KeyPath], raw: frozenset[KeyPath]) -> Any:
    """A struct of just the values at ``paths``; those in ``raw`` stay JSON."""
    by_name: dict[str, list[KeyPath]] = {}
    for path in paths:
        by_name.setdefault(path[0], []).append(path)
    fields: list[Any] = []
    for name, group in by_name.items():
        if all(len(path) == 1 for path in group):
            type_: Any = msgspec.Raw if group[0] in raw else Any
            default: Any = msgspec.Raw(b"null") if group[0] in raw else None
        else:
            below = tuple(path[1:] for path in group if len(path) > 1)
            type_ = _struct(below, frozenset(path[1:] for path in raw if path[0] == name and len(path) > 1)) | None
            default = None
        fields.append((f"f_{name}", type_, msgspec.field(default=default, name=name)))
    return msgspec.defstruct("Keys", fields, gc=False)


def _value(node: Any, path: KeyPath) -> Any:
    for name in path:
        if node is None:
            return None
        node = getattr(node, f"f_{name}")
    return node

"""Children that came inside the pages of their parents, and records that are put into rows: both from raw JSON.

A page's raw records are joined to one JSON list and decoded at once, which costs little more than decoding the page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from twentyql.build.newer import decoder_of
from twentyql.build.query import DictRows
from twentyql.errors import MisfitError
from twentyql.execute.keys import KeyReader
from twentyql.plan.model import Flat, Read
from twentyql.plan.reads import NESTED_COUNT


def misfit(name: str, error: Exception) -> MisfitError:
    """What is raised for a value that is not of its field's type."""
    return MisfitError(
        f"A value of {name} does not fit the schema: {error}.",
        advice="Was the schema changed? Pull and generate again.",
    )


class _Node(msgspec.Struct, gc=False):
    node: msgspec.Raw


class NestedConnection(msgspec.Struct, rename="camel", gc=False):
    """A list inside a record: its rows as they are, and how many there truly are (null for none)."""

    edges: list[_Node] = []
    count_unique_values_id: int | None = None


@dataclass(frozen=True, slots=True)
class Family:
    """The children of one parent that its page gave, in the order of their ids, of ``count`` that there are."""

    rows: list[Any]
    keys: list[tuple[Any, ...]]
    count: int

    @property
    def whole(self) -> bool:
        """Whether the server cut nothing off."""
        return len(self.rows) == self.count


class FamilyDecoder:
    """Decodes the lists that a page's records have of one child read."""

    def __init__(self, read: Read) -> None:
        self._decoder = _decoder_of(read.selection.rows.node_type)
        self._keys = KeyReader(read.keys, read.selection.rows)
        self._name = read.name
        self._is_dict = read.selection.rows.node_type == DictRows.node_type
        self._nodes: Any = self._keys.node_type and _decoder_of(self._keys.node_type)

    def decode(self, connections: Sequence[Any]) -> list[Family]:
        """A family for each connection of one page, which is null, a dict or a `NestedConnection`."""
        found = [_read(connection) for connection in connections]
        rows, nodes = self._rows([edge for edges, _ in found for edge in edges])
        keys = self._keys.read(nodes)
        families: list[Family] = []
        at = 0
        for edges, count in found:
            order = sorted(range(at, at + len(edges)), key=lambda i: keys[i][0])
            families.append(Family([rows[i] for i in order], [keys[i] for i in order], count))
            at += len(edges)
        return families

    def _rows(self, records: list[Any]) -> tuple[list[Any], list[Any]]:
        """Rows, and what their keys are read from, of records that are raw or dicts already."""
        if self._is_dict and (not records or isinstance(records[0], dict)):
            return records, records
        if records and isinstance(records[0], dict):
            records = [msgspec.json.encode(record) for record in records]
        joined = _list(records)
        try:
            rows = self._decoder.decode(joined)
        except msgspec.MsgspecError as error:
            raise misfit(self._name, error) from error
        return rows, rows if self._nodes is None else self._nodes.decode(joined)


def _read(connection: Any) -> tuple[list[Any], int]:
    """The records of a nested list, as they are, and how many there truly are."""
    if connection is None:
        return [], 0
    if isinstance(connection, dict):
        return [edge["node"] for edge in connection.get("edges") or ()], connection.get(NESTED_COUNT) or 0
    return [edge.node for edge in connection.edges], connection.count_unique_values_id or 0


class RowsWithFlats:
    """Puts the records of to-one relations, each read once, into the raw rows of a read, and decodes those."""

    def __init__(self, read: Read, records: Mapping[str, Mapping[str, bytes]]) -> None:
        self._decoder = _decoder_of(read.selection.rows.node_type)
        self._name = read.name
        self._flats = [(flat, read.keys.index((flat.key,)), records[flat.relation]) for flat in read.flats]

    def decode(self, rows: Sequence[bytes], keys: Sequence[tuple[Any, ...]]) -> list[Any]:
        """The rows as their own type."""
        whole = [self._with(bytes(row), key) for row, key in zip(rows, keys, strict=True)]
        try:
            made: list[Any] = self._decoder.decode(_list(whole))
        except msgspec.MsgspecError as error:
            raise misfit(self._name, error) from error
        return made

    def _with(self, row: bytes, key: tuple[Any, ...]) -> bytes:
        parts = [row[: row.rindex(b"}")]]
        for flat, at, records in self._flats:
            record = records.get(key[at]) if key[at] is not None else None
            parts.append(b',"%s":%s' % (flat.relation.encode(), record or b"null"))
            if record is None:
                parts.append(_gone(flat))
        parts.append(b"}")
        return b"".join(parts)


def _gone(flat: Flat) -> bytes:
    return b',"%s":null' % flat.key.encode()  # the later of two equal names is the one that counts


def _list(items: Any) -> bytes:
    return b"[" + b",".join(items) + b"]"


def _decoder_of(type_: Any) -> Any:
    """The decoder of a list of ``type_``."""
    rows: Any = list[type_]
    return decoder_of(rows, type_)

"""The values at some paths of every record, which the executor needs beside the row itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any, Protocol, runtime_checkable

import msgspec

from twentyql.build.query import DictRows, RowType
from twentyql.plan.model import KeyPath


@runtime_checkable
class Slotted(Protocol):
    """A row type whose rows hold keys in attributes, so that they need not be decoded a second time."""

    def slot(self, path: KeyPath) -> str | None: ...


class KeyReader:
    """Reads the values at ``paths`` of records, and the lists ``more`` (by name, with their types) behind them.

    ``node_type`` is what a record has to be decoded into for it, skipping all else; None where the row has the values
    itself.
    """

    def __init__(self, paths: Sequence[KeyPath], rows: RowType, more: Mapping[str, Any] | None = None) -> None:
        self._paths = [*paths, *((name,) for name in more or {})]
        self._getters: list[Callable[[Any], Any]] = []
        self.node_type: Any = None
        slots = [rows.slot(path) if isinstance(rows, Slotted) else None for path in self._paths]
        if all(slots):
            self._getters = [attrgetter(slot) for slot in slots if slot]
        elif rows.node_type != DictRows.node_type:
            self.node_type, attributes = _key_type(paths, more)
            self._getters = [_getter(attributes[path]) for path in self._paths]

    def read(self, nodes: Sequence[Any]) -> list[tuple[Any, ...]]:
        """The values for each of ``nodes``, which are rows or of `node_type`."""
        if self._getters:
            return list(zip(*(map(get, nodes) for get in self._getters), strict=True))
        return list(zip(*(_dict_column(nodes, path) for path in self._paths), strict=True))


def _key_type(
    paths: Sequence[KeyPath], more: Mapping[str, Any] | None = None
) -> tuple[Any, dict[KeyPath, tuple[str, ...]]]:
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
    for i, (name, type_) in enumerate((more or {}).items()):
        fields.append((f"m{i}", type_ | None, msgspec.field(default=None, name=name)))
        attributes[(name,)] = (f"m{i}",)
    return msgspec.defstruct("Keys", fields, gc=False), attributes


def _dict_column(rows: Sequence[Any], path: KeyPath) -> list[Any]:
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

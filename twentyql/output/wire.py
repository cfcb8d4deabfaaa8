"""The rows of an export: one struct a record, decoded from the page and taken apart by columns.

A struct costs half of what a dict does, and a column of it is one `attrgetter`. Slots are called ``f0, f1, ...`` in the
order of the table's columns, because a field of a workspace may have a name that no attribute can have.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

import msgspec

from twentyql.output.spec import TableSpec
from twentyql.schema.model import FieldModel


class WireRow(msgspec.Struct, gc=False):
    """Base of the structs: a record, or a composite within one. As JSON it has the server's names again."""


class WireRows:
    """How the rows of a table are decoded. Nothing is attached to them: children are in tables of their own."""

    def __init__(self, spec: TableSpec) -> None:
        self.node_type: Any = _struct([(c.name, c.field) for c in spec.columns])
        self._slots = {column.name: f"f{i}" for i, column in enumerate(spec.columns)}

    def slot(self, path: tuple[str, ...]) -> str | None:
        """The attribute that holds the value at ``path``, if one does."""
        return self._slots.get(path[0]) if len(path) == 1 else None

    def get(self, row: Any, name: str) -> Any:
        return getattr(row, self._slots[name])

    def attach(self, row: Any, name: str, children: list[Any]) -> None:
        """Nothing: see above."""


def _struct(members: Sequence[tuple[str, FieldModel]]) -> Any:
    fields = [
        (f"f{i}", _type(field), msgspec.field(default=None, name=member)) for i, (member, field) in enumerate(members)
    ]
    return msgspec.defstruct("Wire", fields, bases=(WireRow,), gc=False)


def _type(field: FieldModel) -> Any:
    """A composite as a struct of its own; any other value as it comes, since Arrow checks that it fits."""
    if not field.parts or field.is_list:
        return Any
    return _struct([(part.name, part) for part in field.parts]) | None


def columns(rows: Sequence[Any], names: Sequence[str]) -> list[list[Any]]:
    """The values of each column, from structs of these columns or from mappings."""
    if rows and isinstance(rows[0], WireRow):
        return [list(map(attrgetter(f"f{i}"), rows)) for i in range(len(names))]
    return [[row.get(name) for row in rows] for name in names]


def builtin(row: Any) -> Any:
    """The same row as plain dicts."""
    return msgspec.to_builtins(row) if isinstance(row, WireRow) else row

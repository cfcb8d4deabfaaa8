# pyright: basic
"""Arrow tables -> other forms of them: composites as dotted columns, children in lists inside their parents, plain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from twentyql.errors import MissingExtraError
from twentyql.output.jsonl import json_text

try:
    import pyarrow as pa
except ImportError as error:
    raise MissingExtraError("pyarrow", "arrow") from error


@dataclass(frozen=True, slots=True)
class Below:
    """A child table, as what its parent calls it, and the columns whose equal values tie the two."""

    name: str
    parent_key: str
    child_key: str
    table: pa.Table
    children: Sequence[Below] = ()


def flat(table: pa.Table) -> pa.Table:
    """The same rows with a column for each part of a composite: ``name.firstName``. Lists stay lists."""
    while any(pa.types.is_struct(field.type) for field in table.schema):
        table = table.flatten()
    return table


def plain(table: pa.Table, required: Sequence[str] = ()) -> pa.Table:
    """The same rows in columns that every warehouse has: flat, options as texts, lists as JSON text.

    Moments are to the microsecond, and the columns in ``required`` are declared to hold no null.
    """
    table = flat(table)
    for at, field in enumerate(table.schema):
        column = table.column(at)
        if pa.types.is_dictionary(field.type):
            table = table.set_column(at, pa.field(field.name, pa.string()), column.cast(pa.string()))
        elif pa.types.is_timestamp(field.type):
            micros = pa.timestamp("us", "UTC")
            table = table.set_column(at, pa.field(field.name, micros), column.cast(micros))
        elif pa.types.is_list(field.type):
            texts = [None if value is None else json_text(value) for value in column.to_pylist()]
            table = table.set_column(at, pa.field(field.name, pa.string()), pa.array(texts, pa.string()))
    return table.cast(pa.schema([field.with_nullable(field.name not in required) for field in table.schema]))


def underscored(table: pa.Table) -> pa.Table:
    """The same columns with ``_`` for the dots of their names, for engines where a dot is an operator."""
    return table.rename_columns([name.replace(".", "_") for name in table.column_names])


def nest(table: pa.Table, children: Sequence[Below]) -> pa.Table:
    """The same rows with a column for each child table: the list of its records, empty where there are none."""
    for child in children:
        below = nest(child.table, child.children)
        column = _lists(table.column(child.parent_key).to_pylist(), below, child.child_key)
        table = table.append_column(pa.field(child.name, column.type), column)
    return table


def _lists(parents: Sequence[Any], below: pa.Table, key: str) -> pa.Array[Any]:
    families: dict[Any, list[int]] = {}
    for at, value in enumerate(below.column(key).to_pylist()):
        families.setdefault(value, []).append(at)
    members: list[int] = []
    offsets = [0]
    for parent in parents:
        if parent is not None:
            members += families.get(parent, ())
        offsets.append(len(members))
    records = below.to_struct_array().combine_chunks().take(pa.array(members, pa.int64()))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), records)

"""What a table holds: columns with their fields, and the foreign keys that lead to other tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from twentyql.schema.model import FieldModel, SchemaModel


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column: what it is called in the table and in its rows, and the field that its values are of."""

    name: str
    field: FieldModel


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One table: its name, the singular name of the object it holds, and its columns in their order.

    ``primary_key`` is the column of the record's id, None where it is not a column; ``foreign_keys`` are pairs of a
    column here and the table whose ``id`` it holds. ``time_unit`` is the precision of its moments: milliseconds is all
    that Twenty gives, other servers may give microseconds.
    """

    name: str
    object: str
    columns: tuple[TableColumn, ...]
    foreign_keys: tuple[tuple[str, str], ...] = ()
    time_unit: Literal["ms", "us"] = "ms"
    primary_key: str | None = None


def spec_for(model: SchemaModel, object_name: str, fields: Sequence[str] | None = None) -> TableSpec:
    """The table of an object, with all of its fields or those called ``fields``, in schema order.

    UnknownNameError with the nearest names if the object, or one of the fields, does not exist.
    """
    of = model.object(object_name)
    wanted = {of.field(name).name for name in fields or ()}
    columns = tuple(TableColumn(f.name, f) for f in of.fields if not wanted or f.name in wanted)
    return TableSpec(
        name=of.plural,
        object=of.singular,
        columns=columns,
        primary_key="id" if any(column.name == "id" for column in columns) else None,
        time_unit=time_unit(model),
    )


def time_unit(model: SchemaModel) -> Literal["ms", "us"]:
    """The finest precision of a moment that this kind of server gives."""
    return "ms" if model.dialect == "twenty" else "us"

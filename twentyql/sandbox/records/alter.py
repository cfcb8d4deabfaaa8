"""Changing the tables when the data model changes: what is new is filled, what is renamed keeps its values.

Objects and fields are told by their ids. A table that differs is made anew and its rows are copied, so renames may
cross (a becomes b and b becomes a) and nothing depends on what SQLite can alter in place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa

from twentyql.sandbox.records.layout import Layout, Layouts, Leaf

Default = Callable[[Leaf], Any]
ASIDE = "~old~{}"


def alter(connection: sa.Connection, old: Layouts, new: Layouts, default: Default) -> None:
    """Turn the tables of ``old`` into those of ``new``, inside the transaction at hand.

    ``default`` gives the value that the rows at hand get in a new column.
    """
    before = {layout.record.id: layout for layout in old.every}
    after = {layout.record.id: layout for layout in new.every}
    stay = {identity for identity in before.keys() & after.keys() if _same(before[identity], after[identity])}
    moved = {identity: layout for identity, layout in before.items() if identity not in stay}
    for place, layout in enumerate(moved.values()):
        _put_aside(connection, layout, ASIDE.format(place))
    new.metadata.create_all(connection, tables=[after[identity].table for identity in after if identity not in stay])
    for place, (identity, layout) in enumerate(moved.items()):
        if identity in after:
            _copy(connection, ASIDE.format(place), layout, after[identity], default)
        connection.exec_driver_sql(f"DROP TABLE {_quoted(ASIDE.format(place))}")


def _same(old: Layout, new: Layout) -> bool:
    """Whether the tables are the same: name, columns by field, indexes."""
    return old.table.name == new.table.name and _shape(old) == _shape(new)


def _shape(layout: Layout) -> tuple[object, object]:
    columns = {key: leaf.column.name for key, leaf in layout.columns.items()}
    return columns, {index.name for index in layout.table.indexes}


def _put_aside(connection: sa.Connection, layout: Layout, name: str) -> None:
    for index in layout.table.indexes:
        index.drop(connection, checkfirst=True)
    connection.exec_driver_sql(f"ALTER TABLE {_quoted(layout.table.name)} RENAME TO {_quoted(name)}")


def _copy(connection: sa.Connection, name: str, old: Layout, new: Layout, default: Default) -> None:
    there = {row[1] for row in connection.exec_driver_sql(f"PRAGMA table_info({_quoted(name)})")}
    pairs = dict(_values(old, new, there, default))
    aside = sa.table(name, *(sa.column(each) for each in there))
    connection.execute(sa.insert(new.table).from_select(list(pairs), sa.select(*pairs.values()).select_from(aside)))


def _values(old: Layout, new: Layout, there: set[str], default: Default) -> Iterator[tuple[str, Any]]:
    known = old.columns
    for key, leaf in new.columns.items():
        source = known.get(key)
        if source is not None and source.column.name in there:
            yield leaf.column.name, sa.column(source.column.name)
        else:
            yield leaf.column.name, sa.literal(default(leaf), leaf.column.type)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'

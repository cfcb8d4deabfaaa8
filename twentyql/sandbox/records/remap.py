"""Rows follow the options of a field: a value that is called otherwise is rewritten, one that is gone becomes none."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import sqlalchemy as sa

from twentyql.sandbox.records.layout import LISTS, Layout
from twentyql.sandbox.records.store import Store
from twentyql.sandbox.records.values import writer


def remap(store: Store, layout: Layout, name: str, values: Mapping[str, str | None]) -> None:
    """Replace the values of the SELECT or MULTI_SELECT field ``name`` in every row, inside the transaction at hand."""
    leaf = layout.leaves[(name,)]
    if leaf.type not in LISTS:
        changed = sa.case(values, value=leaf.column) if values else leaf.column
        store.change(sa.update(layout.table).where(leaf.column.in_(list(values))).values({leaf.column: changed}))
        return
    write = writer(leaf)
    for identity, text in store.rows(sa.select(layout.id, leaf.column).where(leaf.column.is_not(None))):
        old: list[str] = msgspec.json.decode(text)
        new = [value for value in (values.get(each, each) for each in old) if value is not None]
        if new != old:
            store.change(sa.update(layout.table).where(layout.id == identity).values({leaf.column: write(new)}))

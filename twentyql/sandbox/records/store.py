"""The rows of a sandbox in SQLite: tables, bulk loading, statements."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path as FilePath
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, exc
from sqlalchemy.pool import StaticPool

from twentyql.sandbox.records.dates import bucket
from twentyql.sandbox.records.layout import Layout, Layouts, Leaf
from twentyql.sandbox.records.values import writer
from twentyql.sandbox.records.vectors import VECTOR, vector_writer
from twentyql.sandbox.root import Refused

BATCH = 5_000


class Store:
    """One database with the tables of a model; closed by ``close``."""

    def __init__(self, layouts: Layouts, db: FilePath | None = None) -> None:
        self.layouts = layouts
        url = f"sqlite:///{db}" if db else "sqlite://"
        self.engine = sa.create_engine(url, poolclass=StaticPool, connect_args={"check_same_thread": False})
        event.listen(self.engine, "connect", _prepare)
        layouts.metadata.create_all(self.engine)
        self._connection = self.engine.connect()

    def close(self) -> None:
        """Release the database."""
        self._connection.close()
        self.engine.dispose()

    def rows(self, statement: sa.Executable) -> Sequence[Any]:
        """The rows of a statement. Values that no column can be compared with are refused as the real server does."""
        try:
            return self._connection.execute(statement).fetchall()
        except (exc.InterfaceError, exc.ProgrammingError, OverflowError) as error:
            raise Refused("Data validation error.", "INTERNAL_SERVER_ERROR") from error

    def change(self, statement: sa.Executable, parameters: Sequence[Mapping[str, Any]] | None = None) -> None:
        """Run one statement that changes rows, inside the transaction at hand."""
        self._connection.execute(statement, parameters)

    def commit(self) -> None:
        """Keep what was changed."""
        self._connection.commit()

    def rollback(self) -> None:
        """Forget what was changed since the last commit."""
        self._connection.rollback()

    def empty(self) -> bool:
        """Whether no table has a row."""
        tables = (layout.table for layout in self.layouts.by_singular.values())
        return not any(self.rows(sa.select(sa.literal(1)).select_from(table).limit(1)) for table in tables)

    def load(self, plural: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows in API form; ones that are there under the same id are replaced."""
        layout = self.layouts.of(self.layouts.model.by_plural[plural])
        insert = sa.insert(layout.table).prefix_with("OR REPLACE")
        for batch in _batches(_stored(layout, rows)):
            self._connection.execute(insert, batch)
        self._connection.commit()


def _prepare(connection: Any, _: Any) -> None:
    connection.execute("PRAGMA case_sensitive_like = ON")
    connection.execute("PRAGMA journal_mode = MEMORY")
    connection.execute("PRAGMA synchronous = OFF")
    connection.create_function("folded", 1, _folded, deterministic=True)
    connection.create_function("bucket", 4, bucket, deterministic=True)


def _folded(value: Any) -> str | None:
    return None if value is None else str(value).lower()


def _batches(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def stored_row(layout: Layout, row: Mapping[str, Any]) -> dict[str, Any]:
    """One row in API form as column values."""
    return next(_stored(layout, [row]))


def _stored(layout: Layout, rows: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    plain = [(leaf.path[0], leaf.column.name, writer(leaf)) for leaf in layout.leaves.values() if leaf.sub is None]
    composites = [
        (name, [(leaf.path[1], leaf.column.name, writer(leaf)) for leaf in leaves])
        for name, leaves in layout.by_slot.items()
        if leaves[0].sub is not None
    ]
    search, vector = layout.leaves.get(VECTOR), vector_writer(layout)
    for row in rows:
        values = {column: write(row.get(name)) for name, column, write in plain}
        for name, parts in composites:
            values.update(_parts(row.get(name) or {}, parts))
        if vector and search is not None and not row.get("searchVector"):
            values[search.column.name] = vector(row)
        yield values


def _parts(value: Mapping[str, Any], parts: list[tuple[str, str, Callable[[Any], Any]]]) -> dict[str, Any]:
    return {column: write(value.get(name)) for name, column, write in parts}


def dangling(store: Store) -> Iterator[str]:
    """One sentence for every key whose rows point to records that are not here."""
    for layout in store.layouts.by_singular.values():
        for leaf in layout.leaves.values():
            if leaf.slot.kind == "key":
                count = store.rows(_lost(store.layouts, layout, leaf))[0][0]
                if count:
                    record, target = layout.record, store.layouts.model.target(leaf.slot)
                    yield f"{count} rows of {record.plural} point to {target.plural} that are not here ({leaf.dotted})"


def _lost(layouts: Layouts, layout: Layout, leaf: Leaf) -> sa.Select[Any]:
    target = layouts.target(leaf.slot).table.alias()
    found = sa.select(sa.literal(1)).where(target.c.id == leaf.column).correlate(layout.table).exists()
    return sa.select(sa.func.count()).select_from(layout.table).where(leaf.column.is_not(None), ~found)

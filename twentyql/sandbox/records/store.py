"""The rows of a sandbox in SQLite: tables, bulk loading, statements."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path as FilePath
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.pool import StaticPool

from twentyql.errors import SchemaError
from twentyql.sandbox.records.alter import Default, alter
from twentyql.sandbox.records.dates import bucket
from twentyql.sandbox.records.kept import get, keep, kept_version, put, read_kept
from twentyql.sandbox.records.layout import Layout, Layouts, Leaf, lay_out
from twentyql.sandbox.records.values import writer
from twentyql.sandbox.records.vectors import VECTOR, vector_writer
from twentyql.sandbox.root import Refused

BATCH = 5_000
PATIENCE = 30.0  # seconds that a write waits for another process


class Store:
    """One database with the tables of a model; closed by ``close``.

    Every statement stands for itself unless it runs between `begin` and `commit`. ``image`` is a database as
    `serialize` gave it, for a copy in memory.
    """

    def __init__(self, layouts: Layouts, db: FilePath | None = None, image: bytes | None = None) -> None:
        self.layouts = layouts
        self.shared = db is not None
        self.engine = sa.create_engine(
            "sqlite://",
            creator=partial(_connect, db, image),
            poolclass=StaticPool,
            isolation_level="AUTOCOMMIT",
        )
        self._connection = self.engine.connect()
        self._version = self._seen = 0
        if image is None:
            with self.transaction():
                self._create(layouts)

    def _create(self, layouts: Layouts) -> None:
        """Make the tables, or take the model that a file keeps; a file keeps the one that it was made with."""
        self._version, kept = read_kept(self._driver) if self.shared else (0, None)
        if kept is not None:
            self.layouts = lay_out(kept)
            return
        layouts.metadata.create_all(self._connection)
        if self.shared:
            self._version = keep(self._driver, layouts.model)

    def change_model(self, layouts: Layouts, default: Default) -> None:
        """Change the tables to ``layouts``, and keep its model where this is a file; all of it or nothing."""
        with self.transaction():
            alter(self._connection, self.layouts, layouts, default)
            if self.shared:
                self._version = keep(self._driver, layouts.model)
        self.layouts = layouts

    def refresh(self) -> bool:
        """Whether another process has changed the data model, which is then served here too."""
        if not self.shared or self._seen == (now := self.data_version()):
            return False
        self._seen = now
        if kept_version(self._driver) == self._version:
            return False
        self._version, kept = read_kept(self._driver)
        self.layouts = lay_out(kept) if kept else self.layouts
        return True

    def close(self) -> None:
        """Release the database."""
        self._connection.close()
        self.engine.dispose()

    def serialize(self) -> bytes:
        """The whole database as bytes."""
        return self._driver.serialize()

    @property
    def _driver(self) -> sqlite3.Connection:
        found: sqlite3.Connection = self._connection.connection.driver_connection  # type: ignore[assignment]
        return found

    @contextmanager
    def transaction(self) -> Generator[None]:
        """All that is done inside is kept, or, on an error, nothing of it."""
        self.begin()
        try:
            yield
        except BaseException:
            self.rollback()
            raise
        self.commit()

    def begin(self) -> None:
        """Start to change rows: nobody else writes until `commit` or `rollback`."""
        self._connection.exec_driver_sql("BEGIN IMMEDIATE")

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
        if self._driver.in_transaction:
            self._connection.exec_driver_sql("COMMIT")

    def rollback(self) -> None:
        """Forget what was changed since `begin`."""
        if self._driver.in_transaction:
            self._connection.exec_driver_sql("ROLLBACK")

    def keep(self, name: str, value: Any) -> None:
        """Write a value for JSON beside the rows."""
        put(self._driver, name, value)

    def kept(self, name: str) -> Any:
        """What `keep` wrote, or None."""
        return get(self._driver, name)

    def data_version(self) -> int:
        """A number that changes when another process has changed the database."""
        return int(self._driver.execute("PRAGMA data_version").fetchone()[0])

    def empty(self) -> bool:
        """Whether no table has a row."""
        tables = (layout.table for layout in self.layouts.by_singular.values())
        return not any(self.rows(sa.select(sa.literal(1)).select_from(table).limit(1)) for table in tables)

    def counts(self) -> dict[str, tuple[int, int]]:
        """How many living rows each object has and how many in the bin, by plural name."""
        return {layout.record.plural: self._counted(layout) for layout in self.layouts.by_singular.values()}

    def _counted(self, layout: Layout) -> tuple[int, int]:
        deleted: Any = layout.column("deletedAt") if layout.soft_deletes else sa.null()
        counted = sa.select(sa.func.count(), sa.func.count(deleted)).select_from(layout.table)
        ((every, binned),) = self.rows(counted)
        return every - binned, binned

    def load(self, plural: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows in API form; ones that are there under the same id are replaced."""
        layout = self.layouts.of(self.layouts.model.by_plural[plural])
        insert = sa.insert(layout.table).prefix_with("OR REPLACE")
        try:
            for batch in _batches(_stored(layout, rows)):
                self._connection.execute(insert, batch)
        except (TypeError, ValueError, AttributeError, RecursionError, OverflowError, exc.StatementError) as error:
            raise SchemaError(_misfit(layout, rows) or f"The rows of {plural} cannot be loaded: {error!r}.") from error


def _connect(db: FilePath | None, image: bytes | None) -> sqlite3.Connection:
    """A connection to a file in WAL mode, where others may read and write too, or to a memory of its own."""
    connection = sqlite3.connect(db or ":memory:", timeout=PATIENCE, check_same_thread=False, isolation_level=None)
    if image is not None:
        connection.deserialize(image)
    connection.execute(f"PRAGMA journal_mode = {'WAL' if db else 'MEMORY'}")
    connection.execute(f"PRAGMA synchronous = {'NORMAL' if db else 'OFF'}")
    connection.execute("PRAGMA case_sensitive_like = ON")
    connection.create_function("folded", 1, _folded, deterministic=True)
    connection.create_function("bucket", 4, bucket, deterministic=True)
    return connection


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


def _misfit(layout: Layout, rows: Sequence[Mapping[str, Any]]) -> str | None:
    """A sentence about the first value that its field cannot hold."""
    for number, row in enumerate(rows, 1):
        for name, leaves in layout.by_slot.items():
            value = row.get(name)
            fits = True
            try:
                for leaf in leaves:
                    held = writer(leaf)(value if leaf.sub is None else (value or {}).get(leaf.sub.name))
                    fits = fits and (held is None or isinstance(held, str | int | float))
                    str(held or "").encode()
            except (TypeError, ValueError, AttributeError, RecursionError):
                fits = False
            if not fits:
                where = f"Row {number} of {layout.record.plural} (id {row.get('id')})"
                return f"{where} has a value of {name} that no {leaves[0].slot.type} field holds."
    return None


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

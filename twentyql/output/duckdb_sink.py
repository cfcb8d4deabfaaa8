# pyright: basic
"""All tables of an export in one DuckDB database, which comes into place whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any

from twentyql.errors import OutputError
from twentyql.output.arrow import arrow_schema, to_table
from twentyql.output.checkpoint import Checkpoint, SavedTable, drop_checkpoint, save_checkpoint
from twentyql.output.database import Database, mapped
from twentyql.output.ending import Ending, description
from twentyql.output.folder import PART
from twentyql.output.spec import TableSpec
from twentyql.output.trouble import writing

NAME = "workspace.duckdb"
ROWS = 10_000
"""So many rows go to the database at once."""
SECONDS = 10.0
"""How often a checkpoint is worth its time."""


class DuckdbSink(Ending):
    """The `sinks.Sink` of the format duckdb. Rows are held until there are some thousands of a table.

    What goes to the database is committed at once, so that it has all rows of the last checkpoint, whoever was killed.
    """

    checkpoint_seconds = SECONDS

    def __init__(self, folder: Path, tables: Sequence[TableSpec], resumed: Checkpoint | None = None) -> None:
        super().__init__(folder, "duckdb", [NAME])
        self._path, self._part = folder / NAME, folder / (NAME + PART)  # the part is a folder, its owner's alone
        self._specs = {spec.name: spec for spec in tables}
        self._rows = dict.fromkeys(self._specs, 0)
        self._held: dict[str, list[Any]] = {name: [] for name in self._specs}
        if resumed is None:
            drop_checkpoint(folder)
        self._database = self._opened() if resumed is None else self._reopened(resumed)
        self._begin()

    def write(self, table: str, rows: Sequence[Any]) -> None:
        """See `Sink.write`."""
        with self._turn, writing(self._part), mapped(self._part):
            self._check_open()
            if rows:
                self._held[table].append(to_table(self._specs[table], rows))
                self._rows[table] += len(rows)
            if sum(part.num_rows for part in self._held[table]) >= ROWS:
                self._flush(table)

    def checkpoint(self, state: Mapping[str, Any]) -> None:
        """See `Sink.checkpoint`. Rows beyond the state are read again, and known by their ids."""
        with self._turn, writing(self._folder), mapped(self._part):
            self._check_open()
            self._flush_all()
            tables = {name: SavedTable(rows) for name, rows in self._rows.items()}
            save_checkpoint(self._folder, "duckdb", tables, state)

    def ids(self, table: str) -> Iterator[str]:
        """See `Sink.ids`."""
        return iter(self._database.ids(table))

    def _settle(self, receipt: Mapping[str, Any]) -> None:
        self._flush_all()
        self._database.link(self._specs.values())
        self._database.save_receipt(receipt)
        self._database.settle()
        self._database.close()

    def _own(self) -> Sequence[str]:
        return [NAME, NAME + PART]

    def _place(self) -> None:
        (self._part / NAME).replace(self._path)
        shutil.rmtree(self._part)

    def _give_up(self) -> None:
        with suppress(OutputError), mapped(self._part):
            self._flush_all()
        with suppress(OutputError), mapped(self._part):
            self._database.close()

    def _described(self) -> list[dict[str, Any]]:
        at = self._part / NAME if self._part.exists() else self._path
        return [description(spec, at, self._rows[name]) for name, spec in self._specs.items()]

    def _mapped(self) -> AbstractContextManager[None]:
        return mapped(self._part)

    def _opened(self) -> Database:
        shutil.rmtree(self._part, ignore_errors=True)
        self._part.mkdir(mode=0o700)
        database = Database(self._part / NAME)
        (self._part / NAME).chmod(0o600)
        try:
            with mapped(self._part):
                for spec in self._specs.values():
                    database.create(spec, arrow_schema(spec).empty_table())
        except OutputError:
            database.close()
            shutil.rmtree(self._part)
            raise
        return database

    def _reopened(self, resumed: Checkpoint) -> Database:
        """The database of an export that was cut off, with the rows of its last checkpoint, or some more."""
        database = Database(self._part / NAME)
        with mapped(self._part):
            self._rows = {name: database.count(name) for name in self._specs if name in database.tables()}
        if any(self._rows.get(name, -1) < resumed.tables[name].rows for name in self._specs):
            database.close()
            raise OutputError(f"{self._part} has not the rows of its checkpoint.", advice="Export without --resume.")
        return database

    def _flush_all(self) -> None:
        for table in self._specs:
            self._flush(table)

    def _flush(self, table: str) -> None:
        held, self._held[table] = self._held[table], []
        for part in held:
            self._database.insert(table, part)

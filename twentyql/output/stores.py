# pyright: basic
"""Where an incremental sync keeps its tables: rows are merged by id, and committed together with their state.

A DuckDB file commits all tables in one transaction. A Parquet file is written anew beside the old one, with the state
in its schema's metadata, and takes its place by one rename.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import msgspec

from twentyql.errors import OutputError, UsageError
from twentyql.output.arrow import arrow_schema, to_table
from twentyql.output.database import Database, mapped
from twentyql.output.duckdb_sink import NAME
from twentyql.output.ending import description
from twentyql.output.folder import PART, claim, create, names_in, save_receipt, settle, sync
from twentyql.output.parquet import ParquetWriter, count_rows, merge, read_columns, read_metadata
from twentyql.output.spec import TableSpec
from twentyql.output.trouble import writing

Rows = Sequence[Mapping[str, Any]]
STATE = b"twentyql.sync"


class SyncState(msgspec.Struct, frozen=True):
    """How far one table is: everything changed up to ``watermark`` is in it, in ``columns`` of these types.

    ``watermark`` is an ``updatedAt`` of the server's; ``swept`` says when all ids were compared, by this machine.
    """

    columns: dict[str, str]
    watermark: str | None = None
    swept: datetime.datetime | None = None


class Store(Protocol):
    """The tables of a sync. Nothing of a run is seen before `commit`; `close` without one drops the run."""

    def state(self, table: str) -> SyncState | None:
        """The state that the table was committed with, or None where there is no such table."""
        ...

    def begin(self, spec: TableSpec, *, anew: bool) -> None:
        """Take changes for a table, or make it ``anew`` with the columns of ``spec``."""
        ...

    def put(self, table: str, rows: Rows) -> None:
        """Add rows in place of those with the same ids."""
        ...

    def remove(self, table: str, ids: Sequence[str]) -> None: ...

    def stamps(self, table: str) -> dict[str, datetime.datetime | None]:
        """``updatedAt`` by the id of every row, this run's changes too."""
        ...

    def count(self, table: str, until: str | None) -> int:
        """How many rows were created up to the moment ``until``, or at all; this run's changes too."""
        ...

    def commit(self, states: Mapping[str, SyncState], receipt: Mapping[str, Any]) -> None: ...

    def close(self) -> None: ...


def open_store(folder: Path, format: str) -> Store:
    """The store of ``folder``: ``duckdb`` or ``parquet``. OutputError if the folder holds what is not ours."""
    if format not in STORES:
        raise UsageError(
            f"An incremental export cannot be {format!r}.",
            advice=f"Choose one of: {', '.join(STORES)}; both merge rows.",
        )
    with writing(folder):
        store: Store = STORES[format](folder)
    return store


class DuckdbStore:
    """All tables in one database, every run one transaction."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        claim(folder, [NAME])
        self._database = Database(folder / NAME)
        (folder / NAME).chmod(0o600)
        self._specs: dict[str, TableSpec] = {}
        self._anew: set[str] = set()
        with mapped(folder / NAME):
            self._database.begin()

    def state(self, table: str) -> SyncState | None:
        with mapped(self._folder / NAME):
            saved = self._database.load_state(table) if table in self._database.tables() else None
        return msgspec.json.decode(saved, type=SyncState) if saved else None

    def begin(self, spec: TableSpec, *, anew: bool) -> None:
        self._specs[spec.name] = spec
        if anew:
            self._anew.add(spec.name)
            with mapped(self._folder / NAME):
                self._database.create(spec, arrow_schema(spec).empty_table())

    def put(self, table: str, rows: Rows) -> None:
        made = to_table(self._specs[table], rows)
        with mapped(self._folder / NAME):
            if table not in self._anew:  # each record of a whole read comes once
                self._database.remove(table, [row["id"] for row in rows])
            self._database.insert(table, made)

    def remove(self, table: str, ids: Sequence[str]) -> None:
        with mapped(self._folder / NAME):
            self._database.remove(table, ids)

    def stamps(self, table: str) -> dict[str, datetime.datetime | None]:
        with mapped(self._folder / NAME):
            return self._database.stamps(table)

    def count(self, table: str, until: str | None) -> int:
        with mapped(self._folder / NAME):
            return self._database.count(table, moment(until))

    def commit(self, states: Mapping[str, SyncState], receipt: Mapping[str, Any]) -> None:
        with writing(self._folder), mapped(self._folder / NAME):
            for table, state in states.items():
                self._database.save_state(table, msgspec.json.encode(state))
            self._database.link(self._specs.values())
            self._database.save_receipt(receipt)
            self._database.commit()
            rows = {table: self._database.count(table) for table in states}
            files = [description(self._specs[table], self._folder / NAME, rows[table]) for table in states]
            self._database.begin()
            save_receipt(self._folder, {**receipt, "format": "duckdb", "files": files})

    def close(self) -> None:
        with mapped(self._folder / NAME):
            self._database.rollback()
            self._database.close()


class ParquetStore:
    """One file a table. A new table is written as it is read; changes are held in memory until they are merged."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._earlier = claim(folder, ()) or {}
        self._specs: dict[str, TableSpec] = {}
        self._writers: dict[str, tuple[BinaryIO, ParquetWriter]] = {}
        self._put: dict[str, dict[str, Mapping[str, Any]]] = {}
        self._gone: dict[str, set[str]] = {}

    def state(self, table: str) -> SyncState | None:
        saved = read_metadata(self._path(table)).get(STATE) if self._path(table).exists() else None
        return msgspec.json.decode(saved, type=SyncState) if saved else None

    def begin(self, spec: TableSpec, *, anew: bool) -> None:
        path = self._path(spec.name)
        if path.exists() and path.name not in set(names_in(self._earlier)):
            raise OutputError(
                f"{path} was not written by twentyql, and this export would replace it.",
                advice="Move it away, or choose another folder.",
            )
        self._specs[spec.name] = spec
        self._put[spec.name], self._gone[spec.name] = {}, set()
        if anew:
            self._writer(spec.name)

    def put(self, table: str, rows: Rows) -> None:
        if table in self._writers:
            with writing(self._part(table)):
                self._writers[table][1].write(rows)
            return
        to_table(self._specs[table], rows)  # what does not fit is told while its page is at hand
        self._put[table] |= {row["id"]: dict(row) for row in rows}
        self._gone[table].difference_update(row["id"] for row in rows)

    def remove(self, table: str, ids: Sequence[str]) -> None:
        self._gone[table].update(ids)
        for id in ids:
            self._put[table].pop(id, None)

    def stamps(self, table: str) -> dict[str, datetime.datetime | None]:
        found = read_columns(self._path(table), ["id", "updatedAt"])
        kept = dict(zip(found["id"], found["updatedAt"], strict=True))
        for id in self._gone[table]:
            kept.pop(id, None)
        return kept | {id: moment(row["updatedAt"]) for id, row in self._put[table].items()}

    def count(self, table: str, until: str | None) -> int:
        if until is None:
            return len(self.stamps(table))
        found = read_columns(self._path(table), ["id", "createdAt"])
        replaced = self._put[table].keys() | self._gone[table]
        kept = [at for id, at in zip(found["id"], found["createdAt"], strict=True) if id not in replaced]
        made = [moment(row["createdAt"]) for row in self._put[table].values()]
        bound = moment(until)
        return sum(at is not None and bound is not None and at <= bound for at in (*kept, *made))

    def commit(self, states: Mapping[str, SyncState], receipt: Mapping[str, Any]) -> None:
        with writing(self._folder):
            written = [table for table, state in states.items() if self._changed(table, state)]
            for table in written:
                self._settle(table, states[table])
            for table in written:
                self._part(table).replace(self._path(table))
            sync(self._folder)
            files = [description(self._specs[t], self._path(t), count_rows(self._path(t))) for t in states]
            save_receipt(self._folder, {**receipt, "format": "parquet", "files": files})

    def close(self) -> None:
        for file, writer in self._writers.values():
            if not file.closed:
                with suppress(OSError):
                    writer.finish()
                file.close()
        for table in self._specs:
            self._part(table).unlink(missing_ok=True)

    def _path(self, table: str) -> Path:
        return self._folder / f"{table}.parquet"

    def _part(self, table: str) -> Path:
        return self._folder / f"{table}.parquet{PART}"

    def _writer(self, table: str) -> ParquetWriter:
        with writing(self._part(table)):
            file = create(self._part(table))
            self._writers[table] = file, ParquetWriter(self._specs[table], file)
        return self._writers[table][1]

    def _changed(self, table: str, state: SyncState) -> bool:
        """Whether the file must be written anew. An older watermark in it loses nothing: more is read again."""
        if table in self._writers or self._put[table] or self._gone[table]:
            return True
        before = self.state(table)
        return before is None or before.swept != state.swept

    def _settle(self, table: str, state: SyncState) -> None:
        if table not in self._writers:
            writer = self._writer(table)
            merge(self._path(table), writer, without=[*self._put[table], *self._gone[table]])
            writer.write(list(self._put[table].values()))
        file, writer = self._writers[table]
        writer.annotate({STATE: msgspec.json.encode(state)})
        writer.finish()
        settle(file)
        file.close()


def moment(text: str | None) -> datetime.datetime | None:
    """A moment as the server writes it."""
    return None if text is None else datetime.datetime.fromisoformat(text)


STORES: Mapping[str, Any] = {"duckdb": DuckdbStore, "parquet": ParquetStore}

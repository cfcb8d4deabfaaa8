# pyright: basic
"""Arrow tables -> one DuckDB database: a table an object, its keys and labels as comments, and views that join.

``main`` has the tables. ``linked`` has a view for each, with the record that every foreign key leads to as a struct:
``SELECT name, company.name FROM linked.people``. ``twentyql`` has the receipts and the state of incremental syncs.
"""

from __future__ import annotations

import datetime
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from twentyql.errors import MissingExtraError, OutputError
from twentyql.output.spec import TableSpec

try:
    import duckdb
except ImportError as error:
    raise MissingExtraError("duckdb", "duckdb") from error

ID = "id"


class Database:
    """One connection to one file. Every call may come from any thread, one after the other."""

    def __init__(self, path: Path) -> None:
        with mapped(path):
            self._duck = duckdb.connect(str(path))
        self._duck.execute("SET TimeZone = 'UTC'; SET memory_limit = '128MB'; SET threads = 2")
        self._duck.execute("CREATE SCHEMA IF NOT EXISTS linked; CREATE SCHEMA IF NOT EXISTS twentyql")
        self._duck.execute("CREATE TABLE IF NOT EXISTS twentyql.receipts (saved_at TIMESTAMPTZ, receipt JSON)")
        self._duck.execute("CREATE TABLE IF NOT EXISTS twentyql.sync (object VARCHAR, state JSON)")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def settle(self) -> None:
        """Have everything in the one file."""
        self._duck.execute("CHECKPOINT")

    def close(self) -> None:
        self._duck.close()

    def begin(self) -> None:
        """Everything until `commit` or `rollback` is seen by others at once or never."""
        self._duck.begin()

    def commit(self) -> None:
        self._duck.commit()

    def rollback(self) -> None:
        self._duck.rollback()

    def create(self, spec: TableSpec, empty: Any) -> None:
        """Make the table anew, with the columns of the Arrow table ``empty``; its comments tell labels and keys.

        OutputError if two names differ only by case, which DuckDB does not tell apart.
        """
        check_names(spec.name, [column.name for column in spec.columns])
        name = quoted(spec.name)
        self._duck.execute(f"DROP VIEW IF EXISTS linked.{name}")
        self._duck.execute(f"DROP TABLE IF EXISTS main.{name}")
        with _Registered(self._duck, empty) as source:
            self._duck.execute(f"CREATE TABLE main.{name} AS FROM {source} LIMIT 0")
        self._duck.execute(f"COMMENT ON TABLE main.{name} IS {_text(f'records of the object {spec.object}')}")
        for column, comment in comments(spec):
            self._duck.execute(f"COMMENT ON COLUMN main.{name}.{quoted(column)} IS {_text(comment)}")

    def insert(self, table: str, rows: Any) -> None:
        """Add the rows of an Arrow table, column by column of the same name."""
        with _Registered(self._duck, rows) as source:
            self._duck.execute(f"INSERT INTO main.{quoted(table)} BY NAME FROM {source}")

    def remove(self, table: str, ids: Sequence[str]) -> int:
        """Delete the rows with these ids, and say how many there were."""
        if not ids:
            return 0
        found = self._duck.execute(f"DELETE FROM main.{quoted(table)} WHERE id IN (SELECT unnest(?))", [list(ids)])
        return int(found.fetchall()[0][0])

    def count(self, table: str, until: datetime.datetime | None = None) -> int:
        """How many rows there are, or of them were created up to the moment ``until``."""
        bound, values = ('WHERE "createdAt" <= ?', [until]) if until is not None else ("", [])
        return int(self._duck.execute(f"SELECT count(*) FROM main.{quoted(table)} {bound}", values).fetchall()[0][0])

    def stamps(self, table: str) -> dict[str, datetime.datetime | None]:
        """``updatedAt`` of every row by its id."""
        return dict(self._duck.execute(f'SELECT id, "updatedAt" FROM main.{quoted(table)}').fetchall())

    def ids(self, table: str) -> Generator[str]:
        """The ids of a table's rows, in bounded memory; nothing else may be asked until all have come."""
        found = self._duck.cursor().execute(f"SELECT id FROM main.{quoted(table)}")
        while rows := found.fetchmany(10_000):
            yield from (str(id) for (id,) in rows)

    def tables(self) -> set[str]:
        """The names of the tables of records."""
        found = self._duck.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main'").fetchall()
        return {name for (name,) in found}

    def link(self, specs: Iterable[TableSpec]) -> None:
        """Make the views of ``linked``, one a table, where every foreign key has its record beside it."""
        known = self.tables()
        for spec in specs:
            taken = {column.name.casefold() for column in spec.columns}
            columns, joins = ["t.*"], [f"main.{quoted(spec.name)} t"]
            for i, (key, target) in enumerate(spec.foreign_keys):
                name = key.removesuffix("Id").removesuffix(".id") or key
                if target not in known or name.casefold() in taken or "." in name:
                    continue
                columns.append(f"CASE WHEN r{i}.id IS NOT NULL THEN r{i} END AS {quoted(name)}")
                joins.append(f"LEFT JOIN main.{quoted(target)} r{i} ON t.{quoted(key)} = r{i}.id")
            view, chosen, source = f"linked.{quoted(spec.name)}", ", ".join(columns), " ".join(joins)
            self._duck.execute(f"CREATE OR REPLACE VIEW {view} AS SELECT {chosen} FROM {source}")

    def save_receipt(self, receipt: Mapping[str, Any]) -> None:
        """Add a receipt to ``twentyql.receipts``, with the time of this machine."""
        self._duck.execute(
            "INSERT INTO twentyql.receipts VALUES (?, ?)",
            [datetime.datetime.now(datetime.UTC), msgspec.json.encode(receipt).decode()],
        )

    def load_state(self, object_name: str) -> bytes | None:
        """What `save_state` was last given for this object, or None."""
        found = self._duck.execute("SELECT state FROM twentyql.sync WHERE object = ?", [object_name]).fetchall()
        return found[0][0].encode() if found else None

    def save_state(self, object_name: str, state: bytes) -> None:
        self._duck.execute("DELETE FROM twentyql.sync WHERE object = ?", [object_name])
        self._duck.execute("INSERT INTO twentyql.sync VALUES (?, ?)", [object_name, state.decode()])


@contextmanager
def mapped(path: Path) -> Generator[None]:
    """Turn DuckDB's errors inside into an OutputError with its cause and the path."""
    try:
        yield
    except duckdb.Error as error:
        advice = "Is another program using it?" if "lock" in str(error).lower() else "Is there room on the disk?"
        raise OutputError(f"Cannot write {path}: {_said(error)}.", advice=advice) from error


class _Registered:
    """An Arrow table under a name that SQL can use, for one statement."""

    def __init__(self, duck: Any, table: Any) -> None:
        self._duck = duck
        self._table = table

    def __enter__(self) -> str:
        self._duck.register("twentyql_rows", self._table)
        return "twentyql_rows"

    def __exit__(self, *_: object) -> None:
        self._duck.unregister("twentyql_rows")


def comments(spec: TableSpec) -> list[tuple[str, str]]:
    """What to say of each column that has something to be said of: its key, label and description."""
    keys = dict(spec.foreign_keys)
    told: list[tuple[str, str]] = []
    for column in spec.columns:
        key = f"refers to {keys[column.name]}.id" if column.name in keys else ""
        key = "primary key" if column.name == spec.primary_key else key
        parts = [part for part in (column.field.label, column.field.description, key) if part]
        if parts:
            told.append((column.name, "; ".join(parts)))
    return told


def check_names(table: str, names: Sequence[str]) -> None:
    """OutputError if DuckDB, which folds case, could not tell two of the names apart."""
    seen: dict[str, str] = {}
    for name in names:
        other = seen.setdefault(name.casefold(), name)
        if other != name:
            raise OutputError(
                f"DuckDB cannot tell {other!r} from {name!r} in {table}: it folds upper and lower case.",
                advice="Export to parquet or jsonl, or leave one of the two out with --select.",
            )


def quoted(name: str) -> str:
    """An identifier of SQL, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''").replace("\0", "") + "'"


def _said(error: Exception) -> str:
    return str(error).splitlines()[0].rstrip(".")

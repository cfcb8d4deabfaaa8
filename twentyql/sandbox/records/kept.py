"""What a database file keeps beside its rows: the data model, so that a changed one is there at the next start, and
values by name for the server around the engine.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec

from twentyql.errors import ConfigError
from twentyql.sandbox.model import Model, read_model

TABLE = '"~model"'  # no object can be called so
VALUES = '"~kept"'


def kept_model(db: Path) -> Model | None:
    """The data model in a database file; None where there is no file yet or it holds none. Raises ConfigError."""
    if not db.exists():
        return None
    try:
        with closing(sqlite3.connect(f"{db.absolute().as_uri()}?mode=ro", uri=True, timeout=30)) as connection:
            return read_kept(connection)[1]
    except sqlite3.Error as error:
        raise unusable(db, error) from error


def unusable(db: Path | None, error: BaseException) -> ConfigError:
    """The error of a file that SQLite cannot work with."""
    advice = "Give a file of an earlier run of the sandbox, or a new name in a folder that exists and can be written."
    return ConfigError(f"{db} cannot be used as the sandbox's database: {error}.", advice=advice)


def read_kept(connection: sqlite3.Connection) -> tuple[int, Model | None]:
    """The version of the kept model and the model itself; 0 and None where there is none."""
    known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = '~model'").fetchone()
    row = connection.execute(f"SELECT version, nodes, workspace FROM {TABLE}").fetchone() if known else None
    if row is None:
        return 0, None
    return int(row[0]), read_model(msgspec.json.decode(row[1]), msgspec.json.decode(row[2]))


def kept_version(connection: sqlite3.Connection) -> int:
    """The version of the kept model, which every change makes greater."""
    row = connection.execute(f"SELECT version FROM {TABLE}").fetchone()
    return int(row[0]) if row else 0


def keep(connection: sqlite3.Connection, model: Model) -> int:
    """Write ``model``, inside the transaction at hand; its version."""
    connection.execute(f"CREATE TABLE IF NOT EXISTS {TABLE} (version INTEGER, nodes TEXT, workspace TEXT)")
    version = kept_version(connection) + 1
    connection.execute(f"DELETE FROM {TABLE}")
    nodes, workspace = (msgspec.json.encode(part).decode() for part in (model.nodes, model.workspace))
    connection.execute(f"INSERT INTO {TABLE} VALUES (?, ?, ?)", (version, nodes, workspace))
    return version


def put(connection: sqlite3.Connection, name: str, value: Any) -> None:
    """Write ``value``, which is for JSON, under ``name``."""
    connection.execute(f"CREATE TABLE IF NOT EXISTS {VALUES} (name TEXT PRIMARY KEY, value TEXT)")
    connection.execute(f"INSERT OR REPLACE INTO {VALUES} VALUES (?, ?)", (name, msgspec.json.encode(value).decode()))


def get(connection: sqlite3.Connection, name: str) -> Any:
    """What was written under ``name``, or None."""
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = '~kept'").fetchone() is None:
        return None
    row = connection.execute(f"SELECT value FROM {VALUES} WHERE name = ?", (name,)).fetchone()
    return msgspec.json.decode(row[0]) if row else None

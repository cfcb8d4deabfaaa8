"""How far an export came, saved beside its rows: what is in the files for certain, and what the reader says of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from twentyql.output.folder import PART, create, is_plain, settle, sync

NAME = "checkpoint.json"


class SavedTable(msgspec.Struct, frozen=True):
    """One table: ``rows`` in all, of which ``parts`` are whole files and ``bytes`` lie in the open one."""

    rows: int
    bytes: int = 0
    parts: tuple[str, ...] = ()


class Checkpoint(msgspec.Struct, frozen=True):
    """What a resumed export needs: the tables, and the ``state`` of whoever wrote them."""

    format: str
    tables: dict[str, SavedTable]
    state: dict[str, Any]
    written_by: str = "twentyql"


def load_checkpoint(folder: Path) -> Checkpoint | None:
    """The checkpoint in ``folder``, or None where there is none that can be read."""
    try:
        saved = msgspec.json.decode((folder / NAME).read_bytes(), type=Checkpoint)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None
    names = [part for table in saved.tables.values() for part in table.parts]
    return saved if all(is_plain(name) and name.endswith(PART) for name in names) else None


def save_checkpoint(folder: Path, format: str, tables: Mapping[str, SavedTable], state: Mapping[str, Any]) -> None:
    """Put the checkpoint in place of the earlier one, whole or not at all. The files must be on the disk already."""
    part = folder / (NAME + PART)
    with create(part) as file:
        file.write(msgspec.json.encode(Checkpoint(format, dict(tables), dict(state))))
        settle(file)
    part.replace(folder / NAME)
    sync(folder)


def drop_checkpoint(folder: Path, parts: Iterable[str] = ()) -> None:
    """Remove the checkpoint and the files of rows that only it speaks of."""
    saved = load_checkpoint(folder)
    known = [name for table in saved.tables.values() for name in table.parts] if saved else []
    known += [f"{table}.{saved.format}.joined{PART}" for table in saved.tables] if saved else []
    with suppress(OSError):
        (folder / NAME).unlink(missing_ok=True)
        for name in {*known, *parts}:
            (folder / name).unlink(missing_ok=True)

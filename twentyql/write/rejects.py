"""The reject file: every row that was not written, with its number, the field and the reason, and the row itself."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import msgspec

from twentyql.errors import OutputError
from twentyql.write.receipt import Reject

COLUMNS = ("row", "field", "reason")


def write_jsonl(path: Path, rejects: Sequence[Reject], rows: Mapping[int, Any] | None = None) -> None:
    """Write the rejects as JSON lines; ``rows`` are the records as they were given. Raises OutputError."""

    def fill(file: IO[str]) -> None:
        for r in rejects:
            record = {"record": rows[r.row]} if rows and r.row in rows else {}
            line = {"row": r.row, "field": r.field, "reason": r.reason, **record}
            file.write(msgspec.json.encode(line, enc_hook=str).decode() + "\n")

    replace_file(path, fill)


def write_csv(
    path: Path, rejects: Sequence[Reject], rows: Mapping[int, Mapping[str, Any]], columns: Iterable[str]
) -> None:
    """Write the rejects as CSV with the columns of the imported file after their own. Raises OutputError."""
    names = list(columns)

    def fill(file: IO[str]) -> None:
        out = csv.writer(file)
        out.writerow([*COLUMNS, *names])
        for r in rejects:
            row = rows.get(r.row, {})
            out.writerow([r.row, r.field, r.reason, *(row.get(name, "") for name in names)])

    replace_file(path, fill)


def replace_file(path: Path, fill: Callable[[IO[str]], object]) -> None:
    """Write a file whole or not at all, readable by its owner alone: rejected rows are personal data too."""
    part = path.with_name(f"{path.name}.part")
    try:
        with os.fdopen(
            os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", newline="", encoding="utf-8"
        ) as file:
            fill(file)
        part.replace(path)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}") from error

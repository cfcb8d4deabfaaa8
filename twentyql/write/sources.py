"""Rows out of a file or a data frame, one at a time: CSV, JSON lines, a JSON list, Parquet, anything Arrow can read.

A row that cannot be read is given as the error that says why, so that it is refused alone.
"""

from __future__ import annotations

import csv
import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from twentyql.errors import UsageError, ValueRefusedError

Row = Mapping[str, Any] | ValueRefusedError
SAMPLE = 200
_SNIFFED = 64 * 1024


@dataclass(frozen=True)
class Source:
    """A file of rows: its columns in order, and ``rows()``, which reads it anew from the start."""

    name: str
    columns: tuple[str, ...]
    rows: Callable[[], Iterator[Row]]
    is_csv: bool = False

    def sample(self, most: int = SAMPLE) -> list[Mapping[str, Any]]:
        """The first rows that can be read."""
        return [row for row in itertools.islice(self.rows(), most) if isinstance(row, Mapping)]


def open_source(path: Path, *, encoding: str = "utf-8-sig") -> Source:
    """The rows of a file, by the ending of its name. Raises UsageError for one that cannot be read."""
    if not path.is_file():
        raise UsageError(f"There is no file {path}.")
    opener = _OPENERS.get(path.suffix.lower())
    if opener is None:
        raise UsageError(
            f"{path.name} is no kind of file that can be imported.", advice=f"Take one of {', '.join(_OPENERS)}."
        )
    try:
        return opener(path, encoding)
    except UnicodeDecodeError as error:
        raise _wrong_encoding(path, encoding) from error
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from error


def _csv(path: Path, encoding: str) -> Source:
    with path.open(newline="", encoding=encoding) as file:
        start = file.read(_SNIFFED)
    try:
        dialect: Any = csv.Sniffer().sniff(start.partition("\n")[0] or ",", delimiters=",;\t|")
        delimiter = str(dialect.delimiter)
    except csv.Error:
        delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
    header = next(csv.reader(start.splitlines(keepends=True), delimiter=delimiter), [])
    columns = tuple(name.strip() for name in header)
    if not any(columns):
        raise UsageError(f"{path.name} has no header.", advice="Its first line names the columns.")
    doubled = [name for name in columns if name and columns.count(name) > 1]
    if doubled:
        raise UsageError(f"{path.name} has the column {doubled[0]!r} more than once.", advice="Rename one of them.")

    def rows() -> Iterator[Row]:
        csv.field_size_limit(16 * 1024 * 1024)
        with path.open(newline="", encoding=encoding) as file:
            reader = csv.reader(file, delimiter=delimiter, strict=True)
            next(reader, None)
            while True:
                try:
                    values = next(reader, None)
                except csv.Error as error:
                    yield ValueRefusedError(f"this is no CSV: {error}")
                    continue
                except UnicodeDecodeError as error:
                    raise _wrong_encoding(path, encoding) from error
                if values is None:
                    return
                if values:
                    yield _csv_row(columns, values)

    return Source(path.name, columns, rows, is_csv=True)


def _csv_row(columns: tuple[str, ...], values: list[str]) -> Row:
    if len(values) > len(columns):
        return ValueRefusedError(f"the row has {len(values)} values, the header names {len(columns)} columns")
    return {name: value for name, value in zip(columns, values, strict=False) if name}


def _jsonl(path: Path, encoding: str) -> Source:
    def rows() -> Iterator[Row]:
        with path.open(encoding=encoding) as file:
            for line in file:
                if line.strip():
                    yield _json_row(line)

    return _of_rows(path.name, rows)


def _json_row(line: str) -> Row:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return ValueRefusedError("this line is no JSON")
    return _object(found)


def _object(found: Any) -> Row:
    return cast("Row", found) if isinstance(found, dict) else ValueRefusedError("this is no JSON object")


def _json(path: Path, encoding: str) -> Source:
    with path.open(encoding=encoding) as file:
        try:
            found = json.load(file)
        except (ValueError, RecursionError) as error:
            raise UsageError(f"{path.name} is no JSON: {error}") from error
    if not isinstance(found, list):
        raise UsageError(f"{path.name} is no list of records.", advice="JSON lines go into a file named .jsonl.")
    return _of_rows(path.name, lambda: (_object(item) for item in found))


def _parquet(path: Path, encoding: str) -> Source:
    from twentyql.write.columnar import parquet_columns, parquet_rows

    return Source(path.name, parquet_columns(path), lambda: parquet_rows(path))


def _of_rows(name: str, rows: Callable[[], Iterator[Row]]) -> Source:
    """A source whose columns are those of its first rows."""
    first = [row for row in itertools.islice(rows(), SAMPLE) if isinstance(row, Mapping)]
    columns = tuple(dict.fromkeys(column for row in first for column in row))
    return Source(name, columns, rows)


def rows_of(given: Any) -> Iterable[Any] | None:
    """The rows of a data frame or Arrow table, or None where ``given`` is neither."""
    if not hasattr(given, "__arrow_c_stream__"):
        return None
    from twentyql.write.columnar import stream_rows

    return stream_rows(given)


def _wrong_encoding(path: Path, encoding: str) -> UsageError:
    return UsageError(
        f"{path.name} is not written in {encoding.removesuffix('-sig')}.",
        advice="Name its encoding: --encoding cp1252.",
    )


_OPENERS: dict[str, Callable[[Path, str], Source]] = {
    ".csv": _csv,
    ".tsv": _csv,
    ".jsonl": _jsonl,
    ".ndjson": _jsonl,
    ".json": _json,
    ".parquet": _parquet,
}

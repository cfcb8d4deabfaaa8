# pyright: basic
"""Parquet, zstd-compressed: rows become Arrow at once and are written as row groups while reading goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from twentyql.errors import MissingExtraError, OutputError, UsageError
from twentyql.output.arrow import arrow_schema, to_table
from twentyql.output.spec import TableSpec
from twentyql.output.trouble import writing

try:
    import pyarrow as pa
    import pyarrow.parquet as pq
except ImportError as error:
    raise MissingExtraError("pyarrow", "arrow") from error

MOST_BYTES = 64 << 20
"""A row group is written before it has this many bytes in memory, however few its rows."""


class ParquetWriter:
    """Writes row groups of ``rows_per_group`` rows, or of fewer that are large. Memory stays below two groups."""

    def __init__(self, spec: TableSpec, file: BinaryIO, *, rows_per_group: int = 50_000) -> None:
        if rows_per_group < 1:
            raise UsageError(f"rows_per_group is 1 or more, not {rows_per_group}.")
        self._spec = spec
        self._most = rows_per_group
        self._held: list[pa.Table] = []
        self._writer: Any = pq.ParquetWriter(file, arrow_schema(spec), compression="zstd")

    def write(self, rows: Sequence[Any]) -> None:
        if rows:
            self._held.append(to_table(self._spec, rows))
        while self._is_full():
            self._write_group()

    def finish(self) -> None:
        """Write the last group and the footer; a second call does nothing."""
        try:
            if self._writer.is_open:
                while self._held:
                    self._write_group()
                self._writer.close()
        finally:
            self._writer.is_open = False  # or it would try once more when it is collected

    def notes(self) -> Sequence[str]:
        return ()

    def _is_full(self) -> bool:
        rows = sum(table.num_rows for table in self._held)
        return rows >= self._most or sum(table.nbytes for table in self._held) >= MOST_BYTES

    def _write_group(self) -> None:
        held = pa.concat_tables(self._held)
        rest = held.slice(self._most)
        self._held = [rest] if rest.num_rows else []
        self._writer.write_table(held.slice(0, self._most), row_group_size=self._most)


def write_rows(rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Write rows without a schema, such as an operation's answer; the types are those of their values.

    OutputError if values of one name have no type in common, or the file cannot be written.
    """
    try:
        table = pa.Table.from_pylist([dict(row) for row in rows])
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise OutputError(f"The answer has no common type for a column: {error}.", advice="Write jsonl.") from error
    with writing(path):
        pq.write_table(table, path, compression="zstd")

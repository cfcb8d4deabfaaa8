"""Rows -> files: `open_sink` gives the sink of a format; rows and their receipt are put in place together.

While rows are read they go to ``<table>.<ext>.part``. `Sink.commit` moves the files into place and then writes
``receipt.json``; until then the folder says of itself that it is unfinished.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from twentyql.errors import OutputError, UnknownNameError, UsageError, nearest
from twentyql.output.checkpoint import Checkpoint
from twentyql.output.csv_file import CsvWriter
from twentyql.output.folder import is_plain
from twentyql.output.folder_sink import FolderSink
from twentyql.output.jsonl import JsonlWriter
from twentyql.output.part_file import MakeWriter
from twentyql.output.spec import TableSpec
from twentyql.output.trouble import writing
from twentyql.output.wire import WireRow

Row = Mapping[str, Any] | WireRow
"""A record: by the names of its columns, or as the struct of its table."""


class Sink(Protocol):
    """Takes the rows of several tables. Its calls may come from any thread, one after the other."""

    def write(self, table: str, rows: Sequence[Row]) -> None:
        """Add rows to the table called ``table``. OutputError if they cannot be written or do not fit it."""
        ...

    def checkpoint(self, state: Mapping[str, Any]) -> None:
        """Have all rows so far on the disk, and ``state`` with them, so that `open_sink` can go on from there."""
        ...

    def ids(self, table: str) -> Iterator[str]:
        """The ids of the rows that a resumed table has from before."""
        ...

    @property
    def checkpoint_seconds(self) -> float:
        """How often a checkpoint is worth what it costs."""
        ...

    def commit(self, receipt: Mapping[str, Any]) -> None:
        """Put all files in place, and the receipt last. OutputError if one cannot be; then call `abort`."""
        ...

    def abort(self, receipt: Mapping[str, Any] | None = None) -> None:
        """Leave the ``.part`` files, and a receipt that says incomplete if one is given. Never raises OSError."""
        ...


def open_sink(
    folder: Path, format: str, tables: Sequence[TableSpec], resumed: Checkpoint | None = None, **options: Any
) -> Sink:
    """The sink that writes ``tables`` to ``folder`` as ``jsonl``, ``csv``, ``parquet`` or ``duckdb``.

    ``csv`` takes ``defuse=True`` (a quote before cells that look like formulas), ``parquet`` takes ``rows_per_group``
    and ``partition_by``, a column for whose values each table that has it becomes a folder of files.
    ``resumed`` is the checkpoint (`checkpoint.load_checkpoint`) to go on from.
    ``duckdb`` writes one database, ``workspace.duckdb``, with views that join the tables.
    UsageError for another format or option, MissingExtraError without pyarrow, OutputError if the folder holds
    anything but an earlier export; then nothing was written.
    """
    make = _maker(format, options)
    for spec in tables:
        if not is_plain(spec.name):
            raise OutputError(f"A table cannot be called {spec.name!r}, which is no file name.")
    with writing(folder):
        return make(folder, tables, resumed)


MakeSink = Callable[[Path, Sequence[TableSpec], Checkpoint | None], Sink]


def _maker(format: str, options: Mapping[str, Any]) -> MakeSink:
    if format not in FORMATS:
        raise UsageError(f"There is no export format {format!r}.", advice=_offer(format, FORMATS))
    known, load = FORMATS[format]
    for name, value in options.items():
        if name not in known:
            raise UsageError(f"{format} takes no option {name!r}.", advice=_offer(name, known))
        if type(value) is not known[name]:
            raise UsageError(f"The option {name} of {format} is {known[name].__name__}, not {value!r}.")
    return load(options)


def _offer(name: str, known: Iterable[str]) -> str:
    known = tuple(known)
    close = nearest(name, known)
    if close:
        return f"Did you mean {' or '.join(repr(n) for n in close)}?"
    return f"Choose one of: {', '.join(known)}." if known else "Leave it out."


def _files(format: str, load: Callable[[], MakeWriter]) -> Callable[[Mapping[str, Any]], MakeSink]:
    """One file a table, by the format's own writer."""

    def made(options: Mapping[str, Any]) -> MakeSink:
        writer = partial(load(), **options)
        return lambda folder, tables, resumed: FolderSink(folder, format, tables, writer, resumed)

    return made


def _parquet(options: Mapping[str, Any]) -> MakeSink:
    from twentyql.output.parquet import ParquetWriter, can_split, split

    column: str = options.get("partition_by", "")
    writer = partial(ParquetWriter, **{name: value for name, value in options.items() if name != "partition_by"})

    def opened(folder: Path, tables: Sequence[TableSpec], resumed: Checkpoint | None) -> Sink:
        chosen = [spec.name for spec in tables if column and can_split(spec, column)]
        if column and not chosen:
            known = [each.name for spec in tables for each in spec.columns]
            raise UnknownNameError("column", column, known, where="in any table of this export")
        splits = {name: partial(split, column=column) for name in chosen}
        return FolderSink(folder, "parquet", tables, writer, resumed, splits)

    return opened


def _duckdb(options: Mapping[str, Any]) -> MakeSink:
    from twentyql.output.duckdb_sink import DuckdbSink

    return partial(DuckdbSink, **options)


FORMATS: Mapping[str, tuple[Mapping[str, type], Callable[[Mapping[str, Any]], MakeSink]]] = {
    "parquet": ({"rows_per_group": int, "partition_by": str}, _parquet),
    "jsonl": ({}, _files("jsonl", lambda: JsonlWriter)),
    "csv": ({"defuse": bool}, _files("csv", lambda: CsvWriter)),
    "duckdb": ({}, _duckdb),
}
"""Every format: its options with their types, and what makes its sink, loaded when it is asked for."""

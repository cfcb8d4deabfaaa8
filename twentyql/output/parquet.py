# pyright: basic
"""Parquet, zstd-compressed: rows become Arrow at once and are written as row groups while reading goes on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from twentyql.errors import MissingExtraError, OutputError, UsageError
from twentyql.output.arrow import arrow_schema, to_table
from twentyql.output.spec import TableSpec
from twentyql.output.trouble import writing

try:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.dataset as ds
    import pyarrow.parquet as pq
except ImportError as error:
    raise MissingExtraError("pyarrow", "arrow") from error

MOST_PARTITIONS = 1_000
MOST_BYTES = 16 << 20
"""A row group is written before it has this many bytes in memory, however few its rows."""
PAGE_BYTES = 256 << 10
"""Every column of a group is written through a page and a dictionary of this size, in memory all at once."""


class ParquetWriter:
    """Writes row groups of ``rows_per_group`` rows, or of fewer that are large. Memory stays below two groups."""

    appends = False

    def __init__(self, spec: TableSpec, file: BinaryIO, *, rows_per_group: int = 50_000) -> None:
        if rows_per_group < 1:
            raise UsageError(f"rows_per_group is 1 or more, not {rows_per_group}.")
        self._spec = spec
        self._most = rows_per_group
        self._held: list[pa.Table] = []
        pages: Any = {"data_page_size": PAGE_BYTES, "dictionary_pagesize_limit": PAGE_BYTES}
        self._writer: Any = pq.ParquetWriter(file, arrow_schema(spec), compression="zstd", **pages)

    def write(self, rows: Sequence[Any]) -> None:
        if rows:
            self.add(to_table(self._spec, rows))

    def add(self, table: pa.Table) -> None:
        """Write rows that are in Arrow already."""
        self._held.append(table)
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

    def take_in(self, path: Path) -> None:
        """Write all rows of a finished file, group by group."""
        with pq.ParquetFile(path) as source:
            for group in range(source.num_row_groups):
                self.add(source.read_row_group(group))

    @staticmethod
    def ids(path: Path, bytes: int) -> Iterator[str]:
        """The ids in a finished file."""
        with pq.ParquetFile(path) as source:
            for batch in source.iter_batches(columns=["id"]):
                yield from map(str, batch.column(0).to_pylist())

    def annotate(self, more: Mapping[bytes, bytes]) -> None:
        """Add to the metadata of the file, before it is finished."""
        self._writer.add_key_value_metadata(more)

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
        pa.default_memory_pool().release_unused()  # or the peak of each group stays for good


def merge(path: Path, into: ParquetWriter, *, without: Sequence[str]) -> None:
    """Copy the rows of a file of the same columns, but those with the ids ``without``, group by group."""
    gone = pa.array(without, pa.string())
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches():
            kept = pa.Table.from_batches([batch])
            into.add(kept.filter(pc.invert(pc.is_in(kept.column("id"), gone))))


def can_split(spec: TableSpec, column: str) -> bool:
    """Whether the table has a column of that name whose values can name folders; UsageError for one of another kind."""
    if column not in [each.name for each in spec.columns]:
        return False
    type_ = arrow_schema(spec).field(column).type
    plain = (pa.types.is_string, pa.types.is_dictionary, pa.types.is_boolean, pa.types.is_date, pa.types.is_integer)
    if not any(fits(type_) for fits in plain):
        raise UsageError(f"{spec.name} cannot be partitioned by {column}, which is {type_}.", advice="Choose a select.")
    return True


def split(path: Path, into: Path, column: str) -> None:
    """The rows of a file as a new folder with one folder a value, ``stage=NEW/part-0.parquet``; only its owner's."""
    into.mkdir(mode=0o700)
    source = ds.dataset(path)
    options: Any = ds.ParquetFileFormat()
    fields = pa.schema([source.schema.field(column)])
    try:
        ds.write_dataset(
            source,
            into,
            format="parquet",
            basename_template="part-{i}.parquet",
            partitioning=ds.partitioning(_undictionaried(fields), flavor="hive"),
            file_options=options.make_write_options(compression="zstd"),
            max_partitions=MOST_PARTITIONS,
        )
    except pa.ArrowInvalid as error:
        if "partition" not in str(error):
            raise
        raise OutputError(
            f"{column} has more than {MOST_PARTITIONS} values.", advice="Partition by a column with few values."
        ) from error
    for written in into.rglob("*.parquet"):
        written.chmod(0o600)


def _undictionaried(schema: pa.Schema) -> pa.Schema:
    return pa.schema([pa.field(f.name, pa.string()) if pa.types.is_dictionary(f.type) else f for f in schema])


def read_metadata(path: Path) -> Mapping[bytes, bytes]:
    """The metadata of a file; OutputError if it is no Parquet."""
    try:
        return pq.read_metadata(path).metadata or {}
    except pa.ArrowInvalid as error:
        raise OutputError(f"{path} is no Parquet file.", advice="Move it away, and export again.") from error


def count_rows(path: Path) -> int:
    """How many rows a file has."""
    return int(pq.read_metadata(path).num_rows)


def read_columns(path: Path, names: Sequence[str]) -> dict[str, list[Any]]:
    """The values of a few columns of a file."""
    return pq.read_table(path, columns=list(names)).to_pydict()


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

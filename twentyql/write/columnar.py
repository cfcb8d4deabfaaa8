"""Rows out of Parquet files and of anything that gives an Arrow stream: polars, pandas, DuckDB, pyarrow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from twentyql.errors import MissingExtraError, UsageError

try:
    import pyarrow as pa
    import pyarrow.parquet as pq
except ImportError as missing:
    raise MissingExtraError("pyarrow", "arrow") from missing

BATCH = 1000


def parquet_columns(path: Path) -> tuple[str, ...]:
    """The columns of a Parquet file. Raises UsageError where it is none."""
    with _opened(path) as file:
        return tuple(file.schema_arrow.names)


def parquet_rows(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a Parquet file, a thousand in memory at a time."""
    with _opened(path) as file:
        for batch in file.iter_batches(BATCH):
            yield from batch.to_pylist()


def stream_rows(given: Any) -> Iterator[dict[str, Any]]:
    """The rows of an object that has ``__arrow_c_stream__``."""
    reader = pa.RecordBatchReader.from_stream(given)
    for batch in reader:
        for start in range(0, batch.num_rows, BATCH):
            yield from batch.slice(start, BATCH).to_pylist()


def _opened(path: Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise UsageError(f"{path.name} is no Parquet file: {error}") from error

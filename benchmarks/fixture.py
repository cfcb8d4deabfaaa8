"""What the benchmarks share: the fixture server as a process, and the truth of its rows as an Arrow table."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fixture_rows import node

HERE = Path(__file__).parent


@contextmanager
def server(rows: int, latency: float = 0.02, script: str = "fixture_server.py") -> Iterator[str]:
    """The address of a fixture server with so many rows."""
    command = [sys.executable, str(HERE / script), "--rows", str(rows), "--latency", str(latency)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().split()[1]}"
    finally:
        process.terminate()
        process.wait()


def truth(rows: int) -> Any:
    """All rows in the order of their ids, moments as text."""
    import pyarrow as pa

    return pa.Table.from_pylist([flat(node(i, rows)) for i in range(rows)]).sort_by("id")


def flat(row: dict[str, Any]) -> dict[str, Any]:
    name = row.pop("name")
    return {**row, "firstName": name["firstName"], "lastName": name["lastName"]}


def read_back(folder: Path) -> Any:
    """The rows that a client wrote, in the form of `truth`."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    found = folder / "people.parquet"
    if found.exists():
        table = pq.read_table(found)
        at = table.schema.get_field_index("name")
        name = table.column(at).combine_chunks()
        table = table.remove_column(at)
        for part in ("firstName", "lastName"):
            table = table.append_column(part, name.field(part))
    else:  # dlt's own form
        parts = [pq.read_table(file) for file in sorted(folder.glob("lake/d/people/*.parquet"))]
        table = pa.concat_tables(parts, promote_options="permissive")
        names = {"created_at": "createdAt", "updated_at": "updatedAt", "deleted_at": "deletedAt"}
        names |= {"job_title": "jobTitle", "company_id": "companyId"}
        names |= {"name__first_name": "firstName", "name__last_name": "lastName"}
        table = table.rename_columns([names.get(column, column) for column in table.column_names])
        if "deletedAt" not in table.column_names:
            table = table.append_column("deletedAt", pa.nulls(table.num_rows))
    for column in ("createdAt", "updatedAt"):
        moments = table.column(column).cast(pa.timestamp("ms", "UTC"))
        texts = pc.strftime(moments, "%Y-%m-%dT%H:%M:%SZ")
        table = table.set_column(table.schema.get_field_index(column), column, texts)
    return table.sort_by("id")


def faults(rows: int, folder: Path, expected: Any) -> list[str]:
    """What is wrong with a client's output, compared value by value."""
    import pyarrow as pa

    found = read_back(folder)
    if found.num_rows != rows:
        return [f"{found.num_rows} rows instead of {rows}"]
    wrong: list[str] = []
    for column in expected.column_names:
        if expected.schema.field(column).type == pa.null():
            fine = found.column(column).null_count == rows
        else:
            fine = found.column(column).cast(expected.schema.field(column).type).equals(expected.column(column))
        if not fine:
            wrong.append(f"column {column} differs")
    return wrong

"""The ``data`` of a stored operation as rows, and the rows as text: JSON lines, CSV or cells of a table.

Where the answer has one root field, its records are the rows: the nodes of a connection, the items of a list, or the
one object. With several roots the whole answer is one row.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import msgspec

from twentyql.errors import UsageError, nearest

FORMATS = ("json", "jsonl", "csv", "table", "parquet")
Row = Mapping[str, Any]


def rows_of(data: Row) -> list[Row]:
    """The records of an answer."""
    value: Any = next(iter(data.values())) if len(data) == 1 else data
    if isinstance(value, Mapping) and "edges" in value:
        value = [edge.get("node") for edge in cast(Mapping[str, Any], value)["edges"] or ()]
    if not isinstance(value, list):
        value = [] if value is None else [value]
    items = cast(list[Any], value)
    return [item if isinstance(item, Mapping) else {"value": item} for item in items]


def has_more(data: Row) -> list[str]:
    """The root fields whose list goes on behind what the answer holds."""
    return [
        name
        for name, value in data.items()
        if isinstance(value, Mapping)
        and ((cast(Mapping[str, Any], value).get("pageInfo") or {}).get("hasNextPage") is True)
    ]


def cells(rows: Sequence[Row]) -> tuple[list[str], list[list[str]]]:
    """Dotted headings in the order of their first appearance, and a line of texts for each row."""
    flat = [dict(_flat(row, "")) for row in rows]
    headings = list(dict.fromkeys(name for row in flat for name in row))
    return headings, [[row.get(name, "") for name in headings] for row in flat]


def check_format(format: str) -> None:
    """UsageError with the nearest name unless ``format`` is one that an answer can have."""
    if format not in FORMATS:
        close = nearest(format, FORMATS)
        offer = f"Did you mean {close[0]!r}?" if close else f"Choose one of: {', '.join(FORMATS)}."
        raise UsageError(f"There is no answer format {format!r}.", advice=offer)


def as_text(data: Row, format: str) -> str:
    """The answer as ``json`` (all of it), ``jsonl`` or ``csv`` (its rows)."""
    if format == "json":
        return msgspec.json.format(msgspec.json.encode(data), indent=2).decode() + "\n"
    rows = rows_of(data)
    if format == "jsonl":
        return "".join(msgspec.json.encode(row).decode() + "\n" for row in rows)
    text = io.StringIO(newline="")
    headings, lines = cells(rows)
    csv.writer(text, lineterminator="\r\n").writerows([headings, *lines])
    return text.getvalue()


def _flat(value: Row, before: str) -> Iterator[tuple[str, str]]:
    for name, inner in value.items():
        if isinstance(inner, Mapping) and "edges" not in inner and inner:
            yield from _flat(cast(Mapping[str, Any], inner), f"{before}{name}.")
        else:
            yield f"{before}{name}", _cell(inner)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()

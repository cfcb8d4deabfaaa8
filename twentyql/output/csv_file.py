"""CSV by RFC 4180: a column for each part of a composite (``emails.primaryEmail``), lists and JSON as JSON text."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, cast

from twentyql.output.jsonl import json_text, moment_text
from twentyql.output.spec import TableSpec
from twentyql.output.trouble import misfit
from twentyql.output.wire import builtin
from twentyql.schema.model import FieldModel, Kind

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
AS_JSON = (Kind.RAW_JSON, Kind.SCALAR)
Leaf = tuple[tuple[str, ...], FieldModel]


class CsvWriter:
    """Writes UTF-8 with a header line. A null is an empty cell, as an empty text is.

    Texts that a spreadsheet would run as formulas are counted, and with ``defuse`` get a single quote before them.
    """

    appends = True

    def __init__(self, spec: TableSpec, file: BinaryIO, *, defuse: bool = False) -> None:
        self._table = spec.name
        self._file = file
        self._defuse = defuse
        self._formulas = 0
        self._leaves = [leaf for column in spec.columns for leaf in _leaves(column.field, (column.name,))]
        if not file.tell():
            self._write([".".join(path) for path, _ in self._leaves])

    def write(self, rows: Sequence[Any]) -> None:
        self._write(*([self._cell(row, *leaf) for leaf in self._leaves] for row in map(builtin, rows)))

    def finish(self) -> None:
        """Nothing is held back."""

    def notes(self) -> Sequence[str]:
        if not self._formulas:
            return ()
        if self._defuse:
            return (f"{self._formulas} cells look like spreadsheet formulas and were given a leading '",)
        return (f"{self._formulas} cells look like spreadsheet formulas; export with defuse to make them harmless",)

    def take_in(self, path: Path) -> None:
        """Nothing: the file is one from the start."""

    @staticmethod
    def ids(path: Path, bytes: int) -> Iterator[str]:
        """The ids in the first ``bytes`` of a file."""
        with path.open("rb") as file:
            text = io.StringIO(file.read(bytes).decode(), newline="")
        lines = csv.reader(text)
        at = next(lines).index("id")
        for cells in lines:
            yield cells[at]

    def _write(self, *lines: Sequence[str]) -> None:
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\r\n").writerows(lines)
        self._file.write(text.getvalue().encode())

    def _cell(self, row: Mapping[str, Any], path: tuple[str, ...], field: FieldModel) -> str:
        value: Any = row
        for name in path:
            if value is None:
                break
            if not isinstance(value, Mapping):
                raise misfit(self._table, path[0], row.get("id"), value, "object with parts")
            value = cast(Mapping[str, Any], value).get(name)
        text = cell_text(value, field)
        if isinstance(value, str) and text.startswith(FORMULA_STARTS):
            self._formulas += 1
            return f"'{text}" if self._defuse else text
        return text


def _leaves(field: FieldModel, path: tuple[str, ...]) -> list[Leaf]:
    """The columns of a field: itself, or one for each part below."""
    if field.is_list or not field.parts:
        return [(path, field)]
    return [leaf for part in field.parts for leaf in _leaves(part, (*path, part.name))]


def cell_text(value: Any, field: FieldModel) -> str:
    """A value as the text of one cell."""
    if value is None:
        return ""
    if isinstance(value, str) and field.kind not in AS_JSON and not field.is_list:
        return value
    if isinstance(value, datetime.datetime):
        return moment_text(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    return json_text(value)

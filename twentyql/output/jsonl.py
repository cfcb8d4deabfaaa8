"""JSON Lines: one record a line, every field in its place, each value exactly as the server gave it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, cast

import msgspec

from twentyql.output.spec import TableSpec
from twentyql.output.wire import WireRow


class _Id(msgspec.Struct):
    id: str


_ID = msgspec.json.Decoder(_Id)


class JsonlWriter:
    """Writes nested JSON objects in the order of the table's columns, in UTF-8."""

    appends = True

    def __init__(self, spec: TableSpec, file: BinaryIO) -> None:
        self._names = [column.name for column in spec.columns]
        self._file = file

    def write(self, rows: Sequence[Any]) -> None:
        names = self._names
        if rows and isinstance(rows[0], WireRow):  # its fields are the columns, its values what JSON gave
            self._file.write(ENCODER.encode_lines(rows))
            return
        self._file.write(ENCODER.encode_lines([_plain({name: row.get(name) for name in names}) for row in rows]))

    def finish(self) -> None:
        """Nothing is held back."""

    def notes(self) -> Sequence[str]:
        return ()

    def take_in(self, path: Path) -> None:
        """Nothing: the file is one from the start."""

    @staticmethod
    def ids(path: Path, bytes: int) -> Iterator[str]:
        """The ids in the first ``bytes`` of a file."""
        with path.open("rb") as file:
            while file.tell() < bytes and (line := file.readline()):
                yield _ID.decode(line).id


def _plain(value: Any) -> Any:
    """The same value with moments in the server's own form; values that came from JSON are not copied."""
    if isinstance(value, datetime.datetime):
        return moment_text(value)
    if isinstance(value, dict):
        items = cast(dict[str, Any], value).items()
        return {key: _plain(below) if type(below) not in SCALARS else below for key, below in items}
    if isinstance(value, list | tuple):
        return [_plain(below) for below in cast(list[Any], value)]
    return value


def moment_text(moment: datetime.datetime) -> str:
    """A moment as the server writes it, ``2026-11-24T02:53:56.383Z``: in UTC, finer than milliseconds only if it is."""
    utc = moment.astimezone(datetime.UTC).replace(tzinfo=None)
    return f"{utc.isoformat(timespec='microseconds' if utc.microsecond % 1000 else 'milliseconds')}Z"


def json_text(value: Any) -> str:
    """A value as compact JSON text."""
    return ENCODER.encode(_plain(value)).decode()


SCALARS = frozenset({str, int, float, bool, type(None)})
ENCODER = msgspec.json.Encoder(decimal_format="number")

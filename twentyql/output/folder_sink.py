"""One file a table in one folder, all of them whole or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO, Protocol

from twentyql.errors import OutputError
from twentyql.output.folder import PART, claim, create, incomplete, leftovers, save_receipt, settle, sync
from twentyql.output.spec import TableSpec
from twentyql.output.trouble import writing

UNFINISHED = "this export was never finished: it is still being written, or was killed"
REPLACING = "this export was killed while its files replaced earlier ones: read it again"


class Writer(Protocol):
    """Writes one table into one open file in one format."""

    def write(self, rows: Sequence[Any]) -> None: ...

    def finish(self) -> None:
        """Write what is still held back. The file stays open."""
        ...

    def notes(self) -> Sequence[str]:
        """What the reader of the file should know, once it is finished."""
        ...


class MakeWriter(Protocol):
    """How a format makes its writer; it takes the format's own options by name."""

    def __call__(self, spec: TableSpec, file: BinaryIO) -> Writer: ...


@dataclass(slots=True)
class _File:
    spec: TableSpec
    path: Path
    part: Path
    file: BinaryIO
    writer: Writer
    rows: int = 0

    def settle(self) -> None:
        """Have the whole file on the disk, under its ``.part`` name."""
        with writing(self.part):
            self.writer.finish()
            settle(self.file)
            self.file.close()

    def give_up(self) -> None:
        """Close the file with whatever can still be written."""
        if not self.file.closed:
            with suppress(OSError, OutputError):
                self.writer.finish()
            with suppress(OSError):
                self.file.close()

    def describe(self) -> dict[str, Any]:
        """What the receipt says of this file."""
        at = self.part if self.part.exists() else self.path
        return description(self.spec, at, self.rows)


def description(spec: TableSpec, file: Path, rows: int) -> dict[str, Any]:
    """What a receipt says of one table and the file it is in."""
    return {
        "name": file.name,
        "table": spec.name,
        "object": spec.object,
        "rows": rows,
        "bytes": file.stat().st_size if file.exists() else 0,
        "columns": [{"name": c.name, "type": _type_text(c.field)} for c in spec.columns],
        "foreign_keys": [{"column": column, "table": table} for column, table in spec.foreign_keys],
    }


def _type_text(field: Any) -> str:
    return f"[{field.type_name}]" if field.is_list else str(field.type_name)


class FolderSink:
    """The `sinks.Sink` of every format: the folder, the ``.part`` files, and the receipt."""

    def __init__(self, folder: Path, format: str, tables: Sequence[TableSpec], make: MakeWriter) -> None:
        self._folder = folder
        self._format = format
        self._turn = Lock()  # an abort may come while another thread still writes
        self._ended = False
        names = {spec.name: f"{spec.name}.{format}" for spec in tables}
        self._earlier = claim(folder, names.values())
        with ExitStack() as stack:
            self._files: dict[str, _File] = {}
            for spec in tables:
                part = folder / (names[spec.name] + PART)
                file = stack.enter_context(create(part))
                stack.callback(part.unlink, missing_ok=True)  # a sink that cannot be opened leaves nothing behind
                self._files[spec.name] = _File(spec, folder / names[spec.name], part, file, make(spec, file))
            if self._earlier is None:
                self._save({"verdict": "incomplete", "notes": [UNFINISHED]})
            stack.pop_all()

    def write(self, table: str, rows: Sequence[Any]) -> None:
        """See `Sink.write`."""
        target = self._files[table]
        with self._turn, writing(target.part):
            self._check_open()
            target.writer.write(rows)
            target.rows += len(rows)

    def commit(self, receipt: Mapping[str, Any]) -> None:
        """See `Sink.commit`."""
        with self._turn, writing(self._folder):
            self._check_open()
            for file in self._files.values():
                file.settle()
            if self._earlier is not None:
                self._save({**receipt, "verdict": "incomplete", "notes": [REPLACING]})
            own = [path.name for file in self._files.values() for path in (file.path, file.part)]
            left = leftovers(self._folder, self._earlier, own)
            self._earlier = None
            for file in self._files.values():
                file.part.replace(file.path)
            sync(self._folder)
            self._save({**receipt, "notes": [*receipt.get("notes", ()), *self._notes(), *left]})
            self._ended = True

    def abort(self, receipt: Mapping[str, Any] | None = None) -> None:
        """See `Sink.abort`."""
        with self._turn:
            if self._ended:
                return
            self._ended = True
            for file in self._files.values():
                file.give_up()
            if receipt is not None:
                with suppress(OSError):
                    self._save({**receipt, **incomplete(receipt, self._earlier)})

    def _check_open(self) -> None:
        if self._ended:
            raise OutputError(f"The export to {self._folder} has already ended.")

    def _save(self, receipt: Mapping[str, Any]) -> None:
        files = [file.describe() for file in self._files.values()]
        save_receipt(self._folder, {**receipt, "format": self._format, "files": files})

    def _notes(self) -> list[str]:
        return [f"{name}: {note}" for name, file in self._files.items() for note in file.writer.notes()]

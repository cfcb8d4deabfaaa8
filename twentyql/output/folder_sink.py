"""One file a table in one folder, all of them whole or none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from threading import Lock
from typing import Any

from twentyql.errors import OutputError
from twentyql.output.checkpoint import Checkpoint, drop_checkpoint, save_checkpoint
from twentyql.output.folder import PART, claim, incomplete, leftovers, save_receipt, sync
from twentyql.output.part_file import MakeWriter, PartFile
from twentyql.output.spec import TableSpec
from twentyql.output.trouble import writing

UNFINISHED = "this export was never finished: it is still being written, or was killed"
APPENDED_SECONDS = 2.0
SEALED_SECONDS = 60.0
"""A file with a footer is sealed for every checkpoint, and all of its parts are read once more in the end."""
REPLACING = "this export was killed while its files replaced earlier ones: read it again"


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
    """The `sinks.Sink` of every format with a file a table: the folder, the ``.part`` files, and the receipt."""

    def __init__(
        self,
        folder: Path,
        format: str,
        tables: Sequence[TableSpec],
        make: MakeWriter,
        resumed: Checkpoint | None = None,
        splits: Mapping[str, Callable[[Path, Path], None]] | None = None,
    ) -> None:
        """``splits`` are the tables that become folders, with what makes them."""
        splits = splits or {}
        self._folder = folder
        self._format = format
        self._turn = Lock()  # an abort may come while another thread still writes
        self._ended = False
        names = {spec.name: spec.name if spec.name in splits else f"{spec.name}.{format}" for spec in tables}
        self._earlier = claim(folder, names.values())
        if resumed is None:
            drop_checkpoint(folder)
        with ExitStack() as stack:
            self._files: dict[str, PartFile] = {}
            for spec in tables:
                path = folder / names[spec.name]
                if resumed is None:  # a sink that cannot be opened leaves nothing behind
                    stack.callback(path.with_name(path.name + PART).unlink, missing_ok=True)
                saved = resumed.tables.get(spec.name) if resumed else None
                file = PartFile(spec, path, make, saved, splits.get(spec.name))
                stack.callback(file.file.close)
                self._files[spec.name] = file
            if self._earlier is None:
                self._save({"verdict": "incomplete", "notes": [UNFINISHED]})
            stack.pop_all()

    @property
    def checkpoint_seconds(self) -> float:
        """How often a checkpoint is worth what it costs."""
        appends = all(file.writer.appends for file in self._files.values())
        return APPENDED_SECONDS if appends else SEALED_SECONDS

    def write(self, table: str, rows: Sequence[Any]) -> None:
        """See `Sink.write`."""
        target = self._files[table]
        with self._turn, writing(target.part):
            self._check_open()
            target.write(rows)

    def checkpoint(self, state: Mapping[str, Any]) -> None:
        """See `Sink.checkpoint`."""
        with self._turn, writing(self._folder):
            self._check_open()
            tables = {name: file.mark() for name, file in self._files.items()}
            save_checkpoint(self._folder, self._format, tables, state)

    def ids(self, table: str) -> Iterator[str]:
        """See `Sink.ids`."""
        with writing(self._folder):
            yield from self._files[table].ids()

    def commit(self, receipt: Mapping[str, Any]) -> None:
        """See `Sink.commit`."""
        with self._turn, writing(self._folder):
            self._check_open()
            for file in self._files.values():
                file.settle()
            if self._earlier is not None:
                self._save({**receipt, "verdict": "incomplete", "notes": [REPLACING]})
            own = [path.name for file in self._files.values() for path in (file.path, file.part)]
            sealed = [path.name for file in self._files.values() for path in file.sealed]
            left = leftovers(self._folder, self._earlier, own)
            self._earlier = None
            for file in self._files.values():
                file.place()
            sync(self._folder)
            self._save({**receipt, "notes": [*receipt.get("notes", ()), *self._notes(), *left]})
            drop_checkpoint(self._folder, sealed)
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
        files = [
            description(file.spec, file.part if file.part.exists() else file.path, file.rows)
            for file in self._files.values()
        ]
        save_receipt(self._folder, {**receipt, "format": self._format, "files": files})

    def _notes(self) -> list[str]:
        return [f"{name}: {note}" for name, file in self._files.items() for note in file.writer.notes()]

"""One file a table in one folder, all of them whole or none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from twentyql.output.checkpoint import Checkpoint, drop_checkpoint, save_checkpoint
from twentyql.output.ending import Ending, description
from twentyql.output.folder import PART
from twentyql.output.part_file import MakeWriter, PartFile
from twentyql.output.spec import TableSpec
from twentyql.output.trouble import writing

APPENDED_SECONDS = 2.0
SEALED_SECONDS = 60.0
"""A file with a footer is sealed for every checkpoint, and all of its parts are read once more in the end."""


class FolderSink(Ending):
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
        names = {spec.name: spec.name if spec.name in splits else f"{spec.name}.{format}" for spec in tables}
        super().__init__(folder, format, names.values())
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
            self._begin()
            stack.pop_all()

    @property
    def checkpoint_seconds(self) -> float:
        """How often a checkpoint is worth what it costs."""
        appends = all(file.writer.appends for file in self._files.values())
        return APPENDED_SECONDS if appends else SEALED_SECONDS

    def write(self, table: str, rows: Sequence[Any]) -> None:
        """See `sinks.Sink.write`."""
        target = self._files[table]
        with self._turn, writing(target.part):
            self._check_open()
            target.write(rows)

    def checkpoint(self, state: Mapping[str, Any]) -> None:
        """See `sinks.Sink.checkpoint`."""
        with self._turn, writing(self._folder):
            self._check_open()
            tables = {name: file.mark() for name, file in self._files.items()}
            save_checkpoint(self._folder, self._format, tables, state)

    def ids(self, table: str) -> Iterator[str]:
        """See `sinks.Sink.ids`."""
        with writing(self._folder):
            yield from self._files[table].ids()

    def _settle(self, receipt: Mapping[str, Any]) -> None:
        for file in self._files.values():
            file.settle()

    def _own(self) -> Sequence[str]:
        return [path.name for file in self._files.values() for path in (file.path, file.part)]

    def _sealed(self) -> Sequence[str]:
        return [path.name for file in self._files.values() for path in file.sealed]

    def _place(self) -> None:
        for file in self._files.values():
            file.place()

    def _give_up(self) -> None:
        for file in self._files.values():
            file.give_up()

    def _described(self) -> list[dict[str, Any]]:
        return [
            description(file.spec, file.part if file.part.exists() else file.path, file.rows)
            for file in self._files.values()
        ]

    def _notes(self) -> Sequence[str]:
        return [f"{name}: {note}" for name, file in self._files.items() for note in file.writer.notes()]

"""The file of one table while it is written: it grows, is marked, and can be taken up again at its last mark."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from twentyql.errors import OutputError
from twentyql.output.checkpoint import SavedTable
from twentyql.output.folder import PART, create, settle
from twentyql.output.spec import TableSpec
from twentyql.output.trouble import writing


class Writer(Protocol):
    """Writes one table into one open file in one format.

    ``appends`` says that what is written is at once in the file and can be cut off at any mark; a format with a footer
    is marked by finishing the file and beginning another, which `take_in` puts together in the end.
    """

    appends: bool

    def write(self, rows: Sequence[Any]) -> None: ...

    def finish(self) -> None:
        """Write what is still held back. The file stays open."""
        ...

    def notes(self) -> Sequence[str]:
        """What the reader of the file should know, once it is finished."""
        ...

    def take_in(self, path: Path) -> None:
        """Write all rows of a finished file of this format."""
        ...

    def ids(self, path: Path, bytes: int) -> Iterator[str]:
        """The ids in a file of this format, in its first ``bytes`` where it is one that is appended to."""
        ...


class MakeWriter(Protocol):
    """How a format makes its writer; it takes the format's own options by name."""

    def __call__(self, spec: TableSpec, file: BinaryIO) -> Writer: ...


@dataclass(slots=True)
class PartFile:
    """One table: where it will be, and what of it is where until then.

    ``split`` makes the folder that the table becomes in the end, from its one file, where it becomes one.
    """

    spec: TableSpec
    path: Path
    make: MakeWriter
    saved: SavedTable | None = None
    split: Callable[[Path, Path], None] | None = None
    rows: int = 0
    sealed: list[Path] = field(default_factory=list[Path])
    file: BinaryIO = field(init=False)
    writer: Writer = field(init=False)
    _fresh: int = 0

    def __post_init__(self) -> None:
        """Begin, or go on where ``saved`` says that the table ended."""
        saved = self.saved
        if saved is None:
            self.file = create(self.part)
        else:
            self.rows = saved.rows
            self.sealed = [self.part.with_name(name) for name in saved.parts]
            self.file = self._again(saved.bytes)
        try:
            self.writer = self.make(self.spec, self.file)
        except BaseException:
            self.file.close()
            raise

    @property
    def part(self) -> Path:
        """The file that rows are written to."""
        return self.path.with_name(self.path.name + PART)

    def ids(self) -> Iterator[str]:
        """The ids of the rows from before."""
        saved = self.saved or SavedTable(0)
        for name in saved.parts:
            yield from self.writer.ids(self.part.with_name(name), 0)
        if saved.bytes:
            yield from self.writer.ids(self.part, saved.bytes)

    def write(self, rows: Sequence[Any]) -> None:
        self.writer.write(rows)
        self.rows += len(rows)
        self._fresh += len(rows)

    def mark(self) -> SavedTable:
        """Have every row so far on the disk, where it is found again."""
        with writing(self.part):
            if self.writer.appends:
                settle(self.file)
                return SavedTable(self.rows, self.file.tell())
            if self._fresh:
                self._seal()
            return SavedTable(self.rows, 0, tuple(path.name for path in self.sealed))

    def settle(self) -> None:
        """Have the whole table on the disk, in one file under its ``.part`` name."""
        with writing(self.part):
            self.writer.finish()
            settle(self.file)
            self.file.close()
            if self.sealed:
                self._join()
            if self.split is not None:
                shutil.rmtree(self._folder, ignore_errors=True)
                self.split(self.part, self._folder)

    def place(self) -> None:
        """Have the table, once settled, where it belongs."""
        if self.split is None:
            self.part.replace(self.path)
            return
        shutil.rmtree(self.path, ignore_errors=True)
        self._folder.replace(self.path)
        self.part.unlink()

    @property
    def _folder(self) -> Path:
        return self.path.with_name(f"{self.path.name}.split{PART}")

    def give_up(self) -> None:
        """Close the file with whatever can still be written."""
        if not self.file.closed:
            with suppress(OSError, OutputError):
                self.writer.finish()
            with suppress(OSError):
                self.file.close()

    def _again(self, bytes: int) -> BinaryIO:
        if not bytes:
            return create(self.part)
        file = os.fdopen(os.open(self.part, os.O_RDWR | getattr(os, "O_BINARY", 0)), "r+b")
        if file.seek(0, os.SEEK_END) < bytes:
            file.close()
            raise OutputError(f"{self.part} is shorter than its checkpoint says.", advice="Export without resuming.")
        file.truncate(bytes)
        file.seek(bytes)
        return file

    def _seal(self) -> None:
        self.writer.finish()
        settle(self.file)
        self.file.close()
        whole = self.path.with_name(f"{self.path.name}.{len(self.sealed) + 1:04d}{PART}")
        self.part.replace(whole)
        self.sealed.append(whole)
        self._fresh = 0
        self.file = create(self.part)
        self.writer = self.make(self.spec, self.file)

    def _join(self) -> None:
        """All files of the table in one; until it is whole, they stay."""
        joined = self.path.with_name(f"{self.path.name}.joined{PART}")
        file = create(joined)
        writer: Writer = self.make(self.spec, file)
        for path in (*self.sealed, self.part):
            writer.take_in(path)
        writer.finish()
        settle(file)
        file.close()
        joined.replace(self.part)

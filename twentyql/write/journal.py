"""What an import has settled so far, on disk before it is believed, so that a killed one goes on where it stopped.

A journal begins with a random namespace, synced before the first row is sent; the id of a row is made from it and the
row's number. So a row that was sent but not noted has the same id the next time, and cannot be created twice.
"""

from __future__ import annotations

import hashlib
import os
import threading
import uuid
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import msgspec

from twentyql.errors import OutputError, UsageError
from twentyql.write.receipt import Counts, Reject

try:
    import fcntl
except ImportError:  # Windows has no flock; there two imports of one file are not noticed
    fcntl = None  # type: ignore[assignment]

VERSION = 1
Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Header:
    """What an import is of. One with another header is another import."""

    object: str
    source: str
    on: str | None
    mapping: Mapping[str, Any]
    namespace: str = field(default_factory=lambda: uuid.uuid4().hex)

    def differs(self, other: Header) -> str:
        """What differs from ``other`` in words, or an empty text."""
        pairs = (("file", "source"), ("object", "object"), ("--match", "on"), ("mapping", "mapping"))
        return ", ".join(word for word, name in pairs if getattr(self, name) != getattr(other, name))


class Journal:
    """The journal of one import; ``with`` it. ``resumed`` says that an earlier run may have written records of it."""

    def __init__(
        self, path: Path, header: Header, file: IO[bytes], counts: Counts, done: list[Range], *, resumed: bool = False
    ) -> None:
        self.path = path
        self.resumed = resumed
        self.header = header
        self.counts = counts
        self._file = file
        self._turn = threading.Lock()
        self._done = _joined(done)
        self._starts = [start for start, _ in self._done]

    def id_of(self, row: int) -> str:
        """The id of the record of a row, always the same."""
        return str(uuid.uuid5(uuid.UUID(self.header.namespace), str(row)))

    def is_done(self, row: int) -> bool:
        """Whether an earlier run settled this row."""
        at = bisect_right(self._starts, row) - 1
        return at >= 0 and row <= self._done[at][1]

    def settle(
        self, rows: Iterable[int], created: int, updated: int, revived: list[str], rejects: list[Reject]
    ) -> None:
        """Note that ``rows`` are settled; on return it is on the disk."""
        noted = {
            "rows": ranges(rows),
            "created": created,
            "updated": updated,
            **({"revived": revived} if revived else {}),
            **({"rejects": [[r.row, r.field, r.reason] for r in rejects]} if rejects else {}),
        }
        self._append(noted)

    def finish(self, receipt: Mapping[str, Any]) -> None:
        """Note that the import is over."""
        self._append({"finished": {name: value for name, value in receipt.items() if name != "rejects"}})

    def _append(self, noted: Mapping[str, Any]) -> None:
        try:
            with self._turn:
                self._file.write(msgspec.json.encode(noted) + b"\n")
                self._file.flush()
                os.fsync(self._file.fileno())
        except OSError as error:
            raise OutputError(f"The journal {self.path} cannot be written: {error.strerror or error}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._file.close()

    @classmethod
    def open(cls, path: Path, header: Header, *, resume: bool, again: bool = False) -> Journal:
        """Start the journal of an import, or go on with it. Raises UsageError where that would not be the same import.

        A finished one is started anew where ``again`` says so, or where the import changes what is there (``on``).
        """
        file = _locked(path)
        try:
            lines = _lines(file)
            if not lines:
                return cls._begin(path, header, file)
            known = _header(lines[0], path)
            finished = any("finished" in line for line in lines)
            if finished and (again or header.on is not None) and not resume:
                return cls._begin(path, header, file)
            if finished and not resume:
                raise UsageError(
                    f"{path.name} says that this file was imported already.",
                    advice="Pass --again to import it once more, or --match to change what is there.",
                )
            if not resume and not again:
                raise UsageError(
                    f"{path.name} says that an import of this file was interrupted.",
                    advice="Pass --resume to go on, or --again to start anew (rows written before stay).",
                )
            if again:
                return cls._begin(path, header, file)
            if what := known.differs(header):
                raise UsageError(
                    f"The interrupted import in {path.name} was another one: its {what} differs.",
                    advice="Give the same file and options, or --again to start anew.",
                )
            return cls._go_on(path, known, file, lines[1:])
        except BaseException:
            file.close()
            raise

    @classmethod
    def _begin(cls, path: Path, header: Header, file: IO[bytes]) -> Journal:
        file.seek(0)
        file.truncate()
        journal = cls(path, header, file, Counts(), [])
        journal._append({"twentyql": VERSION, **msgspec.to_builtins(header)})
        if os.name == "posix":
            folder = os.open(path.parent, os.O_RDONLY)
            os.fsync(folder)
            os.close(folder)
        return journal

    @classmethod
    def _go_on(cls, path: Path, header: Header, file: IO[bytes], lines: list[dict[str, Any]]) -> Journal:
        counts, done = Counts(), list[Range]()
        for line in lines:
            done += [(start, end) for start, end in line.get("rows", ())]
            counts.created += line.get("created", 0)
            counts.updated += line.get("updated", 0)
            counts.revived += line.get("revived", ())
            counts.rejects += [Reject(*each) for each in line.get("rejects", ())]
        counts.resumed = counts.rows = sum(end - start + 1 for start, end in done)
        return cls(path, header, file, counts, done, resumed=True)


def digest(path: Path) -> str:
    """The SHA-256 of a file. Raises OutputError where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise OutputError(f"{path} cannot be read: {error.strerror or error}") from error


def ranges(rows: Iterable[int]) -> list[Range]:
    """Row numbers as the ranges they form, ends included."""
    return _joined([(row, row) for row in rows])


def _joined(parts: list[Range]) -> list[Range]:
    found: list[Range] = []
    for start, end in sorted(parts):
        if found and start <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _locked(path: Path) -> IO[bytes]:
    """The file, open to read and to append, readable by its owner alone, and held by this process."""
    try:
        file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
    except OSError as error:
        raise OutputError(f"The journal {path} cannot be written: {error.strerror or error}") from error
    try:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise UsageError(f"Another import of this file is running: it holds {path.name}.") from None
    return file


def _lines(file: IO[bytes]) -> list[dict[str, Any]]:
    """The whole lines of a journal; a last one that was cut is dropped from the file too."""
    found: list[dict[str, Any]] = []
    good = 0
    for line in file:
        try:
            found.append(msgspec.json.decode(line, type=dict[str, Any]))
        except msgspec.MsgspecError:
            break
        if not line.endswith(b"\n"):
            found.pop()
            break
        good += len(line)
    file.seek(good)
    file.truncate()
    return found


def _header(line: Mapping[str, Any], path: Path) -> Header:
    try:
        if line["twentyql"] != VERSION:
            raise ValueError
        return Header(**{name: line[name] for name in ("object", "source", "on", "mapping", "namespace")})
    except (KeyError, ValueError, TypeError):
        raise UsageError(f"{path} is no journal of this version.", advice="Move it away to start anew.") from None

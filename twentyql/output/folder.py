"""The folder of an export: whose it is, and how a file appears in it whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from twentyql.errors import OutputError

RECEIPT = "receipt.json"
PART = ".part"
WRITTEN_BY = {"written_by": "twentyql"}


class _SavedFile(msgspec.Struct):
    name: str


class _Saved(msgspec.Struct):
    """What is read of a receipt."""

    files: list[_SavedFile] = []
    previous: _Saved | None = None


def claim(folder: Path, names: Iterable[str]) -> dict[str, Any] | None:
    """Make ``folder`` ready for files called ``names``; the receipt of an earlier export that lies there, or None.

    OutputError if it holds anything that twentyql did not write.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    present = {entry.name for entry in folder.iterdir()}
    if not present:
        return None
    earlier = _read_receipt(folder / RECEIPT)
    if earlier is None:
        raise OutputError(
            f"{folder} is not empty and holds no export of twentyql.",
            advice="Choose a new folder, or empty this one if nothing in it is needed.",
        )
    foreign = sorted((present & set(names)) - {name.removesuffix(PART) for name in names_in(earlier)})
    if foreign:
        raise OutputError(
            f"{folder / foreign[0]} was not written by twentyql, and this export would replace it.",
            advice="Move it away, or choose another folder.",
        )
    return earlier


def names_in(receipt: Mapping[str, Any] | None) -> Iterator[str]:
    """The files that a saved receipt, or the one it kept of an earlier export, speaks of."""
    with suppress(msgspec.ValidationError):
        saved = msgspec.convert(receipt, _Saved | None)
        while saved is not None:
            yield from (file.name for file in saved.files if is_plain(file.name))
            saved = saved.previous


def is_plain(name: str) -> bool:
    """Whether a name is a file's own name, without any folder."""
    return name != "" and name == Path(name).name and "\\" not in name and not name.startswith(".") and "\0" not in name


def _read_receipt(path: Path) -> dict[str, Any] | None:
    try:
        saved = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    except (FileNotFoundError, IsADirectoryError, msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return saved if saved.items() >= WRITTEN_BY.items() else None


def save_receipt(folder: Path, content: Mapping[str, Any]) -> None:
    """Put the receipt in place of the earlier one, whole or not at all."""
    part = folder / (RECEIPT + PART)
    with create(part) as file:
        file.write(msgspec.json.format(msgspec.json.encode({**WRITTEN_BY, **content}), indent=2) + b"\n")
        settle(file)
    part.replace(folder / RECEIPT)
    sync(folder)


def incomplete(receipt: Mapping[str, Any], earlier: Mapping[str, Any] | None) -> dict[str, Any]:
    """What makes a receipt say that its files are not whole, and that those of an ``earlier`` one still are."""
    said: dict[str, Any] = {"verdict": "incomplete"}
    if receipt.get("verdict") != "incomplete":
        said["notes"] = [*receipt.get("notes", ()), "the files could not be put in place"]
    whole = earlier
    while whole is not None and whole.get("verdict") == "incomplete":
        whole = whole.get("previous")
    if whole is not None:
        said["previous"] = {key: value for key, value in whole.items() if key != "previous"}
    return said


def leftovers(folder: Path, earlier: Mapping[str, Any] | None, own: Iterable[str]) -> list[str]:
    """Notes on the files of an earlier export that are not replaced by ``own``; its ``.part`` files go."""
    notes: list[str] = []
    for name in dict.fromkeys(names_in(earlier)):
        if name in own:
            continue
        part = folder / (name.removesuffix(PART) + PART)
        if part.is_dir():
            shutil.rmtree(part)
        else:
            part.unlink(missing_ok=True)
        if not name.endswith(PART) and (folder / name).exists():
            notes.append(f"{name} is of an earlier export and was left as it was")
    return notes


def create(path: Path) -> BinaryIO:
    """A new file that only its owner can read, instead of whatever had its name."""
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600), "wb")


def settle(file: BinaryIO) -> None:
    """Have everything written so far on the disk."""
    file.flush()
    os.fsync(file.fileno())


def sync(folder: Path) -> None:
    """Have the names in a folder on the disk, where the system can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

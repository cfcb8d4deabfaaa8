"""Everything that can go wrong while writing, as OutputErrors that say what to do."""

from __future__ import annotations

import errno
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from twentyql.errors import OutputError

FULL = {errno.ENOSPC, errno.EDQUOT}
FORBIDDEN = {errno.EACCES, errno.EPERM}
NO_FOLDER = {errno.ENOTDIR, errno.EEXIST, errno.EISDIR}
OTHER = "Choose another folder, or repair this one."


@contextmanager
def writing(path: Path) -> Generator[None]:
    """Turn any OSError inside into an OutputError with its cause, the path and advice."""
    try:
        yield
    except OSError as error:
        cause, advice = _explain(error)
        raise OutputError(f"Cannot write {error.filename or path}: {cause}.", advice=advice) from error


def _explain(error: OSError) -> tuple[str, str]:
    if error.errno in FULL:
        return "the disk is full", "Free some space, or choose a folder on another disk."
    if error.errno == errno.EFBIG:
        return "the file is larger than allowed here", "Raise the limit (ulimit -f), or choose another disk."
    if error.errno == errno.EROFS:
        return "the disk is read-only", "Choose a folder on another disk."
    if error.errno in FORBIDDEN:
        return "no permission", "Choose a folder that you may write to."
    if error.errno in NO_FOLDER:
        return "a file is where a folder is needed, or the other way round", "Choose another folder."
    return (error.strerror or type(error).__name__).lower(), OTHER


def misfit(table: str, column: str, key: Any, value: Any, wanted: str) -> OutputError:
    """The error for a value that does not fit its column; it tells the value's type, never the value."""
    return OutputError(
        f"{table}.{column} of the record {key if isinstance(key, str) else '(no id)'} holds {json_type(value)}, "
        f"which is no {wanted}.",
        advice="Export with --format jsonl, which keeps any value as it came, or pull again if the schema changed.",
    )


def json_type(value: Any) -> str:
    """What JSON calls a value's type, with an article."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, str):
        return "a text"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, Sequence):
        return "a list"
    return f"a {type(value).__name__}"

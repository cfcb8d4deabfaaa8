"""Loaded -> the schema folder: what ``pull`` writes and everything offline reads."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import msgspec
from graphql import print_schema

from twentyql.errors import OutputError
from twentyql.introspect.load import CORE_INTROSPECTION, CORE_SDL, DATA_MODEL, METADATA_SDL, WORKSPACE, Loaded


def schema_files(loaded: Loaded) -> dict[str, str]:
    """The files of a schema folder, by name: byte-stable for one schema."""
    files = {CORE_SDL: print_schema(loaded.schema) + "\n"}
    if loaded.introspection is not None:
        files[CORE_INTROSPECTION] = _json(loaded.introspection)
    if loaded.data_model is not None:
        files[DATA_MODEL] = _json(loaded.data_model)
    if loaded.metadata_sdl is not None:
        files[METADATA_SDL] = loaded.metadata_sdl
    if loaded.workspace is not None:
        files[WORKSPACE] = _json(loaded.workspace)
    return files


def save(files: dict[str, str], folder: Path) -> list[Path]:
    """Write the files whose text differs, each in one step; gives the paths written. OutputError if that fails."""
    written: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            path = folder / name
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                _replace(path, text)
                written.append(path)
    except OSError as error:
        raise OutputError(
            f"Cannot write the schema to {folder}: {error.strerror}.", advice="Give another --out."
        ) from error
    return written


def _replace(path: Path, text: str) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _json(value: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=1).decode() + "\n"

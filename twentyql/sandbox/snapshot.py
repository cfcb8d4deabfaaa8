"""A snapshot: the data model, the workspace and the rows that a sandbox serves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from twentyql.errors import SchemaError

Row = dict[str, Any]
NAMELESS: Mapping[str, Any] = {
    "id": "3b241101-e2bb-4255-8caf-4136c566a962",
    "displayName": "Sandbox",
    "subdomain": "sandbox",
    "metadataVersion": 1,
}


@dataclass(frozen=True)
class Snapshot:
    """``objects`` in the form of ``/metadata``, the ``workspace``, and ``rows`` by plural name, as the API gives."""

    objects: Sequence[Mapping[str, Any]]
    workspace: Mapping[str, Any]
    rows: Mapping[str, Sequence[Row]]


def read_snapshot(folder: Path) -> Snapshot:
    """Read ``objects.json``, ``workspace.json`` and ``rows/<namePlural>.jsonl``.

    A broken one is named by file and line. An object without a file of rows has no rows. A folder of ``pull``, which
    has no workspace and no rows, is served as an empty workspace.
    """
    nodes = _nodes(_json(folder / "objects.json"), folder / "objects.json")
    workspace = _workspace(folder / "workspace.json")
    files = {path.stem: path for path in sorted((folder / "rows").glob("*.jsonl"))}
    known = {str(node.get("namePlural")) for node in nodes}
    for plural, path in files.items():
        if plural not in known:
            raise SchemaError(f"{path} has rows of {plural!r}, which objects.json does not know.")
    return Snapshot(nodes, workspace, {plural: _rows(path) for plural, path in files.items()})


def _json(path: Path) -> Any:
    try:
        return msgspec.json.decode(path.read_bytes())
    except FileNotFoundError as error:
        raise SchemaError(
            f"{path} is missing.", advice="A snapshot has objects.json, workspace.json and rows/."
        ) from error
    except msgspec.DecodeError as error:
        raise SchemaError(f"{path} is no JSON: {error}") from error


def _workspace(path: Path) -> dict[str, Any]:
    found = _json(path) if path.exists() else NAMELESS
    if not isinstance(found, dict):
        raise SchemaError(f"{path} is no JSON object.")
    try:
        UUID(found["id"])
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise SchemaError(f"{path} has no id, or one that is no UUID.") from error
    return {**NAMELESS, **found}


def _nodes(answer: Any, path: Path) -> list[dict[str, Any]]:
    """The object nodes, whether the file holds the whole answer, its data, or the bare list."""
    found: Any = answer
    for key in ("data", "objects"):
        found = found.get(key, found) if isinstance(found, dict) else found
    if isinstance(found, dict) and isinstance(found.get("edges"), list):
        found = [edge.get("node") for edge in found["edges"] if isinstance(edge, dict)]
    if not isinstance(found, list) or not all(isinstance(node, dict) for node in found):
        raise SchemaError(f"{path} is not an answer of /metadata to a query for objects.")
    return list(found)


def _rows(path: Path) -> list[Row]:
    rows: list[Row] = []
    seen: dict[str, int] = {}
    decoder = msgspec.json.Decoder(dict[str, Any])
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            row = _row(decoder, line, f"{path}:{number}")
            first = seen.setdefault(row["id"], number)
            if first != number:
                raise SchemaError(f"{path}:{number} has the id of line {first} once more.")
            rows.append(row)
    return rows


def _row(decoder: msgspec.json.Decoder[Row], line: bytes, place: str) -> Row:
    try:
        row = decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise SchemaError(f"{place} is no JSON object: {error}") from error
    except RecursionError as error:
        raise SchemaError(f"{place} is nested too deeply.") from error
    if not isinstance(row.get("id"), str):
        raise SchemaError(f"{place} has no id.")
    return row

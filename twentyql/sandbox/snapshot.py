"""A snapshot: the data model, the workspace and the rows that a sandbox serves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from twentyql.errors import SchemaError

Row = dict[str, Any]


@dataclass(frozen=True)
class Snapshot:
    """``objects`` in the form of ``/metadata``, the ``workspace``, and ``rows`` by plural name, as the API gives."""

    objects: Sequence[Mapping[str, Any]]
    workspace: Mapping[str, Any]
    rows: Mapping[str, Sequence[Row]]


def read_snapshot(folder: Path) -> Snapshot:
    """Read ``objects.json``, ``workspace.json`` and ``rows/<namePlural>.jsonl``.

    A broken one is named by file and line. An object without a file of rows has no rows.
    """
    nodes = _nodes(_json(folder / "objects.json"), folder / "objects.json")
    workspace = _json(folder / "workspace.json")
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
    decoder = msgspec.json.Decoder(dict[str, Any])
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = decoder.decode(line)
            except msgspec.MsgspecError as error:
                raise SchemaError(f"{path}:{number} is no JSON object: {error}") from error
            if not isinstance(row.get("id"), str):
                raise SchemaError(f"{path}:{number} has no id.")
            rows.append(row)
    return rows

"""What a generated package was made from, kept in it: so that one can tell, without importing it, how old it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twentyql.generate import layout
from twentyql.generate.header import stamp

MODULE = "_made_from.py"
_VALUE = re.compile(r'^(\w+) = (?:"([\w.-]*)"|(\d+)|None)$', re.MULTILINE | re.ASCII)
_DOC = '''"""What this package was made from; `twentyql doctor` compares it with the server."""'''


@dataclass(frozen=True, slots=True)
class MadeFrom:
    """A schema: the hash of its types, and the workspace and its ``metadataVersion`` where the server has them."""

    digest: str
    workspace: str | None = None
    metadata_version: int | None = None

    @classmethod
    def of(cls, digest: str, workspace: Mapping[str, Any] | None) -> MadeFrom:
        """The schema with this digest, pulled from the workspace that ``/metadata`` told of."""
        id_, version = (workspace or {}).get("id"), (workspace or {}).get("metadataVersion")
        return cls(digest, id_ if isinstance(id_, str) else None, _whole(version))


def _whole(value: object) -> int | None:
    """A version, which GraphQL gives as a Float."""
    return int(value) if isinstance(value, int | float) and value == value // 1 else None


def made_from_module(made_from: MadeFrom) -> dict[str, str]:
    """The module that keeps it, as {path: text}."""
    workspace = "None" if made_from.workspace is None else layout.string(made_from.workspace)
    body = "\n".join(
        [
            _DOC,
            "",
            f"SCHEMA = {layout.string(made_from.digest)}",
            f"WORKSPACE = {workspace}",
            f"METADATA_VERSION = {made_from.metadata_version}",
            "",
        ]
    )
    return {MODULE: stamp(MODULE, body)}


def read_made_from(package: Path) -> MadeFrom | None:
    """What the package in this folder was made from, None if it does not say. Its code is not run."""
    try:
        text = (package / MODULE).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    found = {name: (text_, number) for name, text_, number in _VALUE.findall(text)}
    if "SCHEMA" not in found:
        return None
    version = found.get("METADATA_VERSION", ("", ""))[1]
    return MadeFrom(found["SCHEMA"][0], found.get("WORKSPACE", ("", ""))[0] or None, int(version) if version else None)

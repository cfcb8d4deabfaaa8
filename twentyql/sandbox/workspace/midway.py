"""A data model that changes while a client reads: what someone in the settings does at the worst moment."""

from __future__ import annotations

from collections.abc import Iterator

from twentyql.sandbox.root import Root, Selection
from twentyql.sandbox.workspace.served import Workspace


def change_midway(workspace: Workspace, root: Root) -> str | None:
    """Deactivate a field that ``root`` selects, the last one there is; its name, None where there is none.

    From then on the field is answered as any unknown one: null, without an error; and metadataVersion is greater.
    """
    model = workspace.model
    record = model.by_plural.get(root.name) or model.by_singular.get(root.name)
    if record is None:
        return None
    selected = set(_names(root.selection))
    kept = {record.raw.get("labelIdentifierFieldMetadataId")}
    fields = [
        f for f in record.raw["fieldsList"] if f["name"] in selected and not f["isSystem"] and f["id"] not in kept
    ]
    if not fields:
        return None
    workspace.update_field(fields[-1]["id"], {"isActive": False})
    return str(fields[-1]["name"])


def _names(selection: Selection) -> Iterator[str]:
    """The names selected of a record, whether it is the root itself or in the edges of one."""
    edges = selection.get("edges")
    yield from edges.get("node", {}) if edges is not None else selection

"""What changed since the last time: bounds of a read by ``updatedAt`` that lose nothing."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from twentyql.build import named
from twentyql.output.jsonl import moment_text

if TYPE_CHECKING:
    from twentyql.client import Client

UPDATED, DELETED = "updatedAt", "deletedAt"
BOTH = {"or": [{DELETED: {"is": "NULL"}}, {DELETED: {"is": "NOT_NULL"}}]}


async def latest(client: Client, object_name: str) -> str | None:
    """The latest ``updatedAt`` of an object, deleted records too, as the server writes it; None without records.

    Read before a scan, it is what the scan can be trusted up to: whatever changes later has a later one.
    """
    query = named.select(client.model, object_name, UPDATED).where(deleted_too(client, object_name))
    found = await client.fetch(query.order_by(f"-{UPDATED}").limit(1))
    return found[0][UPDATED] if found else None


def deleted_too(client: Client, object_name: str) -> dict[str, Any]:
    """The filter that hides nothing: the server shows deleted records only where ``deletedAt`` is mentioned."""
    return BOTH if client.model.object(object_name).has_field(DELETED) else {}


def changed(client: Client, object_name: str, since: datetime.datetime | None, until: str | None) -> dict[str, Any]:
    """The filter for everything, deleted records too, that was last changed between the two, both included."""
    parts = [deleted_too(client, object_name)]
    if since is not None:
        parts.append({UPDATED: {"gte": moment_text(since)}})
    if until is not None:
        parts.append({UPDATED: {"lte": until}})
    return {"and": [part for part in parts if part]}

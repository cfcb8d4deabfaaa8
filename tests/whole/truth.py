"""The plain reference: what is true of the rows of a snapshot, by looking at all of them."""

from __future__ import annotations

from typing import Any

from twentyql.sandbox.snapshot import Snapshot

Row = dict[str, Any]


def live(snapshot: Snapshot, plural: str) -> list[Row]:
    """The rows of an object that are not deleted, in the order of their ids."""
    return sorted((row for row in snapshot.rows[plural] if row["deletedAt"] is None), key=lambda row: row["id"])


def children(snapshot: Snapshot, plural: str, key: str, parent: str) -> list[Row]:
    """The live rows of an object whose foreign key names ``parent``."""
    return [row for row in live(snapshot, plural) if row[key] == parent]

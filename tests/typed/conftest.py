"""Typed queries over the example package, answered over HTTP by the embedded server with its demo workspace."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from introspected import introspected

from twentyql.client import Client, connect
from twentyql.introspect.load import Loaded
from twentyql.sandbox import Sandbox
from twentyql.sandbox.demo import demo_snapshot
from twentyql.sandbox.records.image import Image, make_image
from twentyql.sandbox.snapshot import Snapshot

sys.path.insert(0, str(Path(__file__).parent.parent / "typing"))

Rows = list[dict[str, Any]]


@pytest.fixture(scope="session")
def snapshot() -> Snapshot:
    return demo_snapshot(rows=300, seed=5)


@pytest.fixture(scope="session")
def loaded(snapshot: Snapshot) -> Loaded:
    """The schema of the workspace, introspected once for all tests."""
    return introspected(snapshot)


@pytest.fixture(scope="session")
def image(snapshot: Snapshot) -> Image:
    """The snapshot as a database, from which a sandbox starts in milliseconds."""
    return make_image(snapshot)


@pytest.fixture
async def client(image: Image, loaded: Loaded) -> AsyncIterator[Client]:
    async with Sandbox.copy_of(image) as running, connect(running.url, running.key, schema=loaded) as connected:
        yield connected


@pytest.fixture(scope="session")
def live(snapshot: Snapshot) -> dict[str, Rows]:
    """The rows that were not deleted, by plural name, in the order of their ids."""
    kept = {name: [row for row in rows if row.get("deletedAt") is None] for name, rows in snapshot.rows.items()}
    return {name: sorted(rows, key=lambda row: row["id"]) for name, rows in kept.items()}

"""What a server with the rows of a snapshot tells of itself, for tests that need not introspect."""

from __future__ import annotations

import asyncio

from twentyql.client import connect
from twentyql.introspect.load import Loaded
from twentyql.sandbox import Sandbox
from twentyql.sandbox.snapshot import Snapshot


def introspected(snapshot: Snapshot) -> Loaded:
    """The schema of the workspace."""

    async def told() -> Loaded:
        async with Sandbox.of(snapshot) as running, connect(running.url, running.key) as client:
            return client.schema

    return asyncio.run(told())

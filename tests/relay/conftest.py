"""A forge on a local Relay server, whose true answers come from its own data."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from relay_server import RelayServer, forge


@pytest.fixture
async def server() -> AsyncIterator[RelayServer]:
    async with RelayServer(forge()).serve() as serving:
        yield serving

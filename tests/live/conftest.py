"""A real workspace, as named by TWENTYQL_LIVE_URL and TWENTYQL_LIVE_KEY. Without them these tests are skipped.

They assert what is promised, not what one release of a server does, so they must pass on older and newer ones. Nothing
is written unless TWENTYQL_LIVE_WRITE=1, and then only rows of their own, which they remove.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import pytest

from twentyql.client import Client, connect

URL, KEY = os.environ.get("TWENTYQL_LIVE_URL"), os.environ.get("TWENTYQL_LIVE_KEY")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/live" in item.path.as_posix():
            item.add_marker(pytest.mark.live)
            if not (URL and KEY):
                item.add_marker(pytest.mark.skip(reason="TWENTYQL_LIVE_URL and TWENTYQL_LIVE_KEY are not set"))
            if item.path.stem == "test_live_writes" and os.environ.get("TWENTYQL_LIVE_WRITE") != "1":
                item.add_marker(pytest.mark.skip(reason="TWENTYQL_LIVE_WRITE=1 is not set"))


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with connect(URL, KEY) as connected:
        yield connected

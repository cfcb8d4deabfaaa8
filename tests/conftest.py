"""The embedded server with a small demo workspace; waiting for the pace or a retry takes no time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from introspected import introspected

from twentyql.client import Client, connect
from twentyql.execute.pacer import Pacer
from twentyql.introspect.load import Loaded
from twentyql.introspect.save import save, schema_files
from twentyql.sandbox import Sandbox
from twentyql.sandbox.demo import demo_snapshot
from twentyql.sandbox.records.image import Image, make_image
from twentyql.sandbox.snapshot import Snapshot


class Clock:
    """Waiting takes no time here."""

    def __init__(self) -> None:
        self.time = 0.0

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += seconds


@pytest.fixture(scope="session")
def snapshot() -> Snapshot:
    return demo_snapshot(rows=60, seed=7)


@pytest.fixture(scope="session")
def image(snapshot: Snapshot) -> Image:
    """The snapshot as a database, from which a sandbox starts in milliseconds."""
    return make_image(snapshot)


@pytest.fixture
async def sandbox(image: Image) -> AsyncIterator[Sandbox]:
    async with Sandbox.copy_of(image) as running:
        yield running


@pytest.fixture(scope="session")
def loaded(snapshot: Snapshot) -> Loaded:
    """What the server tells of itself, so that a test need not introspect."""
    return introspected(snapshot)


@pytest.fixture(scope="session")
def schema_folder(loaded: Loaded, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("schema")
    save(schema_files(loaded), folder)
    return folder


@pytest.fixture
async def client(sandbox: Sandbox, loaded: Loaded) -> AsyncIterator[Client]:
    clock = Clock()
    pacer = Pacer(clock=clock.now, sleep=clock.sleep)
    async with connect(sandbox.url, sandbox.key, schema=loaded, pacer=pacer) as connected:
        connected.__dict__["sender"] = replace(connected.sender, sleep=clock.sleep)
        yield connected

"""The embedded server with a small demo workspace, and the plain reference that answers are compared with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from introspected import introspected

from twentyql.client import Client, connect
from twentyql.execute.requester import Requester
from twentyql.introspect.load import Loaded, load
from twentyql.introspect.save import save, schema_files
from twentyql.sandbox import Sandbox
from twentyql.sandbox.demo import demo_snapshot
from twentyql.sandbox.records.image import Image, make_image
from twentyql.sandbox.snapshot import Snapshot


@pytest.fixture(scope="session")
def snapshot() -> Snapshot:
    """A demo workspace with one company that has half of the people: 300 of 600."""
    return demo_snapshot(rows=600, seed=7)


@pytest.fixture(scope="session")
def image(snapshot: Snapshot) -> Image:
    """The snapshot as a database, from which a sandbox starts in milliseconds."""
    return make_image(snapshot)


@pytest.fixture
async def sandbox(image: Image) -> AsyncIterator[Sandbox]:
    async with Sandbox.copy_of(image, page_cap=200) as running:
        yield running


@pytest.fixture(scope="session")
def schema_folder(snapshot: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `pull` writes, so that a test need not introspect."""
    folder = tmp_path_factory.mktemp("schema")
    save(schema_files(introspected(snapshot)), folder)
    return folder


@pytest.fixture
def no_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that cannot filter by ranges of ids, as releases after 2.21: lost rows are noticed but not found."""
    monkeypatch.setattr(Requester, "ranged", lambda self, read: None)


@pytest.fixture(scope="session")
def loaded(schema_folder: Path) -> Loaded:
    """The same, read once for all tests."""
    return load(schema_folder)


@pytest.fixture
async def client(sandbox: Sandbox, loaded: Loaded) -> AsyncIterator[Client]:
    async with connect(sandbox.url, sandbox.key, schema=loaded) as connected:
        yield connected

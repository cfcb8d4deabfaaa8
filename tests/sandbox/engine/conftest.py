"""A small model with every kind of field, and engines that hold rows of it or of the recorded workspace."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from asking import RECORDED
from small_workspace import MODEL, ROWS

from twentyql.sandbox.model import read_model
from twentyql.sandbox.records.engine import Engine
from twentyql.sandbox.snapshot import Snapshot, read_snapshot


@pytest.fixture
def engine() -> Iterator[Engine]:
    """The small workspace: two companies, one in the bin, and people."""
    engine = Engine(MODEL)
    engine.load(ROWS)
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def recorded_snapshot() -> Snapshot:
    """The recorded workspace: its data model and its rows."""
    if not RECORDED.exists():
        pytest.skip(f"the recorded workspace is not there: {RECORDED}")
    return read_snapshot(RECORDED)


@pytest.fixture(scope="session")
def recorded(recorded_snapshot: Snapshot) -> Iterator[Engine]:
    """An engine with the recorded workspace, for reads only."""
    engine = Engine(read_model(recorded_snapshot.objects, recorded_snapshot.workspace))
    engine.load(recorded_snapshot.rows)
    yield engine
    engine.close()

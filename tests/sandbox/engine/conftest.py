"""A small model with every kind of field, and engines that hold rows of it or of the recorded workspace."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from asking import RECORDED
from small_workspace import MODEL, ROWS

from twentyql.sandbox.engine import Engine
from twentyql.sandbox.model import Model, read_model
from twentyql.sandbox.snapshot import Snapshot, read_snapshot


@pytest.fixture
def engine() -> Iterator[Engine]:
    """The small workspace: two companies, one in the bin, and people."""
    engine = Engine(MODEL)
    engine.load(ROWS)
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def recorded_model() -> Model:
    """The data model of the recorded workspace."""
    snapshot = _recorded()
    return read_model(snapshot.objects, snapshot.workspace)


@pytest.fixture(scope="session")
def recorded() -> Iterator[Engine]:
    """The recorded workspace, for reads only."""
    snapshot = _recorded()
    engine = Engine(read_model(snapshot.objects, snapshot.workspace))
    engine.load(snapshot.rows)
    yield engine
    engine.close()


def _recorded() -> Snapshot:
    if not RECORDED.exists():
        pytest.skip(f"the recorded workspace is not there: {RECORDED}")
    return read_snapshot(RECORDED)

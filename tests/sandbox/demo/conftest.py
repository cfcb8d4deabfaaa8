from __future__ import annotations

import pytest

from twentyql.sandbox.demo import demo_snapshot
from twentyql.sandbox.model import Model, read_model
from twentyql.sandbox.snapshot import Snapshot


@pytest.fixture(scope="session")
def demo() -> Snapshot:
    return demo_snapshot()


@pytest.fixture(scope="session")
def model(demo: Snapshot) -> Model:
    return read_model(demo.objects, demo.workspace)

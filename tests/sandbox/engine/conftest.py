"""Engines that hold the rows of a small model with every kind of field."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from small_workspace import MODEL, ROWS

from twentyql.sandbox.records.engine import Engine


@pytest.fixture
def engine() -> Iterator[Engine]:
    """The small workspace: two companies, one in the bin, and people."""
    engine = Engine(MODEL)
    engine.load(ROWS)
    yield engine
    engine.close()

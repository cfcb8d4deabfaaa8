"""The recorded workspace."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from twentyql.introspect.load import Loaded, load

sys.path.insert(0, str(Path(__file__).parent.parent / "typing"))
SHARED = Path(__file__).parents[2].parent / "shared" / "twenty"


@pytest.fixture(scope="session")
def recorded() -> Loaded:
    """The schema and the data model that were recorded from a running server."""
    if not SHARED.is_dir():
        pytest.skip(f"the recorded workspace is not at {SHARED}")
    return load(SHARED)

from __future__ import annotations

from pathlib import Path

import pytest

from twentyql.introspect.load import Loaded, load


@pytest.fixture(scope="session")
def loaded() -> Loaded:
    return load(Path(__file__).parents[1] / "schema" / "small.graphql")

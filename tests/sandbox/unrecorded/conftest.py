"""Engines and a server with the odd workspace; the image is made once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from asker import Ask, asker
from odd_workspace import OBJECTS, ROWS, WORKSPACE

from twentyql.sandbox import Sandbox, Snapshot
from twentyql.sandbox.background import Background
from twentyql.sandbox.records.engine import Engine
from twentyql.sandbox.records.image import Image, make_image


@pytest.fixture(scope="session")
def odd_image() -> Image:
    return make_image(Snapshot(OBJECTS, WORKSPACE, ROWS))


@pytest.fixture(scope="session")
def odd_reads(odd_image: Image) -> Iterator[Engine]:
    """An engine for reads alone."""
    engine = odd_image.engine()
    yield engine
    engine.close()


@pytest.fixture
def odd(odd_image: Image) -> Iterator[Sandbox]:
    """A server with the odd workspace, to be read and written."""
    background, sandbox = Background(), Sandbox.copy_of(odd_image)
    background.run(sandbox.start())
    yield sandbox
    background.run(sandbox.stop())
    background.close()


@pytest.fixture
def ask(odd: Sandbox) -> Ask:
    """``ask(query, **variables)``: the whole answer over HTTP."""
    return asker(odd)

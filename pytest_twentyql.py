"""The pytest plugin: the fixture ``twenty_sandbox`` gives every test a CRM of its own.

It imports nothing until a test asks for the fixture, so projects that do not use it pay nothing. Options::

    [tool.pytest.ini_options]
    twenty_snapshot = "schema"          # a folder of `twentyql pull` or `snapshot`; else the demo's data model

    @pytest.mark.twenty_sandbox(limits="stock", rows=300, seed=7)      # for one test, class or module
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from twentyql.sandbox.testing import TwentySandbox, TwentySandboxes


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the settings."""
    parser.addini("twenty_snapshot", "folder with the data model (and rows) that twenty_sandbox serves", default="")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker."""
    said = "twenty_sandbox(snapshot=None, rows=0, seed=1, **options): what the fixture twenty_sandbox serves"
    config.addinivalue_line("markers", said)


@pytest.fixture(scope="session")
def twenty_sandboxes(request: pytest.FixtureRequest) -> Iterator[TwentySandboxes]:
    """Opens workspaces, for fixtures of a wider scope: ``twenty_sandboxes(rows=300, limits="stock")``."""
    from twentyql.sandbox.testing import TwentySandboxes

    folder = request.config.getini("twenty_snapshot")
    sandboxes = TwentySandboxes(str(request.config.rootpath / folder) if folder else None)
    yield sandboxes
    sandboxes.close()


@pytest.fixture
def twenty_sandbox(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, twenty_sandboxes: TwentySandboxes
) -> Iterator[TwentySandbox]:
    """A fresh Twenty workspace over HTTP, for this test alone: `make`, `records`, `ledger`, `faults`, `url`, `key`.

    ``TWENTY_API_URL`` and ``TWENTY_API_KEY`` are set to it, so that ``twentyql.connect()`` and other programs find it.
    """
    workspace = twenty_sandboxes(**_options(request))
    monkeypatch.setenv("TWENTY_API_URL", workspace.url)
    monkeypatch.setenv("TWENTY_API_KEY", workspace.key)
    yield workspace
    workspace.close()


def _options(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The options of the markers, those nearest to the test winning."""
    found: dict[str, Any] = {}
    for marker in request.node.iter_markers("twenty_sandbox"):
        found = {**marker.kwargs, **found}
    if found.get("snapshot"):
        found["snapshot"] = request.config.rootpath / found["snapshot"]
    return found

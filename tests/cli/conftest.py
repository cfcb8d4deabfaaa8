"""The commands as a user types them, against an embedded server on a loop of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from typed import Command, Outcome

from twentyql.cli.app import run
from twentyql.sandbox import Sandbox
from twentyql.sandbox.demo import demo_snapshot
from twentyql.sandbox.records.image import Image, make_image
from twentyql.sandbox.snapshot import Snapshot


@pytest.fixture(scope="session")
def snapshot() -> Snapshot:
    return demo_snapshot(rows=300, seed=5)


@pytest.fixture(scope="session")
def image(snapshot: Snapshot) -> Image:
    """The snapshot as a database, from which a sandbox starts in milliseconds."""
    return make_image(snapshot)


@pytest.fixture
def served(image: Image) -> Iterator[Sandbox]:
    """A sandbox whose only key is ``right-key``."""
    sandbox = Sandbox.copy_of(image, key="right-key")
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(sandbox.start(), loop).result(30)
    try:
        yield sandbox
    finally:
        asyncio.run_coroutine_threadsafe(sandbox.stop(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command runs in an empty folder, with no settings but its arguments."""
    monkeypatch.chdir(tmp_path)
    for name in ("TWENTY_API_URL", "TWENTY_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Command:
    """Type ``twentyql ...``. Nothing may end in a traceback or show the key."""

    def typed(*words: str) -> Outcome:
        code = run(words)
        caught = capsys.readouterr()
        assert "Traceback" not in caught.err
        assert "right-key" not in caught.err + caught.out
        return Outcome(code, caught.out, caught.err)

    return typed


@pytest.fixture
def at(served: Sandbox) -> tuple[str, ...]:
    """The arguments that lead to the server."""
    return ("--url", served.url, "--api-key", "right-key")

"""What a program hears of its requests, and what it must never hear."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest
from truth import live

import twentyql
from twentyql.errors import SchemaError
from twentyql.introspect.load import Loaded
from twentyql.sandbox import Fault, Sandbox
from twentyql.sandbox.snapshot import Snapshot


async def test_hooks_and_logs_tell_of_requests_without_rows_or_keys(
    sandbox: Sandbox, loaded: Loaded, snapshot: Snapshot, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[Any] = []
    hooks = twentyql.Hooks(on_request=heard.append, on_retry=heard.append, on_page=heard.append)
    sandbox.faults.add(Fault.HTTP_502)
    with caplog.at_level(logging.DEBUG, logger="twentyql"):
        async with twentyql.connect(sandbox.url, sandbox.key, schema=loaded, hooks=hooks) as client:
            query = client["people"].select("jobTitle").where({"jobTitle": {"ilike": "%engineer%"}})
            await client.fetch(query)
    kinds = [type(detail).__name__ for detail in heard]
    assert kinds[:3] == ["RequestDetail", "RetryDetail", "RequestDetail"]
    assert "PageDetail" in kinds
    told = " ".join(map(repr, heard)) + caplog.text
    assert "engineer" not in told.lower()
    assert sandbox.key not in told
    assert all(row["id"] not in told for row in live(snapshot, "people"))
    with pytest.raises(AttributeError):
        heard[0].name = "other"


async def test_two_clients_of_one_workspace_share_the_pace(sandbox: Sandbox, loaded: Loaded) -> None:
    async with (
        twentyql.connect(sandbox.url, sandbox.key, schema=loaded) as one,
        twentyql.connect(sandbox.url, sandbox.key, schema=loaded) as two,
    ):
        await one["people"].count()
        assert two.pace.tokens_sent == 1


async def test_a_cancelled_fetch_keeps_what_it_has(sandbox: Sandbox, loaded: Loaded, snapshot: Snapshot) -> None:
    sandbox.faults.add(Fault.STALL, times=None, root="people", skip=1)
    async with twentyql.connect(sandbox.url, sandbox.key, schema=loaded) as client:
        task = asyncio.create_task(client.fetch(client["people"].select("jobTitle")))
        await sandbox.faults.until(Fault.STALL)
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
        partial = twentyql.partial_result(caught.value)
        assert partial is not None
        assert partial.receipt.verdict == "incomplete"
        assert [row["id"] for row in partial] == [row["id"] for row in live(snapshot, "people")][: len(partial)]
        assert len(partial) == 200
        with pytest.raises(TimeoutError) as late:
            await client.fetch(client["people"].select("jobTitle"), timeout=0.3)
        assert twentyql.partial_result(late.value) is not None
    assert not [task for task in asyncio.all_tasks() if "twentyql" in task.get_name()]


async def test_a_workspace_changed_while_reading_is_said_so(
    sandbox: Sandbox, schema_folder: Path, tmp_path: Path
) -> None:
    old = (schema_folder / "core.graphql").read_text(encoding="utf-8")
    changed = tmp_path / "core.graphql"
    changed.write_text(old.replace("jobTitle", "jobTitel"), encoding="utf-8")
    async with twentyql.connect(sandbox.url, sandbox.key, schema=changed) as client:
        query = client["people"].select("jobTitel").where({"jobTitel": {"eq": "Baker"}})
        with pytest.raises(SchemaError, match=r"people\.jobTitel: removed"):
            await client.fetch(query)

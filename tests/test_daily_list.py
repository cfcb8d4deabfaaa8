"""The daily list cannot rot: every Python block and command of docs/daily-list.md is run on the embedded server."""

from __future__ import annotations

import ast
import asyncio
import datetime
import inspect
import json
import os
import re
import shlex
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from twentyql.cli import explore, export, importing, records, stored, webhooks
from twentyql.cli.app import run
from twentyql.client import Client, connect
from twentyql.errors import EverythingError, QueryError, TwentyqlError, UnknownNameError
from twentyql.sandbox import Sandbox

PAGE = Path(__file__).parents[1] / "docs" / "daily-list.md"
TEXT = PAGE.read_text(encoding="utf-8")
FENCE = re.compile(r"^```(python|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
async def workspace() -> AsyncIterator[tuple[Sandbox, Client]]:
    """The demo workspace with a timeline, as every real one has."""
    async with Sandbox.demo(rows=40) as sandbox, connect(sandbox.url, sandbox.key) as client:
        async with client.data_model.together() as model:
            await model.create_object("timelineActivity", "timelineActivities")
            await model.create_field("timelineActivity", "happensAt", "DATE_TIME")
            await model.create_morph_relation("timelineActivity", "target", ["company", "person"])
        yield sandbox, client


async def execute(code: str, names: dict[str, Any]) -> None:
    """Run a block that awaits at its top level."""
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    line = TEXT[: TEXT.index(code)].count("\n")
    made = eval(compile("\n" * line + code, str(PAGE), "exec", flags=flags), names)
    if inspect.isawaitable(made):
        await made


async def test_every_block_runs(
    workspace: tuple[Sandbox, Client],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    sandbox, client = workspace
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TWENTY_API_URL", sandbox.url)
    monkeypatch.setenv("TWENTY_API_KEY", sandbox.key)
    for module in (records, importing, export, stored, webhooks, explore):  # each would learn the schema again
        monkeypatch.setattr(module, "open_client", lambda *_: connect(schema=client.schema))
    (tmp_path / "people.csv").write_text("Name,E-mail\nZoe Zenith,zoe@acme.example\n")
    await client["people"].create({"name": "Nobody Else", "jobTitle": "Nobody"})
    doomed = await client["people"].create({"name": "Doomed Person"})
    since = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=1)
    names: dict[str, Any] = {"client": client, "since": since}
    ran = {"python": 0, "console": 0}
    for kind, code in FENCE.findall(TEXT):
        if kind == "python":
            await execute(code, names)
            ran["python"] += 1
            continue
        for name, value in (("COMPANY", names.get("company")), ("PERSON", names.get("person")), ("DOOMED", doomed)):
            monkeypatch.setenv(name, value["id"] if value else "")
        for line in code.splitlines():
            capsys.readouterr()
            words = shlex.split(os.path.expandvars(line.removeprefix("$ ")))
            code_of = await asyncio.to_thread(run, words[1:])
            printed = capsys.readouterr()
            assert (words[0], code_of) == ("twentyql", 0), f"{line}\n{printed.err}"
            if words[1:3] == ["webhooks", "create"]:
                monkeypatch.setenv("WEBHOOK", json.loads(printed.out)["id"])
            ran["console"] += 1
    assert ran["python"] >= 12
    assert ran["console"] >= 25
    assert names["content"] == b"the offer"
    assert names["receipt"].deleted == 300
    assert names["missed"]
    assert await client["people"].count({"emails": {"primaryEmail": {"eq": "zoe@acme.example"}}}) == 1


async def execute_one(code: str, client: Client) -> None:
    made = eval(code, {"client": client})
    if inspect.isawaitable(made):
        await made


HABITS: list[tuple[str, type[TwentyqlError], str]] = [
    ('client.rest("GET", "/rest/companies?offset=10")', QueryError, "starting_after"),
    ('client.rest("GET", "/rest/companies", {"filter": {"name": {"like": "%Acme%"}}})', QueryError, r"\[ilike\]"),
    ('client["people"].create({"email": "a@b.example"})', UnknownNameError, r"emails\.primaryEmail"),
    ('client["people"].create({"phone": "1"})', UnknownNameError, r"phones\.primaryPhoneNumber"),
    ('client["people"].select("email")', UnknownNameError, r"emails\.primaryEmail"),
    ('client["people"].count({"phone": {"eq": "1"}})', UnknownNameError, r"phones\.primaryPhoneNumber"),
    ('client["opportunities"].create({"employees": 5})', UnknownNameError, "twentyql fields company"),
    ('client["activities"]', UnknownNameError, "noteTargets"),
    ('client.rest("GET", "/rest/activities")', QueryError, "timelineActivities"),
    ('client.rest("GET", "/rest/metadata/picklists")', QueryError, "twentyql options"),
    ('client.rest("DELETE", "/rest/companies")', EverythingError, "all"),
]


async def test_every_wrong_habit_is_answered_with_todays() -> None:
    async with Sandbox.demo(rows=40) as sandbox, connect(sandbox.url, sandbox.key) as client:
        before = dict(sandbox.engine.counts())
        for code, kind, advice in HABITS:
            with pytest.raises(kind, match=advice):
                await execute_one(code, client)
        assert dict(sandbox.engine.counts()) == before

"""``doctor``: is everything in order, and if not, what to do."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from twentyql.cli import checks
from twentyql.cli.checks import Check
from twentyql.cli.console import (
    COMPLETE,
    INCOMPLETE,
    USAGE,
    WITHHELD,
    ApiKey,
    Profile,
    Url,
    open_client,
    printable,
    wait_for,
)
from twentyql.config import load_settings
from twentyql.errors import ConfigError, TwentyqlError

COLORS = {"ok": "green", "note": "cyan", "withheld": "yellow", "bad": "red"}


def doctor(
    schema: Annotated[Path, typer.Option("--schema", help="The folder that `pull` wrote.")] = Path("schema"),
    package: Annotated[Path, typer.Option("--package", help="The generated package.")] = Path("crm"),
    queries: Annotated[Path, typer.Option("--queries", help="The folder of stored operations.")] = Path("queries"),
    url: Url = None,
    api_key: ApiKey = None,
    profile: Profile = None,
) -> int:
    """Check address, key, rights, versions.

    Also limits, the age of the schema folder and of the generated package, stored operations and extras. Each finding
    says what to do. Exit code 0: all in order; 1: something is broken or out of date; 2: no address or key is set;
    3: the server withholds rows from this key.
    """
    found: list[Check] = []
    _show(found, checks.installed())
    try:
        settings = load_settings(url, api_key, profile)
    except ConfigError as error:
        _show(found, [Check("bad", "address", error.message, error.advice)])
        return USAGE
    _show(found, checks.address(settings))

    async def work() -> int:
        begun = time.monotonic()
        try:
            async with open_client(url, api_key, profile) as client:
                seconds = time.monotonic() - begun
                workspace = await client.workspace() or {}
                _show(found, checks.server(client, workspace, seconds))
                _show(found, checks.age(client, workspace, schema, package))
                _show(found, checks.operations(client, queries))
                _show(found, await checks.rights(client))
        except TwentyqlError as error:
            _show(found, [Check("bad", "server", error.message, error.advice)])
        return _code(found)

    return wait_for(work)


def _show(found: list[Check], more: Iterable[Check]) -> None:
    """Print findings as they come, and keep them."""
    console = Console(highlight=False)
    for check in more:
        found.append(check)
        state = f"[{COLORS[check.state]}]{check.state:<8}[/]"
        console.print(f"{state} {check.about:<14} {escape(printable(check.said))}", soft_wrap=True)
        if check.todo:
            console.print(f"{'':<23} -> {escape(printable(check.todo))}", soft_wrap=True)


def _code(found: Iterable[Check]) -> int:
    states = {check.state for check in found}
    return INCOMPLETE if "bad" in states else WITHHELD if "withheld" in states else COMPLETE

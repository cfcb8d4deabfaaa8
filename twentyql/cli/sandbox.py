"""``sandbox``: the embedded Twenty as a server."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from twentyql.cli.console import say, wait_for
from twentyql.errors import ConfigError

REQUESTS_KEPT = 1000  # what was asked lately; a server that runs for days must not keep all of it


def serve(
    port: Annotated[int, typer.Option("--port", help="The port on 127.0.0.1; 0 takes a free one.")] = 0,
    snapshot: Annotated[
        Path | None, typer.Option("--snapshot", help="Serve this snapshot instead of the demo.")
    ] = None,
    rows: Annotated[int, typer.Option("--rows", help="How many people the demo workspace has.")] = 3000,
    seed: Annotated[int, typer.Option("--seed", help="The seed of the demo workspace.")] = 1,
    limits: Annotated[
        str, typer.Option("--limits", help="stock: 100 tokens a minute; newer: as later servers; open: none.")
    ] = "open",
    latency: Annotated[float, typer.Option("--latency", help="How many seconds longer an answer takes.")] = 0.0,
    page_cap: Annotated[
        int | None, typer.Option("--page-cap", help="The most rows of a list, whatever is asked.")
    ] = None,
    db: Annotated[Path | None, typer.Option("--db", help="Keep the rows in this SQLite file.")] = None,
    key: Annotated[str | None, typer.Option("--key", help="Take only this key; else any that is not empty.")] = None,
) -> int:
    """Serve an embedded Twenty-like workspace.

    On loopback, until Ctrl-C; its address and key are printed as settings.
    """
    if limits not in ("stock", "open", "newer"):
        raise ConfigError(f"--limits is stock or open, or newer, not {limits!r}.")
    if latency < 0 or (page_cap is not None and page_cap < 1):
        raise ConfigError("--latency is 0 or more, --page-cap 1 or more.")
    from twentyql.sandbox import Sandbox

    async def work() -> int:
        options = {"limits": limits, "key": key, "port": port, "db": db, "latency": latency, "page_cap": page_cap}
        made = Sandbox.from_snapshot(snapshot, **options) if snapshot else Sandbox.demo(rows=rows, seed=seed, **options)
        made.ledger.most = REQUESTS_KEPT
        async with made as server:
            for warning in server.warnings:
                say("[yellow]warning:[/yellow] {}", warning)
            print(f"TWENTY_API_URL={server.url}", flush=True)
            print(f"TWENTY_API_KEY={server.key}", flush=True)
            if server.kept:
                say("serving the rows and the data model that {} keeps from an earlier run", db)
            say("serving until Ctrl-C; open {} in a browser to look inside", server.url)
            with suppress(asyncio.CancelledError):  # Ctrl-C is how a server ends
                await asyncio.Event().wait()
        return 0

    return wait_for(work)

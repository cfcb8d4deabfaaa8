"""What every command shares: its connection options, stderr for people, stdout for data."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Callable, Coroutine, Generator, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from twentyql.client import Connecting, connect
from twentyql.execute.receipt import Receipt

NUMBER = re.compile(r"-?[\d,.]+")
COMPLETE, INCOMPLETE, USAGE, WITHHELD = 0, 1, 2, 3

Url = Annotated[str | None, typer.Option("--url", help="The server's address; else TWENTY_API_URL, .env, pyproject.")]
ApiKey = Annotated[str | None, typer.Option("--api-key", help="The API key; else TWENTY_API_KEY or .env.")]
Profile = Annotated[str | None, typer.Option("--profile", help="A profile of [tool.twentyql.profiles].")]


def console() -> Console:
    """The console for people: stderr, so that pipes carry data alone."""
    return Console(stderr=True, highlight=False)


def say(markup: str, *values: object) -> None:
    """Print a line to stderr; ``values`` fill the ``{}`` of ``markup`` and are never read as markup."""
    console().print(markup.format(*(escape(printable(str(value))) for value in values)), soft_wrap=True)


def printable(text: str) -> str:
    """``text`` without control characters, so that a record cannot drive the terminal."""
    return "".join(c if c.isprintable() or c == "\n" else f"\\x{ord(c):02x}" for c in text)


def wait_for(work: Callable[[], Coroutine[Any, Any, int]]) -> int:
    """Run a command's coroutine to its exit code."""
    return asyncio.run(work())


def open_client(url: str | None, api_key: str | None, profile: str | None, schema: Path | None = None) -> Connecting:
    """The client that a command's options ask for."""
    return connect(url, api_key, profile=profile, schema=schema)


@contextmanager
def progress() -> Generator[Callable[[str, int], None]]:
    """Rows by table as they arrive, live on a terminal's stderr and silent elsewhere; call it with table and rows."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed:,.0f} rows"))
    with Progress(*columns, TimeElapsedColumn(), console=console(), transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def on_rows(table: str, count: int) -> None:
            if table not in tasks:
                tasks[table] = bars.add_task(escape(table), total=None)
            bars.advance(tasks[table], count)

        yield on_rows


def exit_code(receipt: Receipt) -> int:
    """0 complete, 1 incomplete, 3 withheld."""
    return {"complete": COMPLETE, "withheld": WITHHELD}.get(receipt.verdict, INCOMPLETE)


def show_receipt(receipt: Receipt) -> None:
    """The receipt as a table on stderr, its verdict first."""
    color = {"complete": "green", "withheld": "yellow"}.get(receipt.verdict, "red")
    table = Table(title=f"[{color}]{receipt.verdict}[/{color}]", title_justify="left", box=None, pad_edge=False)
    for heading, side in (("list", "left"), ("rows", "right"), ("counted", "right"), ("requests", "right")):
        table.add_column(heading, justify=side)  # type: ignore[arg-type]
    table.add_column("without a parent", justify="right")
    for part in receipt.lists:
        counted = "" if part.count_after is None else f"{part.count_after:,}"
        alone = "" if part.unattached is None else f"{part.unattached:,}"
        table.add_row(escape(part.name), f"{part.rows:,}", counted, f"{part.requests:,}", alone)
    console().print(table)
    say(
        "{} requests, {} tokens, {} retries, {} kB, {:} s",
        receipt.requests,
        receipt.tokens,
        receipt.retries,
        receipt.bytes // 1000,
        f"{receipt.seconds:.2f}",
    )
    for note in receipt.notes:
        say("note: {}", note)


def show_table(headings: Sequence[str], rows: Iterable[Sequence[object]], *, to_read: bool = False) -> None:
    """A table on stdout: aligned for a terminal or ``to_read``, else tab-separated without headings for a pipe."""
    if not (to_read or sys.stdout.isatty()):
        for row in rows:
            print("\t".join(printable(str(value)).replace("\n", " ") for value in row))
        return
    lines = [[printable(str(value)) for value in row] for row in rows]
    table = Table(box=None, pad_edge=False)
    for at, heading in enumerate(headings):
        numbers = bool(lines) and all(NUMBER.fullmatch(line[at]) for line in lines)
        table.add_column(escape(heading), justify="right" if numbers else "left")
    for line in lines:
        table.add_row(*map(escape, line))
    Console(highlight=False).print(table)

"""Bars for people who wait: rows, rate, tokens left and time left, on a terminal and in a notebook."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from twentyql.execute.hooks import Hooks, PageDetail

if TYPE_CHECKING:
    from twentyql.client import Client


@contextmanager
def progress(client: Client, console: Console | None = None) -> Generator[None]:
    """Show a bar for every list that ``client`` reads inside the ``with``; nothing where nobody looks (a pipe).

    >>> with progress(client):
    ...     people = await client.fetch(client["people"].select("name"))
    """
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        TextColumn("{task.completed:,.0f} rows"),
        TextColumn("{task.fields[told]}"),
        TimeElapsedColumn(),
    )
    shown = console or Console(stderr=True, highlight=False)
    with Progress(*columns, console=shown, transient=True, disable=not _seen(shown)) as bars:
        lists = _Lists(client, bars)
        with client.hearing(Hooks(on_page=lists.page)):
            yield


def _seen(console: Console) -> bool:
    return console.is_terminal or console.is_jupyter


class _Lists:
    """One bar a list. A total is shown while every page tells the same, so not for lists that are read in parts."""

    def __init__(self, client: Client, bars: Progress) -> None:
        self._client = client
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}
        self._totals: dict[str, set[int | None]] = {}
        self._rows: dict[str, int] = {}
        self._begun = time.monotonic()

    def page(self, detail: PageDetail) -> None:
        """Move the bar of the page's list, and say how it goes."""
        name = detail.name
        if name not in self._tasks:
            self._tasks[name] = self._bars.add_task(escape(name), total=None, told="")
        totals = self._totals.setdefault(name, set())
        totals.add(detail.total)
        total = detail.total if len(totals) == 1 else None
        self._rows[name] = self._rows.get(name, 0) + detail.rows
        self._bars.update(self._tasks[name], completed=self._rows[name], total=total, told=self._told(name, total))

    def _told(self, name: str, total: int | None) -> str:
        rate = self._rows[name] / max(time.monotonic() - self._begun, 0.001)
        parts = [f"{rate:,.0f}/s"]
        if (credit := self._client.pace.credit) is not None:
            parts.append(f"{credit} tokens left")
        if total and rate:
            parts.append(f"{max(0, total - self._rows[name]) / rate:,.0f} s left")
        return ", ".join(parts)

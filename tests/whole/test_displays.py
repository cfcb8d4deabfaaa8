"""What notebooks and terminals show: hostile rows are harmless, and nothing is loaded before it is shown."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from rich.console import Console

import twentyql
from twentyql.client import Client, connect
from twentyql.execute.pacer import STOCK, Pacer
from twentyql.execute.receipt import Receipt
from twentyql.execute.stream import Result
from twentyql.integrations import html, pictures
from twentyql.introspect.load import Loaded
from twentyql.sandbox import Fault, Sandbox

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "\x1b[2J\x1b]0;owned\x07",
    "</td></table><iframe src='javascript:alert(1)'>",
    "\u202e\u2066evil",
    "&lt;b&gt;",
]
RECEIPT = Receipt("withheld", (), 1, 1, 0, 0, 0.1, 0.0, tuple(HOSTILE))
OURS = {"p", "b", "small", "table", "thead", "tbody", "tr", "th", "td", "pre", "ul", "li"}


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes |= {name for name, _ in attrs}


def check_harmless(text: str) -> None:
    tags = _Tags()
    tags.feed(text)
    assert tags.seen <= OURS
    assert tags.attributes <= {"style"}
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", text)


def test_hostile_rows_are_harmless() -> None:
    rows = tuple({"id": str(i), text: text, "deep": {"x": [text]}} for i, text in enumerate(HOSTILE))
    check_harmless(html.result_html(Result(rows, RECEIPT)))
    check_harmless(html.receipt_html(RECEIPT))


async def test_every_noun_is_shown(client: Client) -> None:
    query = client["companies"].select("name", "people.name.lastName").where({"name": {"ilike": "%<b>%"}})
    shown = [
        html.client_html(client),
        html.collection_html(client["opportunities"]),
        html.query_html(query),
        html.explanation_html(await client.explain(query)),
        html.result_html(await client.fetch(client["people"].select("name"))),
    ]
    for text in shown:
        check_harmless(text)
    assert "opportunities" in shown[0]
    assert "PROPOSAL" in shown[1]
    assert "companyId" in shown[2] + shown[3]
    assert "the first 20 of" in shown[4]


async def test_a_client_shows_its_objects_with_counts(client: Client, sandbox: Sandbox) -> None:
    assert "client.overview()" in html.client_html(client)
    sandbox.faults.add(Fault.FORBIDDEN, root="notes", times=None)
    counts = await client.overview()
    assert counts["people"] == await client["people"].count()
    assert counts["notes"] is None
    shown = html.client_html(client)
    assert f">{counts['people']}<" in shown
    assert "client.overview()" not in shown


async def test_names_are_completed_and_explained(client: Client) -> None:
    assert "people" in client._ipython_key_completions_()
    assert "emails" in client["people"]._ipython_key_completions_()
    stage = client["opportunities"]["stage"]
    assert "PROPOSAL" in str(stage)


async def test_pictures_are_drawn(client: Client, tmp_path: Path) -> None:
    rows = await client.fetch(client["opportunities"].select("stage", "closeDate", "amount"))
    query = client["companies"].select("name", "people.name")
    charts = {
        "relations": pictures.relations(client.model, "company", "person", "opportunity"),
        "pipeline": pictures.pipeline(rows),
        "plan": pictures.plan(await client.explain(query)),
    }
    for name, chart in charts.items():
        chart.save(str(tmp_path / f"{name}.svg"))
        assert "<svg" in (tmp_path / f"{name}.svg").read_text()
    drawn = charts["relations"].to_json()
    assert "pointOfContact" in drawn
    assert "workspaceMember" not in drawn


async def test_progress_shows_rows_and_is_silent_in_a_pipe(client: Client) -> None:
    terminal = Console(file=io.StringIO(), force_terminal=True, width=120)
    pipe = Console(file=io.StringIO())
    for console in (terminal, pipe):
        with twentyql.progress(client, console):
            await client.fetch(client["people"].select("name"))
    assert re.search(r"\d+ rows", terminal.file.getvalue())  # type: ignore[attr-defined]
    assert pipe.file.getvalue() == ""  # type: ignore[attr-defined]


async def test_progress_counts_tokens_under_a_limit(sandbox: Sandbox, loaded: Loaded) -> None:
    pacer = Pacer(limit=STOCK)
    async with connect(sandbox.url, sandbox.key, schema=loaded, pacer=pacer) as client:
        terminal = Console(file=io.StringIO(), force_terminal=True, width=120)
        with twentyql.progress(client, terminal):
            await client.fetch(client["people"].select("name"))
        assert "tokens left" in terminal.file.getvalue()  # type: ignore[attr-defined]


@pytest.mark.parametrize("lines", ["import IPython, twentyql, sys; print('twentyql.client' in sys.modules)"])
def test_a_shell_gets_displays_without_loading_them(lines: str) -> None:
    done = subprocess.run([sys.executable, "-c", lines], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "False"

"""`export --incremental` and `--since` as a user types them."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
from typed import Command


def test_a_second_run_merges_into_the_same_database(command: Command, at: tuple[str, ...], tmp_path: Path) -> None:
    words = ("export", "companies", "--with", "people", "--to", "out", "--format", "duckdb", "--incremental", *at)
    assert command(*words).code == 0
    second = command(*words)
    assert second.code == 0
    assert "people:" in second.err
    with duckdb.connect("out/workspace.duckdb", read_only=True) as duck:
        assert duck.sql("SELECT count(*) = count(DISTINCT id) AND count(*) > 200 FROM people").fetchall() == [(True,)]
        assert duck.sql("SELECT count(*) FROM twentyql.receipts").fetchall() == [(2,)]
    assert json.loads(Path("out/receipt.json").read_text())["verdict"] == "complete"


def test_since_narrows_the_rows(command: Command, at: tuple[str, ...]) -> None:
    everything = command("export", "people", "--to", "all", "--format", "jsonl", *at)
    nothing = command("export", "people", "--to", "none", "--format", "jsonl", "--since", "2126-01-01", *at)
    assert (everything.code, nothing.code) == (0, 0)
    assert Path("none/people.jsonl").read_text() == ""
    assert len(Path("all/people.jsonl").read_text().splitlines()) > 200


def test_what_cannot_be_together_is_said(command: Command, at: tuple[str, ...]) -> None:
    common = ("export", "people", "--to", "out", *at)
    wrong = command(*common, "--incremental", "--where", "{}", "--select", "name")
    assert (wrong.code, "--incremental" in wrong.err) == (2, True)
    assert command(*common, "--incremental", "--format", "csv").code == 2
    assert command(*common, "--since", "yesterday").code == 2

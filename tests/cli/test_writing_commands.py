"""The commands that write: what they ask before, what they refuse, and their exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from introspected import introspected
from typed import Command

from twentyql.cli import importing, records
from twentyql.client import connect
from twentyql.introspect.load import Loaded
from twentyql.sandbox import Sandbox
from twentyql.sandbox.snapshot import Snapshot


@pytest.fixture(scope="module")
def loaded(snapshot: Snapshot) -> Loaded:
    return introspected(snapshot)


@pytest.fixture(autouse=True)
def known_schema(loaded: Loaded, monkeypatch: pytest.MonkeyPatch) -> None:
    """Spares every command the introspection, which is tested elsewhere."""
    for module in (records, importing):
        monkeypatch.setattr(module, "open_client", lambda url, key, profile: connect(url, key, schema=loaded))


def test_one_record_from_its_birth_to_its_end(command: Command, at: tuple[str, ...], served: Sandbox) -> None:
    made = command("create", "company", '{"name": "Acme", "domainName": "acme.example"}', *at)
    assert made.code == 0
    identity = json.loads(made.out)["id"]
    assert command("create", "company", '{"domainName": "acme.example"}', *at).code == 1
    assert command("create", "company", '{"nmae": "x"}', *at).code == 2
    assert json.loads(command("update", "company", identity, '{"tagline": "x"}', *at).out)["tagline"] == "x"
    refused = command("destroy", "company", identity, *at)  # no terminal to ask at
    assert (refused.code, "final" in refused.err) == (2, True)
    assert command("get", "company", identity, *at).code == 0
    assert command("destroy", "company", identity, "--yes", *at).code == 0
    assert command("get", "company", identity, *at).code == 1


def test_a_filter_for_all_wants_everything(command: Command, at: tuple[str, ...], served: Sandbox) -> None:
    count = int(command("count", "companies", *at).out)
    for words in (
        ("delete", "companies"),
        ("delete", "companies", "--where", "{}"),
        ("destroy", "companies", "--yes", "--where", '{"id": {"is": "NOT_NULL"}}'),
        ("update", "companies", "-", '{"tagline": "lost"}', "--where", "{}"),
        ("delete", "companies", "20202020-0000-4000-8000-000000000000", "--where", "{}"),
        ("delete", "companies", "--where", "not json"),
    ):
        assert command(*words, *at).code == 2, words
    assert int(command("count", "companies", *at).out) == count
    done = command("delete", "companies", "--everything", *at)
    assert done.code == 0
    assert f"{count:,} records to delete" in done.err
    assert int(command("count", "companies", *at).out) == 0


def test_import_shows_its_mapping_and_ends_with_the_right_code(command: Command, at: tuple[str, ...]) -> None:
    Path("people.csv").write_text("Name,E-mail,Shoe size\nAda L,ada@x.example,38\nBob,nonsense,45\n")
    dry = command("import", "people.csv", "--dry-run", *at)
    assert [json.loads(line)["would"] for line in dry.out.splitlines()] == ["create", "refuse"]
    done = command("import", "people.csv", *at)
    assert done.code == 1
    assert "left out: no such field" in done.err
    assert "people.csv.rejects.csv" in done.err
    assert "2,emails," in Path("people.csv.rejects.csv").read_text()
    assert command("import", "people.csv", *at).code == 2  # it was imported already
    assert command("import", "nothing.csv", *at).code == 2
    assert command("import", "people.csv", "--object", "peple", *at).code == 2

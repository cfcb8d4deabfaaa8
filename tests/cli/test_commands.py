"""Each command does its work, says it, and ends with the right code."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typed import Command

from twentyql.sandbox import Sandbox
from twentyql.sandbox.snapshot import Snapshot


def test_pull_then_generate_twice(command: Command, at: tuple[str, ...]) -> None:
    pulled = command("pull", *at)
    assert (pulled.code, pulled.out) == (0, "")
    assert sorted(path.name for path in Path("schema").iterdir()) == [
        "core.graphql",
        "core.introspection.json",
        "metadata.graphql",
        "objects.json",
        "workspace.json",
    ]
    assert command("generate").code == 0
    files = {path: path.read_bytes() for top in ("crm", "queries") for path in Path(top).rglob("*") if path.is_file()}
    assert len(files) > 50
    again = command("generate")
    assert "0 written" in again.err
    assert {path: path.read_bytes() for path in files} == files
    assert command("generate", "--check").code == 0
    assert "nothing changed" in command("pull", *at).err


def test_generate_check_fails_where_something_would_change(command: Command, at: tuple[str, ...]) -> None:
    command("pull", *at)
    assert command("generate", "--check").code == 1
    assert not Path("crm").exists()


def test_a_changed_operation_is_kept(command: Command, at: tuple[str, ...]) -> None:
    command("pull", *at)
    command("generate")
    path = next(Path("queries").rglob("*.graphql"))
    path.write_text(path.read_text() + "\n# mine\n")
    outcome = command("generate")
    assert outcome.code == 1
    assert str(path) in outcome.err.replace("\n", "")
    assert path.read_text().endswith("# mine\n")


def test_export_writes_files_and_shows_the_receipt(command: Command, at: tuple[str, ...]) -> None:
    outcome = command("export", "companies", "--with", "people,opportunities", "--to", "out", "--format", "jsonl", *at)
    assert (outcome.code, outcome.out) == (0, "")
    assert "complete" in outcome.err
    assert {path.name for path in Path("out").iterdir()} == {
        "companies.jsonl",
        "people.jsonl",
        "opportunities.jsonl",
        "receipt.json",
    }


def test_withheld_rows_end_with_three(command: Command, at: tuple[str, ...], served: Sandbox) -> None:
    served.engine.withheld.add("notes")
    outcome = command("export", "notes", "--to", "out", *at)
    assert outcome.code == 3
    assert "withheld" in outcome.err
    assert json.loads(Path("out/receipt.json").read_text())["verdict"] == "withheld"


def test_explain_prints_the_plan_on_stdout(command: Command, at: tuple[str, ...]) -> None:
    outcome = command("explain", "companies", "--with", "people", *at)
    assert outcome.code == 0
    assert "companyId in [...]" in outcome.out
    assert "requests" in outcome.out


def test_objects_and_fields(command: Command, at: tuple[str, ...], snapshot: Snapshot) -> None:
    listed = command("objects", *at)
    assert len(listed.out.splitlines()) == len(snapshot.objects)
    fields = command("fields", "company", *at)
    assert any(line.startswith("people\tTO_MANY\tperson") for line in fields.out.splitlines())


def test_a_snapshot_and_run(command: Command, at: tuple[str, ...], snapshot: Snapshot) -> None:
    assert command("snapshot", "--to", "copy", *at).code == 0
    rows = Path("copy/rows/people.jsonl").read_text().splitlines()
    assert len(rows) == len(snapshot.rows["people"])
    ran = command("run", "CountPeople", *at)
    assert ran.code == 0, ran.err
    live = [row for row in snapshot.rows["people"] if row["deletedAt"] is None]
    assert json.loads(ran.out)["people"]["totalCount"] == len(live)


def test_run_in_every_format(command: Command, at: tuple[str, ...]) -> None:
    words = ("run", "ListCompanies", "-v", "first=3", *at)
    first = json.loads(command(*words).out)["companies"]["edges"][0]["node"]["id"]
    assert json.loads(command(*words, "--format", "jsonl").out.splitlines()[0])["id"] == first
    assert first in command(*words, "--format", "table").out
    assert "more pages" in command(*words, "--format", "csv", "--out", "a.csv").err
    assert len(Path("a.csv").read_text().splitlines()) == 4
    assert command(*words, "--format", "parquet", "--out", "a.parquet").code == 0
    assert pq.read_table("a.parquet").column("id").to_pylist()[0] == first
    assert command(*words, "--format", "parquet").code == 2
    assert command(*words, "--format", "csv", "--out", "no/where.csv").code == 1


def test_an_operation_that_pages_is_read_to_its_end(command: Command, at: tuple[str, ...], snapshot: Snapshot) -> None:
    live = {row["id"] for row in snapshot.rows["people"] if row["deletedAt"] is None}
    ran = command("run", "ListPeople", *at)
    assert (ran.code, "complete" in ran.err) == (0, True)
    people = json.loads(ran.out)["people"]
    assert {edge["node"]["id"] for edge in people["edges"]} == live
    assert (people["totalCount"], people["pageInfo"]["hasNextPage"]) == (len(live), False)
    lines = command("run", "ListPeople", "--all", "-v", "first=60", "--format", "jsonl", *at).out.splitlines()
    assert {json.loads(line)["id"] for line in lines} == live
    assert len(lines) == len(live)
    page = command("run", "ListPeople", "--page", *at)
    assert len(json.loads(page.out)["people"]["edges"]) == 200
    assert "--all reads them all" in page.err
    assert command("run", "CountPeople", "--all", *at).code == 2
    Path("mine.graphql").write_text(
        "query mine($after: String) { p: people(after: $after) { edges { node { city } } } }"
    )
    own = json.loads(command("run", "mine", "--queries", ".", *at).out)
    assert [set(edge["node"]) for edge in own["p"]["edges"]] == [{"city"}] * len(live), "just what the file asks"


def test_demo_goes_the_whole_way(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = command("demo", "--rows", "400")
    assert outcome.code == 0, outcome.err
    assert "complete" in outcome.err
    last = outcome.out.splitlines()[-1]
    assert last.startswith("all companies")
    people, naive = (int(number.replace(",", "")) for number in last.split()[2:4])
    assert people - naive >= 200 - 60
    assert sorted(path.name for path in Path("twentyql-demo").iterdir()) == ["crm", "parquet", "queries", "schema"]
    assert command("demo", "--rows", "400").code == 0, "a second run goes through"
    monkeypatch.chdir("twentyql-demo")
    assert command("generate", "--check").code == 0, "what the demo generated is what the command generates"


@pytest.mark.parametrize("words", [("--help",), ("export", "--help"), ("sandbox", "--help")])
def test_help(command: Command, words: tuple[str, ...]) -> None:
    outcome = command(*words)
    assert outcome.code == 0
    assert "Usage" in outcome.out

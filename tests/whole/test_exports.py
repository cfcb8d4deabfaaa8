"""Files that hold every row once, equal to the workspace's in all fields, or do not look whole."""

from __future__ import annotations

import asyncio
import csv
import json
import re
import stat
import threading
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from truth import live

from twentyql.client import Client, connect
from twentyql.errors import OutputError, PermissionDeniedError, ServerError, UnknownNameError, UsageError
from twentyql.execute.pacer import Pacer
from twentyql.output.sinks import open_sink
from twentyql.sandbox import Fault, Sandbox
from twentyql.sandbox.snapshot import Snapshot, read_snapshot


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def belonging(snapshot: Snapshot, plural: str, key: str) -> list[dict[str, Any]]:
    companies = {row["id"] for row in live(snapshot, "companies")}
    return [row for row in live(snapshot, plural) if row[key] in companies]


def as_served(rows: list[dict[str, Any]], found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows by id, with the search vectors that the server makes where the snapshot has none."""
    made = {row["id"]: row["searchVector"] for row in found}
    return by_id([row if row["searchVector"] else {**row, "searchVector": made.get(row["id"])} for row in rows])


def without_links(row: dict[str, Any]) -> dict[str, Any]:
    """The row with its files as they are kept: the server signs a link for a while, and tells the extension."""
    files = row.get("file")
    return row if not files else {**row, "file": [{k: file[k] for k in ("fileId", "label")} for file in files]}


def by_id(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: str(row["id"]))


async def test_jsonl_equals_the_rows_in_all_fields(client: Client, snapshot: Snapshot, tmp_path: Path) -> None:
    out = tmp_path / "out"
    receipt = await client.export(
        ["companies"], to=out, format="jsonl", relations=["people", "opportunities", "projects"]
    )
    assert receipt.verdict == "complete"
    assert sorted(path.name for path in out.iterdir()) == [
        "companies.jsonl",
        "opportunities.jsonl",
        "people.jsonl",
        "projects.jsonl",
        "receipt.json",
    ]
    assert by_id(lines(out / "companies.jsonl")) == live(snapshot, "companies")
    for plural, key in (("people", "companyId"), ("opportunities", "companyId"), ("projects", "clientId")):
        found = by_id(lines(out / f"{plural}.jsonl"))
        assert found == as_served(belonging(snapshot, plural, key), found)


async def test_several_objects_give_those_without_a_parent_too(
    client: Client, snapshot: Snapshot, tmp_path: Path
) -> None:
    await client.export(["companies", "people"], to=tmp_path, format="jsonl", relations=["people"])
    assert by_id(lines(tmp_path / "people.jsonl")) == live(snapshot, "people")


async def test_parquet_and_csv_hold_as_many(client: Client, snapshot: Snapshot, tmp_path: Path) -> None:
    await client.export(["people"], to=tmp_path / "p", format="parquet")
    await client.export(["people"], to=tmp_path / "c", format="csv")
    table = pq.read_table(tmp_path / "p" / "people.parquet")
    true = live(snapshot, "people")
    assert sorted(table.column("id").to_pylist()) == [row["id"] for row in true]
    with (tmp_path / "c" / "people.csv").open(encoding="utf-8", newline="") as file:
        found = sorted(csv.DictReader(file), key=lambda row: row["id"])
    assert [row["name.lastName"] for row in found] == [row["name"]["lastName"] for row in true]


async def test_conditions_and_fields(client: Client, snapshot: Snapshot, tmp_path: Path) -> None:
    where = {"stage": {"eq": "NEW"}}
    await client.export(["opportunities"], to=tmp_path, format="jsonl", where=where, fields=["name", "stage"])
    true = [
        {"id": row["id"], "name": row["name"], "stage": "NEW"}
        for row in live(snapshot, "opportunities")
        if row["stage"] == "NEW"
    ]
    assert by_id(lines(tmp_path / "opportunities.jsonl")) == true


async def test_files_are_their_owners_only(client: Client, tmp_path: Path) -> None:
    out = tmp_path / "out"
    await client.export(["companies"], to=out, format="jsonl")
    assert {stat.S_IMODE(path.stat().st_mode) for path in out.iterdir()} == {0o600}
    assert stat.S_IMODE(out.stat().st_mode) == 0o700


async def test_a_folder_of_somebody_else_is_refused(client: Client, sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    sandbox.ledger.clear()
    with pytest.raises(OutputError, match=r"(?i)folder"):
        await client.export(["companies"], to=tmp_path, format="jsonl")
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    assert len(sandbox.ledger) == 0


async def test_an_earlier_export_is_replaced_only_by_a_whole_one(
    client: Client, sandbox: Sandbox, tmp_path: Path
) -> None:
    await client.export(["people"], to=tmp_path, format="jsonl")
    before = (tmp_path / "people.jsonl").read_bytes()
    sandbox.faults.add(Fault.FORBIDDEN, root="people", skip=1)
    with pytest.raises(ServerError):
        await client.export(["people"], to=tmp_path, format="jsonl")
    assert (tmp_path / "people.jsonl").read_bytes() == before


async def test_a_read_that_fails_midway_leaves_nothing_that_looks_whole(
    client: Client, sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.faults.add(Fault.FORBIDDEN, root="people", skip=1)
    with pytest.raises(ServerError):
        await client.export(["people"], to=tmp_path / "out", format="jsonl")
    assert not list((tmp_path / "out").glob("*.jsonl"))
    receipt = tmp_path / "out" / "receipt.json"
    assert not receipt.exists() or json.loads(receipt.read_text())["verdict"] == "incomplete"


async def test_cancelled_midway(client: Client, sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.faults.add(Fault.STALL, root="people", skip=1)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await client.export(["people"], to=tmp_path, format="jsonl")
    assert not list(tmp_path.glob("*.jsonl"))


async def test_cancelled_while_its_files_are_opened(
    client: Client, snapshot: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thread that went on opening files would put empty ones in place of those of the next export."""
    begun, going_on = threading.Event(), threading.Event()

    def slowly(*arguments: Any, **options: Any) -> Any:
        begun.set()
        assert going_on.wait(10)
        return open_sink(*arguments, **options)

    monkeypatch.setattr("twentyql.exporting.open_sink", slowly)
    stopped = asyncio.create_task(client.export(["tasks"], to=tmp_path, format="jsonl"))
    await asyncio.to_thread(begun.wait, 10)
    stopped.cancel()
    done, _ = await asyncio.wait({stopped}, timeout=0.01)
    monkeypatch.setattr("twentyql.exporting.open_sink", open_sink)
    going_on.set()
    with pytest.raises(asyncio.CancelledError):
        await stopped
    assert not done
    receipt = await client.export(["tasks"], to=tmp_path, format="jsonl")
    assert receipt.verdict == "complete"
    assert len(lines(tmp_path / "tasks.jsonl")) == len(live(snapshot, "tasks"))


@pytest.mark.usefixtures("no_ranges")
async def test_a_lost_row_is_no_whole_export(client: Client, sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.faults.add(Fault.LOST_ROW, root="people")
    receipt = await client.export(["people"], to=tmp_path, format="jsonl")
    assert receipt.verdict == "incomplete"
    assert not list(tmp_path.glob("*.jsonl"))


async def test_wrong_arguments_are_found_before_anything_is_sent(
    client: Client, sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.ledger.clear()
    with pytest.raises(UnknownNameError, match="opportunities"):
        await client.export(["companies"], to=tmp_path / "a", relations=["oportunities"])
    with pytest.raises(UsageError, match="parquet"):
        await client.export(["companies"], to=tmp_path / "a", format="parket")
    with pytest.raises(UsageError, match="where"):
        await client.export(["companies", "people"], to=tmp_path / "a", where={"name": {"eq": "a"}})
    assert len(sandbox.ledger) == 0
    assert not (tmp_path / "a").exists()


async def test_a_snapshot_is_served_again_as_it_was(client: Client, snapshot: Snapshot, tmp_path: Path) -> None:
    receipt = await client.snapshot(tmp_path)
    assert receipt.verdict == "complete"
    again = read_snapshot(tmp_path)
    for plural, rows in snapshot.rows.items():
        found = by_id(list(again.rows[plural]))
        truth = as_served(list(rows), found)
        assert [without_links(row) for row in found] == [without_links(row) for row in truth], plural
    async with Sandbox.from_snapshot(tmp_path) as copy, connect(copy.url, copy.key) as second:
        assert second.model.objects == client.model.objects
        assert await second["people"].count() == len(live(snapshot, "people"))


async def test_a_field_removed_while_reading_makes_the_export_incomplete(
    client: Client, sandbox: Sandbox, tmp_path: Path
) -> None:
    """The server gives null for it and no error, so only the version of the data model tells."""
    sandbox.faults.add(Fault.SCHEMA_CHANGED, root="people", skip=1)
    receipt = await client.export(["people"], to=tmp_path, format="jsonl")
    assert sandbox.faults.fired[Fault.SCHEMA_CHANGED] == 1
    assert receipt.verdict == "incomplete"
    assert any("removed" in note for note in receipt.notes), receipt.notes


async def test_small_objects_come_in_one_request(client: Client, snapshot: Snapshot, tmp_path: Path) -> None:
    names = ["workspaceMembers", "opportunities", "notes", "tasks"]
    receipt = await client.export(names, to=tmp_path, format="jsonl")
    assert receipt.verdict == "complete"
    assert receipt.requests == 1
    assert receipt.tokens == 4
    assert receipt.expected is not None
    assert (round(receipt.expected.requests), round(receipt.expected.tokens)) == (1, 4)
    for name in names:
        assert {row["id"] for row in lines(tmp_path / f"{name}.jsonl")} == {row["id"] for row in live(snapshot, name)}


async def test_what_is_expected_goes_by_pages_that_the_server_cuts(client: Client, tmp_path: Path) -> None:
    receipt = await client.export(["people", "companies", "opportunities"], to=tmp_path, format="jsonl")
    assert receipt.expected is not None
    assert round(receipt.expected.tokens) == receipt.tokens == sum(part.requests for part in receipt.lists)
    assert round(receipt.expected.requests) == receipt.requests < receipt.tokens


async def test_what_fails_among_others_is_asked_alone(client: Client, sandbox: Sandbox, tmp_path: Path) -> None:
    """Its error says nothing of whose it is, so the others' rows are kept and the one is asked again."""
    sandbox.faults.add(Fault.INTERNAL, root="notes")
    receipt = await client.export(["opportunities", "notes", "tasks"], to=tmp_path / "whole", format="jsonl")
    assert receipt.verdict == "complete"
    assert (receipt.requests, receipt.tokens) == (2, 4)
    sandbox.faults.add(Fault.FORBIDDEN, root="notes", times=None)
    with pytest.raises(PermissionDeniedError):
        await client.export(["opportunities", "notes", "tasks"], to=tmp_path / "none", format="jsonl")


@pytest.mark.parametrize(
    ("fault", "times", "sent"),
    [
        (Fault.NULL_ROOT, 1, (2, 6, 1)),
        (Fault.RATE_LIMITED, 1, (2, 6, 1)),
        (Fault.NULL_ROOT, 6, (9, 21, 5)),
        (Fault.FORBIDDEN, 1, (2, 4, 0)),
    ],
    ids=["tried again", "throttled", "given up together", "asked alone"],
)
async def test_what_first_pages_took_is_in_the_receipt(
    sandbox: Sandbox, schema_folder: Path, tmp_path: Path, fault: Fault, times: int, sent: tuple[int, int, int]
) -> None:
    async def at_once(_: float) -> None:
        return

    sandbox.faults.add(fault, root="notes", times=times)
    async with connect(sandbox.url, sandbox.key, schema=schema_folder, pacer=Pacer(sleep=at_once)) as client:
        client.reader._requester._sleep = at_once
        receipt = await client.export(["opportunities", "notes", "tasks"], to=tmp_path, format="jsonl")
    assert receipt.verdict == "complete"
    assert (receipt.requests, receipt.tokens, receipt.retries) == sent
    assert receipt.tokens == sandbox.ledger.tokens


async def test_a_count_that_is_null_tells_nothing(
    client: Client, snapshot: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = client._transport.post

    async def uncounted(path: str, text: str, variables: dict[str, Any]) -> bytes:
        answer = await post(path, text, variables)
        return re.sub(rb'"totalCount":\d+', b'"totalCount":null', answer)

    monkeypatch.setattr(client._transport, "post", uncounted)
    receipt = await client.export(["notes", "tasks"], to=tmp_path, format="jsonl")
    assert [part.count_after for part in receipt.lists] == [None, None]
    assert len(lines(tmp_path / "tasks.jsonl")) == len(live(snapshot, "tasks"))

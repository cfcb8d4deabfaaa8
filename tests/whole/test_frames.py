"""Frames hold what the rows hold, in polars and in pandas, flat and nested."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from twentyql.client import Client
from twentyql.errors import IncompleteError, UsageError
from twentyql.execute.receipt import Receipt, check_whole
from twentyql.sandbox import Fault, Sandbox

LIBRARIES = ("polars", "pandas")


def columns_of(frame: Any, library: str) -> dict[str, list[Any]]:
    if library == "polars":
        return dict(frame.to_dict(as_series=False))
    return {name: frame[name].array._pa_array.to_pylist() for name in frame.columns}


@pytest.mark.parametrize("library", LIBRARIES)
async def test_a_flat_frame_has_a_row_a_record(client: Client, library: str) -> None:
    query = client["opportunities"].select("name", "amount", "stage", "closeDate", "company.name")
    columns = columns_of(await client.frame(query, library=library), library)
    rows = {
        row["id"]: row
        async for row in client.stream(client["opportunities"].select("id", "name", "amount", "stage", "company.name"))
    }
    assert len(columns["id"]) == len(rows) > 0
    for i, key in enumerate(columns["id"]):
        row = rows[key]
        assert columns["name"][i] == row["name"]
        assert columns["stage"][i] == row["stage"]
        assert columns["company.name"][i] == (row["company"] or {}).get("name")
        micros = (row["amount"] or {}).get("amountMicros")
        assert columns["amount.amountMicros"][i] == (None if micros is None else Decimal(micros))
    assert not any("." not in name and name in ("amount", "company") for name in columns)


@pytest.mark.parametrize("library", LIBRARIES)
async def test_a_nested_frame_has_all_children(client: Client, library: str) -> None:
    query = client["companies"].select("name", "people.name.lastName", "people.noteTargets.id").order_by("name")
    columns = columns_of(await client.frame(query, library=library, nested=True), library)
    rows = list(await client.fetch(query))
    assert columns["name"] == [row["name"] for row in rows]
    for people, row in zip(columns["people"], rows, strict=True):
        last_names = {person["id"]: person["name.lastName"] for person in people}
        assert last_names == {person["id"]: person["name"]["lastName"] for person in row["people"]}
        notes = {person["id"]: len(person["noteTargets"]) for person in people}
        assert notes == {person["id"]: len(person["noteTargets"]) for person in row["people"]}
    assert max(map(len, columns["people"])) == 300


async def test_no_rows_make_columns_all_the_same(client: Client) -> None:
    query = client["companies"].select("name", "people.id").where({"name": {"eq": "nobody is called this"}})
    frame = await client.frame(query, nested=True)
    assert frame.height == 0
    assert set(frame.columns) == {"id", "name", "people"}


async def test_another_library_is_refused_before_anything_is_sent(client: Client, sandbox: Sandbox) -> None:
    before = len(sandbox.ledger)
    with pytest.raises(UsageError, match="polars, pandas"):
        await client.frame(client["people"].select("id"), library="numpy")
    assert len(sandbox.ledger) == before


@pytest.mark.usefixtures("no_ranges")
async def test_a_frame_of_a_read_that_is_not_whole_is_no_frame(client: Client, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault.LOST_ROW, root="people")
    with pytest.raises(IncompleteError) as caught:
        await client.frame(client["people"].select("id"))
    assert caught.value.receipt.verdict == "incomplete"


def test_withheld_rows_warn() -> None:
    receipt = Receipt("withheld", (), 1, 1, 0, 0, 0.0, 0.0, ("messages: 7 rows withheld",))
    with pytest.warns(UserWarning, match="7 rows"):
        check_whole(receipt)

"""Every way of reading gives the rows that the plainest way gives: pages by id, nothing nested, one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet as pq
import pytest

from twentyql.client import Client
from twentyql.errors import RecordNotFoundError
from twentyql.schema.model import ObjectModel

MOST = 3000
"""Objects with more records are read by filter only."""


async def plain(client: Client, of: ObjectModel, node: str = "id", where: dict[str, Any] | None = None) -> list[Any]:
    """The records as a loop by hand reads them."""
    text = (
        f"query Plain($first: Int, $after: String, $filter: {of.filter_type}) {{ {of.roots.many}"
        "(first: $first, after: $after, filter: $filter) "
        f"{{ edges {{ node {{ {node} }} }} pageInfo {{ hasNextPage endCursor }} }} }}"
    )
    rows: list[Any] = []
    after: str | None = None
    while True:
        sent = {"first": 60, **({"after": after} if after else {}), **({"filter": where} if where else {})}
        page = (await client.run(text, sent))[of.roots.many or ""]
        rows += [edge["node"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"] or page["pageInfo"]["endCursor"] in (None, after):
            return rows
        after = page["pageInfo"]["endCursor"]


async def readable(client: Client) -> AsyncIterator[tuple[ObjectModel, int]]:
    """The objects that can be listed and are not empty, with how many records the server counts."""
    for of in client.model:
        if of.roots.many and of.has_field("id") and "totalCount" in of.aggregates and not of.is_system:
            count = await client[of.singular].count()
            if 0 < count <= MOST:
                yield of, count


async def test_every_object_is_read_as_by_hand(client: Client) -> None:
    seen = 0
    async for of, _ in readable(client):
        expected = [row["id"] for row in await plain(client, of)]
        result = await client.fetch(client[of.singular].select("id"))
        assert result.receipt.verdict != "incomplete", str(result.receipt)
        assert sorted(row["id"] for row in result) == sorted(expected), of.plural
        seen += 1
    assert seen, "this workspace has no records to read"


async def test_children_are_read_whole(client: Client) -> None:
    """Lists in records, against the child object scanned flat and joined by its foreign key."""
    seen = 0
    async for of, _ in readable(client):
        for relation in of.relations:
            if not relation.is_to_many or not relation.join_column:
                continue
            child = client.model.object(relation.target)
            if not child.has_field(relation.join_column) or await client[child.singular].count() > MOST:
                continue
            result = await client.fetch(client[of.singular].select("id", f"{relation.name}.id"))
            if result.receipt.verdict == "withheld":
                continue  # what is withheld in one list may be shown in another
            rows = await plain(client, child, f"id {relation.join_column}")
            for parent in result:
                expected = {row["id"] for row in rows if row[relation.join_column] == parent["id"]}
                assert {row["id"] for row in parent[relation.name]} == expected, f"{of.plural}.{relation.name}"
            seen += 1
            break
    assert seen


async def test_many_gets_are_what_the_list_shows(client: Client) -> None:
    async for of, _ in readable(client):
        ids = [row["id"] for row in await plain(client, of)][:300]
        before = client.pace.tokens_sent
        rows = await asyncio.gather(*(client[of.singular].get(id, "id") for id in ids), return_exceptions=True)
        assert [row["id"] for row in rows if isinstance(row, dict)] == ids
        assert client.pace.tokens_sent - before <= 2 + 2
        break
    with pytest.raises(RecordNotFoundError):
        await client[of.singular].get("ffffffff-ffff-4fff-bfff-ffffffffffff", "id")


async def test_order_and_limit(client: Client) -> None:
    async for of, count in readable(client):
        if not of.has_field("createdAt"):
            continue
        expected = sorted((row["createdAt"], row["id"]) for row in await plain(client, of, "id createdAt"))
        query = client[of.singular].select("id", "createdAt")
        rows = list(await client.fetch(query.order_by("createdAt")))
        assert [row["createdAt"] for row in rows] == [moment for moment, _ in expected], of.plural
        top = list(await client.fetch(query.order_by("-createdAt").limit(5)))
        assert [row["createdAt"] for row in top] == [moment for moment, _ in expected[::-1][:5]], of.plural
        assert len(rows) == count


async def test_explain_foresees(client: Client) -> None:
    async for of, count in readable(client):
        explained = await client.explain(client[of.singular].select("id"))
        result = await client.fetch(client[of.singular].select("id"))
        assert explained.rows >= min(count, len(result))
        assert result.receipt.tokens <= explained.tokens * 1.1 + 3
        break


async def test_export_is_what_a_loop_by_hand_reads(client: Client, tmp_path: Path) -> None:
    async for of, _ in readable(client):
        receipt = await client.export([of.singular], to=tmp_path / of.plural, format="parquet")
        assert receipt.verdict != "incomplete"
        ids = pq.read_table(tmp_path / of.plural / f"{of.plural}.parquet").column("id").to_pylist()
        assert sorted(map(str, ids)) == sorted(row["id"] for row in await plain(client, of))
        saved = msgspec.json.decode((tmp_path / of.plural / "receipt.json").read_bytes())
        assert saved["verdict"] == receipt.verdict
        break

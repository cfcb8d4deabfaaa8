"""Writing, in rows of its own that it removes whatever happens."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from twentyql.client import Client
from twentyql.errors import RecordNotFoundError


async def test_rows_made_are_read_changed_and_gone(client: Client) -> None:
    companies = client["companies"]
    mark = f"twentyql live test {uuid4()}"
    ids = [str(uuid4()) for _ in range(3)]
    try:
        for number, id in enumerate(ids):
            await companies.create({"id": id, "name": f"{mark} {number}"})
        query = companies.select("id", "name").where({"name": {"startsWith": mark}})
        assert sorted(row["id"] for row in await client.fetch(query)) == sorted(ids)
        await companies.update(ids[0], {"name": f"{mark} changed"})
        rows = await asyncio.gather(*(companies.get(id, "name") for id in ids))
        assert [row["name"] for row in rows] == [f"{mark} changed", f"{mark} 1", f"{mark} 2"]
    finally:
        for id in ids:
            try:
                await companies.destroy(id)
            except RecordNotFoundError:
                continue
    with pytest.raises(RecordNotFoundError):
        await companies.get(ids[0], "id")

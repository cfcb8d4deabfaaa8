"""Search over the workspace: each hit once, page after page, of the objects that are wanted."""

from __future__ import annotations

from typing import Any

import pytest
from crm_example import Company, Person

from twentyql.client import Client
from twentyql.errors import UnknownNameError
from twentyql.execute.search import Hit, Search

Rows = list[dict[str, Any]]


async def test_every_hit_of_every_page_once(client: Client, live: dict[str, Rows]) -> None:
    hits = await client.search("", objects=[Person])
    assert sorted(hit.id for hit in hits) == [row["id"] for row in live["people"]]
    assert len(hits) > 200, "several pages"
    some = await client.search("ada", objects=[Person])
    words = {row["id"] for row in live["people"] if any(part.lower().startswith("ada") for part in _words(row))}
    assert 0 < len(words) < len(hits)
    assert words <= {hit.id for hit in some}
    assert [hit.rank for hit in hits] == sorted((hit.rank for hit in hits), reverse=True)


def _words(row: dict[str, Any]) -> list[str]:
    return [str(row["name"]["firstName"] or ""), str(row["name"]["lastName"] or "")]


async def test_objects_and_limits(client: Client) -> None:
    every = await client.search("", limit=150)
    assert len(every) == 150
    assert len({hit.object for hit in every}) > 1
    companies = [hit async for hit in client.search("a", objects=["companies", Person], without=[Person], limit=5)]
    assert {hit.object for hit in companies} == {"company"}
    assert all(hit.label and hit.object_label for hit in companies)
    assert await client.search("a", objects=[]) == []
    assert await client.search("a", limit=0) == []
    async for hit in client.search("a", objects=Company):  # type: ignore[arg-type]
        assert hit.object == "company"
        break
    with pytest.raises(UnknownNameError, match="Did you mean 'companies'"):
        client.search("a", objects=["compani"])
    with pytest.raises(ValueError, match="0 or more"):
        client.search("a", limit=-1)


async def test_a_cursor_that_does_not_move_ends_the_search() -> None:
    node = {"objectNameSingular": "person", "recordId": "1", "label": None, "tsRankCD": None}
    asked = 0

    async def ask(text: str, variables: Any, tokens: int) -> dict[str, Any]:
        nonlocal asked
        asked += 1
        return {"search": {"edges": [{"node": node}], "pageInfo": {"endCursor": "x", "hasNextPage": True}}}

    assert await Search(ask, "a", None, None, None) == [Hit("person", "1", "", "", None, 0.0)]
    assert asked == 2

"""Search over the whole workspace: the best hits first, page after page by the search's own cursor."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Generator, Sequence
from dataclasses import dataclass
from typing import Any

from twentyql.execute.ask import Ask

MOST_A_PAGE = 100
"""What the server gives at once; it refuses more."""

# The server serves this root and does not introspect it, so it cannot be checked against the schema.
TEXT = """query Search($searchInput: String!, $limit: Int!, $after: String,
  $included: [String!], $excluded: [String!]) {
  search(searchInput: $searchInput, limit: $limit, after: $after,
    includedObjectNameSingulars: $included, excludedObjectNameSingulars: $excluded) {
    edges { node { recordId objectNameSingular objectLabelSingular label imageUrl tsRankCD tsRank } }
    pageInfo { endCursor hasNextPage }
  }
}"""


@dataclass(frozen=True, slots=True)
class Hit:
    """A record that was found: its object and id, what it is called, and how well it fits (``rank``)."""

    object: str
    id: str
    label: str
    object_label: str
    image_url: str | None
    rank: float


class Search(AsyncIterator[Hit]):
    """The hits of a search: ``await`` it for all of them, or go through it with ``async for``."""

    def __init__(
        self,
        ask: Ask,
        words: str,
        included: Sequence[str] | None,
        excluded: Sequence[str] | None,
        most: int | None,
    ) -> None:
        self._hits = _hits(ask, words, included, excluded, most)

    def __aiter__(self) -> AsyncIterator[Hit]:
        return self

    async def __anext__(self) -> Hit:
        return await anext(self._hits)

    def __await__(self) -> Generator[Any, None, list[Hit]]:
        return self._all().__await__()

    async def _all(self) -> list[Hit]:
        return [hit async for hit in self._hits]


async def _hits(
    ask: Ask, words: str, included: Sequence[str] | None, excluded: Sequence[str] | None, most: int | None
) -> AsyncGenerator[Hit, None]:
    """Each hit once: a cursor that does not move, or a page with nothing new, ends it."""
    seen: set[tuple[str, str]] = set()
    variables: dict[str, Any] = {"searchInput": words}
    variables |= {"included": list(included)} if included is not None else {}
    variables |= {"excluded": list(excluded)} if excluded is not None else {}
    after: str | None = None
    while most is None or len(seen) < most:
        limit = MOST_A_PAGE if most is None else min(MOST_A_PAGE, most - len(seen))
        sent = {**variables, "limit": limit, **({"after": after} if after else {})}
        page = (await ask(TEXT, sent, 1))["search"]
        before = len(seen)
        for edge in page["edges"]:
            hit = _hit(edge["node"])
            if (hit.object, hit.id) not in seen:
                seen.add((hit.object, hit.id))
                yield hit
        cursor = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"] or not cursor or cursor == after or len(seen) == before:
            return
        after = cursor


def _hit(node: dict[str, Any]) -> Hit:
    return Hit(
        object=node["objectNameSingular"],
        id=node["recordId"],
        label=node.get("label") or "",
        object_label=node.get("objectLabelSingular") or "",
        image_url=node.get("imageUrl") or None,
        rank=float(node.get("tsRankCD") or node.get("tsRank") or 0.0),
    )

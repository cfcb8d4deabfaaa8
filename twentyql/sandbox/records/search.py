"""The search root: records of all searchable objects by words, best first, with a cursor of its own kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from twentyql.sandbox.records.cursors import decode, pack
from twentyql.sandbox.records.filters import where
from twentyql.sandbox.records.layout import Layout
from twentyql.sandbox.records.nodes import Node
from twentyql.sandbox.records.operators import has_word
from twentyql.sandbox.records.orders import INPUT
from twentyql.sandbox.records.reads import check_names, number
from twentyql.sandbox.records.store import Store
from twentyql.sandbox.records.vectors import VECTOR, WORDS
from twentyql.sandbox.root import Refused, Root

ARGUMENTS = (
    "searchInput",
    "limit",
    "after",
    "filter",
    "includedObjectNameSingulars",
    "excludedObjectNameSingulars",
)
MOST = 100
MOST_WORDS = 200  # of the input that are looked for; a sum of a thousand is too deep for SQLite
ICONS = "https://twenty-icons.com/"


@dataclass(frozen=True, slots=True)
class _Hit:
    rank: float
    place: int
    id: str
    layout: Layout
    label: str
    image: str


def search(store: Store, root: Root) -> Node:
    """Records that have a word beginning with each of the input, then those that have some. Raises Refused."""
    arguments = root.arguments
    check_names(arguments, ARGUMENTS)
    limit = number(arguments, "limit", MOST)
    if not 0 <= limit <= MOST:
        raise Refused(f"limit must not be greater than {MOST}", sub_code=INPUT)
    after = decode(arguments["after"]) if arguments.get("after") else {}
    hits = [
        hit
        for place, layout in enumerate(_searched(store, arguments))
        for hit in _hits(store, layout, place, arguments, after, limit)
    ]
    hits.sort(key=lambda hit: (-hit.rank, hit.place, hit.id))
    return _connection(root, hits[:limit], after, more=len(hits) > limit)


def _searched(store: Store, arguments: Mapping[str, Any]) -> list[Layout]:
    included, excluded = (_names(arguments, f"{kind}ObjectNameSingulars") for kind in ("included", "excluded"))
    layouts = store.layouts.by_singular.values()
    searchable = [layout for layout in layouts if layout.record.raw.get("isSearchable") and VECTOR in layout.leaves]
    wanted = [layout for layout in searchable if included is None or layout.record.singular in included]
    return [layout for layout in wanted if layout.record.singular not in (excluded or ())]


def _names(arguments: Mapping[str, Any], argument: str) -> list[Any] | None:
    found = arguments.get(argument)
    if found is not None and not isinstance(found, list):
        raise Refused(f'Invalid argument: "{argument}" must be an array', sub_code=INPUT)
    return found


def _hits(
    store: Store, layout: Layout, place: int, arguments: Mapping[str, Any], after: Mapping[str, Any], limit: int
) -> list[_Hit]:
    words = WORDS.findall(str(arguments.get("searchInput", "")).lower())[:MOST_WORDS]
    column = layout.column(*VECTOR)
    matches = [sa.case((has_word(column, word), 1), else_=0) for word in words]
    rank: Any = sum(matches, sa.literal(0)) * 1.0 / max(len(words), 1)
    conditions = where(store.layouts, layout, arguments.get("filter"))
    if words:
        conditions.append(rank > 0)
    if after:
        conditions.append(_beyond(layout, rank, after))
    shown = _shown(layout)
    statement = sa.select(rank.label("rank~"), layout.id, *shown.values()).where(*conditions)
    rows = store.rows(statement.order_by(sa.desc("rank~"), layout.id).limit(limit + 1))
    return [_hit(layout, place, row[0], row[1], dict(zip(shown, row[2:], strict=True))) for row in rows]


def _beyond(layout: Layout, rank: Any, after: Mapping[str, Any]) -> sa.ColumnElement[bool]:
    ranks, ids = after.get("lastRanks"), after.get("lastRecordIdsPerObject")
    if not isinstance(ranks, dict) or not isinstance(ids, dict):
        raise Refused("Invalid cursor", sub_code="INVALID_CURSOR")
    last, last_id = ranks.get("tsRankCD", 0), ids.get(layout.record.singular)
    same = rank == last if last_id is None else sa.and_(rank == last, layout.id > last_id)
    return sa.or_(rank < last, same)


def _shown(layout: Layout) -> dict[str, sa.Column[Any]]:
    """The columns for label and image: the label's leaves, then an avatar or a domain."""
    label = layout.record.label_slot
    leaves = layout.by_slot.get(label.name, ()) if label else ()
    found = {f"label{place}": leaf.column for place, leaf in enumerate(leaves)}
    for name, path in (("avatar", ("avatarUrl",)), ("domain", ("domainName", "primaryLinkUrl"))):
        if path in layout.leaves:
            found[name] = layout.column(*path)
    return found


def _hit(layout: Layout, place: int, rank: float, identity: str, shown: Mapping[str, Any]) -> _Hit:
    label = " ".join(str(value) for name, value in shown.items() if name.startswith("label") and value)
    domain = shown.get("domain")
    image = shown.get("avatar") or (f"{ICONS}{domain}" if domain else "")
    return _Hit(rank, place, identity, layout, label, image)


def _connection(root: Root, hits: Sequence[_Hit], after: Mapping[str, Any], *, more: bool) -> Node:
    edges = [{"node": _node(hit), "cursor": _cursor(hits[: place + 1], after)} for place, hit in enumerate(hits)]
    answer: Node = {
        "edges": edges,
        "pageInfo": {"endCursor": edges[-1]["cursor"] if edges else None, "hasNextPage": more},
    }
    return _selected(answer, root.selection)  # type: ignore[no-any-return]


def _node(hit: _Hit) -> Node:
    return {
        "recordId": hit.id,
        "objectNameSingular": hit.layout.record.singular,
        "objectLabelSingular": hit.layout.record.label,
        "label": hit.label,
        "imageUrl": hit.image,
        "tsRankCD": hit.rank,
        "tsRank": hit.rank,
    }


def _cursor(hits: Sequence[_Hit], after: Mapping[str, Any]) -> str:
    rank = hits[-1].rank
    before = after.get("lastRecordIdsPerObject", {}) if after.get("lastRanks", {}).get("tsRankCD") == rank else {}
    ids = {**before, **{hit.layout.record.singular: hit.id for hit in hits if hit.rank == rank}}
    return pack({"lastRanks": {"tsRankCD": rank, "tsRank": rank}, "lastRecordIdsPerObject": ids})


TYPES = {"": "SearchResultConnection", "edges": "SearchResultEdge", "node": "SearchRecord", "pageInfo": "PageInfo"}


def _selected(value: Any, selection: Mapping[str, Any], name: str = "") -> Any:
    if isinstance(value, list):
        return [_selected(item, selection, name) for item in value]
    if not isinstance(value, dict) or not selection:
        return value
    return {
        key: TYPES.get(name) if key == "__typename" else _selected(value.get(key), below, key)
        for key, below in selection.items()
    }

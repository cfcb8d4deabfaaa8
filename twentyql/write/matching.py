"""Which records rows mean: by a field that is not unique, looked up here; and which of them lie in the bin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from twentyql.schema.model import ObjectModel
from twentyql.write.diagnosis import Item
from twentyql.write.documents import counting
from twentyql.write.guards import BINNED
from twentyql.write.keys import Path, nested, normal, value_at
from twentyql.write.receipt import Reject
from twentyql.write.sender import Sender, WriteTally

MOST_READ = 20_000


async def match(
    sender: Sender, of: ObjectModel, on: Path, items: Sequence[Item], tally: WriteTally
) -> tuple[list[Item], list[Reject]]:
    """Give every item the id of the one live record that has its value of ``on``; refuse those that several have."""
    values = {item.row: normal(on, value_at(item.data, on)) for item in items}
    filter_ = nested(on, {"in": sorted(set(values.values()), key=str)})
    found: dict[Any, list[str]] = {}
    async for record in sender.records(of, {"id": {}, **nested(on, {})}, filter_, tally):
        found.setdefault(normal(on, value_at(record, on)), []).append(record["id"])
    matched: list[Item] = []
    rejects: list[Reject] = []
    for item in items:
        ids = found.get(values[item.row], [])
        if len(ids) > 1:
            rejects.append(Reject(item.row, ".".join(on), f"{len(ids)} {of.plural} have this value"))
        elif ids:
            matched.append(replace(item, id=ids[0], data={**item.data, "id": ids[0]}, known=True))
        else:
            matched.append(item)
    return matched, rejects


@dataclass
class Bin:
    """The soft-deleted records of an object: an upsert that meets one brings it back, which has to be told.

    A small bin is read once; of a large one, each batch asks for its own.
    """

    sender: Sender
    of: ObjectModel
    tally: WriteTally
    count: int = 0
    known: dict[Any, str] | None = None

    async def open(self, on: Path) -> None:
        """Count the bin, and read a small one. Nothing is in it of an object that has none."""
        if self.of.has_field("deletedAt"):
            given = await self.sender.read(counting(self.of), {"filter": dict(BINNED)}, self.tally)
            self.count = int(given["totalCount"])
        if 0 < self.count <= MOST_READ:
            self.known = await self._read(on, dict(BINNED))

    async def among(self, items: Sequence[Item], on: Path, *, refuse: bool) -> tuple[set[str], list[Reject]]:
        """The ids of binned records that ``items`` would bring back; with ``refuse`` also the rows that would."""
        if not self.count or not items:
            return set(), []
        holders = self.known if self.known is not None else await self._of(items, on)
        found = {item.row: holders.get(normal(on, value_at(item.data, on))) for item in items}
        if refuse:
            name = ".".join(on)
            reason = f"a soft-deleted {self.of.singular} has this value: restore or destroy it first"
            return set(), [Reject(row, name, reason) for row, holder in found.items() if holder]
        return {holder for holder in found.values() if holder}, []

    async def _of(self, items: Sequence[Item], on: Path) -> dict[Any, str]:
        wanted = sorted({normal(on, value_at(item.data, on)) for item in items}, key=str)
        return await self._read(on, {"and": [dict(BINNED), nested(on, {"in": wanted})]})

    async def _read(self, on: Path, filter_: dict[str, Any]) -> dict[Any, str]:
        records = self.sender.records(self.of, {"id": {}, **nested(on, {})}, filter_, self.tally)
        return {normal(on, value_at(record, on)): record["id"] async for record in records}

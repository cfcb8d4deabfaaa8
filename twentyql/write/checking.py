"""Rows looked at before they are sent, once batches are being refused: one read for five thousand rows.

A refused batch costs its own token, the reads that explain it and a second try. Where many are refused, it is cheaper
to ask beforehand which values are taken and which targets are missing, for 25 batches at once.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass

from twentyql.write.bulk import Bulk
from twentyql.write.diagnosis import Diagnosis, Found, Item
from twentyql.write.receipt import Reject
from twentyql.write.resolving import Lookups
from twentyql.write.sender import Sender, WriteTally

AHEAD = 5000


@dataclass(frozen=True, slots=True)
class Checker:
    """Looks at rows that create records; ``refuse`` hears of those that cannot."""

    sender: Sender
    diagnosis: Diagnosis
    lookups: Lookups
    bulk: Bulk
    tally: WriteTally
    refuse: Callable[[list[Reject]], Awaitable[None]]

    async def passing(self, items: AsyncIterator[Item]) -> AsyncGenerator[Item]:
        """The items, unlooked at as long as nearly every batch is taken, else those that look right."""
        waiting: list[Item] = []
        async for item in items:
            if not waiting and not self._worth_it():
                yield item
                continue
            waiting.append(item)
            if len(waiting) >= AHEAD:
                for good in await self._good(waiting):
                    yield good
                waiting = []
        for good in await self._good(waiting) if waiting else ():
            yield good

    def _worth_it(self) -> bool:
        return self.bulk.on is None and self.bulk.troubled >= 2 and self.bulk.troubled * 5 >= self.bulk.batches

    async def _good(self, items: Sequence[Item]) -> list[Item]:
        joined, lost = await self.lookups.join(self.sender, items, self.tally)
        found: Found = await self.diagnosis.targets(joined)
        await self.diagnosis.taken(joined, found, upsert=False)
        known = [item for item in joined if item.known]
        if known and not self.bulk.resumed:
            there = await self.diagnosis.present(known)
            target = self.diagnosis.target.singular
            found.rejects += [
                Reject(item.row, "id", f"the id is taken by another {target}") for item in known if item.id in there
            ]
        first = {reject.row: reject for reject in reversed([*lost, *found.rejects])}
        await self.refuse(list(first.values()))
        return [item for item in joined if item.row not in first]

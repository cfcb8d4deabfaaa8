"""The relations of many rows found at once; the rows whose relation leads nowhere are refused alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from twentyql.write.diagnosis import Item, reason_of
from twentyql.write.forms import Formed
from twentyql.write.lookups import Found
from twentyql.write.receipt import Reject
from twentyql.write.sender import Sender, WriteTally


@dataclass
class Lookups:
    """What was looked up during one write, remembered from batch to batch."""

    found: Found = field(default_factory=Found)

    async def join(self, sender: Sender, items: Sequence[Item], tally: WriteTally) -> tuple[list[Item], list[Reject]]:
        """The items with their relations in their data, and the rejects of the others."""
        asked = [reference for item in items for reference in item.references if not reference.connects]
        await self.found.look_up(sender, asked, tally)
        kept: list[Item] = []
        rejects: list[Reject] = []
        for item in items:
            problems = (self.found.problem(r, sender.model) for r in item.references if not r.connects)
            problem = next((p for p in problems if p is not None), None)
            if problem is not None:
                rejects.append(Reject(item.row, *reason_of(problem)))
            elif item.references:
                data = self.found.joined(Formed(item.data, item.references))
                kept.append(replace(item, data=data, references=()))
            else:
                kept.append(item)
        return kept, rejects

"""Relations by a key of their target, found by one read for many records, and remembered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from twentyql.errors import MissingTargetError, ServerError
from twentyql.schema.model import SchemaModel
from twentyql.write.forms import Formed, Reference, connected
from twentyql.write.keys import Path, nested, normal, value_at
from twentyql.write.sender import Sender, WriteTally

Key = tuple[str, Path]
AT_ONCE = 1000


@dataclass
class Found:
    """Ids by the keys that were looked up: none, one, or several for each."""

    ids: dict[tuple[Key, Any], tuple[str, ...]] = field(default_factory=dict[tuple[Key, Any], tuple[str, ...]])

    async def look_up(self, sender: Sender, references: Iterable[Reference], tally: WriteTally) -> None:
        """Find what is not known yet, one read for each object and leaf."""
        wanted: dict[Key, dict[Any, None]] = {}
        for reference in references:
            key = (reference.target, reference.path)
            if (key, reference.value) not in self.ids:
                wanted.setdefault(key, {})[reference.value] = None
        for (target, path), values in wanted.items():
            listed = list(values)
            for start in range(0, len(listed), AT_ONCE):
                await self._ask(sender, target, path, listed[start : start + AT_ONCE], tally)

    async def _ask(self, sender: Sender, target: str, path: Path, values: list[Any], tally: WriteTally) -> None:
        of = sender.model.object(target)
        tree: dict[str, Any] = {"id": {}, **nested(path, {})}
        found: dict[Any, list[str]] = {value: [] for value in values}
        async for record in sender.records(of, tree, nested(path, {"in": values}), tally):
            found.setdefault(normal(path, value_at(record, path)), []).append(record["id"])
        for value, ids in found.items():
            self.ids[((target, path), value)] = tuple(ids)

    def problem(self, reference: Reference, model: SchemaModel) -> ServerError | None:
        """Why a reference that was looked up leads nowhere, or None."""
        ids = self.ids.get(((reference.target, reference.path), reference.value), ())
        if len(ids) == 1:
            return None
        of = model.object(reference.target)
        name = f"{reference.relation}.{'.'.join(reference.path)}"
        what = f"no {of.singular} has this value" if not ids else f"{len(ids)} {of.plural} have this value"
        return MissingTargetError(f"{name}: {what}.", field=name)

    def joined(self, formed: Formed) -> dict[str, Any]:
        """The data of a record with its references as ids, or as ``connect`` where the server finds them itself."""
        data = connected(formed)
        for reference in formed.references:
            if not reference.connects:
                data[reference.join] = self.ids[((reference.target, reference.path), reference.value)][0]
        return data


async def resolve(sender: Sender, records: Sequence[Formed], tally: WriteTally) -> list[dict[str, Any]]:
    """The data of records, every reference in it. Raises MissingTargetError for the first that leads nowhere."""
    found = Found()
    asked = [reference for formed in records for reference in formed.references if not reference.connects]
    await found.look_up(sender, asked, tally)
    for reference in asked:
        if problem := found.problem(reference, sender.model):
            raise problem
    return [found.joined(formed) for formed in records]

"""Why the server refused a batch, by one or two reads instead of halving it: taken values, targets not there.

The server names the record in the way, not the row. A read of all the unique values of the batch finds every such row
at once, so that a batch with bad rows costs three tokens and not fifteen for each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from twentyql.errors import DuplicateError, MissingTargetError, ServerError, ValueRefusedError
from twentyql.schema.model import ObjectModel
from twentyql.write.forms import Reference
from twentyql.write.keys import ID, Path, nested, normal, unique_leaves, value_at
from twentyql.write.receipt import Reject
from twentyql.write.sender import Sender, WriteTally
from twentyql.write.single import anywhere


@dataclass(frozen=True, slots=True)
class Item:
    """One row to write: its place in the input, the id of its record, its data with that id.

    ``known`` says that the id was given with the row, so that a record may have it already.
    """

    row: int
    id: str
    data: dict[str, Any]
    known: bool = False
    references: tuple[Reference, ...] = ()


@dataclass(slots=True)
class Found:
    """Rows that are explained: ``done`` are ids that exist by an earlier try of ours."""

    done: set[str] = field(default_factory=set[str])
    rejects: list[Reject] = field(default_factory=list[Reject])


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Looks into refused batches of one object."""

    sender: Sender
    target: ObjectModel
    tally: WriteTally

    async def present(self, items: Iterable[Item]) -> set[str]:
        """The ids among those of ``items`` that exist, in the bin too."""
        filter_ = anywhere(self.target, {"id": {"in": [item.id for item in items]}})
        return {record["id"] async for record in self.sender.records(self.target, {"id": {}}, filter_, self.tally)}

    async def of(self, items: Sequence[Item], error: ServerError, *, doubt: bool, upsert: bool) -> Found:
        """What can be said about ``items`` after ``error``. ``doubt``: an earlier try may have written some of them."""
        if isinstance(error, DuplicateError):
            return await self._duplicates(items, error, doubt=doubt, upsert=upsert)
        if isinstance(error, MissingTargetError):
            return await self.targets(items)
        return Found()

    async def _duplicates(self, items: Sequence[Item], error: DuplicateError, *, doubt: bool, upsert: bool) -> Found:
        found = Found()
        if not upsert and (doubt or error.conflicting_id is None):
            present = await self.present(items)
            for item in items:
                if item.id in present and (doubt or not item.known):
                    found.done.add(item.id)
                elif item.id in present:
                    found.rejects.append(Reject(item.row, "id", f"the id is taken by another {self.target.singular}"))
            if present:
                return found
        await self.taken(items, found, upsert=upsert)
        return found

    async def taken(self, items: Sequence[Item], found: Found, *, upsert: bool) -> None:
        """Refuse in ``found`` the rows with a unique value that another record has, or an earlier row."""
        for path in unique_leaves(self.target, self.sender.schema):
            await self._taken(items, path, found, upsert=upsert)

    async def _taken(self, items: Sequence[Item], path: Path, found: Found, *, upsert: bool) -> None:
        """Rows whose value of a unique leaf another record has, or an earlier row of the batch."""
        refused = {reject.row for reject in found.rejects}
        values = {item.row: normal(path, value_at(item.data, path)) for item in items if item.row not in refused}
        values = {row: value for row, value in values.items() if value not in (None, "")}
        if not values:
            return
        holders = {} if upsert else await self._holders(path, set(values.values()))
        first: dict[Any, int] = {}
        for item in items:
            if item.row not in values:
                continue
            value, name = values[item.row], ".".join(path)
            holder = holders.get(value)
            if holder is not None and holder != item.id:
                found.rejects.append(Reject(item.row, name, f"the {self.target.singular} {holder} has this value"))
            elif value in first:
                found.rejects.append(Reject(item.row, name, f"row {first[value]} has the same value"))
            else:
                first[value] = item.row

    async def _holders(self, path: Path, values: set[Any]) -> dict[Any, str]:
        filter_ = anywhere(self.target, nested(path, {"in": sorted(values, key=str)}))
        tree: dict[str, Any] = {"id": {}, **nested(path, {})}
        records = self.sender.records(self.target, tree, filter_, self.tally)
        return {normal(path, value_at(record, path)): record["id"] async for record in records}

    async def targets(self, items: Sequence[Item]) -> Found:
        """Rows whose relation leads to no record: by a foreign key, or by a key that ``connect`` looks for."""
        found = Found()
        for relation in self.target.relations:
            if relation.is_to_many or relation.join_column is None:
                continue
            wanted: dict[int, tuple[Path, Any]] = {}
            for item in items:
                where = value_at(item.data, (relation.name, "connect", "where"))
                if isinstance(where, Mapping):
                    wanted[item.row] = _flat(where)
                elif item.data.get(relation.join_column):
                    wanted[item.row] = (ID, item.data[relation.join_column])
            await self._missing(relation.name, relation.target, wanted, found)
        return found

    async def _missing(self, name: str, target: str, wanted: Mapping[int, tuple[Path, Any]], found: Found) -> None:
        of = self.sender.model.object(target)
        for path in {path for path, _ in wanted.values()}:
            values = {normal(path, value) for at, value in wanted.values() if at == path}
            filter_ = anywhere(of, nested(path, {"in": sorted(values, key=str)}))
            tree: dict[str, Any] = {"id": {}, **nested(path, {})}
            records = self.sender.records(of, tree, filter_, self.tally)
            there = {normal(path, value_at(record, path)) async for record in records}
            for row, (at, value) in wanted.items():
                if at == path and normal(path, value) not in there:
                    shown = name if path == ID else f"{name}.{'.'.join(path)}"
                    found.rejects.append(Reject(row, shown, f"there is no {of.singular} with this value"))


def _flat(where: Mapping[str, Any]) -> tuple[Path, Any]:
    """The one leaf of a ``connect`` and its value."""
    path: Path = ()
    value: Any = where
    while isinstance(value, Mapping) and len(value) == 1:
        ((name, value),) = value.items()
        path = (*path, name)
    return path, value


def reason_of(error: ServerError) -> tuple[str, str]:
    """The field that an error is about, where it tells one, and why, for a reject file."""
    told = error.field if isinstance(error, (ValueRefusedError, MissingTargetError)) else None
    reason = error.message.removeprefix(f"{told}: ")
    return told or "", f"{reason} {error.advice}".strip()

"""What an import would do, row by row, without writing: reads only."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from twentyql.schema.model import ObjectModel
from twentyql.write.diagnosis import Diagnosis, Found, Item
from twentyql.write.keys import ID, Path, nested, normal, value_at
from twentyql.write.resolving import Lookups
from twentyql.write.sender import Sender, WriteTally
from twentyql.write.single import anywhere

What = Literal["create", "change", "revive", "unchanged", "refuse"]


@dataclass(frozen=True, slots=True)
class DryRow:
    """What would become of one row: ``changes`` are old and new values by field, ``reason`` why it is refused."""

    row: int
    what: What
    id: str | None = None
    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict[str, tuple[Any, Any]])
    field: str = ""
    reason: str = ""


async def dry_batch(
    sender: Sender, of: ObjectModel, items: Sequence[Item], on: Path | None, tally: WriteTally
) -> AsyncIterator[DryRow]:
    """What would become of well-formed rows."""
    diagnosis, lookups = Diagnosis(sender, of, tally), Lookups()
    items, lost = await lookups.join(sender, items, tally)
    found: Found = await diagnosis.targets(items)
    if on is None:
        await diagnosis.taken(items, found, upsert=False)
    refused = {reject.row: reject for reject in found.rejects}
    known = await _existing(sender, of, items, on, tally) if on else {}
    for reject in lost:
        yield DryRow(reject.row, "refuse", field=reject.field, reason=reject.reason)
    for item in items:
        if item.row in refused:
            yield DryRow(item.row, "refuse", field=refused[item.row].field, reason=refused[item.row].reason)
            continue
        existing = known.get(normal(on, value_at(item.data, on)), []) if on else []
        yield _row(item, existing, on)


def _row(item: Item, existing: Sequence[Mapping[str, Any]], on: Path | None) -> DryRow:
    if len(existing) > 1:
        name = ".".join(on or ID)
        return DryRow(item.row, "refuse", field=name, reason=f"{len(existing)} records have this value")
    if not existing:
        return DryRow(item.row, "create")
    (record,) = existing
    changes = {
        ".".join(path): (value_at(record, path), value)
        for path, value in leaves(item.data)
        if path != ID and not _same(path, value_at(record, path), value)
    }
    what: What = "revive" if record.get("deletedAt") else "change" if changes else "unchanged"
    return DryRow(item.row, what, record["id"], changes)


async def _existing(
    sender: Sender, of: ObjectModel, items: Sequence[Item], on: Path, tally: WriteTally
) -> dict[Any, list[dict[str, Any]]]:
    """The records that rows would change, with the fields that they would change."""
    tree: dict[str, Any] = {"id": {}, **({"deletedAt": {}} if of.has_field("deletedAt") else {})}
    for path in dict.fromkeys([on, *(path for item in items for path, _ in leaves(item.data))]):
        below = tree
        for step in path:
            below = below.setdefault(step, {})
    values = sorted({normal(on, value_at(item.data, on)) for item in items}, key=str)
    found: dict[Any, list[dict[str, Any]]] = {}
    async for record in sender.records(of, tree, anywhere(of, nested(on, {"in": values})), tally):
        found.setdefault(normal(on, value_at(record, on)), []).append(record)
    return found


def leaves(data: Mapping[str, Any]) -> list[tuple[Path, Any]]:
    """The values of a record's data by path; relations by ``connect`` have no value to compare."""
    found: list[tuple[Path, Any]] = []
    for name, value in data.items():
        if isinstance(value, Mapping) and not value.keys() & {"connect", "disconnect", "create"}:
            found += [((name, part), inner) for part, inner in value.items()]
        elif not isinstance(value, Mapping):
            found.append(((name,), value))
    return found


def _same(path: Path, old: Any, new: Any) -> bool:
    if isinstance(old, str) and isinstance(new, str):
        return str(normal(path, old)) == str(normal(path, new))
    return bool(old == new) or (old in (None, "", []) and new in (None, "", []))

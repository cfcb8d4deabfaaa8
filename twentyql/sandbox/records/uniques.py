"""What must be unique about a record, and the refusals when it is not."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from twentyql.sandbox.records.layout import Layout, Leaf
from twentyql.sandbox.records.standard import table_name
from twentyql.sandbox.records.store import Store
from twentyql.sandbox.root import Refused

Group = tuple[Leaf, ...]


@lru_cache(maxsize=512)
def unique_groups(layout: Layout) -> tuple[Group, ...]:
    """The sets of leaves that no two records share, beside the id: unique fields, and unique indexes over several."""
    slots: list[tuple[str, ...]] = [(slot.name,) for slot in layout.record.stored if slot.unique]
    names = {field["id"]: str(field["name"]) for field in layout.record.raw["fieldsList"]}
    for index in layout.record.raw.get("indexMetadataList") or ():
        fields = tuple(names.get(part["fieldMetadataId"], "") for part in index["indexFieldMetadataList"])
        if index.get("isUnique") and fields not in slots:
            slots.append(fields)
    groups = [tuple(leaf for name in fields for leaf in _leaves(layout, name)) for fields in slots]
    return tuple(group for group in groups if group)


def _leaves(layout: Layout, name: str) -> Sequence[Leaf]:
    slot = layout.record.by_name.get(name)
    found = layout.by_slot.get(slot.key if slot is not None and slot.kind == "one" else name, ())
    return [leaf for leaf in found if leaf.sub is None or leaf.sub.unique]


def matching(store: Store, layout: Layout, values: Mapping[str, Any], group: Sequence[Leaf]) -> str | None:
    """The id of a record, deleted ones too, that has the same values in ``group``; none where one of them is null."""
    wanted = [(leaf.column, values.get(leaf.column.name)) for leaf in group]
    if any(value is None for _, value in wanted):
        return None
    rows = store.rows(sa.select(layout.id).where(*(column == value for column, value in wanted)).limit(1))
    return str(rows[0][0]) if rows else None


def check_unique(store: Store, layout: Layout, values: Mapping[str, Any], itself: str | None) -> None:
    """Refuse values that another record has; ``itself`` is the record that is changed. Raises Refused."""
    for group in unique_groups(layout):
        other = matching(store, layout, values, group)
        if other is not None and other != itself:
            found = {"conflictingRecordId": other, "conflictingObjectNameSingular": layout.record.singular}
            raise Refused("A duplicate entry was detected", extensions=found)


def check_new_id(store: Store, layout: Layout, identity: str) -> None:
    """Refuse an id that is taken. Raises Refused."""
    if store.rows(sa.select(layout.id).where(layout.id == identity)):
        raise Refused("A duplicate entry was detected")


def check_keys(store: Store, layout: Layout, values: Mapping[str, Any]) -> None:
    """Refuse foreign keys that point to no record. Raises Refused."""
    for leaf in layout.leaves.values():
        value = values.get(leaf.column.name)
        if leaf.slot.kind != "key" or value is None:
            continue
        target = store.layouts.target(leaf.slot)
        if not store.rows(sa.select(target.id).where(target.id == value)):
            table = table_name(layout.record)
            name = hashlib.sha1(f"{table}_{leaf.dotted}".encode(), usedforsecurity=False).hexdigest()[:27]
            message = f'insert or update on table "{table}" violates foreign key constraint "FK_{name}"'
            raise Refused(message)

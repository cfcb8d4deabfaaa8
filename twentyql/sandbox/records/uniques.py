"""What must be unique about a record, and the refusals when it is not."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from twentyql.sandbox.records.layout import Layout, Leaf
from twentyql.sandbox.records.operators import one_of
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


class Claims:
    """Who has the unique values that a batch of rows wants: asked once for each group, then kept up to date."""

    def __init__(
        self, store: Store, layout: Layout, rows: Sequence[Mapping[str, Any]], groups: Sequence[Group]
    ) -> None:
        self._owners = {group: _owners(store, layout, rows, group) for group in groups}

    def owner(self, group: Group, row: Mapping[str, Any]) -> str | None:
        """The id of the record, deleted ones too, that has the values of ``row``; none where one of them is null."""
        return self._owners[group].get(_key(group, row))

    def take(self, group: Group, row: Mapping[str, Any], identity: str) -> None:
        """Let ``identity`` have the values of ``row``, if none of them is null."""
        key = _key(group, row)
        if None not in key:
            self._owners[group][key] = identity


def _key(group: Group, row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row.get(leaf.column.name) for leaf in group)


def _owners(
    store: Store, layout: Layout, rows: Sequence[Mapping[str, Any]], group: Group
) -> dict[tuple[Any, ...], str]:
    wanted = {key for key in (_key(group, row) for row in rows) if None not in key}
    if not wanted:
        return {}
    columns = [leaf.column for leaf in group]
    among = [one_of(column, sorted({key[place] for key in wanted})) for place, column in enumerate(columns)]
    found = store.rows(sa.select(layout.id, *columns).where(*among))
    return {tuple(row[1:]): str(row[0]) for row in found}


def own_id(layout: Layout) -> Group:
    """The group that the id is."""
    return (layout.leaves[("id",)],)


def check_claims(claims: Claims, layout: Layout, groups: Sequence[Group], row: Mapping[str, Any]) -> None:
    """Refuse values that another record has, and take them for this one. Raises Refused."""
    identity = str(row[layout.id.name])
    for group in groups:
        other = claims.owner(group, row)
        if other is not None and other != identity:
            found = {"conflictingRecordId": other, "conflictingObjectNameSingular": layout.record.singular}
            raise Refused("A duplicate entry was detected", extensions=found)
        claims.take(group, row, identity)


def check_keys(store: Store, layout: Layout, rows: Sequence[Mapping[str, Any]], new: Sequence[str] = ()) -> None:
    """Refuse foreign keys that point to no record, nor to one of the ``new`` ids. Raises Refused."""
    for leaf in layout.leaves.values():
        if leaf.slot.kind == "key":
            wanted = {row[leaf.column.name] for row in rows if row.get(leaf.column.name) is not None}
            if leaf.slot.target == layout.record.singular:
                wanted -= set(new)
            _check_key(store, layout, leaf, wanted)


def _check_key(store: Store, layout: Layout, leaf: Leaf, wanted: set[str]) -> None:
    target = store.layouts.target(leaf.slot)
    if not wanted or len(store.rows(sa.select(target.id).where(one_of(target.id, sorted(wanted))))) == len(wanted):
        return
    table = table_name(layout.record)
    name = hashlib.sha1(f"{table}_{leaf.dotted}".encode(), usedforsecurity=False).hexdigest()[:27]
    raise Refused(f'insert or update on table "{table}" violates foreign key constraint "FK_{name}"')

"""Filters: the input objects of the API as SQL conditions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from twentyql.sandbox.model import Slot
from twentyql.sandbox.records.layout import Layout, Layouts, Leaf
from twentyql.sandbox.records.operands import FILTER, read_condition
from twentyql.sandbox.records.operators import Condition, all_of, any_of, condition
from twentyql.sandbox.records.sources import Source, itself, through
from twentyql.sandbox.root import Refused

LOGICAL = ("and", "or", "not")


def where(layouts: Layouts, layout: Layout, wanted: Any, *more: Condition) -> list[Condition]:
    """The conditions of a read: the filter, the rule for deleted rows, and ``more``. Raises Refused."""
    if wanted is not None and not isinstance(wanted, dict):
        raise Refused('Invalid argument: "filter" must be an object', sub_code="INVALID_QUERY_INPUT")
    found = [*more]
    if wanted:
        found.append(_Filter(layouts, checked=True).read(itself(layout), wanted))
    if layout.soft_deletes and not mentions_deleted(wanted):
        found.append(layout.column("deletedAt").is_(None))
    return found


def unchecked(layouts: Layouts, layout: Layout, wanted: Mapping[str, Any]) -> Condition:
    """A filter that the server makes itself, from a cursor: nothing in it is checked. Raises Refused."""
    return _Filter(layouts, checked=False).read(itself(layout), wanted)


def mentions_deleted(wanted: Any) -> bool:
    """Whether ``deletedAt`` occurs anywhere in a filter, which lifts the rule that hides deleted rows."""
    if isinstance(wanted, dict):
        return "deletedAt" in wanted or any(mentions_deleted(inner) for inner in wanted.values())
    return isinstance(wanted, list) and any(mentions_deleted(inner) for inner in wanted)


@dataclass(frozen=True, slots=True)
class _Filter:
    layouts: Layouts
    checked: bool

    def read(self, source: Source, wanted: Mapping[str, Any]) -> Condition:
        return all_of([self._entry(source, name, value) for name, value in wanted.items()])

    def _entry(self, source: Source, name: str, value: Any) -> Condition:
        if name in LOGICAL:
            return self._logical(source, name, value)
        slot = source.layout.record.by_name.get(name)
        if slot is None:
            message = f'Object {source.layout.record.singular} doesn\'t have any "{name}" field.'
            raise Refused(message, sub_code=FILTER)
        match slot.kind:
            case "one":
                return self._one(source, slot, value)
            case "many":
                raise Refused(f'Cannot filter by relation field "{name}"', sub_code=FILTER)
            case "composite":
                return self._composite(source, slot, value)
            case _:
                return self._leaf(source, source.layout.leaves[(name,)], value)

    def _logical(self, source: Source, name: str, value: Any) -> Condition:
        parts = [part for part in (value if isinstance(value, list) else [value]) if isinstance(part, dict)]
        inner = [self.read(source, part) for part in parts]
        if name == "not":
            return sa.not_(all_of(inner)) if inner else sa.true()
        if name == "or":
            return any_of(inner) if inner else sa.true()
        return all_of(inner)

    def _one(self, source: Source, slot: Slot, value: Any) -> Condition:
        target = through(self.layouts, source, slot)
        names = target.layout.record.by_name
        if not isinstance(value, dict) or not any(name in names or name in LOGICAL for name in value):
            message = f'Cannot filter by relation field "{slot.name}": use "{slot.key}" instead'
            raise Refused(message, sub_code=FILTER)
        if source.hops:
            raise Refused("Relation filter nesting deeper than 1 hop is not supported", sub_code=FILTER)
        return self.read(target, value)

    def _composite(self, source: Source, slot: Slot, value: Any) -> Condition:
        inner: list[Condition] = []
        for name, condition_ in (value if isinstance(value, dict) else {}).items():
            leaf = source.layout.leaves.get((slot.name, name))
            if leaf is None:
                message = f'Sub field "{name}" not found for composite type: {slot.type}'
                raise Refused(message, sub_code=FILTER)
            inner.append(self._leaf(source, leaf, condition_))
        return all_of(inner)

    def _leaf(self, source: Source, leaf: Leaf, value: Any) -> Condition:
        operator, operand = read_condition(leaf, value) if self.checked else next(iter(value.items()))
        expression = source.expression(leaf)
        return condition(self.layouts.model, source.layout, leaf, expression, operator, operand)

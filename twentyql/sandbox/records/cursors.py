"""Cursors: base64 of JSON with the values of the *selected* order fields and the id.

They are neither signed nor checked against the order. The condition for "after a cursor" compares what the cursor
holds, so an order by an unselected or nullable field loses rows: the real server does the same.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any

from twentyql.sandbox.model import Slot
from twentyql.sandbox.records.layout import Layout
from twentyql.sandbox.records.orders import DIRECTIONS, OrderBy
from twentyql.sandbox.root import Refused

Filter = dict[str, Any]
INVALID = "INVALID_CURSOR"


def encode(node: Mapping[str, Any], identity: str, layout: Layout, order_by: OrderBy) -> str:
    """The cursor of a record that was read as ``node``."""
    values: dict[str, Any] = {}
    for name in dict.fromkeys(name for item in order_by for name in item):
        slot = layout.record.by_name[name]
        found = node.get(name, {} if slot.kind == "composite" else ...)
        if found is not ...:
            values[name] = {} if found is None and slot.kind == "composite" else found
    return pack({**values, "id": identity})


def pack(values: Mapping[str, Any]) -> str:
    """A cursor of ``values``, as JavaScript writes it."""
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(text.encode()).decode()


def decode(cursor: Any) -> dict[str, Any]:
    """What a cursor holds. Raises Refused (INVALID_CURSOR)."""
    try:
        text = base64.b64decode(str(cursor) + "=" * (-len(str(cursor)) % 4)).decode()
        found = json.loads(text)
    except ValueError:
        raise Refused(f"Invalid cursor: {cursor}", sub_code=INVALID) from None
    return found if isinstance(found, dict) else {}


def beyond(cursor: Mapping[str, Any], layout: Layout, order_by: OrderBy, *, forward: bool) -> Filter | None:
    """The filter for the records after a cursor (before it, if not ``forward``); None for an empty one."""
    keyset = _Keyset(layout, order_by, forward)
    conditions = _cumulative(cursor, keyset.equal, keyset.beyond)
    return {"or": conditions} if conditions else None


def _cumulative(
    values: Mapping[str, Any], equal: Callable[[str, Any], Filter], beyond: Callable[[str, Any], Filter]
) -> list[Filter]:
    """One condition a value: it is beyond, and all those before it are equal."""
    entries = list(values.items())
    return [
        {"and": [*(equal(*before) for before in entries[:place]), beyond(*entry)]}
        for place, entry in enumerate(entries)
    ]


class _Keyset:
    def __init__(self, layout: Layout, order_by: OrderBy, forward: bool) -> None:
        self._layout = layout
        self._order_by = order_by
        self._forward = forward

    def equal(self, name: str, value: Any) -> Filter:
        slot = self._slot(name)
        if slot.kind == "composite":
            return {name: {sub: {"eq": inner} for sub, inner in self._parts(slot, value).items()}}
        return {name: {"eq": value}}

    def beyond(self, name: str, value: Any) -> Filter:
        slot = self._slot(name)
        if slot.kind == "composite":
            return self._composite(slot, value)
        direction = self._asked(name)
        if direction not in DIRECTIONS:
            raise Refused("Expected non-composite field order by", sub_code=INVALID)
        return {name: {self._operator(direction): value}}

    def _composite(self, slot: Slot, value: Any) -> Filter:
        directions = self._asked(slot.name)
        if not isinstance(directions, dict):
            raise Refused("Expected composite field order by", sub_code=INVALID)

        def beyond(sub: str, inner: Any) -> Filter:
            if sub not in directions:
                raise Refused("Invalid cursor", sub_code=INVALID)
            return {slot.name: {sub: {self._operator(directions[sub]): inner}}}

        parts = self._parts(slot, value)
        conditions = _cumulative(parts, lambda sub, inner: {slot.name: {sub: {"eq": inner}}}, beyond)
        return {"or": conditions} if conditions else {}

    def _parts(self, slot: Slot, value: Any) -> dict[str, Any]:
        values = value if isinstance(value, dict) else {}
        fields = [field for field in slot.composite.fields if field.type != "RAW_JSON"]
        return {field.name: values[field.name] for field in fields if field.name in values}

    def _asked(self, name: str) -> Any:
        found = next((item[name] for item in self._order_by if name in item), None)
        if found is None:
            raise Refused("Invalid cursor", sub_code=INVALID)
        return found

    def _operator(self, direction: str) -> str:
        return "gt" if direction.startswith("Asc") == self._forward else "lt"

    def _slot(self, name: str) -> Slot:
        slot = self._layout.record.by_name.get(name)
        if slot is None or slot.kind == "many":
            raise Refused(f"Field metadata not found for key: {name}", sub_code=INVALID)
        return slot

"""The data of a mutation: checked, in the form of the columns, with what it says about relations apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from twentyql.sandbox.model import Slot
from twentyql.sandbox.records.layout import ENUMS, LISTS, NUMBERS, Layout, Leaf
from twentyql.sandbox.records.operands import DATE, is_uuid
from twentyql.sandbox.records.operators import options
from twentyql.sandbox.records.values import normal_time, shown, writer
from twentyql.sandbox.root import Refused

DATA = "INVALID_ARGS_DATA"
Values = dict[str, Any]


@dataclass(frozen=True)
class Input:
    """One record to write: ``values`` by column name, and ``connects`` by to-one relation (what to look for)."""

    values: Values
    connects: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])


def read_input(layout: Layout, data: Any) -> Input:
    """Check one record's data. Raises Refused."""
    if not isinstance(data, Mapping):
        raise Refused('Invalid argument: "data" must be an object', sub_code="INVALID_QUERY_INPUT")
    values: Values = {}
    connects: dict[str, Mapping[str, Any]] = {}
    for name, value in data.items():
        slot = layout.record.by_name.get(name)
        if slot is None or slot.kind == "many":
            raise Refused(f'Object {layout.record.singular} doesn\'t have any "{name}" field.', sub_code=DATA)
        if slot.kind == "one":
            _read_relation(layout, slot, value, values, connects)
        else:
            values.update(_columns(layout, slot, value))
    return Input(values, connects)


def _read_relation(
    layout: Layout, slot: Slot, value: Any, values: Values, connects: dict[str, Mapping[str, Any]]
) -> None:
    wanted = value if isinstance(value, Mapping) else {}
    if wanted.get("disconnect") is True:
        values[layout.column(slot.key).name] = None
    elif isinstance(wanted.get("connect"), Mapping) and isinstance(wanted["connect"].get("where"), Mapping):
        connects[slot.name] = wanted["connect"]["where"]
    elif value is not None:
        message = f'Invalid relation input for field "{slot.name}": expected connect or disconnect'
        raise Refused(message, sub_code=DATA)


def _columns(layout: Layout, slot: Slot, value: Any) -> Iterator[tuple[str, Any]]:
    if slot.kind != "composite":
        leaf = layout.leaves[(slot.name,)]
        yield leaf.column.name, stored(leaf, value)
        return
    if value is not None and not isinstance(value, Mapping):
        raise Refused(f'Invalid object value {shown(value)} for field "{slot.name}"', sub_code=DATA)
    parts = dict.fromkeys((leaf.path[1] for leaf in layout.by_slot[slot.name]), None) if value is None else value
    for name, part in parts.items():
        sub = layout.leaves.get((slot.name, name))
        if sub is None:
            raise Refused(f'Sub field "{name}" not found for composite type: {slot.type}', sub_code=DATA)
        if sub.sub is not None and (sub.sub.writable or value is None):
            yield sub.column.name, stored(sub, part)


def stored(leaf: Leaf, value: Any) -> Any:
    """One value of an input as its column holds it. Raises Refused."""
    return writer(leaf)(_checked(leaf, value))


def _checked(leaf: Leaf, value: Any) -> Any:
    if value is None:
        return None
    for types, check in CHECKS:
        if leaf.type in types:
            return check(leaf, value)
    return value


def _refuse(leaf: Leaf, what: str, value: Any, more: str = "") -> Refused:
    return Refused(f'Invalid {what} {shown(value)} for field "{leaf.dotted}{more}"', sub_code=DATA)


def _number(leaf: Leaf, value: Any) -> Any:
    if leaf.type == "NUMERIC" and isinstance(value, str):
        if not re.fullmatch(r"-?\d+(\.\d+)?", value):
            raise Refused(f'Invalid number value NaN for field "{leaf.dotted}"', sub_code=DATA)
        return float(value) if "." in value else int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        if leaf.type == "POSITION" and value in ("first", "last"):
            return value
        raise _refuse(leaf, "position value" if leaf.type == "POSITION" else "number value", value)
    return value


def _boolean(leaf: Leaf, value: Any) -> Any:
    found = {"true": True, "false": False}.get(value) if isinstance(value, str) else value
    if not isinstance(found, bool):
        raise _refuse(leaf, "boolean value", value)
    return found


def _uuid(leaf: Leaf, value: Any) -> Any:
    if not is_uuid(value):
        raise _refuse(leaf, "UUID value", value)
    return value


def _text(leaf: Leaf, value: Any) -> Any:
    if not isinstance(value, str):
        raise Refused(f'Invalid string value {shown(value)} for text field "{leaf.dotted}"', sub_code=DATA)
    return value.lower() if leaf.path[-1] == "primaryEmail" else value


def _option(leaf: Leaf, value: Any) -> Any:
    _text(leaf, value)
    known = options(leaf)
    if value not in known:
        valid = ", ".join(known)
        raise Refused(f'Invalid value "{value}" for field "{leaf.dotted}". Valid values are: {valid}', sub_code=DATA)
    return value


def _list(leaf: Leaf, value: Any) -> Any:
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise _refuse(leaf, "value", value, " - Array values need to be string")
    for item in items if leaf.type == "MULTI_SELECT" else ():
        if item not in options(leaf):
            raise Refused(f'Invalid value {shown(item)} for multi select field "{leaf.dotted}"', sub_code=DATA)
    return items


def _date(leaf: Leaf, value: Any) -> Any:
    if not (isinstance(value, str) and DATE.match(value) and normal_time(value)):
        message = f"Invalid value {shown(value)} for date field \"{leaf.dotted}\". Expected format: 'YYYY-MM-DD'"
        raise Refused(message, sub_code=DATA)
    return value[:10]


def _time(leaf: Leaf, value: Any) -> Any:
    if not (isinstance(value, str) and DATE.match(value) and normal_time(value)):
        expected = "Expected format: 'YYYY-MM-DDTHH:mm:ssZ'"
        message = f'Invalid value {shown(value)} for date-time field "{leaf.dotted}". {expected}'
        raise Refused(message, sub_code=DATA)
    return value


def _json(leaf: Leaf, value: Any) -> Any:
    if not isinstance(value, dict | list):
        raise _refuse(leaf, "object value", value)
    return value


CHECKS: tuple[tuple[frozenset[str], Callable[[Leaf, Any], Any]], ...] = (
    (NUMBERS, _number),
    (ENUMS, _option),
    (LISTS, _list),
    (frozenset({"BOOLEAN"}), _boolean),
    (frozenset({"UUID"}), _uuid),
    (frozenset({"TEXT"}), _text),
    (frozenset({"DATE"}), _date),
    (frozenset({"DATE_TIME"}), _time),
    (frozenset({"RAW_JSON", "FILES"}), _json),
)

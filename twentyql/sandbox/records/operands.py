"""Which operators and operands a filter may have, and how the server refuses others."""

from __future__ import annotations

import re
from typing import Any

from twentyql.sandbox.records.layout import ENUMS, NUMBERS, Leaf
from twentyql.sandbox.records.values import normal_time, shown
from twentyql.sandbox.root import Refused

FILTER = "INVALID_ARGS_FILTER"
COMPARED = ("eq", "neq", "gt", "gte", "lt", "lte", "in")
ENUM_OPERATORS = (*COMPARED, "containsAny", "is", "isEmptyArray")
PLAIN = (*COMPARED, "is")
ALLOWED: dict[str, tuple[str, ...]] = {
    "TEXT": (*PLAIN, "like", "ilike", "startsWith", "endsWith"),
    "BOOLEAN": ("eq", "is"),
    "SELECT": ENUM_OPERATORS,
    "RATING": ENUM_OPERATORS,
    "MULTI_SELECT": ("containsAny", "is", "isEmptyArray"),
    "ARRAY": ("containsIlike", "is", "isEmptyArray"),
    "RAW_JSON": ("is", "like"),
    "FILES": ("is", "like"),
    "TS_VECTOR": ("search",),
}
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE)
NIL_AND_MAX = ("00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def read_condition(leaf: Leaf, condition: Any) -> tuple[str, Any]:
    """The operator of one field's condition and its operand, ready to compare. Raises Refused."""
    name = leaf.dotted
    if not isinstance(condition, dict):
        raise Refused(f'Filter value for field "{name}" must be an object', sub_code=FILTER)
    if len(condition) != 1:
        raise Refused(f'Filter for field "{name}" must have exactly one operator', sub_code=FILTER)
    ((operator, operand),) = condition.items()
    allowed = ALLOWED.get(leaf.type, PLAIN)
    if operator not in allowed:
        kind = "RELATION" if leaf.slot.kind == "key" else leaf.type
        listed = ", ".join(allowed)
        message = f'Operator "{operator}" is not valid for field "{name}" of type {kind} - Allowed operators: {listed}'
        raise Refused(message, sub_code=FILTER)
    return operator, _operand(leaf, operator, operand)


def _operand(leaf: Leaf, operator: str, operand: Any) -> Any:
    if operator == "is":
        return _null_or_not(operand)
    if operator in ("in", "containsAny"):
        return _several(leaf, operator, operand)
    if operator in ("isEmptyArray", "containsIlike", "search"):
        return operand
    return checked_value(leaf, operand)


def _null_or_not(operand: Any) -> Any:
    if operand not in ("NULL", "NOT_NULL"):
        raise Refused('Invalid filter value for "is" operator. Expected "NULL" or "NOT_NULL"', sub_code=FILTER)
    return operand


def _several(leaf: Leaf, operator: str, operand: Any) -> list[Any]:
    if not isinstance(operand, list):
        message = f'Filter operator "{operator}" requires an array value for field {leaf.dotted}'
        raise Refused(message, sub_code=FILTER)
    if not operand:
        message = f"Invalid filter value for field {leaf.path[-1]}. Expected non-empty array"
        raise Refused(message, sub_code="INVALID_QUERY_INPUT")
    return [checked_value(leaf, value) for value in operand]


def checked_value(leaf: Leaf, value: Any) -> Any:
    """One value as a filter may give it for ``leaf``; a number may come as text. Raises Refused."""
    if leaf.type in NUMBERS:
        return _number(leaf, value)
    if leaf.type == "BOOLEAN":
        return _boolean(leaf, value)
    if leaf.type == "UUID":
        return _uuid(leaf, value)
    if leaf.type == "DATE":
        return _date(leaf, value)
    if leaf.type == "DATE_TIME":
        return _time(leaf, value)
    if leaf.type in ENUMS and not isinstance(value, str):
        raise Refused("Data validation error.", "INTERNAL_SERVER_ERROR")
    return value


def _number(leaf: Leaf, value: Any) -> Any:
    if isinstance(value, str):
        try:
            value = int(value) if re.fullmatch(r"-?\d+", value) else float(value)
        except ValueError:
            raise Refused(f'Invalid number value NaN for field "{leaf.dotted}"', sub_code=FILTER) from None
    if isinstance(value, bool) or not isinstance(value, int | float | None):
        raise Refused(f'Invalid number value {shown(value)} for field "{leaf.dotted}"', sub_code=FILTER)
    return value


def _boolean(leaf: Leaf, value: Any) -> Any:
    found = {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value
    if found is not None and not isinstance(found, bool):
        raise Refused(f'Invalid boolean value {shown(value)} for field "{leaf.dotted}"', sub_code=FILTER)
    return found


def is_uuid(value: Any) -> bool:
    """Whether the server takes ``value`` for a UUID (RFC versions 1 to 8, or all zeros or all f)."""
    return isinstance(value, str) and bool(UUID.fullmatch(value) or value.lower() in NIL_AND_MAX)


def _uuid(leaf: Leaf, value: Any) -> Any:
    if value is not None and not is_uuid(value):
        raise Refused(f'Invalid UUID value {shown(value)} for field "{leaf.dotted}"', sub_code=FILTER)
    return value


def _date(leaf: Leaf, value: Any) -> Any:
    if value is not None and not (isinstance(value, str) and normal_time(value) and DATE.match(value)):
        message = f"Invalid value {shown(value)} for date field \"{leaf.dotted}\". Expected format: 'YYYY-MM-DD'"
        raise Refused(message, sub_code=FILTER)
    return value[:10] if value else value


def _time(leaf: Leaf, value: Any) -> Any:
    if value is not None and not normal_time(value):
        expected = "Expected format: 'YYYY-MM-DDTHH:mm:ssZ'"
        message = f'Invalid value {shown(value)} for date-time field "{leaf.dotted}". {expected}'
        raise Refused(message, sub_code=FILTER)
    return value

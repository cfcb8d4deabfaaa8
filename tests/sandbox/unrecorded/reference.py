"""What a filter means, in plain Python over rows as the API gives them: three-valued, like SQL. None is unknown."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from odd_workspace import OPTIONS, RATINGS

Truth = bool | None
RANKS = {"select": OPTIONS, "type": RATINGS}


def both(truths: list[Truth]) -> Truth:
    return False if False in truths else None if None in truths else True


def either(truths: list[Truth]) -> Truth:
    return True if True in truths else None if None in truths else False


def negated(truth: Truth) -> Truth:
    return None if truth is None else not truth


def holds(row: Mapping[str, Any], wanted: Mapping[str, Any], others: Mapping[str, Mapping[str, Any]]) -> Truth:
    """Whether ``row`` meets a filter; ``others`` are the living records that its to-one relations may lead to."""
    return both([_entry(row, name, value, others) for name, value in wanted.items()])


def _entry(row: Mapping[str, Any], name: str, value: Any, others: Mapping[str, Mapping[str, Any]]) -> Truth:
    if name == "and":
        return both([holds(row, part, others) for part in value])
    if name == "or":
        return either([holds(row, part, others) for part in value])
    if name == "not":
        return negated(holds(row, value, others))
    if name in ("home", "parent"):
        return holds(others.get(row[f"{name}Id"] or "", {}), value, others)
    ((operator, operand),) = value.items()
    if isinstance(operand, dict):  # a part of a composite
        return both(
            [_leaf((row.get(name) or {}).get(part), "", *next(iter(each.items()))) for part, each in value.items()]
        )
    return _leaf(row.get(name), name, operator, operand)


def _leaf(value: Any, name: str, operator: str, operand: Any) -> Truth:
    if value in ("", []) or value == {}:
        value = None
    if operator == "is":
        return (value is None) == (operand == "NULL")
    if operator in ("eq", "neq") and operand == "":
        return (value is None) == (operator == "eq")
    if operator == "containsIlike":
        return any(_like(item.lower(), operand.lower()) for item in value or ())
    if value is None:
        return True if operator in ("like", "ilike") and operand == "" else None
    if name in RANKS and operator in ORDERED:
        value, operand = RANKS[name].index(value), RANKS[name].index(operand)
    return OPERATORS[operator](value, operand)


def _like(value: Any, pattern: str, flags: int = 0) -> bool:
    """SQL's LIKE: ``%`` is anything, ``_`` one character, a backslash takes the next one as it is."""
    text = value if isinstance(value, str) else json.dumps(dict(sorted(value.items(), key=lambda item: len(item[0]))))
    regex, letters = "", iter(pattern)
    for letter in letters:
        regex += (
            ".*"
            if letter == "%"
            else "."
            if letter == "_"
            else re.escape(next(letters, "") if letter == "\\" else letter)
        )
    return re.fullmatch(regex, text, re.DOTALL | flags) is not None


ORDERED: Mapping[str, Callable[[Any, Any], bool]] = {
    "gt": lambda value, operand: value > operand,
    "gte": lambda value, operand: value >= operand,
    "lt": lambda value, operand: value < operand,
    "lte": lambda value, operand: value <= operand,
}
OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    **ORDERED,
    "eq": lambda value, operand: value == operand,
    "neq": lambda value, operand: value != operand,
    "in": lambda value, operand: value in operand,
    "like": _like,
    "ilike": lambda value, operand: _like(value.lower(), operand.lower()),
    "startsWith": lambda value, operand: value.startswith(operand),
    "endsWith": lambda value, operand: value.endswith(operand),
    "containsAny": lambda value, operand: bool(set(value) & set(operand)),
}

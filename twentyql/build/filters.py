"""Conditions into the server's filter JSON, with what can be answered here answered here.

The server takes one operator a field object and refuses an empty ``in``; both are dealt with by the form this writes:
``{"and": [...]}``, ``{"or": [...]}``, ``{"not": ...}`` and one path with one operator.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import Any, Final, Literal, TypeAlias

from twentyql.build.query import All, Compare, Condition, Either, Negation


class _Never(enum.Enum):
    NEVER = "no record"


NEVER: Final = _Never.NEVER
"""The filter of a condition that no record meets: there is nothing to ask the server."""

Filter: TypeAlias = dict[str, Any] | Literal[_Never.NEVER] | None
"""Filter JSON; None for every record, `NEVER` for none."""

LIST_OPERATORS = frozenset({"in", "containsAny"})


def to_filter(condition: Condition[Any]) -> Filter:
    """The server's filter for ``condition``."""
    if isinstance(condition, Compare):
        return _compare(condition)
    if isinstance(condition, Negation):
        return _not(condition.item)
    if isinstance(condition, All):
        return _all(to_filter(item) for item in condition.items)
    if isinstance(condition, Either):
        return _either(to_filter(item) for item in condition.items)
    raise TypeError(f"{condition!r} is no condition")


def joined(conditions: Iterable[Condition[Any]]) -> Filter:
    """The filter of a Query's conditions, which all hold."""
    return _all(to_filter(condition) for condition in conditions)


def _compare(condition: Compare[Any]) -> Filter:
    if condition.operator in LIST_OPERATORS and not condition.value:
        return NEVER
    found: dict[str, Any] = {condition.operator: condition.value}
    for name in reversed(condition.path):
        found = {name: found}
    return found


def _not(item: Condition[Any]) -> Filter:
    if isinstance(item, Negation):
        return to_filter(item.item)
    inner = to_filter(item)
    if inner is None:
        return NEVER
    if inner is NEVER:
        return None
    return {"not": inner}


def _all(filters: Iterable[Filter]) -> Filter:
    kept: list[dict[str, Any]] = []
    for found in filters:
        if found is NEVER:
            return NEVER
        if found is not None:
            kept.extend(found["and"] if found.keys() == {"and"} else [found])
    return _list("and", kept) if kept else None


def _either(filters: Iterable[Filter]) -> Filter:
    kept: list[dict[str, Any]] = []
    for found in filters:
        if found is None:
            return None
        if found is not NEVER:
            kept.extend(found["or"] if found.keys() == {"or"} else [found])
    return _list("or", kept) if kept else NEVER


def _list(word: str, filters: list[dict[str, Any]]) -> dict[str, Any]:
    return filters[0] if len(filters) == 1 else {word: filters}

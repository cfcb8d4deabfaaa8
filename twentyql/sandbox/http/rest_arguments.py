"""The query string of a REST call, read into the arguments of a root field: filter, order, page, depth."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from twentyql.sandbox.model import RecordType
from twentyql.sandbox.root import Refused

DEFAULT_LIMIT = 60
MOST_LIMIT = 200
_CONJUNCTION = re.compile(r"(and|or|not)\((.*)\)", re.DOTALL)
_BASE = re.compile(r"([\w.]+)\[(\w+)\]:(.*)", re.DOTALL)
_ORDER = re.compile(r"([\w.]+)(?:\[(\w+)\])?")
_NUMBERS = frozenset({"NUMBER", "NUMERIC", "POSITION"})
_LISTS = frozenset({"in", "containsAny"})


def list_arguments(record: RecordType, query: Mapping[str, str]) -> dict[str, Any]:
    """The arguments of the list root. Raises Refused for what cannot be read; unknown parameters are ignored."""
    limit = min(read_limit(query.get("limit"), DEFAULT_LIMIT), MOST_LIMIT)
    after, before = query.get("starting_after"), query.get("ending_before")
    arguments: dict[str, Any] = {"last" if before else "first": limit}
    arguments |= {"after": after} if after else {}
    arguments |= {"before": before} if before else {}
    arguments |= {"filter": read_filter(record, query["filter"])} if query.get("filter") else {}
    arguments |= {"orderBy": list(read_order(query["order_by"]))} if query.get("order_by") else {}
    return arguments


def read_depth(query: Mapping[str, str]) -> int:
    """How far relations are followed: 0 or 1. Raises Refused for anything else."""
    depth = query.get("depth", "0")
    if depth not in ("0", "1"):
        raise Refused(f"'depth={depth}' parameter invalid. Allowed values are 0, 1")
    return int(depth)


def read_limit(text: str | None, default: int) -> int:
    """How many are asked for. Raises Refused for what is no number."""
    if text is None:
        return default
    if not re.fullmatch(r"\d{1,9}", text):
        raise Refused(f"limit '{text}' is invalid. Should be an integer.")
    return int(text)


def read_order(text: str) -> Iterator[dict[str, Any]]:
    """``name.firstName[AscNullsLast],createdAt`` as the value of ``orderBy``."""
    for part in text.split(","):
        found = _ORDER.fullmatch(part.strip())
        if found is None:
            raise Refused(f"'order_by' invalid for '{part}'. eg: createdAt[DescNullsLast]")
        yield _nested(found[1], found[2] or "AscNullsFirst")


def read_filter(record: RecordType, text: str) -> dict[str, Any]:
    """``field[op]:value,or(...)`` as the value of ``filter``; conditions without a conjunction are joined by and."""
    whole = _CONJUNCTION.fullmatch(text) if len(list(_split(text))) == 1 else None
    return _condition(record, text if whole else f"and({text})")


def _condition(record: RecordType, text: str) -> dict[str, Any]:
    found = _CONJUNCTION.fullmatch(text)
    if found is None:
        return _base(record, text)
    parts = [_condition(record, part) for part in _split(found[2])]
    if found[1] != "not":
        return {found[1]: parts}
    if len(parts) != 1:
        raise Refused("'filter' invalid. 'not' conjunction should contain only 1 condition. eg: not(field[eq]:1)")
    return {"not": parts[0]}


def _base(record: RecordType, text: str) -> dict[str, Any]:
    found = _BASE.fullmatch(text)
    if found is None:
        raise Refused(f"'filter' invalid for '{text}'. eg: price[gte]:10")
    path, operator, value = found.groups()
    slot = record.by_name.get(path.split(".")[0])
    return _nested(path, {operator: _value(value, operator, slot.type if slot else "")})


def _value(text: str, operator: str, kind: str) -> Any:
    if operator == "is":
        return text
    if operator in _LISTS:
        if not (text.startswith("[") and text.endswith("]")):
            raise Refused(f"'filter' invalid for '{operator}' operator. Received '{text}' but array value expected")
        return [_scalar(part, kind) for part in _split(text[1:-1])]
    return _scalar(text, kind)


def _scalar(text: str, kind: str) -> Any:
    if kind == "BOOLEAN":
        return text.lower() == "true"
    if kind in _NUMBERS:
        try:
            number = float(text)
        except ValueError:
            return text
        return int(number) if number.is_integer() else number
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "'\""
    return text[1:-1] if quoted else text


def _split(text: str) -> Iterator[str]:
    """The parts of a list at its commas, but not at those inside brackets or quotes."""
    start, depth, quote = 0, 0, ""
    for index, letter in enumerate(text):
        if quote:
            quote = "" if letter == quote else quote
        elif letter == '"':
            quote = letter
        elif letter in "([":
            depth += 1
        elif letter in ")]":
            depth -= 1
        elif letter == "," and depth == 0:
            yield text[start:index].strip()
            start = index + 1
    if text[start:].strip():
        yield text[start:].strip()


def _nested(path: str, leaf: Any) -> dict[str, Any]:
    for name in reversed(path.split(".")):
        leaf = {name: leaf}
    nested: dict[str, Any] = leaf
    return nested

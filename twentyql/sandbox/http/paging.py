"""Lists of the metadata: filters of ``is``, ``eq``, ``in`` and their like, and pages with offset cursors."""

from __future__ import annotations

import base64
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from twentyql.sandbox.root import Refused

TESTS: Mapping[str, Callable[[Any, Any], bool]] = {
    "is": operator.eq,
    "isNot": operator.ne,
    "eq": operator.eq,
    "neq": operator.ne,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
    "in": lambda value, wanted: value in wanted,
    "notIn": lambda value, wanted: value not in wanted,
}
DEFAULT_PAGE = 10


def matches(node: Mapping[str, Any], condition: Mapping[str, Any]) -> bool:
    """Whether a node of the metadata meets a filter. Raises Refused for an operator that is not served."""
    return all(_holds(node, name, wanted) for name, wanted in condition.items() if wanted is not None)


def _holds(node: Mapping[str, Any], name: str, wanted: Any) -> bool:
    if name == "and":
        return all(matches(node, each) for each in wanted)
    if name == "or":
        return any(matches(node, each) for each in wanted)
    value = node.get(name)
    unknown = next((name for name in wanted if name not in TESTS), None)
    if unknown:
        raise Refused(f"The sandbox does not filter the metadata by {unknown}.")
    return all(TESTS[test](value, other) for test, other in wanted.items())


def connection(nodes: Sequence[Mapping[str, Any]], paging: Mapping[str, Any]) -> dict[str, Any]:
    """A page of ``nodes`` with offset cursors, as the metadata API pages."""
    after, before = paging.get("after"), paging.get("before")
    start = position(after) + 1 if after else 0
    end = position(before) if before else len(nodes)
    if paging.get("last") is not None:
        stop, begin = end, max(start, end - paging["last"])
    else:
        begin, stop = start, min(end, start + _most(paging))
    edges = [{"node": node, "cursor": cursor(begin + i)} for i, node in enumerate(nodes[begin:stop])]
    info = {
        "hasNextPage": stop < len(nodes),
        "hasPreviousPage": begin > 0,
        "startCursor": edges[0]["cursor"] if edges else None,
        "endCursor": edges[-1]["cursor"] if edges else None,
    }
    return {"edges": edges, "pageInfo": info}


def _most(paging: Mapping[str, Any]) -> int:
    first = paging.get("first")
    return DEFAULT_PAGE if first is None else int(first)


def cursor(index: int) -> str:
    """The cursor of the object at ``index``."""
    return base64.b64encode(f"arrayconnection:{index}".encode()).decode()


def position(text: str) -> int:
    """The index in a cursor. Raises Refused for one that the server did not make."""
    try:
        return int(base64.b64decode(text, validate=True).decode().removeprefix("arrayconnection:"))
    except ValueError as error:
        raise Refused(f"Invalid cursor: {text}") from error

"""Faults of one root field: the refusal it gets, or the page that lies."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from twentyql.sandbox.http.faults import Fault
from twentyql.sandbox.http.limits import refusal
from twentyql.sandbox.root import Refused, Root

DEFAULT_PAGE = 200


def root_refusal(fault: Fault) -> Refused:
    """The error of a root field that an injected fault strikes."""
    match fault:
        case Fault.THROTTLE:
            return refusal("old", 100, 60_000, 600)
        case Fault.RATE_LIMITED:
            return refusal("new", 100, 60_000, 600)
        case Fault.FORBIDDEN:
            said = "Entity performing the request does not have permission"
            return Refused(said, "FORBIDDEN", "PERMISSION_DENIED")
        case Fault.INTERNAL:
            return Refused("Internal server error", "INTERNAL_SERVER_ERROR")
        case _:
            return Refused("This root failed on purpose", "BAD_USER_INPUT")


def lie_before(fault: Fault | None, root: Root) -> Root:
    """The root as it is run: a short page asks for half as many rows."""
    if fault is not Fault.SHORT_PAGE:
        return root
    first = root.arguments.get("first", DEFAULT_PAGE)
    if not isinstance(first, int):
        return root
    return replace(root, arguments={**root.arguments, "first": max(1, first // 2)})


def lie_after(fault: Fault | None, root: Root, page: Any) -> Any:
    """The page as it is answered."""
    if fault is None or not isinstance(page, dict):
        return page
    if fault is Fault.STUCK_CURSOR and "pageInfo" in page:
        return {**page, "pageInfo": _stuck(page["pageInfo"], root)}
    edges = list(page.get("edges") or ())
    if fault is Fault.DUPLICATE_ROW and edges:
        return {**page, "edges": [edges[0], *edges]}
    if fault is Fault.LOST_ROW and len(edges) > 1:
        return {**page, "edges": [*edges[:-2], edges[-1]]}
    return page


def _stuck(info: dict[str, Any], root: Root) -> dict[str, Any]:
    changed = {"hasNextPage": True, "endCursor": root.arguments.get("after") or info.get("endCursor")}
    return {**info, **{name: value for name, value in changed.items() if name in info}}

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
        case Fault.NULL_ROOT:
            return Silence()
        case Fault.PATHED:
            return Pathed("This root failed on purpose")
        case _:
            return Refused("This root failed on purpose", "BAD_USER_INPUT")


class Silence(Refused):
    """A root that is null without a word."""

    def __init__(self) -> None:
        super().__init__("")


class Pathed(Refused):
    """A root that fails as graphql-js says it: with the path and the place of the field."""


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
    if fault is Fault.CUT_SHORT:
        return _replaced(page, edges[: len(edges) // 2], {"hasNextPage": False})
    if fault is Fault.WITHHELD:
        return _replaced(page, [], {"hasNextPage": True, "startCursor": None, "endCursor": None})
    if fault is Fault.WRONG_COUNT and isinstance(page.get("totalCount"), int):
        return {**page, "totalCount": page["totalCount"] + 1}
    if fault is Fault.DUPLICATE_ROW and edges:
        return {**page, "edges": [edges[0], *edges]}
    if fault is Fault.LOST_ROW and len(edges) > 1:
        return {**page, "edges": [*edges[:-2], edges[-1]]}
    return page


def _replaced(page: dict[str, Any], edges: list[Any], info: dict[str, Any]) -> dict[str, Any]:
    """The page with other rows and another page info, where they were asked for."""
    told = page.get("pageInfo") or {}
    shown = {"edges": edges} if "edges" in page else {}
    known = {name: value for name, value in info.items() if name in told}
    return {**page, **shown} | ({"pageInfo": {**told, **known}} if "pageInfo" in page else {})


def _stuck(info: dict[str, Any], root: Root) -> dict[str, Any]:
    changed = {"hasNextPage": True, "endCursor": root.arguments.get("after") or info.get("endCursor")}
    return {**info, **{name: value for name, value in changed.items() if name in info}}

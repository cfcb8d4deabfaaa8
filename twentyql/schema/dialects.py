"""A server described as data. The planner reads this and never asks which product it talks to."""

from __future__ import annotations

from dataclasses import dataclass

from twentyql.errors import UnknownNameError


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a kind of server honours and where it errs. Sources: contract.md and observed-2.21.md.

    ``page_size`` is the page that is asked for, ``ids_per_filter`` how many records one request
    names by id, ``parents_per_filter`` how many parents a request for children,
    ``filters_by_foreign_key`` whether children can be read by ``filter: {parentId: {in: [...]}}``, ``burst`` and
    ``window`` the stock limit in tokens a window of seconds (None: not known). ``larger_pages`` says that pages of
    more than ``page_size`` may be honoured; ``nested_cap`` is where a list inside a record is cut without a word (None:
    not known, never nested) and ``nested_lists`` how many such lists one document may have. ``nests_connections`` says
    that lists inside lists are connections which really page, ``nodes_per_request`` how many records one document may
    ask for.
    """

    name: str
    page_size: int
    ids_per_filter: int
    filters_by_foreign_key: bool
    burst: int | None = None
    window: float | None = None
    larger_pages: bool = False
    parents_per_filter: int = 200
    nested_cap: int | None = None
    nested_lists: int = 2
    nests_connections: bool = False
    nodes_per_request: int | None = None


TWENTY = Dialect(
    name="twenty",
    page_size=200,
    ids_per_filter=200,
    filters_by_foreign_key=True,
    burst=100,
    window=60.0,
    larger_pages=True,
    parents_per_filter=2000,
    nested_cap=60,
)
RELAY = Dialect(
    name="relay",
    page_size=100,
    ids_per_filter=100,
    filters_by_foreign_key=False,
    nests_connections=True,
    nodes_per_request=10_000,
)
_DIALECTS = {d.name: d for d in (TWENTY, RELAY)}


def dialect(name: str) -> Dialect:
    """The dialect called ``name``; UnknownNameError otherwise."""
    try:
        return _DIALECTS[name]
    except KeyError:
        raise UnknownNameError("dialect", name, _DIALECTS) from None

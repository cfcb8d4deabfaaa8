"""A server described as data. The planner reads this and never asks which product it talks to."""

from __future__ import annotations

from dataclasses import dataclass

from twentyql.errors import UnknownNameError


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a kind of server honours and where it errs. Sources: contract.md and observed-2.21.md.

    ``page_size`` is the page that is asked for, ``ids_per_filter`` how many parents one child request names,
    ``filters_by_foreign_key`` whether children can be read by ``filter: {parentId: {in: [...]}}``, ``burst`` and
    ``window`` the stock limit in tokens a window of seconds (None: not known).
    """

    name: str
    page_size: int
    ids_per_filter: int
    filters_by_foreign_key: bool
    burst: int | None = None
    window: float | None = None


TWENTY = Dialect(
    name="twenty",
    page_size=200,
    ids_per_filter=200,
    filters_by_foreign_key=True,
    burst=100,
    window=60.0,
)
RELAY = Dialect(
    name="relay",
    page_size=100,
    ids_per_filter=100,
    filters_by_foreign_key=False,
)
_DIALECTS = {d.name: d for d in (TWENTY, RELAY)}


def dialect(name: str) -> Dialect:
    """The dialect called ``name``; UnknownNameError otherwise."""
    try:
        return _DIALECTS[name]
    except KeyError:
        raise UnknownNameError("dialect", name, _DIALECTS) from None

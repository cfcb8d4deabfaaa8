"""GroupPlan -> Groups: all of them, however many, and the proof that none was lost."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from twentyql.build.grouping import GroupQuery
from twentyql.errors import TwentyqlWarning
from twentyql.execute.ask import Ask
from twentyql.execute.rows import Rows
from twentyql.plan.groups import COUNT, VALUES, GroupPlan

R = TypeVar("R")
FIRST_LIMIT = 10_000
MOST_TRIES = 3


@dataclass(frozen=True)
class Groups(Rows[R]):
    """The groups of a query. ``records`` is how many records they hold, ``counted`` how many the server has of them.

    They are ``complete`` when every record is in a group that was given; with a ``limit`` they need not be.
    """

    records: int
    counted: int
    requests: int

    @property
    def complete(self) -> bool:
        """Whether no group is missing."""
        return self.records >= self.counted

    def __repr__(self) -> str:
        of = "all" if self.complete else f"{self.records} of"
        return f"<{len(self.rows)} Groups of {of} {self.counted} records>"


async def read_groups(query: GroupQuery[Any, R], plan: GroupPlan, ask: Ask) -> Groups[R]:
    """Every group of the query, or the first ones up to its limit.

    The limit is raised until fewer groups come than were asked for, and the records in them are as many as the server
    counts; a TwentyqlWarning says so if that cannot be reached.
    """
    if plan.nothing or query.most == 0:
        return Groups((), 0, 0, 0)
    limit = FIRST_LIMIT if query.most is None else query.most
    requests = 0
    while True:
        data = await ask(plan.text, {**plan.variables, "limit": limit}, 2)
        requests += 1
        found: list[Mapping[str, Any]] = data[plan.root] or []
        records = sum(int(group.get(COUNT) or 0) for group in found)
        made = tuple(query.make(_values(query, group)) for group in found)
        groups = Groups(made, records, int(data[plan.count_root][COUNT] or 0), requests)
        if query.most is not None:
            return groups
        if len(found) >= limit:
            limit *= 10
        elif groups.complete:
            return groups
        elif requests >= MOST_TRIES:
            warnings.warn(
                f"The groups of {query.object} hold {records} records of {groups.counted}: the server left groups out.",
                TwentyqlWarning,
                stacklevel=2,
            )
            return groups


def _values(query: GroupQuery[Any, Any], group: Mapping[str, Any]) -> dict[str, Any]:
    dimensions = zip(query.dimensions, group[VALUES], strict=True) if query.dimensions else ()
    values = {dimension.name: value for dimension, value in dimensions}
    return values | {aggregate.name: group.get(aggregate.field) for aggregate in query.aggregates}

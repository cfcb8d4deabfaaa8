"""What a client knows of many records without reading them: groups with aggregates, and search. Mixed into `Client`."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from twentyql.build.grouping import GroupQuery
from twentyql.execute.ask import Ask, asker
from twentyql.execute.groups import Groups, read_groups
from twentyql.execute.pacer import Pacer
from twentyql.execute.requester import Requester
from twentyql.execute.search import Search
from twentyql.introspect.load import Loaded
from twentyql.plan.groups import plan_groups

if TYPE_CHECKING:
    from twentyql.transport import HttpTransport

R = TypeVar("R")


class Summarizing:
    """Groups and search over a whole workspace."""

    _loaded: Loaded
    _transport: HttpTransport
    _pacer: Pacer
    _requester: Requester

    @property
    def _ask(self) -> Ask:
        return asker(self._transport, self._pacer)

    async def group_by(self, query: GroupQuery[Any, R], *, timeout: float | None = None) -> Groups[R]:
        """The groups of a query, each with its aggregates: ``group_by(ByStage.order_by(ByStage.total.desc()))``.

        Without a limit they are all of the groups, however many, in the query's order; `Groups.complete` says whether
        every record that the server counts is in one of them. Raises UnknownNameError, QueryError, ServerErrors.
        """
        plan = plan_groups(query, self._loaded.model)
        if not plan.nothing:
            self._requester.check(plan.text)
        async with asyncio.timeout(timeout):
            return await read_groups(query, plan, self._ask)

    def search(
        self,
        words: str,
        *,
        objects: Iterable[str | type[Any]] | None = None,
        without: Iterable[str | type[Any]] = (),
        limit: int | None = None,
    ) -> Search:
        """The records that match ``words``, of all searchable objects, the best first.

        ``await`` it for a list, or go through it with ``async for``: pages of at most 100 hits are read as they are
        needed. ``objects`` searches these only, ``without`` all but these, by name or generated class; ``limit`` is the
        most hits wanted. Raises UnknownNameError for an object that there is not.
        """
        if limit is not None and limit < 0:
            raise ValueError(f"a limit is 0 or more, not {limit}")
        included = None if objects is None else self._names(objects)
        return Search(self._ask, words, included, self._names(without) or None, 0 if included == [] else limit)

    def _names(self, objects: Iterable[str | type[Any]]) -> list[str]:
        given = [objects] if isinstance(objects, (str, type)) else objects
        names = [name if isinstance(name, str) else str(getattr(name, "_f_wire", name.__name__)) for name in given]
        return [self._loaded.model.object(name).singular for name in names]

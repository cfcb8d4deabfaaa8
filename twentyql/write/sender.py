"""One document sent: validated once, paced, counted. Reads are tried again; writes only where the server said no first.

A write whose answer was lost may have been done. `doubtful` tells such an error from a clear no, and the callers decide
what to look up before they send again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from graphql import GraphQLSchema, parse, validate

from twentyql.errors import QueryError, ServerError, ThrottledError
from twentyql.execute.pacer import Pacer
from twentyql.execute.retry import with_retries
from twentyql.faults import read_answer
from twentyql.plan.document import Tree
from twentyql.schema.model import ObjectModel, SchemaModel
from twentyql.write.documents import Document, listing

MOST_TRIES = 6
PAGE = 1000
Sleep = Callable[[float], Awaitable[object]]


class Posts(Protocol):
    """What this module needs of the transport."""

    async def post(self, path: str, text: str, variables: dict[str, Any]) -> bytes: ...


@dataclass(slots=True)
class WriteTally:
    """What was sent during one write so far. ``lost`` are the answers that never came; what they told is not known."""

    requests: int = 0
    tokens: int = 0
    retries: int = 0
    lost: int = 0
    notes: list[str] = field(default_factory=list[str])


@dataclass(frozen=True)
class Sender:
    """Sends the documents of one client. ``schema`` and ``model`` are what they are validated against."""

    transport: Posts
    schema: GraphQLSchema
    model: SchemaModel
    pacer: Pacer
    sleep: Sleep = asyncio.sleep
    _valid: set[str] = field(default_factory=set[str])

    async def read(self, document: Document, variables: Mapping[str, Any], tally: WriteTally) -> Any:
        """What the root of a query gives, after as many tries as it takes."""

        async def once() -> Any:
            return await self._once(document, variables, tally)

        return await with_retries(once, sleep=self.sleep, on_retry=self._counting(tally))

    async def write(self, document: Document, variables: Mapping[str, Any], tally: WriteTally) -> Any:
        """What the root of a mutation gives. A throttled one was not run and is sent again; any other error raises."""

        async def once() -> Any:
            try:
                return await self._once(document, variables, tally)
            except ThrottledError:
                raise
            except ServerError as error:
                return _Failed(error)

        given = await with_retries(once, sleep=self.sleep, on_retry=self._counting(tally))
        if isinstance(given, _Failed):
            raise given.error
        return given

    async def repeat(self, document: Document, variables: Mapping[str, Any], tally: WriteTally) -> Any:
        """`write` for a mutation that may be done twice with no harm: a lost answer is asked for again."""
        return await self.read(document, variables, tally)

    async def wait(self, attempt: int) -> None:
        """The pause before try number ``attempt`` of a write whose answer was lost."""
        await self.sleep(min(15.0, 0.25 * 2**attempt))

    async def records(
        self, of: ObjectModel, tree: Tree, filter_: Mapping[str, Any], tally: WriteTally, page: int = PAGE
    ) -> AsyncIterator[dict[str, Any]]:
        """Every record under a filter, page by page in the order of the ids."""
        document = listing(of, tree)
        cursor: str | None = None
        while True:
            variables = {"first": page, "filter": filter_, **({"after": cursor} if cursor else {})}
            given = await self.read(document, variables, tally)
            for edge in given["edges"]:
                yield edge["node"]
            info = given["pageInfo"]
            if not info["hasNextPage"] or not info["endCursor"] or info["endCursor"] == cursor:
                return
            cursor = info["endCursor"]

    async def _once(self, document: Document, variables: Mapping[str, Any], tally: WriteTally) -> Any:
        self._check(document.text)
        async with self.pacer.turn():
            tally.requests += 1
            tally.tokens += 1
            body = await self.transport.post("/graphql", document.text, dict(variables))
            return read_answer(body)["data"][document.root]

    def _check(self, text: str) -> None:
        if text in self._valid:
            return
        problems = validate(self.schema, parse(text))
        if problems:
            raise QueryError(
                f"The schema refuses this write: {problems[0].message}",
                advice="Was the workspace changed? Connect again, or pull and generate again.",
            )
        self._valid.add(text)

    @staticmethod
    def _counting(tally: WriteTally) -> Callable[[ServerError, int], None]:
        def count(error: ServerError, attempt: int) -> None:
            tally.retries += 1
            tally.lost += doubtful(error)

        return count


@dataclass(frozen=True, slots=True)
class _Failed:
    error: ServerError


def doubtful(error: ServerError) -> bool:
    """Whether the server may have done what it was asked in spite of this error."""
    return error.retryable and not isinstance(error, ThrottledError)

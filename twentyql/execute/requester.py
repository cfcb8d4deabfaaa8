"""One page of one read: validated once, paced, sent, retried, decoded. Every request of a read goes through here."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeVar

from graphql import GraphQLSchema, parse, validate

from twentyql.errors import QueryError, ServerError
from twentyql.execute.pacer import Pacer
from twentyql.execute.pages import Page, PageDecoder, Refusal
from twentyql.execute.receipt import Tally
from twentyql.execute.retry import with_retries
from twentyql.faults import map_graphql_error, read_answer
from twentyql.plan.model import Read

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[None]]


class Posts(Protocol):
    """What this module needs of the transport."""

    async def post(self, path: str, text: str, variables: dict[str, Any]) -> bytes: ...


class Requester:
    """Sends the reads of one client. Documents are validated, and decoders built, once each."""

    def __init__(self, transport: Posts, schema: GraphQLSchema, pacer: Pacer, sleep: Sleep = asyncio.sleep) -> None:
        self._transport = transport
        self._schema = schema
        self._pacer = pacer
        self._sleep = sleep
        self._decoders: dict[tuple[str, Any], PageDecoder] = {}
        self._validated: set[str] = set()

    async def page(self, read: Read, variables: dict[str, Any], tally: Tally) -> Page:
        """The page that ``variables`` ask for, after as many retries as it takes."""
        decoder = self._decoder(read)

        async def once() -> Page:
            async with self._pacer.turn():
                answer = decoder.decode(await self._send(read.text, variables, tally))
                if isinstance(answer, Refusal):
                    raise map_graphql_error(answer.errors[0])
            return answer

        return await self._retried(once, tally)

    async def count(self, root: str, text: str, variables: dict[str, Any], tally: Tally) -> int:
        """The ``totalCount`` that a counting document gives under ``root``."""
        self.check(text)

        async def once() -> int:
            async with self._pacer.turn():
                answer = read_answer(await self._send(text, variables, tally))
            return int(answer["data"][root]["totalCount"])

        return await self._retried(once, tally)

    def check(self, text: str) -> None:
        """Validate a document against the schema, once."""
        if text in self._validated:
            return
        problems = validate(self._schema, parse(text))
        if problems:
            raise QueryError(
                f"The schema refuses this query: {problems[0].message}",
                advice="Was the workspace changed? Pull and generate again.",
            )
        self._validated.add(text)

    def _decoder(self, read: Read) -> PageDecoder:
        self.check(read.text)
        key = (read.text, read.selection.rows.node_type)
        if key not in self._decoders:
            self._decoders[key] = PageDecoder(read)
        return self._decoders[key]

    async def _send(self, text: str, variables: dict[str, Any], tally: Tally) -> bytes:
        tally.requests += 1
        tally.tokens += 1
        body = await self._transport.post("/graphql", text, variables)
        tally.bytes += len(body)
        return body

    async def _retried(self, once: Callable[[], Awaitable[T]], tally: Tally) -> T:
        def count(error: ServerError, attempt: int) -> None:
            tally.retries += 1

        return await with_retries(once, sleep=self._sleep, on_retry=count)

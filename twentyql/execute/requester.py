"""One page of one read: validated once, paced, sent, retried, decoded. Every request of a read goes through here."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Generator
from contextlib import contextmanager
from functools import reduce
from typing import Any, Protocol, TypeVar

from graphql import GraphQLSchema, parse, validate

from twentyql.errors import MisfitError, NotGraphQLError, QueryError, RequestRefusedError, SchemaError, ServerError
from twentyql.execute.hooks import SILENT, Hooks, PageDetail, RequestDetail, RetryDetail
from twentyql.execute.nested_pages import NestedDecoder
from twentyql.execute.pacer import Pacer, PaceState
from twentyql.execute.pages import Page, PageDecoder, Refusal
from twentyql.execute.ranged import with_filter
from twentyql.execute.receipt import Tally
from twentyql.execute.retry import with_retries
from twentyql.faults import final, map_graphql_error, read_answer, read_roots
from twentyql.plan.model import Read

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[None]]
ExplainMisfit = Callable[[], Awaitable[str | None]]
"""Says how the server's schema differs from the one that the requests were made for, if it does."""


LITTLE = 16_000
"""Answers of fewer bytes take the server no time to speak of, so they tell how far away it is."""


class Posts(Protocol):
    """What this module needs of the transport."""

    async def post(self, path: str, text: str, variables: dict[str, Any]) -> bytes: ...


class Counts(Protocol):
    """What requests are counted in."""

    requests: int
    tokens: int
    retries: int
    bytes: int


class Requester:
    """Sends the reads of one client. Documents are validated, and decoders built, once each.

    ``latency`` is the least that a small answer took, in seconds; None where none came yet.
    """

    def __init__(
        self,
        transport: Posts,
        schema: GraphQLSchema,
        pacer: Pacer,
        sleep: Sleep = asyncio.sleep,
        *,
        hooks: Hooks = SILENT,
        explain_misfit: ExplainMisfit | None = None,
    ) -> None:
        self._transport = transport
        self._schema = schema
        self._pacer = pacer
        self._sleep = sleep
        self._hooks = hooks
        self._listening = [hooks]
        self._explain_misfit = explain_misfit
        self._decoders: dict[Any, PageDecoder | NestedDecoder] = {}
        self._validated: set[str] = set()
        self._ranged: dict[str, str | None] = {}
        self.latency: float | None = None

    @property
    def pace(self) -> PaceState:
        """The state of the pace that requests keep."""
        return self._pacer.state

    @contextmanager
    def hearing(self, hooks: Hooks) -> Generator[None]:
        """Have ``hooks`` called too while inside."""
        self._listening.append(hooks)
        self._hooks = reduce(Hooks.also, self._listening)
        try:
            yield
        finally:
            self._listening.remove(hooks)
            self._hooks = reduce(Hooks.also, self._listening)

    async def page(self, read: Read, variables: dict[str, Any], tally: Tally, *, text: str = "") -> Page:
        """The page that ``variables`` ask for, after as many retries as it takes.

        ``text`` is sent instead of the read's own document; it selects the same of each node.
        """
        document = text or read.text
        decoder = self._decoder(read, document)
        kind = (document, variables.get("first"))

        async def once() -> Page:
            async with self._pacer.turn():
                body, seconds = await self._send(read.name, document, variables, tally)
                answer = decoder.decode(body, seconds)
                if isinstance(answer, Refusal):
                    raise map_graphql_error(answer.errors[0])
                self._pacer.timed(kind, seconds)
            return answer

        try:
            page = await self._retried(read.name, once, tally)
        except (MisfitError, RequestRefusedError) as error:
            if self._explain_misfit is not None and (changed := await self._explain_misfit()):
                raise SchemaError(changed, advice="Pull and generate again.") from error
            raise
        return self._told(read, int(variables.get("first") or 0), page)

    def came(self, read: Read, root: bytes, asked: int, seconds: float) -> Page:
        """The page of ``read`` in a root field that came with others; nothing is sent."""
        page = self._decoder(read, read.text).decode(b'{"data":{"%s":%s}}' % (read.root.encode(), root), seconds)
        assert isinstance(page, Page)
        return self._told(read, asked, page)

    def _told(self, read: Read, asked: int, page: Page) -> Page:
        if self._hooks.wants_pages:
            told = (len(page.rows), page.total, page.has_next, page.size, page.seconds)
            self._hooks.page(PageDetail(read.name, asked, *told))
        return page

    async def count(self, root: str, text: str, variables: dict[str, Any], tally: Tally) -> int:
        """The ``totalCount`` that a counting document gives under ``root``."""
        self.check(text)

        async def once() -> int:
            async with self._pacer.turn():
                body, _ = await self._send(f"{root} count", text, variables, tally)
                data = _whole(read_answer(body)["data"])
            if not isinstance(count := data[root].get("totalCount"), int):
                raise final(NotGraphQLError(f"The server does not count its {root}."))
            return count

        return await self._retried(f"{root} count", once, tally)

    async def roots(
        self, text: str, variables: dict[str, Any], tokens: int, tally: Tally
    ) -> tuple[dict[str, bytes], float]:
        """The root fields that came of a document of several, which costs a token each, as JSON; and the seconds.

        Raises where none came. Those that did not are to be asked for alone: errors do not say whose they are.
        """
        self.check(text)

        async def once() -> tuple[dict[str, bytes], float]:
            async with self._pacer.turn(tokens):
                body, seconds = await self._send("survey", text, variables, tally, tokens)
                return read_roots(body), seconds

        return await self._retried("survey", once, tally)

    async def answer(
        self,
        name: str,
        text: str,
        variables: dict[str, Any],
        decode: Callable[[bytes], T],
        tally: Counts,
        *,
        tokens: int = 1,
        again: bool = True,
    ) -> T:
        """What ``decode`` makes of the answer to a document that was validated before; ``again`` allows retries."""

        async def once() -> T:
            async with self._pacer.turn(tokens):
                body, _ = await self._send(name, text, variables, tally, tokens)
                return decode(body)

        return await self._retried(name, once, tally) if again else await once()

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

    def ranged(self, read: Read) -> str | None:
        """The document of ``read`` with a filter, where the server can filter by ranges of ids; else None."""
        if read.text not in self._ranged:
            self._ranged[read.text] = with_filter(self._schema, read.text, read.root)
        return self._ranged[read.text]

    def _decoder(self, read: Read, document: str) -> PageDecoder | NestedDecoder:
        types = tuple(child.selection.rows.node_type for child in read.inside)
        key = (document, read.selection.rows.node_type, types, read.keys)
        decoder = self._decoders.get(key)
        if decoder is None:
            self.check(document)
            decoder = self._decoders[key] = NestedDecoder(read) if read.place else PageDecoder(read)
        return decoder

    async def _send(
        self, name: str, text: str, variables: dict[str, Any], tally: Counts, tokens: int = 1
    ) -> tuple[bytes, float]:
        """The body of the answer, and the seconds from sending to its last byte."""
        tally.requests += 1
        tally.tokens += tokens
        begun = time.perf_counter()
        body = b""
        failed: str | None = None
        try:
            body = await self._transport.post("/graphql", text, variables)
        except BaseException as error:
            failed = type(error).__name__
            raise
        finally:
            seconds = time.perf_counter() - begun
            tally.bytes += len(body)
            if 0 < len(body) < LITTLE:
                self.latency = min(seconds, self.latency or seconds)
            if self._hooks.wants_requests:
                self._hooks.request(RequestDetail(name, tokens, seconds, len(body), failed))
        return body, seconds

    def _retried(self, name: str, once: Callable[[], Awaitable[T]], tally: Counts) -> Coroutine[Any, Any, T]:
        def count(error: ServerError, attempt: int) -> None:
            tally.retries += 1
            self._hooks.retry(RetryDetail(name, attempt, type(error).__name__, error.sub_code or error.code))

        return with_retries(once, sleep=self._sleep, on_retry=count)


def _whole(data: dict[str, Any]) -> dict[str, Any]:
    """The same data; NotGraphQLError, which is tried again, where a root is null though no error says why."""
    missing = [name for name, value in data.items() if value is None]
    if missing:
        raise NotGraphQLError(f"The answer for {', '.join(missing)} has neither data nor errors.")
    return data

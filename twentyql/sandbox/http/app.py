"""The HTTP application: routes, who may ask, faults and the ledger around the endpoints."""

from __future__ import annotations

import asyncio
import logging
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from aiohttp import web

from twentyql.sandbox.http.answers import HTML, Answer, json_answer, rest_error, revoked, unauthenticated
from twentyql.sandbox.http.auth import Access, Caller
from twentyql.sandbox.http.core import Core, Work
from twentyql.sandbox.http.direct import Operation
from twentyql.sandbox.http.faults import BEFORE, REQUEST, Fault, Faults
from twentyql.sandbox.http.incoming import Asked, Reader, read_body
from twentyql.sandbox.http.index import PATHS, Index
from twentyql.sandbox.http.ledger import Entry, Ledger, RootCall
from twentyql.sandbox.http.metadata import Metadata
from twentyql.sandbox.http.rest import Rest, refused_answer, stranger
from twentyql.sandbox.http.rest_calls import Request
from twentyql.sandbox.http.uploads import Uploads
from twentyql.sandbox.root import Refused, Root

_LOG = logging.getLogger(__name__)
MOST_BYTES = 10 * 1024 * 1024
LATE = 10.0  # seconds
REST_METHODS = frozenset({"GET", "POST", "PATCH", "PUT", "DELETE"})
LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
PAGE = Answer(b"<!doctype html><title>Twenty</title><div id=root></div>", content_type=HTML)
BAD_GATEWAY = Answer(b"<html><h1>502 Bad Gateway</h1></html>", 502, HTML)
TOO_LARGE = rest_error(500, "PayloadTooLargeError", "request entity too large")
UNREADABLE = rest_error(400, "BadRequestException", "The body cannot be read: it is not compressed as it says.")
BROKEN = rest_error(500, "InternalServerErrorException", "Internal server error")
FOREIGN = rest_error(403, "ForbiddenException", "The sandbox answers on loopback only.")
REFUSED = {
    Caller.UNKNOWN: unauthenticated("Token invalid."),
    Caller.EXPIRED: unauthenticated("Token has expired."),
    Caller.REVOKED: revoked(),
}
NO_CONTENT_TYPE = web.ResponseKey("no content type", bool)


class Dropped(Exception):
    """The connection is to be reset instead of answered."""


@dataclass(eq=False)
class _Trace:
    """What the ledger will say of a request, gathered while it is answered."""

    operation: str | None = None
    roots: tuple[RootCall, ...] = ()
    fault: Fault | None = None

    def saw(self, operation: Operation) -> None:
        self.operation = operation.name
        self.roots = tuple(
            RootCall(call.name, call.key, call.root.arguments if isinstance(call.root, Root) else {})
            for call in operation.calls
        )


@dataclass(frozen=True)
class Times:
    """What takes time: the clock, how to wait, how long an answer takes longer, and what to do in the engine first."""

    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[object]]
    latency: float | Callable[[], float]
    refresh: Callable[[], None] | None = None

    async def delay(self) -> None:
        """Wait as long as this answer is to take longer."""
        seconds = self.latency() if callable(self.latency) else self.latency
        if seconds > 0:
            await self.sleep(seconds)


@dataclass(frozen=True)
class App:
    """The parts that answer, and the two that watch."""

    access: Access
    core: Core
    metadata: Metadata
    rest: Rest
    uploads: Uploads
    work: Work
    faults: Faults
    ledger: Ledger
    times: Times
    index: Index
    reader: Reader = field(default_factory=Reader)

    def application(self) -> web.Application:
        """The aiohttp application that serves all of it."""
        app = web.Application(client_max_size=MOST_BYTES)
        app.router.add_route("*", "/{rest:.*}", self._serve)
        app.on_response_prepare.append(_drop_content_type)
        return app

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        if request.method == "GET" and request.path in PATHS and _is_ours(request):
            return _response(await self.index.answer(request.path, request.host))
        trace, started, sent = _Trace(), self.times.clock(), Answer(b"", 0)
        self.ledger.begin()
        try:
            await self.times.delay()
            if self.times.refresh is not None:
                await self.work(self.times.refresh)
            sent = await self._answer(request, trace)
            return _response(sent)
        except Dropped:
            _reset(request)
            raise asyncio.CancelledError from None
        finally:
            self.ledger.end(self._entry(request, trace, started, sent))

    def _entry(self, request: web.Request, trace: _Trace, started: float, sent: Answer) -> Entry:
        return Entry(
            method=request.method,
            path=request.path,
            operation=trace.operation,
            roots=trace.roots,
            status=sent.status,
            codes=sent.codes,
            bytes=len(sent.body),
            started=started,
            seconds=self.times.clock() - started,
            fault=trace.fault.name if trace.fault else None,
        )

    async def _answer(self, request: web.Request, trace: _Trace) -> Answer:
        if not _is_ours(request):
            return FOREIGN
        handler = self._handler(request)
        if handler is None:
            return await self._elsewhere(request)
        try:
            return await handler(request, trace)
        except web.HTTPRequestEntityTooLarge:
            return TOO_LARGE
        except web.RequestPayloadError:
            return UNREADABLE
        except (Dropped, asyncio.CancelledError):
            raise
        except Exception as error:  # a bug of the sandbox must not end a program that tests with it
            if not isinstance(error, RecursionError):
                _LOG.exception("The sandbox failed on %s %s.", request.method, request.path)
            return BROKEN

    def _handler(self, request: web.Request) -> Callable[[web.Request, _Trace], Awaitable[Answer]] | None:
        if request.method in REST_METHODS and request.path.startswith("/rest/"):
            return self._rest
        upload = self.uploads.handler(request.method, request.path)
        if upload is not None:
            return partial(self._file, upload)
        handlers = {
            ("POST", "/graphql"): self._graphql,
            ("GET", "/graphql"): self._graphql_by_get,
            ("POST", "/metadata"): self._metadata,
        }
        return handlers.get((request.method, request.path))

    async def _elsewhere(self, request: web.Request) -> Answer:
        """A path that is no endpoint: the front end for GET, as the real server has it."""
        if request.path == "/healthz":
            return json_answer({"status": "ok", "info": {}, "error": {}, "details": {}})
        if request.method == "GET":
            return PAGE
        return rest_error(404, "NotFoundException", f"Cannot {request.method} {request.path}")

    async def _graphql(self, request: web.Request, trace: _Trace) -> Answer:
        return await self._endpoint(request, trace, self._core_answer)

    async def _graphql_by_get(self, request: web.Request, trace: _Trace) -> Answer:
        """A query in the address never reaches the workspace, whatever the key."""
        if "query" not in request.query:
            return PAGE
        asked = self.reader.choose(request.query["query"], {}, request.query.get("operationName"), known=False)
        return asked if isinstance(asked, Answer) else await self._core_answer(asked, Caller.NOBODY)

    async def _file(
        self, handler: Callable[[web.Request], Awaitable[Answer]], request: web.Request, trace: _Trace
    ) -> Answer:
        """Bytes of a file, up or down."""
        fault = trace.fault = self.faults.take(REQUEST, request.path, [])
        if fault in BEFORE:
            return await self._broken(fault)
        return await self._spoil(await handler(request), fault)

    async def _rest(self, request: web.Request, trace: _Trace) -> Answer:
        caller = self.access.caller(request.headers.get("Authorization"))
        if not caller.good:
            return stranger(caller)
        try:
            asked = Request(request.method, request.path, request.query, read_body(await request.read()))
            call = self.rest.call(asked)
        except Refused as refused:
            return refused_answer(refused)
        if call is not None:
            trace.roots = (RootCall(call.root.name, call.root.name, call.root.arguments),)
        fault = trace.fault = self.faults.take(REQUEST, request.path, [call.root.name] if call else [])
        if fault in BEFORE:
            return await self._broken(fault)
        return await self._spoil(await self.rest.answer(asked, call, free=caller is Caller.SESSION), fault)

    async def _metadata(self, request: web.Request, trace: _Trace) -> Answer:
        return await self._endpoint(request, trace, self._metadata_answer)

    async def _core_answer(self, asked: Asked, caller: Caller) -> Answer:
        free = caller is Caller.SESSION
        return await self.core.answer(asked.document, asked.operation, known=caller.good, free=free)

    async def _metadata_answer(self, asked: Asked, caller: Caller) -> Answer:
        kinds = frozenset({Fault.METADATA_FORBIDDEN})
        forbidden = self.faults.take(kinds, "/metadata", _names(asked.operation)) is not None
        job = partial(self.metadata.answer, asked.document, asked.operation, known=caller.good, forbidden=forbidden)
        answer: Answer = await self.work(job)
        return answer

    async def _endpoint(
        self, request: web.Request, trace: _Trace, run: Callable[[Asked, Caller], Awaitable[Answer]]
    ) -> Answer:
        body = await request.read()
        caller = self.access.caller(request.headers.get("Authorization"))
        asked = REFUSED.get(caller) or self.reader.read(body, known=caller.good)
        names = _names(asked.operation) if isinstance(asked, Asked) else []
        if isinstance(asked, Asked):
            trace.saw(asked.operation)
        fault = trace.fault = self.faults.take(REQUEST, request.path, names)
        if fault in BEFORE:
            return await self._broken(fault)
        return await self._spoil(asked if isinstance(asked, Answer) else await run(asked, caller), fault)

    async def _spoil(self, answer: Answer, fault: Fault | None) -> Answer:
        """What a fault makes of an answer whose work is done."""
        if fault is Fault.LOST_ANSWER:
            raise Dropped
        if fault is Fault.SLOW:
            await self.times.sleep(LATE)
        if fault is Fault.TRUNCATED:
            return replace(answer, body=answer.body[: len(answer.body) // 2])
        return replace(answer, content_type=HTML) if fault is Fault.WRONG_TYPE else answer

    async def _broken(self, fault: Fault) -> Answer:
        """What a fault answers without anything having run."""
        if fault is Fault.STALL:
            await self.faults.stalled()
        if fault in (Fault.STALL, Fault.RESET):
            raise Dropped
        return {Fault.HTTP_500: BROKEN, Fault.HTTP_502: BAD_GATEWAY, Fault.HTML_200: PAGE}[fault]


def _is_ours(request: web.Request) -> bool:
    """Whether the Host is loopback: a page of a foreign name that resolves to this machine gets nothing."""
    return request.host.rpartition(":")[0] in LOOPBACK or request.host in LOOPBACK


def _names(operation: Operation) -> list[str]:
    return [call.name for call in operation.calls]


def _response(answer: Answer) -> web.Response:
    headers = {**answer.headers, "Content-Type": answer.content_type or "application/json"}
    response = web.Response(body=answer.body, status=answer.status, headers=headers)
    response[NO_CONTENT_TYPE] = answer.content_type is None
    return response


async def _drop_content_type(request: web.Request, response: Any) -> None:
    """Send no content type where the server sends none; aiohttp would fill one in."""
    if response.get(NO_CONTENT_TYPE):
        response.headers.popall("Content-Type", None)


def _reset(request: web.Request) -> None:
    """Close the connection with a reset instead of an answer."""
    transport = request.transport
    if transport is None:
        return
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()

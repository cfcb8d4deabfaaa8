"""The one module that talks HTTP to a server: a gql transport on aiohttp, with a raw-bytes method for pages.

The key goes to the settings' origin and to no other: no redirect is followed, no proxy or netrc of the environment
is used, no cookie kept. Every foreign error becomes one of the tree in `_mapped`; its frames are dropped, because
aiohttp's hold the headers.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from functools import cache
from types import TracebackType
from typing import Any, Literal, Self, overload

import aiohttp
import gql
import msgspec
from gql.transport.async_transport import AsyncTransport
from graphql import ExecutionResult, GraphQLSchema
from yarl import URL

from twentyql.config import Settings, is_loopback
from twentyql.errors import ConnectError, NotGraphQLError, QueryError, ServerError
from twentyql.faults import (
    URL_ADVICE,
    check_answer,
    clean,
    final,
    graphql_errors,
    map_graphql_error,
    map_status,
    read_answer,
)

__all__ = ["HttpTransport", "check_answer", "graphql_errors", "map_graphql_error"]

CONNECT_SECONDS = 15.0
_encode = msgspec.json.Encoder().encode


class HttpTransport(AsyncTransport):
    """One pooled connection to one server. ``async with``, or `connect` and `close`; both may be nested.

    ``gql.Client(transport=...)`` sessions and the raw-bytes `post` share the pool.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._session: aiohttp.ClientSession | None = None
        self._users = 0

    async def connect(self) -> None:
        """Open the pool. Nothing is sent. Every connect wants its own close."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                cookie_jar=aiohttp.DummyCookieJar(),
                connector=aiohttp.TCPConnector(limit=64),
                headers={"Accept": "application/graphql-response+json, application/json", "User-Agent": "twentyql"},
            )
        self._users += 1

    async def close(self) -> None:
        """Close the pool when its last user is gone; more closes than connects do no harm."""
        self._users = max(0, self._users - 1)
        if self._users == 0 and self._session is not None:
            session, self._session = self._session, None
            await session.close()

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def client(self, schema: GraphQLSchema | None = None) -> gql.Client:
        """A gql client on this transport, for free queries: ``async with transport.client() as session``."""
        return gql.Client(transport=self, schema=schema, execute_timeout=None)

    async def post(self, path: str, text: str, variables: dict[str, Any], *, timeout: float | None = None) -> bytes:
        """Send one document to ``/graphql`` or ``/metadata`` and give the body of the answer, unread.

        GraphQL errors under HTTP 200 are in the body (`check_answer` raises them); everything else that is no answer
        raises. ``timeout`` is in seconds, the settings' otherwise.
        """
        return await self._send(
            path, {"query": text, "variables": variables} if variables else {"query": text}, timeout
        )

    async def rest(self, method: str, path: str, query: Mapping[str, str], payload: Any | None) -> bytes:
        """Send one request under ``/rest`` with the key and give the body of the answer; no redirect is followed."""
        body = None if payload is None else _encode(payload)
        headers = {"Content-Type": "application/json"} if body is not None else {}
        url = str(URL(self.settings.url + path, encoded=False).update_query(query))
        return await self._fetched(method, url, body, headers)

    async def put(self, url: str, data: bytes, content_type: str) -> None:
        """Put bytes to the address that the server gave for them, with the key only if it is on the server's origin."""
        await self._fetched("PUT", self._whole(url), data, {"Content-Type": content_type})

    async def download(self, url: str) -> bytes:
        """The bytes behind an address that the server gave; the key goes to the server's own origin alone.

        At most three redirects are followed, as to an object store.
        """
        whole = self._whole(url)
        for _ in range(4):
            answer = await self._fetched("GET", whole, None, {}, redirects=True)
            if isinstance(answer, bytes):
                return answer
            whole = self._whole(answer.location, whole)
        raise final(ConnectError(f"{self.settings.origin} redirects a file without end."))

    def _whole(self, url: str, base: str | None = None) -> str:
        """An address made whole; plain http is refused off loopback. Raises ConnectError."""
        whole = URL(base or self.settings.url + "/").join(URL(url))
        if whole.scheme != "https" and not (whole.scheme == "http" and is_loopback(whole.host or "")):
            raise final(ConnectError(f"No file goes over {clean(whole.scheme, 20) or 'no scheme'} to another machine."))
        return str(whole)

    @overload
    async def _fetched(
        self, method: str, url: str, body: bytes | None, headers: dict[str, str], *, redirects: Literal[False] = False
    ) -> bytes: ...
    @overload
    async def _fetched(
        self, method: str, url: str, body: bytes | None, headers: dict[str, str], *, redirects: Literal[True]
    ) -> bytes | _Redirect: ...
    async def _fetched(
        self, method: str, url: str, body: bytes | None, headers: dict[str, str], *, redirects: bool = False
    ) -> bytes | _Redirect:
        """One request of any kind, its failure raised outside of its handler as in `_send`."""
        seconds = self.settings.timeout
        try:
            return await self._asked(method, url, body, headers, seconds, redirects=redirects)
        except ServerError:
            raise
        except (aiohttp.ClientError, OSError, ValueError, TypeError, EOFError) as error:
            fault = self._mapped(error, seconds)
        raise fault

    async def _asked(
        self, method: str, url: str, body: bytes | None, headers: dict[str, str], seconds: float, *, redirects: bool
    ) -> bytes | _Redirect:
        if self._session is None:
            raise final(ConnectError("The connection is not open.", advice="Use 'async with', or await connect()."))
        if URL(url).origin() == URL(self.settings.url).origin():
            headers = {**headers, "Authorization": f"Bearer {self.settings.api_key.reveal()}"}
        timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=min(seconds, CONNECT_SECONDS))
        request = self._session.request(method, url, data=body, headers=headers, allow_redirects=False, timeout=timeout)
        async with request as response:
            answer = await self._bounded(response)
            if redirects and response.status in (301, 302, 303, 307, 308) and "Location" in response.headers:
                return _Redirect(response.headers["Location"])
            error = None if 200 <= response.status < 300 else map_status(response.status, response.headers, answer)
        if error is not None:
            del answer, body
            raise error
        return answer

    async def execute(self, request: gql.GraphQLRequest) -> ExecutionResult:
        """Send a gql request to ``/graphql``. GraphQL errors raise their ServerError, partial data or not."""
        body = await self._send("/graphql", request.payload, None)
        answer = read_answer(body)
        return ExecutionResult(data=answer.get("data"), errors=None, extensions=answer.get("extensions"))

    async def subscribe(self, request: gql.GraphQLRequest) -> AsyncGenerator[ExecutionResult, None]:
        """Refused: Twenty serves subscriptions to logged-in users only, not to API keys."""
        raise QueryError(
            "An API key cannot subscribe.", advice="Receive webhooks, or read again what has a later updatedAt."
        )
        yield ExecutionResult()  # makes this an async generator, as gql wants it

    async def _send(self, path: str, payload: dict[str, Any], timeout: float | None) -> bytes:
        """One POST; the failure is raised outside of its own handler, so that nothing of aiohttp hangs on it."""
        seconds = self.settings.timeout if timeout is None else timeout
        try:
            body = _encode(payload)
            return await self._exchange(path, body, seconds)
        except ServerError:
            raise
        except (aiohttp.ClientError, OSError, ValueError, TypeError, EOFError) as error:
            fault = self._mapped(error, seconds)
        raise fault

    async def _exchange(self, path: str, body: bytes, seconds: float) -> bytes:
        if self._session is None:
            raise final(ConnectError("The connection is not open.", advice="Use 'async with', or await connect()."))
        if not path.startswith("/") or path.startswith("//"):
            raise ValueError("a path begins with one slash")
        request = self._session.post(
            self.settings.url + path,
            data=body,
            headers={
                "Content-Type": "application/json",
                "Authorization": f"Bearer {self.settings.api_key.reveal()}",
            },
            allow_redirects=False,
            timeout=_timeout(seconds),
        )
        async with request as response:
            answer = await self._bounded(response)
            error = map_status(response.status, response.headers, answer)
        if error is not None:
            del answer, body  # a traceback with locals shows neither rows nor what the server echoed
            raise error
        return answer

    async def _bounded(self, response: aiohttp.ClientResponse) -> bytes:
        """The unpacked body, read no further than the settings allow."""
        length = response.content_length
        if length is not None and length <= self.settings.most_bytes and "Content-Encoding" not in response.headers:
            return await response.read()
        chunks: list[bytes] = []
        size = 0
        async for chunk in response.content.iter_any():
            size += len(chunk)
            if size > self.settings.most_bytes:
                response.close()
                raise final(
                    NotGraphQLError(
                        f"The answer is larger than {self.settings.most_bytes} bytes.",
                        advice="Ask for smaller pages, or raise most_bytes in the settings.",
                    )
                )
            chunks.append(chunk)
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def _mapped(self, error: Exception, seconds: float) -> Exception:
        """A foreign error as one of the tree, with the original as its cause, cleared of frames and headers."""
        fault = self._fault(error, seconds)
        if isinstance(error, aiohttp.ClientResponseError):  # its repr shows the request's headers, with the key
            error = ValueError(clean(error.message, 200) or "malformed HTTP")
        fault.__cause__ = _bare(error)
        return fault

    def _fault(self, error: Exception, seconds: float) -> Exception:
        host = self.settings.origin
        match error:
            case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientConnectorSSLError() | ssl.SSLError():
                return final(ConnectError(f"No safe connection to {host}: {_reason(error)}.", advice="Check its TLS."))
            case aiohttp.ClientConnectorDNSError():
                fault = ConnectError(f"No server of the name {host} is known.", advice=URL_ADVICE)
                return fault if _may_pass(error) else final(fault)
            case aiohttp.ClientConnectorError():
                return ConnectError(f"No connection to {host}: {_reason(error)}.", advice=URL_ADVICE)
            case asyncio.TimeoutError():
                return ConnectError(f"{host} gave no whole answer within {seconds:g} s.", advice="Raise the timeout.")
            case aiohttp.ClientPayloadError():
                return ConnectError(f"The answer of {host} broke off.")
            case aiohttp.ClientError() | OSError() | EOFError():
                return ConnectError(f"The connection to {host} broke: {type(error).__name__}.")
            case _:
                return QueryError(f"The request cannot be sent: {type(error).__name__}.")


@dataclass(frozen=True, slots=True)
class _Redirect:
    """Where an answer says that a file is."""

    location: str


@cache
def _timeout(seconds: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=seconds, sock_connect=min(seconds, CONNECT_SECONDS))


def _reason(error: BaseException) -> str:
    """What the operating system or the TLS library said, without addresses of objects or requests."""
    inner: Any = getattr(error, "os_error", None) or getattr(error, "certificate_error", None) or error
    return clean(
        str(getattr(inner, "verify_message", "") or getattr(inner, "strerror", "") or type(inner).__name__), 200
    )


def _may_pass(error: aiohttp.ClientConnectorDNSError) -> bool:
    """Whether the name server itself was out of reach, which is worth another try."""
    inner: OSError = error.os_error
    return isinstance(inner, socket.gaierror) and inner.errno == socket.EAI_AGAIN


def _bare(error: BaseException) -> BaseException:
    """The error and its causes without their frames."""
    seen: BaseException | None = error
    while seen is not None:
        seen.__traceback__ = None
        seen.__context__ = None
        seen = seen.__cause__
    return error

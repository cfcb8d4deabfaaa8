"""HttpTransport against real servers: what is sent, what comes back, and every way in which a server can be wrong."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
import ssl
import traceback
from typing import Any

import pytest
from aiohttp import web
from graphql import build_schema, get_introspection_query, graphql_sync
from local_servers import KEY, connected, serve, serve_raw  # type: ignore[import-not-found]

from twentyql.config import Secret, Settings
from twentyql.errors import (
    AuthenticationError,
    ConnectError,
    NotGraphQLError,
    PermissionDeniedError,
    QueryError,
    RequestRefusedError,
    ServerError,
    ServerFaultError,
    ThrottledError,
)
from twentyql.transport import HttpTransport

ROW = "row-value-nobody-may-log"
VARIABLES = {"v": ROW}


def answers(status: int = 200, body: bytes = b"", **headers: str) -> Any:
    async def handler(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(status=status, body=body, headers={k.replace("_", "-"): v for k, v in headers.items()})

    return handler


async def failure(url: str, **more: Any) -> ServerError:
    """The error of one post, checked to show neither the key nor the variables, in no frame and no cause."""
    async with connected(url, **more) as transport:
        with pytest.raises(ServerError) as caught:
            await transport.post("/graphql", "query($v:String){a(v:$v)}", VARIABLES)
    error: BaseException | None = caught.value
    text = "".join(traceback.format_exception(error)) + repr(error)
    while error is not None:
        frames = traceback.TracebackException.from_exception(error, capture_locals=True).stack
        package = [f for f in frames if "/tests/" not in f.filename]
        assert not any(KEY in value for f in package for value in (f.locals or {}).values())
        assert "aiohttp" not in "".join(f.filename for f in package)
        text += repr(error)
        error = error.__cause__ or error.__context__
    assert KEY not in text
    assert ROW not in text
    return caught.value


async def test_post_sends_one_document_and_gives_the_bytes_as_they_came() -> None:
    seen: list[Any] = []
    body = b'{"data": {"a":1e400}, "errors":[{"message":"x"}] }'

    async def handler(request: web.Request) -> web.Response:
        seen.append((request.method, request.path, dict(request.headers), await request.json()))
        return web.Response(body=body)

    async with serve(handler) as url, connected(url) as transport:
        assert await transport.post("/graphql", "{a}", {}) == body
        assert await transport.post("/metadata", "query($v:Int){a}", {"v": 1}) == body
    (method, path, headers, first), (_, other, _, second) = seen
    assert (method, path, other) == ("POST", "/graphql", "/metadata")
    assert headers["Authorization"] == f"Bearer {KEY}"
    assert headers["Content-Type"] == "application/json"
    assert (first, second) == ({"query": "{a}"}, {"query": "query($v:Int){a}", "variables": {"v": 1}})


async def test_a_compressed_answer_is_unpacked_and_bounded_by_its_unpacked_size() -> None:
    body = b'{"data":"' + b"a" * 5_000_000 + b'"}'
    packed = answers(body=gzip.compress(body), Content_Encoding="gzip")
    async with serve(packed) as url:
        async with connected(url) as transport:
            assert await transport.post("/graphql", "{a}", {}) == body
        error = await failure(url, most_bytes=1_000_000)
    assert isinstance(error, NotGraphQLError)
    assert not error.retryable
    assert "1000000" in str(error)


async def test_an_endless_answer_is_cut_off() -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(b" " * 65536)
        except ConnectionError:
            return response

    async with serve(handler) as url:
        assert isinstance(await failure(url, most_bytes=200_000), NotGraphQLError)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(status: int) -> None:
    hits: list[str] = []

    async def other(request: web.Request) -> web.Response:
        hits.append(request.headers.get("Authorization", ""))
        return web.json_response({"data": {}})

    async with serve(other) as target:
        location = f"{target.replace('//', '//user:pw@')}/graphql?x=1"
        async with serve(answers(status, Location=location)) as url:
            error = await failure(url)
    assert isinstance(error, ConnectError)
    assert not error.retryable
    assert target in str(error)
    assert "pw" not in str(error)
    assert "TWENTY_API_URL" in str(error)
    assert hits == []


@pytest.mark.parametrize(
    ("status", "body", "kind", "wanted", "kind_of", "retryable"),
    [
        (200, b"<!doctype html><p>\x1b[31mhi\n", "text/html", "text/html", NotGraphQLError, False),
        (404, b"<html>nginx</html>", "text/html", "HTTP 404", NotGraphQLError, False),
        (404, b"Not Found", "text/plain", "TWENTY_API_URL", NotGraphQLError, False),
        (200, b"", "application/json", "empty body", NotGraphQLError, True),
        (200, b"upstream connect error", "text/plain", "upstream", NotGraphQLError, True),
        (200, b'["a"]', "application/json", "no GraphQL", NotGraphQLError, True),
        (502, b"<html>bad gateway</html>", "text/html", "HTTP 502", ServerFaultError, True),
        (500, b"Error: boom\n    at x.js:1", "text/plain", "HTTP 500", ServerFaultError, True),
        (500, b"", "text/plain", "empty body", ServerFaultError, True),
        (
            401,
            b'{"statusCode":401,"message":"Unauthorized"}',
            "application/json",
            "TWENTY_API_KEY",
            AuthenticationError,
            False,
        ),
        (
            401,
            b'{"errors":[{"message":"Unauthorized"}]}',
            "application/json",
            "TWENTY_API_KEY",
            AuthenticationError,
            False,
        ),
        (
            403,
            b'{"messages":["Forbidden resource"]}',
            "application/json",
            "Forbidden resource",
            PermissionDeniedError,
            False,
        ),
        (
            400,
            b'{"errors":[{"message":"Batching is not supported."}]}',
            "application/json",
            "Batching",
            RequestRefusedError,
            False,
        ),
        (400, b'{"message":"bad"}', "application/json", "HTTP 400: bad", RequestRefusedError, False),
        (
            200 + 200,
            b'{"errors":[{"message":"Token invalid.","extensions":{"code":"UNAUTHENTICATED"}}]}',
            "application/json",
            "Token invalid. Set TWENTY_API_KEY",
            AuthenticationError,
            False,
        ),
    ],
)
async def test_wrong_answers_are_named(
    status: int, body: bytes, kind: str, wanted: str, kind_of: type[ServerError], retryable: bool
) -> None:
    async with serve(answers(status, body, Content_Type=kind)) as url:
        error = await failure(url)
    assert type(error) is kind_of
    assert wanted in str(error)
    assert error.retryable is retryable
    assert "\x1b" not in str(error)
    assert "\n" not in str(error)


async def test_an_error_body_without_content_type_is_read() -> None:
    body = b'{"errors":[{"message":"Token has expired.","extensions":{"code":"UNAUTHENTICATED"}}]}'
    raw = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    async with serve_raw(raw) as url, connected(url) as transport:
        assert await transport.post("/graphql", "{a}", {}) == body


async def test_http_429_says_how_long_to_wait() -> None:
    body = b'{"statusCode":429,"error":"HttpException","messages":["Limit reached (100 tokens per 60000 ms)"]}'
    async with serve(answers(429, body, Retry_After="7")) as url:
        error = await failure(url)
    assert isinstance(error, ThrottledError)
    assert error.retry_after == 7
    assert error.details == {"limit": 100, "window": 60.0}


async def test_a_503_keeps_its_retry_after() -> None:
    async with serve(answers(503, b"busy", Retry_After="3")) as url:
        assert (await failure(url)).details == {"retry_after": 3.0}


async def test_a_server_that_echoes_the_key_does_not_get_it_into_the_message() -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(status=500, text=f"bad header {request.headers['Authorization']}")

    async with serve(handler) as url:
        await failure(url)


@pytest.mark.parametrize(
    "raw",
    [
        b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"data":',
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
        b"HTTP/1.1 OK nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd",
        b"HTTP/1.1 200 OK\r\nbroken header\r\n\r\n",
        b"\x16\x03\x01\x02",
        b"",
    ],
)
async def test_broken_http_is_a_connect_error_worth_a_retry(raw: bytes) -> None:
    async with serve_raw(raw) as url:
        error = await failure(url)
    assert isinstance(error, ConnectError)
    assert error.retryable


async def test_a_reset_connection() -> None:
    async with serve_raw(b"HTTP/1.1 200 OK\r\n", reset=True) as url:
        error = await failure(url)
    assert isinstance(error, ConnectError)
    assert error.__cause__ is not None


async def test_refused_and_unknown_hosts() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        error = await failure(f"http://127.0.0.1:{port}")
        assert isinstance(error, ConnectError)
        assert str(port) in str(error)
        assert error.retryable
    error = await failure("https://no-such-host.invalid")
    assert isinstance(error, ConnectError)


async def test_tls_against_a_plain_server() -> None:
    async with serve(answers(200, b"{}")) as url:
        error = await failure(url.replace("http://", "https://"))
    assert isinstance(error, ConnectError)
    assert not error.retryable
    assert isinstance(error.__cause__, (ssl.SSLError, OSError))


async def test_a_timeout_is_named_and_may_be_given_per_request() -> None:
    stop = asyncio.Event()

    async def handler(_: web.Request) -> web.Response:
        await stop.wait()
        return web.Response()

    async with serve(handler) as url, connected(url) as transport:
        with pytest.raises(ConnectError, match=r"within 0\.05 s"):
            await transport.post("/graphql", "{a}", {}, timeout=0.05)
        stop.set()


async def test_cancelling_a_request_leaves_the_transport_usable() -> None:
    started, stop = asyncio.Event(), asyncio.Event()

    async def handler(_: web.Request) -> web.Response:
        started.set()
        await stop.wait()
        return web.Response(body=b'{"data":{}}')

    async with serve(handler) as url, connected(url) as transport:
        task = asyncio.create_task(transport.post("/graphql", "{a}", {}))
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        stop.set()
        assert await transport.post("/graphql", "{a}", {}) == b'{"data":{}}'


async def test_cookies_and_environment_proxies_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    seen: list[str | None] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request.headers.get("Cookie"))
        return web.Response(body=b'{"data":{}}', headers={"Set-Cookie": "a=b"})

    async with serve(handler) as url, connected(url) as transport:
        await transport.post("/graphql", "{a}", {})
        await transport.post("/graphql", "{a}", {})
    assert seen == [None, None]


async def test_free_queries_and_introspection_go_through_a_gql_session() -> None:
    schema = build_schema("type Query { a(v: String): String }")

    async def handler(request: web.Request) -> web.Response:
        asked = await request.json()
        result = graphql_sync(schema, asked["query"], {"a": lambda _i, v: v}, variable_values=asked.get("variables"))
        return web.json_response(result.formatted)

    async with serve(handler) as url:
        transport = HttpTransport(Settings(url, Secret(KEY)))
        client = transport.client()
        async with client as session:
            import gql

            request = gql.gql("query Q($v: String) { a(v: $v) }")
            request.variable_values = {"v": "x"}
            assert await session.execute(request) == {"a": "x"}
            assert "__schema" in await session.execute(gql.gql(get_introspection_query()))
            with pytest.raises(RequestRefusedError, match="Cannot query field 'nope'"):
                await session.execute(gql.gql("{ nope }"))
            with pytest.raises(QueryError, match="webhooks"):
                async for _ in session.subscribe(gql.gql("subscription { a }")):
                    pass


async def test_connect_and_close_may_be_nested_and_repeated() -> None:
    async with serve(answers(200, b'{"data":{}}')) as url:
        transport = HttpTransport(Settings(url, Secret(KEY)))
        async with transport:
            async with transport.client():
                pass
            assert await transport.post("/graphql", "{a}", {})
        await transport.close()
        with pytest.raises(ConnectError, match="not open"):
            await transport.post("/graphql", "{a}", {})
        async with transport:
            assert await transport.post("/graphql", "{a}", {})


@pytest.mark.parametrize("path", ["@evil.example/", "//evil.example", "graphql", ".evil.example/graphql"])
async def test_a_path_cannot_change_the_host(path: str) -> None:
    async with connected("https://crm.invalid") as transport:
        with pytest.raises(QueryError):
            await transport.post(path, "{a}", {})


async def test_values_that_are_no_json_are_the_callers_fault() -> None:
    async with connected("https://crm.invalid") as transport:
        with pytest.raises(QueryError) as caught:
            await transport.post("/graphql", "{a}", {"v": object()})
    assert json.dumps(KEY) not in repr(caught.value)

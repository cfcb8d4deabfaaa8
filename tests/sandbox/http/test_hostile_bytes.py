"""Bytes that no client should send: each gets an answer or a closed connection, and the sandbox goes on."""

from __future__ import annotations

import asyncio
import gzip
import json
import zlib

import pytest

from twentyql.errors import ConfigError
from twentyql.sandbox import Sandbox

PEOPLE = json.dumps({"query": "{people(first: 1) {edges {node {id}}}}"}).encode()
HEAD = b"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer x\r\n"
DEEP = b'{"query": "{people {edges {node {id}}}}", "variables": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001


def posted(body: bytes, *headers: bytes) -> bytes:
    told = b"".join(header + b"\r\n" for header in headers)
    return HEAD + told + b"Content-Length: %d\r\n\r\n" % len(body) + body


async def answer_to(ask, data: bytes, *, ends: bool) -> bytes:
    """The beginning of what comes back to these bytes; ``ends`` says that no more are to come."""
    host, _, port = ask.sandbox.url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(data)
        if ends:
            writer.write_eof()
        async with asyncio.timeout(10):
            return await reader.read(65_536)
    except ConnectionError:
        return b""
    finally:
        writer.close()


UNFINISHED = {"no request line", "a body that is cut off"}
CASES: dict[str, tuple[bytes, tuple[int, ...]]] = {
    "no HTTP": (b"\x16\x03\x01\x02\x00hello\r\n\r\n", (400,)),
    "no request line": (b"\r\n\r\n", (0, 400)),
    "an unknown method": (b"BREW /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", (400, 404, 405)),
    "no host": (b"POST /graphql HTTP/1.1\r\nContent-Length: 0\r\n\r\n", (400, 403)),
    "a foreign host": (b"GET /graphql HTTP/1.1\r\nHost: evil.example\r\n\r\n", (403,)),
    "a host that looks like ours": (b"GET / HTTP/1.1\r\nHost: 127.0.0.1.evil.example\r\n\r\n", (403,)),
    "a host with junk": (b"GET / HTTP/1.1\r\nHost: 127.0.0.1:1:2\r\n\r\n", (403,)),
    "two hosts": (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n", (400, 403)),
    "an endless header": (HEAD + b"X: " + b"x" * 100_000 + b"\r\n\r\n", (400,)),
    "bytes in a key": (HEAD + b"Authorization: Bearer \xff\xfe\r\nContent-Length: 0\r\n\r\n", (200, 400)),
    "two lengths": (HEAD + b"Content-Length: 3\r\nContent-Length: 9\r\n\r\n{}", (400,)),
    "a negative length": (HEAD + b"Content-Length: -5\r\n\r\n{}", (400,)),
    "length and chunks": (HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", (200, 400)),
    "a broken chunk": (HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n", (400,)),
    "a body that is cut off": (HEAD + b"Content-Length: 500\r\n\r\n{", (0, 400)),
    "no body": (posted(b""), (400,)),
    "no JSON": (posted(b"query { people }"), (400,)),
    "no text": (posted(b"\xff\xfe\x00"), (400,)),
    "half a letter": (posted(b'{"query": "\\ud800"}'), (200, 400)),
    "a number": (posted(b"7"), (400,)),
    "deep JSON": (posted(DEEP), (400, 500)),
    "a deep list": (posted(b"[" * 200_000), (400, 500)),
    "no gzip": (posted(b"not compressed", b"Content-Encoding: gzip"), (400,)),
    "an unknown compression": (posted(PEOPLE, b"Content-Encoding: zstd-or-so"), (200, 400)),
    "a bomb": (posted(gzip.compress(b" " * 40_000_000), b"Content-Encoding: gzip"), (413, 500)),
    "a deflated request": (posted(zlib.compress(PEOPLE), b"Content-Encoding: deflate"), (200, 400)),
    "a null in the path": (b"GET /rest/people%00?filter=\x00 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", (400, 403, 404)),
    "a way out": (b"GET /file/../../etc/passwd?token=x HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", (200, 400, 403, 404)),
    "an upload to nowhere": (b"PUT /files/upload/x HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\n\r\nx", (403,)),
}


@pytest.mark.parametrize("name", CASES)
async def test_bytes_that_nobody_should_send(ask, name):
    data, statuses = CASES[name]
    said = await answer_to(ask, data, ends=name in UNFINISHED)
    status = int(said.split(b" ", 2)[1]) if said.startswith(b"HTTP/") else 0
    assert status in statuses, said[:300]
    assert b"root:" not in said
    assert b"Traceback" not in said
    assert (await ask("{people(first: 1) {edges {node {id}}}}"))["data"]["people"]["edges"]
    assert ask.sandbox.ledger.in_flight == 0


@pytest.mark.parametrize("port", [-1, 70_000, "http"])
def test_a_port_that_is_none_is_a_clear_error(port):
    with pytest.raises(ConfigError, match=r"port|Port"):
        Sandbox.demo(rows=0, port=port)

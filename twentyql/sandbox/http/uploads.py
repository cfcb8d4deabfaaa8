"""The addresses of files: bytes are put to one and got from another, each with its own signature instead of a key."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote

from aiohttp import web

from twentyql.sandbox.http.answers import Answer, rest_error
from twentyql.sandbox.http.rest import refused_answer
from twentyql.sandbox.root import Refused
from twentyql.sandbox.workspace.files import MOST_BYTES, Files

UPLOAD = "/files/upload/"
DOWNLOAD = "/file/"
TOO_LARGE = rest_error(413, "PayloadTooLargeException", f"A file has at most {MOST_BYTES} bytes.")


@dataclass(frozen=True)
class Uploads:
    """The two addresses; ``work`` runs a function in the engine's thread."""

    files: Files
    work: Callable[[Callable[[], Any]], Awaitable[Any]]

    def handler(self, method: str, path: str) -> Callable[[web.Request], Awaitable[Answer]] | None:
        """What answers a request, if it is for one of the two."""
        if method == "PUT" and path.startswith(UPLOAD):
            return self._put
        return self._get if method == "GET" and path.startswith(DOWNLOAD) else None

    async def _put(self, request: web.Request) -> Answer:
        data = bytearray()
        async for chunk in request.content.iter_any():
            data += chunk
            if len(data) > MOST_BYTES:
                return TOO_LARGE
        identity, token = request.path.removeprefix(UPLOAD), request.query.get("token", "")
        try:
            await self.work(partial(self.files.put, identity, token, bytes(data)))
        except Refused as refused:
            return refused_answer(refused)
        return Answer(b"")

    async def _get(self, request: web.Request) -> Answer:
        identity, token = request.path.rpartition("/")[2], request.query.get("token", "")
        try:
            content = await self.work(partial(self.files.content, identity, token))
        except Refused as refused:
            return refused_answer(refused)
        headers = {
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(content.name)}",
            "X-Content-Type-Options": "nosniff",
        }
        return Answer(content.data, content_type=content.kind, headers=headers)

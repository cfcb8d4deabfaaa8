"""A client for a whole sandbox: GraphQL by call, REST by verb."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import aiohttp

from twentyql.sandbox import Sandbox
from twentyql.sandbox.demo import demo_snapshot
from twentyql.sandbox.records.image import Image, make_image


class Whole:
    """Asks a sandbox; ``rest`` gives status and JSON."""

    def __init__(self, sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
        self.sandbox = sandbox
        self.session = session
        self.key = sandbox.key

    async def __call__(
        self, text: str, variables: Any = None, *, path: str = "/graphql", key: str | None = None
    ) -> Any:
        headers = {"Authorization": f"Bearer {key or self.key}"}
        body = {"query": text, "variables": variables}
        async with self.session.post(self.sandbox.url + path, json=body, headers=headers) as response:
            return await response.json(content_type=None)

    async def data(self, text: str, variables: Any = None, **more: Any) -> Any:
        """The data of an answer without errors."""
        answer = await self(text, variables, **more)
        assert "errors" not in answer, answer
        return answer["data"]

    async def metadata(self, text: str, variables: Any = None) -> Any:
        """The data of an answer of ``/metadata`` without errors."""
        return await self.data(text, variables, path="/metadata")

    async def rest(self, method: str, path: str, body: Any = None, **query: str) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.key}"}
        url = self.sandbox.url + "/rest" + path
        async with self.session.request(method, url, json=body, params=query, headers=headers) as response:
            return response.status, await response.json(content_type=None)


@cache
def demo_image() -> Image:
    """The smallest demo, loaded once."""
    return make_image(demo_snapshot(0))


@asynccontextmanager
async def whole(**options: Any) -> AsyncIterator[Whole]:
    """A client of a fresh small demo."""
    made = Sandbox.demo(rows=0, **options) if "db" in options else Sandbox(demo_image, **options)
    async with made as sandbox, aiohttp.ClientSession() as session:
        yield Whole(sandbox, session)

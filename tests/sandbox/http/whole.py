"""A client for a whole sandbox: GraphQL by call, REST by verb."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from twentyql.sandbox import Sandbox


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


@asynccontextmanager
async def whole(rows: int = 0, **options: Any) -> AsyncIterator[Whole]:
    async with Sandbox.demo(rows=rows, **options) as sandbox, aiohttp.ClientSession() as session:
        yield Whole(sandbox, session)

"""A sandbox with a stand-in engine, so that the HTTP side is judged alone, and a client for it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from twentyql.sandbox import Sandbox, Snapshot
from twentyql.sandbox.model import Model
from twentyql.sandbox.root import Refused, Root


class EchoEngine:
    """Answers a connection of numbered rows that echoes what was asked; ``broken`` fails, ``company`` is missing."""

    warnings = ("one warning",)
    empty = True

    def __init__(self, model: Model) -> None:
        self.model = model
        self.ran: list[Root] = []
        self.closed = False

    def load(self, rows: object, *, into_empty: bool = False) -> bool:
        return True

    def knows(self, root_name: str) -> bool:
        return root_name in {"companies", "company", "people", "createCompany", "search"}

    def run(self, root: Root) -> Any:
        self.ran.append(root)
        if root.name == "company":
            raise Refused("Record not found", "NOT_FOUND", "RECORD_NOT_FOUND")
        if root.arguments.get("broken"):
            raise ValueError("a bug")
        edges = [{"node": {"id": n}, "cursor": f"c{n}"} for n in range(root.arguments.get("first", 4))]
        if root.name == "search":
            return {"edges": edges, "pageInfo": {"hasNextPage": False}}
        info = {"hasNextPage": False, "endCursor": "end"}
        return {
            "edges": edges,
            "pageInfo": info,
            "totalCount": 4,
            "arguments": root.arguments,
            "selection": root.selection,
        }

    def keep(self, name: str, value: Any) -> None:
        pass

    def kept(self, name: str) -> Any:
        return None

    def listen(self, listener: Any) -> None:
        pass

    def close(self) -> None:
        self.closed = True


def _object(singular: str, plural: str) -> dict[str, Any]:
    fields = [
        {"id": f"{singular}-id", "name": "id", "type": "UUID", "label": "Id", "isActive": True},
        {"id": f"{singular}-name", "name": "name", "type": "TEXT", "label": "Name", "isActive": True},
    ]
    return {
        "id": f"{singular}-object",
        "nameSingular": singular,
        "namePlural": plural,
        "labelSingular": singular,
        "labelPlural": plural,
        "isActive": singular != "old",
        "isSystem": False,
        "fieldsList": fields,
    }


SNAPSHOT = Snapshot(
    [_object("company", "companies"), _object("person", "people"), _object("old", "olds")],
    {"id": "3b8e6458-5fc1-4e63-8563-008ccddaa6db", "displayName": "Test", "subdomain": "t", "metadataVersion": 7},
    {},
)


class EchoSandbox(Sandbox):
    def _make_engine(self, model: Model) -> Any:
        return EchoEngine(model)


class Asker:
    """Asks one sandbox. ``answer`` gives status and JSON (or text)."""

    def __init__(self, sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
        self.sandbox = sandbox
        self.session = session

    async def raw(self, path: str, body: Any, key: str | None = "any", **more: Any) -> aiohttp.ClientResponse:
        headers = {"Authorization": f"Bearer {key}"} if key is not None else {}
        headers |= more.pop("headers", {})
        response = await self.session.post(self.sandbox.url + path, json=body, headers=headers, **more)
        await response.read()
        return response

    async def __call__(
        self, text: str, variables: Any = None, *, key: str | None = "any", path: str = "/graphql", **more: Any
    ) -> Any:
        body = {"query": text, "variables": variables, **more}
        return await (await self.raw(path, body, key)).json(content_type=None)


@asynccontextmanager
async def asking(**options: Any) -> AsyncIterator[Asker]:
    async with EchoSandbox.of(SNAPSHOT, **options) as sandbox, aiohttp.ClientSession() as session:
        yield Asker(sandbox, session)


@pytest.fixture
async def ask() -> AsyncIterator[Asker]:
    async with asking() as asker:
        yield asker


@pytest.fixture
def open_sandbox() -> Callable[..., Any]:
    """``async with open_sandbox(limits="stock") as ask``: a sandbox with options of the test's own."""
    return asking

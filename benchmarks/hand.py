"""What a careful programmer would write without the toolkit, and what the vendor's examples do; paced alike."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import aiohttp

from twentyql.errors import ThrottledError
from twentyql.execute.pacer import Pacer
from twentyql.sandbox import Sandbox


@dataclass
class Took:
    """What a way of reading took. ``seconds`` are those of the sandbox's clock."""

    requests: int = 0
    tokens: int = 0
    bytes: int = 0
    seconds: float = 0.0
    rows: int = 0
    lost: int = 0


class Hand:
    """Sends documents one by one, counts what they take, and waits for its turn with the toolkit's own pacer."""

    def __init__(self, sandbox: Sandbox, pacer: Pacer) -> None:
        self._sandbox, self._pacer = sandbox, pacer
        self.took = Took()

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(headers={"Authorization": f"Bearer {self._sandbox.key}"})
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def ask(self, text: str, variables: dict[str, Any] | None = None, tokens: int = 1) -> dict[str, Any]:
        """The data of one document; a refusal waits and asks again."""
        while True:
            try:
                async with self._pacer.turn(tokens):
                    return await self._send(text, variables or {}, tokens)
            except ThrottledError:
                continue

    async def _send(self, text: str, variables: dict[str, Any], tokens: int) -> dict[str, Any]:
        self.took.requests += 1
        self.took.tokens += tokens
        payload = {"query": text, "variables": variables}
        async with self._session.post(f"{self._sandbox.url}/graphql", json=payload) as response:
            body = await response.read()
        self.took.bytes += len(body)
        answer = json.loads(body)
        for error in answer.get("errors", ()):
            if error["extensions"].get("subCode") == "LIMIT_REACHED":
                raise ThrottledError("Limit reached", details={"limit": 100, "window": 60.0})
            raise RuntimeError(error["message"])
        data: dict[str, Any] = answer["data"]
        return data

    async def pages(
        self, root: str, node: str, size: int = 200, filter: tuple[str, Any] | None = None
    ) -> AsyncIterator[dict[str, Any]]:
        """Every node of a list by id."""
        declared = f", $filter: {filter[0]}" if filter else ""
        given = ", filter: $filter" if filter else ""
        text = (
            f"query Pages($first: Int, $after: String{declared}) {{ {root}(first: $first, after: $after{given}) {{ "
            f"totalCount edges {{ node {node} }} pageInfo {{ hasNextPage endCursor }} }} }}"
        )
        after: str | None = None
        while True:
            variables = {
                "first": size,
                **({"after": after} if after else {}),
                **({"filter": filter[1]} if filter else {}),
            }
            found = (await self.ask(text, variables))[root]
            for edge in found["edges"]:
                yield edge["node"]
            if not found["pageInfo"]["hasNextPage"]:
                return
            after = found["pageInfo"]["endCursor"]


def table(title: str, rows: dict[str, Took]) -> None:
    """Print what each way took, side by side."""
    print(f"\n{title}")
    print(f"  {'':44}{'requests':>9}{'tokens':>8}{'MB':>8}{'seconds':>9}{'rows':>9}{'lost':>8}")
    for name, took in rows.items():
        size, seconds = took.bytes / 1e6, took.seconds
        print(
            f"  {name:44}{took.requests:>9,}{took.tokens:>8,}{size:>8.2f}{seconds:>9.1f}{took.rows:>9,}{took.lost:>8,}"
        )


def close(name: str, expected: float, actual: float, share: float = 0.1) -> list[str]:
    """A complaint if ``expected`` is not within ``share`` of ``actual``."""
    if abs(expected - actual) <= share * actual:
        return []
    return [f"{name}: expected {expected:.0f}, but it was {actual:.0f}"]

"""One document that is no paged read: checked, paced, sent, retried, and its data handed back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from twentyql.execute.pacer import Pacer
from twentyql.execute.requester import Posts
from twentyql.execute.retry import with_retries
from twentyql.faults import read_answer

Ask = Callable[[str, Mapping[str, Any], int], Awaitable[dict[str, Any]]]
"""Sends a text with variables, for as many tokens, and gives the ``data``."""


def asker(transport: Posts, pacer: Pacer) -> Ask:
    """What sends the documents of one client."""

    async def ask(text: str, variables: Mapping[str, Any], tokens: int) -> dict[str, Any]:
        async def once() -> dict[str, Any]:
            async with pacer.turn(tokens):
                answer = read_answer(await transport.post("/graphql", text, dict(variables)))
            data: dict[str, Any] = answer["data"]
            return data

        return await with_retries(once)

    return ask

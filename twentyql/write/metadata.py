"""Documents of ``/metadata``: not counted by the throttle of records; reads are tried again, changes are not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from twentyql.execute.retry import with_retries
from twentyql.faults import read_answer
from twentyql.write.sender import Posts


@dataclass(frozen=True)
class Metadata:
    """Asks ``/metadata`` of one server."""

    transport: Posts

    async def read(self, text: str, variables: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The ``data`` of a query, after as many tries as it takes."""

        async def once() -> dict[str, Any]:
            return await self.change(text, variables or {})

        return await with_retries(once)

    async def change(self, text: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """The ``data`` of a mutation, sent once. Raises the ServerErrors of the tree."""
        body = await self.transport.post("/metadata", text, dict(variables))
        return cast("dict[str, Any]", read_answer(body)["data"])

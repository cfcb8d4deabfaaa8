"""The records of one object: it alone carries the verbs of records, and calls its client for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twentyql.build import named

if TYPE_CHECKING:
    from twentyql.client import Client


class Collection:
    """The records of one object, by name: where queries without generated code begin."""

    def __init__(self, client: Client, name: str) -> None:
        self._client = client
        self._name = name

    def select(self, *names: str) -> named.NamedQuery:
        """A query for the fields with these GraphQL names: ``"name"``, ``"people.emails.primaryEmail"``."""
        return named.select(self._client.model, self._name, *names)

    async def count(self, where: dict[str, Any] | None = None, *, timeout: float | None = None) -> int:
        """How many live records match ``where`` (all of them without it), as the server counts."""
        query = self.select("id")
        return await self._client.count(query.where(where) if where else query, timeout=timeout)

    def __repr__(self) -> str:
        return f"<Collection of {self._name}>"

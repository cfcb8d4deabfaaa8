"""The webhooks of a workspace: list, create, change, delete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from twentyql.errors import ConfigError, QueryError
from twentyql.webhooks.events import ACTIONS
from twentyql.write.metadata import Metadata

_FIELDS = "{ id targetUrl operations description secret }"
ANY = "*.*"


@dataclass(frozen=True, slots=True)
class Webhook:
    """One webhook. ``operations`` are such as ``company.created``, ``person.*``, ``*.*``."""

    id: str
    url: str
    operations: tuple[str, ...]
    description: str = ""
    secret: str = field(default="", repr=False)


@dataclass(frozen=True)
class Webhooks:
    """The webhooks of one workspace, as ``client.webhooks``."""

    metadata: Metadata
    objects: frozenset[str]

    async def list(self) -> tuple[Webhook, ...]:
        """All webhooks."""
        data = await self.metadata.read(f"{{ webhooks {_FIELDS} }}")
        return tuple(_webhook(each) for each in data["webhooks"])

    async def get(self, id: str) -> Webhook | None:
        """The webhook with this id, or None."""
        return next((each for each in await self.list() if each.id == id), None)

    async def create(
        self, url: str, operations: Sequence[str] = (ANY,), *, secret: str | None = None, description: str = ""
    ) -> Webhook:
        """Have events sent to ``url``. Without a secret deliveries are not signed, and a `Receiver` refuses them.

        Raises QueryError for an operation that no object has, and ConfigError for a url that is none.
        """
        given: dict[str, Any] = {"targetUrl": _url(url), "operations": self.checked(operations)}
        given |= {"description": description} if description else {}
        given |= {"secret": secret} if secret else {}
        text = f"mutation($input: CreateWebhookInput!) {{ createWebhook(input: $input) {_FIELDS} }}"
        return _webhook((await self.metadata.change(text, {"input": given}))["createWebhook"])

    async def update(
        self,
        id: str,
        *,
        url: str | None = None,
        operations: Sequence[str] | None = None,
        secret: str | None = None,
        description: str | None = None,
    ) -> Webhook:
        """Change what is given of a webhook."""
        checked = None if operations is None else self.checked(operations)
        named = {"targetUrl": url and _url(url), "operations": checked, "secret": secret, "description": description}
        update = {name: value for name, value in named.items() if value is not None}
        if not update:
            raise QueryError("There is nothing to change.")
        text = f"mutation($input: UpdateWebhookInput!) {{ updateWebhook(input: $input) {_FIELDS} }}"
        data = await self.metadata.change(text, {"input": {"id": id, "update": update}})
        return _webhook(data["updateWebhook"])

    async def delete(self, id: str) -> Webhook:
        """Delete a webhook, and give what it was. Raises RecordNotFoundError."""
        text = f"mutation($id: UUID!) {{ deleteWebhook(id: $id) {_FIELDS} }}"
        return _webhook((await self.metadata.change(text, {"id": id}))["deleteWebhook"])

    def checked(self, operations: Sequence[str]) -> list[str]:  # type: ignore[valid-type]
        """``operations`` if every one can happen. Raises QueryError."""
        if isinstance(operations, str):
            raise QueryError("operations is a list of names.", advice=f"Give [{operations!r}].")
        for operation in operations:
            name, _, action = operation.rpartition(".")
            if (name != "*" and name not in self.objects) or (action != "*" and action not in ACTIONS):
                raise QueryError(
                    f"Nothing is called {operation!r}.",
                    advice=f"An operation is an object or *, and one of {', '.join(ACTIONS)} or *: person.created.",
                )
        return [*operations]


def _url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(
            f"{url!r} is no address to send events to.", advice="Give one such as https://example.com/hook."
        )
    return url


def _webhook(given: Mapping[str, Any]) -> Webhook:
    return Webhook(
        given["id"],
        given["targetUrl"],
        tuple(given["operations"]),
        given.get("description") or "",
        given.get("secret") or "",
    )

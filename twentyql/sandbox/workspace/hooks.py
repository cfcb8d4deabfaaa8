"""The webhooks of a workspace: which there are, and which of them an event is for."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from twentyql.sandbox.records.events import Event
from twentyql.sandbox.root import Refused
from twentyql.sandbox.workspace.problems import Problems
from twentyql.sandbox.workspace.served import Workspace, not_found

Hook = dict[str, Any]
INVALID = "INVALID_WEBHOOK_INPUT"
OPERATION = re.compile(r"\*|(\w+|\*)\.(created|updated|deleted|destroyed|restored|\*)")
URL_WANTED = "Invalid target URL. Please provide a valid HTTP or HTTPS URL."


class Hooks:
    """The webhooks, kept beside the rows. To be used in the engine's thread."""

    def __init__(self, workspace: Workspace, send: Callable[[Sequence[tuple[Event, Hook]]], None]) -> None:
        """``send`` is given what happened, with the webhook that wants to know, after each write."""
        self._workspace = workspace
        self._send = send
        self.every: list[Hook] = workspace.engine.kept("webhooks") or []
        self._listen()

    def _listen(self) -> None:
        """Listen to writes only while there is a webhook: it makes them slower."""
        self._workspace.engine.listen(self._tell if self.every else None)

    def _tell(self, events: Sequence[Event]) -> None:
        pairs = ((event, hook) for event in events for hook in self._matching(event))
        self._send(list(pairs))

    def find(self, identity: str) -> Hook | None:
        """The webhook with this id."""
        return next((hook for hook in self.every if hook["id"] == identity), None)

    def create(self, given: Mapping[str, Any]) -> Hook:
        """Add a webhook; one without a secret gets one. Raises Refused."""
        identity = str(given.get("id") or uuid4())
        problems = Problems("webhook", "create", {"id": identity, "targetUrl": given["targetUrl"]})
        if self.find(identity) is not None:
            problems.add(INVALID, "Webhook with same id already exists", identity)
        moment = self._workspace.moment()
        made: Hook = {
            "id": identity,
            "targetUrl": given["targetUrl"],
            "operations": list(given["operations"]),
            "description": given.get("description"),
            "secret": given.get("secret") or secrets.token_hex(32),
            "applicationId": str(self._workspace.info["id"]),
            "createdAt": moment,
            "updatedAt": moment,
            "deletedAt": None,
        }
        _check(made, problems)
        self._keep([*self.every, made])
        return made

    def update(self, identity: str, given: Mapping[str, Any]) -> Hook:
        """Change a webhook. Raises Refused."""
        hook = self._known(identity)
        changes = {name: value for name, value in given.items() if value is not None and name != "id"}
        changed: Hook = {**hook, **changes, "updatedAt": self._workspace.moment()}
        _check(changed, Problems("webhook", "update", {"id": identity}))
        self._keep([changed if each is hook else each for each in self.every])
        return changed

    def delete(self, identity: str) -> Hook:
        """Take a webhook out; what it was. Raises Refused."""
        hook = self._known(identity)
        self._keep([each for each in self.every if each is not hook])
        return hook

    def _known(self, identity: str) -> Hook:
        found = self.find(identity)
        if found is None:
            raise Refused("Webhook not found", "NOT_FOUND")
        return found

    def _keep(self, hooks: list[Hook]) -> None:
        self._workspace.engine.keep("webhooks", hooks)
        self.every = hooks
        self._listen()

    def _matching(self, event: Event) -> Iterator[Hook]:
        singular, action = event.object.singular, event.action
        wanted = {"*", "*.*", f"{singular}.*", f"*.{action}", f"{singular}.{action}"}
        return (hook for hook in self.every if wanted & set(hook["operations"]))

    def roots(self) -> Mapping[str, Any]:
        """The root fields of ``/metadata``."""
        return {
            "webhooks": lambda info: self.every,
            "webhook": lambda info, id: self._found(id),
            "createWebhook": lambda info, input: self.create(input),
            "updateWebhook": lambda info, input: self.update(input["id"], input["update"]),
            "deleteWebhook": lambda info, id: self.delete(id),
        }

    def _found(self, identity: str) -> Hook:
        found = self.find(identity)
        if found is None:
            raise not_found("WebhookEntity", identity)
        return found


def _check(hook: Hook, problems: Problems) -> None:
    try:
        parts = urlsplit(str(hook["targetUrl"]))
        fine = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        fine = False
    if not fine:
        problems.add(INVALID, URL_WANTED, hook["targetUrl"])
    for operation in hook["operations"]:
        if not OPERATION.fullmatch(operation):
            problems.add(INVALID, f'Invalid operation "{operation}". eg: company.created, company.*, *.*', operation)
    problems.check()

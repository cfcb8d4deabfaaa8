"""A delivery as an event: which record, what happened, what it is like now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar, cast

import msgspec

from twentyql.errors import WebhookRefusedError

Action = Literal["created", "updated", "deleted", "restored", "destroyed"]
ACTIONS: tuple[Action, ...] = ("created", "updated", "deleted", "restored", "destroyed")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to one record.

    ``record`` is its state afterwards (before, for one that was destroyed), ``updated_fields`` what an update changed.
    ``when`` is the moment in ISO form: of the record's last change where it tells, else of the delivery. ``late`` says
    that a later state of the record came before this one, since deliveries are in no order. ``polled`` events were
    found by `reconcile`, not delivered.
    """

    object: str
    action: Action
    id: str
    when: str
    record: Mapping[str, Any] = field(repr=False)
    updated_fields: tuple[str, ...] = ()
    workspace: str | None = None
    webhook: str | None = None
    member: str | None = None
    late: bool = False
    polled: bool = False

    @property
    def name(self) -> str:
        """``person.updated``, as operations of webhooks are named."""
        return f"{self.object}.{self.action}"

    def row(self, record_class: type[R]) -> R:
        """The record as a row of a Record class of its own fields. Raises WebhookRefusedError where it does not fit."""
        try:
            return msgspec.convert(dict(self.record), type=record_class)
        except (msgspec.ValidationError, TypeError) as error:
            raise WebhookRefusedError(
                f"The {self.object} is no {record_class.__name__}: {error}", why="malformed"
            ) from error


def parse(body: bytes) -> Event:
    """The event of a body. Raises WebhookRefusedError where it is none."""
    try:
        given: Any = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise WebhookRefusedError("The body is no JSON.", why="malformed") from error
    data = _mapping(given)
    record = _mapping(data.get("record") or data.get("data"))  # data and event: as the manual shows it
    name, _, action = str(data.get("eventName") or data.get("event") or "").rpartition(".")
    identity = record.get("id")
    if not name or action not in ACTIONS or not isinstance(identity, str):
        raise WebhookRefusedError("The body is no event of a record.", why="malformed")
    fields = data.get("updatedFields")
    return Event(
        object=name,
        action=action,
        id=identity,
        when=_moment(record, data, action),
        record=record,
        updated_fields=tuple(str(each) for each in fields) if isinstance(fields, list) else (),
        workspace=_text(data.get("workspaceId")),
        webhook=_text(data.get("webhookId")),
        member=_text(data.get("workspaceMemberId")),
    )


def _moment(record: Mapping[str, Any], data: Mapping[str, Any], action: str) -> str:
    """When the record became what it is; a destroyed one has only the moment of the delivery."""
    own = None if action == "destroyed" else _text(record.get("updatedAt"))
    return own or _text(data.get("eventDate")) or _text(data.get("timestamp")) or ""


def _mapping(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None

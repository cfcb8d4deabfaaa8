"""What changed, found by asking: for what was never delivered, since a server sends once and does not try again."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from twentyql.errors import QueryError
from twentyql.webhooks.events import Action, Event

OVERLAP = datetime.timedelta(seconds=10)
"""Rows that were being written while a poll looked have an earlier updatedAt than it saw: look back that far."""


async def changes(
    client: Any,
    name: str,
    since: datetime.datetime,
    *,
    every: float | None = None,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> AsyncIterator[Event]:
    """The states of records of an object that changed after ``since``, deleted ones too, each once.

    Once, or again and again ``every`` so many seconds. Polling sees the last state of a record, not the steps between,
    and no record that was destroyed. The rows come by id, whole; those of one poll are sorted by their time.
    """
    if since.utcoffset() is None:
        raise QueryError("since has no time zone.", advice="Give it one, for example tzinfo=datetime.UTC.")
    of = client.model.object(name)
    fields = [field.name for field in of.fields if field.name != "searchVector"]
    seen: dict[str, str] = {}
    newest = since
    while True:
        after = _iso(newest - (OVERLAP if seen else datetime.timedelta(0)))
        anywhere = {"or": [{"deletedAt": {"is": "NULL"}}, {"deletedAt": {"is": "NOT_NULL"}}]}
        query = client[name].select(*fields).where({"and": [{"updatedAt": {"gt": after}}, anywhere]})
        rows = sorted(await client.fetch(query), key=lambda row: str(row["updatedAt"]))
        for row in rows:
            when = _iso(_time(row["updatedAt"]))
            if seen.get(row["id"]) != when:
                seen[row["id"]] = when
                yield Event(of.singular, _action(row, since), row["id"], when, row, polled=True)
        newest = max([newest, *(_time(row["updatedAt"]) for row in rows)])
        if every is None:
            return
        horizon = _iso(newest - 2 * OVERLAP)
        seen = {identity: when for identity, when in seen.items() if when > horizon} or {"": ""}
        await sleep(every)


def _action(row: Any, since: datetime.datetime) -> Action:
    if row["deletedAt"]:
        return "deleted"
    return "created" if _time(row["createdAt"]) > since else "updated"


def _time(value: Any) -> datetime.datetime:
    return value if isinstance(value, datetime.datetime) else datetime.datetime.fromisoformat(str(value))


def _iso(moment: datetime.datetime) -> str:
    return moment.astimezone(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

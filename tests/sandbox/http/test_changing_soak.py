"""Soak: many clients write while the data model changes under them, and a receiver is told of every write."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest
from test_metadata_changes import UPDATE_FIELD, UPDATE_OBJECT, make_field, make_object
from test_webhooks import hook, receiving
from whole import Whole, whole

pytestmark = pytest.mark.soak
CREATE = "mutation($d: [BoatCreateInput!]!) {createBoats(data: $d) {id}}"
WRITERS, ROUNDS, ROWS = 16, 30, 20


async def write(crm: Whole, number: int) -> int:
    """Write rows until all rounds are through; how many were written."""
    written = 0
    for turn in range(ROUNDS):
        data = [{"name": f"{number}-{turn}-{row}"} for row in range(ROWS)]
        answer = await crm(CREATE, {"d": data})
        assert "errors" not in answer, answer
        written += len(answer["data"]["createBoats"])
        read = await crm("{boats(first: 50) {totalCount edges {node {id name sail canvas}}}}")
        assert "errors" not in read, read
    return written


async def change(crm: Whole, identity: str, done: asyncio.Event) -> int:
    """Add, rename, hide and show fields until the writers are through; how many changes were made."""
    changes = 0
    while not done.is_set():
        field = await make_field(crm, identity, "TEXT", "sail")
        steps: list[dict[str, Any]] = [{"name": "canvas"}, {"isActive": False}, {"isActive": True}]
        for update in steps:
            await crm.metadata(UPDATE_FIELD, {"i": {"id": field["id"], "update": update}})
        await crm.metadata(UPDATE_OBJECT, {"i": {"id": identity, "update": {"description": str(changes)}}})
        await crm.metadata("mutation($i: UUID!) {deleteOneField(input: {id: $i}) {id}}", {"i": field["id"]})
        changes += len(steps) + 3
    return changes


async def test_writers_lose_nothing_while_the_data_model_changes():
    async with receiving() as receiver, whole() as crm:
        identity = await make_object(crm)
        await hook(crm, receiver.url, "boat.created")
        version = "{currentWorkspace {metadataVersion}}"
        before = (await crm.metadata(version))["currentWorkspace"]["metadataVersion"]
        done = asyncio.Event()
        changing = asyncio.create_task(change(crm, identity, done))
        written = sum(await asyncio.gather(*(write(crm, number) for number in range(WRITERS))))
        done.set()
        changes = await changing
        await crm.sandbox.webhooks.settled()
        assert written == WRITERS * ROUNDS * ROWS
        read = await crm.data("{boats {totalCount countUniqueValuesName}}")
        assert read["boats"] == {"totalCount": written, "countUniqueValuesName": written}
        told = Counter(body["record"]["name"] for body in receiver.bodies)
        assert (len(told), set(told.values())) == (written, {1})
        after = (await crm.metadata(version))["currentWorkspace"]["metadataVersion"]
        assert (after - before, changes > 20) == (changes, True)
        assert not [entry for entry in crm.sandbox.ledger if entry.status >= 500]

"""Many records changed, binned, restored or destroyed by a filter: counted first, then by their ids, 200 a request."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from twentyql.errors import QueryError, RequestRefusedError
from twentyql.refusals import most_records
from twentyql.schema.model import ObjectModel
from twentyql.write.composites import Form
from twentyql.write.documents import mutation
from twentyql.write.forms import Forms
from twentyql.write.guards import OnCount, Where, aim
from twentyql.write.lookups import resolve
from twentyql.write.receipt import WriteReceipt
from twentyql.write.sender import Sender, WriteTally

MOST = 200
FINAL = "destroyed records are gone for good: nothing restores them"
OnRows = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class Options:
    """How a bulk write behaves. ``on_count`` hears how many records it is for before any of them is touched.

    ``everything`` allows a filter that leaves nothing out, ``on_rows`` hears of rows as they are settled.
    """

    everything: bool = False
    on_count: OnCount | None = None
    on_rows: OnRows | None = None


async def update_where(
    sender: Sender, of: ObjectModel, where: Where, given: Any, options: Options, form: Form | None = None
) -> WriteReceipt:
    """Set the same fields on every record that ``where`` matches now. Raises EverythingError unless that is allowed."""
    forms = Forms(sender.model, sender.schema, of, form=form, update=True)
    (data,) = await resolve(sender, [forms.record(given)], WriteTally())
    if not data or "id" in data:
        raise QueryError("There is nothing that can be set on many records.", advice="Give fields, but no id.")
    return await _change(sender, of, where, "update", {"data": data}, options)


async def delete_where(sender: Sender, of: ObjectModel, where: Where, options: Options) -> WriteReceipt:
    """Put every record that ``where`` matches into the bin."""
    return await _change(sender, of, where, "delete", {}, options)


async def restore_where(sender: Sender, of: ObjectModel, where: Where, options: Options) -> WriteReceipt:
    """Take every binned record that ``where`` matches out of the bin."""
    return await _change(sender, of, where, "restore", {}, options)


async def destroy_where(sender: Sender, of: ObjectModel, where: Where, options: Options) -> WriteReceipt:
    """Remove every record that ``where`` matches for good: live ones, unless it mentions ``deletedAt``. It is final."""
    receipt = await _change(sender, of, where, "destroy", {}, options)
    return replace(receipt, notes=(*receipt.notes, FINAL)) if receipt.destroyed else receipt


async def _change(
    sender: Sender, of: ObjectModel, where: Where, verb: str, more: Mapping[str, Any], options: Options
) -> WriteReceipt:
    begun, waited = time.monotonic(), sender.pacer.state.waited_seconds
    tally = WriteTally()
    document = mutation(sender.schema, of, f"{verb}_many", ("filter", *more), {"id": {}})
    aimed = await aim(sender, of, where, verb, tally, everything=options.everything, binned=verb == "restore")
    if options.on_count:
        options.on_count(aimed.count)
    ids = [record["id"] async for record in sender.records(of, {"id": {}}, aimed.filter, tally)] if aimed.count else []
    done = 0
    async for count in _by_ids(sender, document, ids, more, tally):
        done += count
        if options.on_rows:
            options.on_rows(count)
    if done != len(ids):
        tally.notes.append(f"{len(ids) - done} of the {len(ids)} records were changed by others meanwhile")
    past = {"update": "updated", "delete": "deleted", "restore": "restored", "destroy": "destroyed"}[verb]
    receipt = WriteReceipt("complete", of.plural, len(ids), **{past: done})  # type: ignore[arg-type]
    spent = sender.pacer.state.waited_seconds - waited
    return replace(
        receipt,
        requests=tally.requests,
        tokens=tally.tokens,
        retries=tally.retries,
        seconds=time.monotonic() - begun,
        waited=spent,
        notes=tuple(tally.notes),
    )


async def _by_ids(
    sender: Sender, document: Any, ids: list[str], more: Mapping[str, Any], tally: WriteTally
) -> AsyncIterator[int]:
    """How many records each request changed. A smaller cap than 200 is learnt from the server's refusal."""
    cap, at = MOST, 0
    while at < len(ids):
        part = ids[at : at + cap]
        lost = tally.lost
        try:
            given = await sender.repeat(document, {"filter": {"id": {"in": part}}, **more}, tally)
        except RequestRefusedError as error:
            told = most_records(error)
            if told is None or len(part) == 1:
                raise
            cap = min(told or len(part) // 2, len(part) // 2) or 1
            continue
        at += len(part)
        # after a lost answer the records may be gone or binned already, and are not in the second one
        yield len(part) if tally.lost > lost else len(given)
        await asyncio.sleep(0)

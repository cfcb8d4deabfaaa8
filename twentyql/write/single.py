"""One record written, one request: created under an id made here, so that a lost answer can be looked up.

Every function raises ValueRefusedError and UnknownNameError before anything is sent, and the ServerErrors of the tree:
DuplicateError with the conflicting id, RecordNotFoundError, MissingTargetError.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from twentyql.errors import DuplicateError, QueryError, RecordNotFoundError, ServerError
from twentyql.schema.model import ObjectModel
from twentyql.write.composites import Form
from twentyql.write.documents import Reply, listing, mutation, reply
from twentyql.write.documents import duplicates as duplicates_document
from twentyql.write.forms import Forms
from twentyql.write.lookups import resolve
from twentyql.write.scalars import is_uuid
from twentyql.write.sender import MOST_TRIES, Sender, WriteTally, doubtful

Record = dict[str, Any]
Fields = Iterable[str] | None
ANYWHERE: Mapping[str, Any] = {"or": [{"deletedAt": {"is": "NULL"}}, {"deletedAt": {"is": "NOT_NULL"}}]}
"""The filter that deleted records meet too."""


async def create(
    sender: Sender,
    of: ObjectModel,
    given: Any,
    *,
    upsert: bool = False,
    fields: Fields = None,
    form: Form | None = None,
) -> Record:
    """Create one record, or change the one with the same id or unique value, and give it back."""
    tally = WriteTally()
    forms = Forms(sender.model, sender.schema, of, form=form)
    (data,) = await resolve(sender, [forms.record(given)], tally)
    answer = reply(sender.model, of, fields)
    document = mutation(sender.schema, of, "create", ("data", "upsert"), answer.sent)
    if upsert:
        return answer.trim(await sender.repeat(document, {"data": data, "upsert": True}, tally))
    data = {"id": str(uuid.uuid4()), **data}
    for attempt in range(MOST_TRIES):
        try:
            return answer.trim(await sender.write(document, {"data": data}, tally))
        except DuplicateError as error:
            if not attempt or error.conflicting_id is not None:
                raise
            last: ServerError = error  # our own record, of a try whose answer was lost
        except ServerError as error:
            if not doubtful(error):
                raise
            last = error
        found = await _by_id(sender, of, data["id"], answer, tally)
        if found is not None:
            return found
        if attempt + 1 == MOST_TRIES:
            raise last
        await sender.wait(attempt)
    raise AssertionError("unreachable")


async def update(
    sender: Sender, of: ObjectModel, identity: str, given: Any, fields: Fields = None, form: Form | None = None
) -> Record:
    """Change fields of one record; those that are not given stay. None empties a field."""
    tally = WriteTally()
    forms = Forms(sender.model, sender.schema, of, form=form, update=True)
    (data,) = await resolve(sender, [forms.record(given)], tally)
    if not data:
        raise QueryError("There is nothing to change.", advice="Give at least one field.")
    answer = reply(sender.model, of, fields)
    document = mutation(sender.schema, of, "update", ("id", "data"), answer.sent)
    return answer.trim(await sender.repeat(document, {"id": check_id(of, identity), "data": data}, tally))


async def delete(sender: Sender, of: ObjectModel, identity: str, fields: Fields = None) -> Record:
    """Put one record into the bin; `restore` takes it out."""
    return await _by_verb(sender, of, "delete", identity, fields)


async def restore(sender: Sender, of: ObjectModel, identity: str, fields: Fields = None) -> Record:
    """Take one record out of the bin."""
    return await _by_verb(sender, of, "restore", identity, fields)


async def destroy(sender: Sender, of: ObjectModel, identity: str, fields: Fields = None) -> Record:
    """Remove one record for good, from the bin too. This is final: nothing brings it back."""
    tally = WriteTally()
    answer = reply(sender.model, of, fields)
    document = mutation(sender.schema, of, "destroy", ("id",), answer.sent)
    identity = check_id(of, identity)
    for attempt in range(MOST_TRIES):
        try:
            return answer.trim(await sender.write(document, {"id": identity}, tally))
        except RecordNotFoundError:
            if not attempt:
                raise
            return {"id": identity}  # gone by a try whose answer was lost
        except ServerError as error:
            if not doubtful(error) or attempt + 1 == MOST_TRIES:
                raise
        await sender.wait(attempt)
    raise AssertionError("unreachable")


async def merge(
    sender: Sender,
    of: ObjectModel,
    ids: Sequence[str],
    *,
    priority: int = 0,
    dry_run: bool = False,
    fields: Fields = None,
) -> Record:
    """Merge 2 to 9 records into one; where they differ, the one at ``priority`` wins. ``dry_run`` only shows it.

    The others go into the bin. After a lost answer the records are looked at before it is sent again.
    """
    wanted = [check_id(of, identity) for identity in ids]
    if not 2 <= len(set(wanted)) == len(wanted) <= 9:
        raise QueryError(f"A merge takes 2 to 9 different records, not {len(wanted)}.")
    if not 0 <= priority < len(wanted):
        raise QueryError(f"priority is the place of one of the ids, 0 to {len(wanted) - 1}, not {priority}.")
    tally, answer = WriteTally(), reply(sender.model, of, fields)
    given = ("ids", "conflictPriorityIndex", "dryRun")
    document = mutation(sender.schema, of, "merge", given, answer.sent)
    variables = {"ids": wanted, "conflictPriorityIndex": priority, "dryRun": dry_run}
    if dry_run:
        return answer.trim(await sender.repeat(document, variables, tally))
    for attempt in range(MOST_TRIES):
        try:
            return answer.trim(await sender.write(document, variables, tally))
        except ServerError as error:
            if not doubtful(error) or attempt + 1 == MOST_TRIES:
                raise
        there = sender.records(of, answer.sent, {"id": {"in": wanted}}, tally)
        living = [answer.trim(record) async for record in there]
        if len(living) == 1:
            return living[0]
        await sender.wait(attempt)
    raise AssertionError("unreachable")


async def duplicates(
    sender: Sender, of: ObjectModel, given: Sequence[Any], fields: Fields = None
) -> list[list[Record]]:
    """For each id, or each record that is not there yet, the records that the server takes for the same."""
    if not given:
        return []
    answer = reply(sender.model, of, fields)
    by_id = all(isinstance(item, str) for item in given)
    forms = Forms(sender.model, sender.schema, of)
    values: list[Any] = [check_id(of, item) if by_id else forms.record(item).data for item in given]
    name = "ids" if by_id else "data"
    document = duplicates_document(sender.schema, of, name, answer.sent)
    found = await sender.read(document, {name: values}, WriteTally())
    return [[answer.trim(edge["node"]) for edge in connection["edges"]] for connection in found]


def check_id(of: ObjectModel, identity: Any) -> str:
    """``identity`` as it is sent. Raises QueryError where it is no UUID, so that no filter can come of it."""
    if not is_uuid(identity):
        raise QueryError(
            f"The id of a {of.singular} is a UUID.",
            advice=f"Find it by a query on {of.plural}, or by its unique field.",
        )
    return str(identity).lower()


def anywhere(of: ObjectModel, filter_: Mapping[str, Any]) -> dict[str, Any]:
    """``filter_`` for live and deleted records alike, as far as the object has a bin."""
    if not of.has_field("deletedAt"):
        return dict(filter_)
    return {"and": [filter_, ANYWHERE]} if filter_ else dict(ANYWHERE)


async def _by_verb(sender: Sender, of: ObjectModel, verb: str, identity: str, fields: Fields) -> Record:
    answer = reply(sender.model, of, fields)
    document = mutation(sender.schema, of, verb, ("id",), answer.sent)
    return answer.trim(await sender.repeat(document, {"id": check_id(of, identity)}, WriteTally()))


async def _by_id(sender: Sender, of: ObjectModel, identity: str, answer: Reply, tally: WriteTally) -> Record | None:
    variables = {"first": 1, "filter": anywhere(of, {"id": {"eq": identity}})}
    found = await sender.read(listing(of, answer.sent), variables, tally)
    return next((answer.trim(edge["node"]) for edge in found["edges"]), None)

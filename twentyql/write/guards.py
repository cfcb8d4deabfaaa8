"""What keeps a bulk write from meaning more than it says: an empty filter, or one that every record meets, is refused.

On Twenty 2.21 ``destroyMany`` with an empty filter empties the table (write recording 34). So no filter of a caller is
ever sent with a write: the records are counted, and their ids read, and the write names the ids.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from twentyql.build.filters import NEVER, to_filter
from twentyql.build.named_filter import parse_where
from twentyql.build.query import Condition
from twentyql.errors import EverythingError, QueryError
from twentyql.schema.model import ObjectModel
from twentyql.write.documents import counting
from twentyql.write.sender import Sender, WriteTally

Where = Mapping[str, Any] | Condition[Any] | None
OnCount = Callable[[int], object]
BINNED: Mapping[str, Any] = {"deletedAt": {"is": "NOT_NULL"}}


@dataclass(frozen=True, slots=True)
class Aim:
    """The records that a bulk write is meant for: their number, and a filter to read their ids by."""

    count: int
    filter: dict[str, Any]


async def aim(
    sender: Sender,
    of: ObjectModel,
    where: Where,
    verb: str,
    tally: WriteTally,
    *,
    everything: bool,
    binned: bool = False,
) -> Aim:
    """Count what ``where`` matches. Raises EverythingError, with the count, where that is all there is.

    ``binned`` looks among the soft-deleted records alone, as restoring does.
    """
    filter_ = filter_of(sender, of, where)
    if filter_ is None:
        return Aim(0, {})
    among: dict[str, Any] = dict(BINNED) if binned else {}
    wanted = {"and": [filter_, among]} if filter_ and among else filter_ or among
    matched = await _count(sender, of, wanted, tally)
    if not everything and matched and (not filter_ or matched >= await _count(sender, of, among, tally)):
        what = "The filter is empty" if not filter_ else "The filter leaves nothing out"
        raise EverythingError(f"{what}: this would {verb} all {matched:,} {of.plural}.", count=matched)
    return Aim(matched, wanted)


def filter_of(sender: Sender, of: ObjectModel, where: Any) -> dict[str, Any] | None:
    """The server's filter for ``where``, empty for every record; None where no record can meet it."""
    if where is None or (isinstance(where, Mapping) and not where):
        return {}
    if isinstance(where, Mapping):
        condition = parse_where(sender.model, of.singular, where)
    elif isinstance(where, Condition):
        condition = where
    else:
        raise QueryError(f"A filter is a mapping or a condition, not a {type(where).__name__}.")
    filter_ = to_filter(condition)
    return None if filter_ is NEVER else filter_ or {}


async def _count(sender: Sender, of: ObjectModel, filter_: Mapping[str, Any], tally: WriteTally) -> int:
    given = await sender.read(counting(of), {"filter": dict(filter_)} if filter_ else {}, tally)
    return int(given["totalCount"])

"""How far an export came, as intervals of ids of every list, so that a later run reads only what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path as Folder
from typing import Any

import msgspec

from twentyql.errors import UsageError
from twentyql.execute.reader import Before
from twentyql.execute.receipt import Receipt, Tally
from twentyql.execute.requester import Requester
from twentyql.execute.scan import Batch
from twentyql.execute.source import Source
from twentyql.output.checkpoint import Checkpoint, load_checkpoint
from twentyql.plan.model import ID, WHOLE, How, Plan, Read, Span

Path = tuple[str, ...]
_LAST = "\uffff"


class Interval(msgspec.Struct, frozen=True, array_like=True):
    """Ids above ``after`` up to and with ``upto``, as texts that compare; ``rows`` of them are in the files."""

    after: str
    upto: str
    rows: int

    @property
    def span(self) -> Span:
        return Span(self.after or None, None if self.upto == _LAST else self.upto)


class SavedQuery(msgspec.Struct):
    """One query of an export: how its lists were read, what of each is done, and its receipt once all is."""

    ways: dict[str, str] = {}
    done: dict[str, list[Interval]] = {}
    receipt: Receipt | None = None


class SavedProgress(msgspec.Struct):
    """All queries of an export. ``fingerprint`` tells them, and the schema, from others."""

    fingerprint: str
    queries: list[SavedQuery]


@dataclass(slots=True)
class QueryProgress:
    """What of one query is done. The root's batches are done when their children are: they are given in order."""

    saved: SavedQuery = field(default_factory=SavedQuery)
    _begun: list[list[Interval]] = field(default_factory=list[list[Interval]])

    def fits(self, plan: Plan) -> bool:
        """Whether the lists are read as they were when they were cut off; if not, all is to be read again."""
        ways = {name(read.path): read.how.value for read in plan.lists()}
        if self.saved.ways and self.saved.ways != ways:
            self.saved.done = {}
        self.saved.ways = ways
        return bool(self.saved.done)

    def begun(self, batch: Batch) -> None:
        """A batch of any list was handed to its file."""
        intervals = [interval for each in batch.of or (batch,) if (interval := _interval(each))]
        if not batch.read.path:
            self._begun.append(intervals)
        elif batch.read.how is How.SCAN and not batch.read.children:
            self._add(batch.read.path, intervals)

    def complete(self) -> None:
        """The next batch of the root has all of its children."""
        if self._begun:
            self._add((), self._begun.pop(0))

    def left(self, read: Read) -> tuple[Span, ...]:
        """What is still to be read of a list."""
        spans: list[Span] = []
        at = ""
        for interval in self.saved.done.get(name(read.path), ()):
            if interval.after > at:
                spans.append(Span(at or None, interval.after))
            at = max(at, interval.upto)
        if at != _LAST:
            spans.append(Span(at or None, None))
        return tuple(spans)

    def rows(self, path: Path) -> int:
        """How many rows of a list are done."""
        return sum(interval.rows for interval in self.saved.done.get(name(path), ()))

    def _add(self, path: Path, intervals: Sequence[Interval]) -> None:
        if intervals:
            self.saved.done[name(path)] = joined([*self.saved.done.get(name(path), ()), *intervals])


def joined(intervals: Sequence[Interval]) -> list[Interval]:
    """The same ids in as few intervals as there can be, in their order."""
    made: list[Interval] = []
    for interval in sorted(intervals, key=lambda each: (each.after, each.upto)):
        if made and interval.after <= made[-1].upto:
            last = made.pop()
            interval = Interval(last.after, max(last.upto, interval.upto), last.rows + interval.rows)
        made.append(interval)
    return made


def name(path: Path) -> str:
    return ".".join(path)


def _interval(batch: Batch) -> Interval | None:
    if batch.done is None:
        return None
    upto = _LAST if batch.done.upto is None else batch.done.upto
    return Interval(batch.done.after or "", upto, len(batch.rows))


def fingerprint(plans: Sequence[Plan], digest: str, more: Mapping[str, Any]) -> str:
    """Tells whether two exports read the same: their documents, their variables, the schema and ``more``."""
    reads = [(read.text, dict(read.variables)) for plan in plans for read in plan.lists()]
    return sha256(msgspec.json.encode([digest, reads, dict(more)], order="sorted")).hexdigest()


def fresh(fingerprint: str, queries: int) -> SavedProgress:
    """The progress of an export that begins."""
    return SavedProgress(fingerprint, [SavedQuery() for _ in range(queries)])


def as_state(progress: SavedProgress) -> dict[str, Any]:
    """The progress as a checkpoint holds it."""
    made: dict[str, Any] = msgspec.to_builtins(progress)
    return made


def earlier(folder: Folder, fingerprint: str, queries: int) -> tuple[Checkpoint | None, SavedProgress]:
    """The checkpoint in ``folder`` and its progress, or none and a fresh one.

    UsageError if it is of another export: its rows would be mixed with others.
    """
    saved = load_checkpoint(folder)
    if saved is None:
        return None, fresh(fingerprint, queries)
    try:
        progress = msgspec.convert(saved.state, SavedProgress)
    except msgspec.ValidationError:
        progress = None
    if progress is None or progress.fingerprint != fingerprint or len(progress.queries) != queries:
        raise UsageError(
            f"{folder} holds an export of other objects, fields or conditions, or of a schema that has changed.",
            advice="Give the same arguments, or export anew without --resume.",
        )
    return saved, progress


async def resumed(
    done: QueryProgress, plan: Plan, requester: Requester, tally: Tally, ids: Callable[[str], Iterable[str]]
) -> Before:
    """What of ``plan`` is still to be read. Intervals where the server counts more rows by now are read again."""
    if not done.fits(plan):
        return Before()
    for read in plan.lists():
        source = Source(read, requester, tally, {}, WHOLE)
        kept = done.saved.done.get(name(read.path), [])
        if source.is_ranged and kept:
            counted = [(interval, await source.count(interval.span)) for interval in kept]
            done.saved.done[name(read.path)] = [interval for interval, count in counted if count <= interval.rows]
    reads = list(plan.lists())
    known = {
        child.path: list(ids(read.object))
        for read in reads
        for child in read.children
        if child.how is How.SCAN and child.link is not None and child.link.parent_key == ID
    }
    if any(child.how is How.SCAN and child.path not in known for read in reads for child in read.children):
        done.saved.done = {}  # whose children they are cannot be told from the files
        return Before()
    left = {read.path: done.left(read) for read in reads if name(read.path) in done.saved.done}
    return Before(left, {path: done.rows(path) for path in left}, known)

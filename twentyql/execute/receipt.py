"""The receipt of a read: what was counted, what was sent, and the verdict that it proves.

While a read runs, a `Tally` is written to; `Tally.receipt` freezes it. The verdict is ``complete`` only if every list
was read to its end and its rows agree with the server's own counts.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from twentyql.errors import IncompleteError, TwentyqlWarning
from twentyql.plan.model import Cost, Plan, Read
from twentyql.plan.stats import FirstPage

Verdict = Literal["complete", "withheld", "incomplete"]


@dataclass(frozen=True, slots=True)
class ListReceipt:
    """One list of the plan: rows read, the server's counts before and after, and what was odd.

    ``recovered`` counts rows that the server gave only when it was asked for them again, ``short`` pages of fewer rows
    than asked for with more to come; ``recounted`` says that every range of ids was compared with the server's count.
    ``unattached`` counts live records of the object that belong to no parent of this read; None where not asked.
    ``left_out`` counts, by the path of a to-one relation, records that have its key but were given without its record.
    ``elsewhere`` counts rows that came with the whole list and belong to no parent of this read, beside ``rows``;
    ``repaired`` counts parents whose list the server cut inside them, which were then read by themselves. ``moved`` is
    how far the counts of single parts of the list moved up here and down there, which those of the whole do not show.
    """

    name: str
    object: str
    rows: int
    requests: int
    count_before: int | None
    count_after: int | None
    withheld: int = 0
    repeated: int = 0
    unattached: int | None = None
    left_out: dict[str, int] = field(default_factory=dict[str, int])
    elsewhere: int = 0
    repaired: int = 0
    recovered: int = 0
    short: int = 0
    recounted: bool = False
    moved: int = 0


@dataclass(frozen=True, slots=True)
class Receipt:
    """The proof that comes with every read. ``seconds`` is wall time, ``waited`` the part spent on the pace.

    ``expected`` is what the plan foresaw, by counts that were asked for before or by the one on the first page.
    """

    verdict: Verdict
    lists: tuple[ListReceipt, ...]
    requests: int
    tokens: int
    retries: int
    bytes: int
    seconds: float
    waited: float
    notes: tuple[str, ...] = ()
    expected: Cost | None = None

    @property
    def rows(self) -> int:
        """Rows of all lists together."""
        return sum(part.rows for part in self.lists)

    def as_dict(self) -> dict[str, Any]:
        """The receipt as JSON-ready data, as it is saved beside exported files."""
        return asdict(self)

    def __str__(self) -> str:
        parts = ", ".join(f"{part.rows:,} {part.name}" for part in self.lists)
        repaired = sum(part.repaired for part in self.lists)
        cut = f"{repaired} cut lists repaired, " if repaired else ""
        text = (
            f"{self.verdict}: {parts}; {cut}{self.requests} requests, {self.tokens} tokens, {self.retries} retries, "
            f"{self.seconds:.2f} s ({self.waited:.2f} s waiting for the pace)"
        )
        if self.expected is None:
            return text
        expected = self.expected
        return f"{text}; expected {expected.requests:.0f} requests, {expected.tokens:.0f} tokens"


@dataclass(frozen=True, slots=True)
class Begun:
    """The first page of a list: the rows that the server counts, those that were asked for, and those that came."""

    total: int
    asked: int
    got: int


@dataclass(slots=True)
class ListTally:
    """What happened on one list so far. ``counted`` adds up the counts of the chunks a child list is read in."""

    read: Read
    rows: int = 0
    requests: int = 0
    before: int | None = None
    after: int | None = None
    withheld: int = 0
    repeated: int = 0
    unattached: int | None = None
    left_out: Counter[str] = field(default_factory=Counter[str])
    elsewhere: int = 0
    repaired: int = 0
    recovered: int = 0
    short: int = 0
    recounted: bool = False
    least: int = 0  # of the counts of each scan
    begun: Begun | None = None
    size: int = 0  # the page size that this list has come to

    def notice(self, keys: Sequence[tuple[Any, ...]]) -> None:
        """Count the to-one records that the server left out of these rows though it gave their keys."""
        for key_path, id_path in self.read.to_ones:
            key, found = self.read.keys.index(key_path), self.read.keys.index(id_path)
            if missing := sum(row[key] is not None and row[found] is None for row in keys):
                self.left_out[".".join(id_path[:-1])] += missing

    def counted(self, first: int | None, last: int | None) -> None:
        """Add the counts that the server gave at the start and at the end of one scan."""
        if first is not None and last is not None:
            self.before = (self.before or 0) + first
            self.after = (self.after or 0) + last
            self.least += min(first, last)

    def receipt(self) -> ListReceipt:
        return ListReceipt(
            self.read.name,
            self.read.object,
            self.rows - self.elsewhere,
            self.requests,
            self.before,
            self.after,
            self.withheld,
            self.repeated,
            self.unattached,
            dict(self.left_out),
            self.elsewhere,
            self.repaired,
            self.recovered,
            self.short,
            self.recounted,
            min(self.before or 0, self.after or 0) - self.least,
        )


@dataclass(slots=True)
class Tally:
    """Everything that happened during one read so far."""

    plan: Plan
    requests: int = 0
    tokens: int = 0
    retries: int = 0
    bytes: int = 0
    finished: bool = False
    earlier: Mapping[tuple[str, ...], int] = field(default_factory=dict[tuple[str, ...], int])  # rows of a run before
    notes: list[str] = field(default_factory=list[str])
    lists: dict[tuple[str, ...], ListTally] = field(default_factory=dict[tuple[str, ...], ListTally])
    pages: Mapping[tuple[str, ...], FirstPage] = field(default_factory=dict[tuple[str, ...], FirstPage])  # came already

    def of(self, read: Read) -> ListTally:
        return self.lists.setdefault(read.path, ListTally(read))

    def _list(self, read: Read) -> ListReceipt:
        """The receipt of one list, with the rows that an earlier run had read."""
        found, earlier = self.of(read).receipt(), self.earlier.get(read.path, 0)
        if not earlier:
            return found
        before, after = (n if n is None else n + earlier for n in (found.count_before, found.count_after))
        return replace(found, rows=found.rows + earlier, count_before=before, count_after=after)

    def receipt(self, seconds: float, waited: float) -> Receipt:
        """The receipt as things stand."""
        lists = tuple(self._list(read) for read in self.plan.lists())
        notes = list(self.notes)
        limited = self.plan.query.most is not None
        doubts = [] if self.plan.nothing else [d for part in lists if (d := doubt(part, limited=limited))]
        verdict: Verdict = "complete"
        if any(part.withheld or part.left_out for part in lists):
            verdict = "withheld"
            notes += [
                f"{p.name}: {n} have a {path} that the server left out" for p in lists for path, n in p.left_out.items()
            ]
            notes += [
                f"{p.name}: the server counts {p.withheld} more rows and withholds them" for p in lists if p.withheld
            ]
        if doubts or not self.finished:
            verdict = "incomplete"
            notes += doubts if self.finished else [*doubts, "the read was stopped before its end"]
        sent = (self.requests, self.tokens, self.retries, self.bytes)
        return Receipt(verdict, lists, *sent, seconds, waited, tuple(notes), self.plan.expected)


def doubt(part: ListReceipt, *, limited: bool) -> str | None:
    """Why the rows of a list cannot be proved whole by the counts, or None.

    Rows that came or went while reading move the count, so any number between the two counts agrees with them.
    """
    if part.count_before is None or part.count_after is None or limited or part.recounted:
        return None
    least = min(part.count_before, part.count_after) - part.withheld - part.moved
    most = max(part.count_before, part.count_after) + part.moved
    rows = part.rows + part.elsewhere
    if least <= rows <= most:
        return None
    counted = f"{part.count_before} before and {part.count_after} after"
    return f"{part.name}: {rows} rows read, but the server counted {counted}"


def check_whole(receipt: Receipt) -> None:
    """IncompleteError unless the read is proved whole; withheld rows warn. For results that carry no receipt."""
    if receipt.verdict == "incomplete":
        raise IncompleteError(f"The read is not whole: {'; '.join(receipt.notes)}.", receipt=receipt)
    if receipt.verdict == "withheld":
        warnings.warn("; ".join(receipt.notes), TwentyqlWarning, stacklevel=3)

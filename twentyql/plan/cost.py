"""What a way of reading costs: requests, tokens, rows, bytes, seconds. Pure arithmetic on a draft plan and Stats.

The seconds are those of the recorded server (observed-2.21 section 7): they rank plans, they promise nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from twentyql.plan.model import GROWTH, PAGES_A_PART, Cost, Paging, Plan, Read
from twentyql.plan.spans import FEWEST_PAGES, LANES, UNFILLED, WORK
from twentyql.plan.stats import Families, Limits, ListStats, Path, Stats
from twentyql.schema.dialects import Dialect

LEAF_SECONDS = 14e-6  # one value of one row
TO_ONE_SECONDS = 3e-4  # one to-one relation of one row
NESTED_SECONDS = 0.02  # one nested list of one page
LEAF_BYTES = 34
UNKNOWN = ListStats(rows=1000)
NESTED_ROWS_A_PAGE = 3000


def leaves(read: Read) -> int:
    """How many values one row of a read has."""
    words = read.node.split()
    groups = words.count("{")
    return max(1, len(words) - 2 * groups - (groups - 1))


def row_bytes(read: Read, stats: Stats) -> float:
    """The average bytes of a row, by a sample or by its width."""
    known = stats.lists.get(read.path, UNKNOWN).bytes
    return known if known is not None else leaves(read) * LEAF_BYTES


def row_seconds(read: Read) -> float:
    """What the server takes for one row."""
    return leaves(read) * LEAF_SECONDS + len(read.to_ones) * TO_ONE_SECONDS


@dataclass(frozen=True, slots=True)
class Outlook:
    """Everything that a cost is reckoned from."""

    dialect: Dialect
    stats: Stats
    limits: Limits

    @property
    def token_price(self) -> float:
        """Seconds that one token is worth: what the server makes everybody of the workspace wait for it."""
        if self.limits.is_open:
            return 0.0
        tokens, window = self.limits.tokens or self.dialect.burst, self.limits.window or self.dialect.window
        return window / tokens if tokens and window else 0.0

    def price(self, cost: Cost) -> float:
        """What is made least: tokens first under a limit, time first without one."""
        return cost.seconds + cost.tokens * self.token_price

    def seconds(self, cost: Cost) -> float:
        """Seconds with the wait for the pace."""
        burst = self.limits.tokens or self.dialect.burst
        if self.limits.is_open or burst is None:
            return cost.seconds
        return max(cost.seconds, (cost.tokens - burst) * self.token_price)

    def paging(self, read: Read, per_row: float | None = None) -> Paging:
        """How large the pages of a read may be: the first one half of what should fit, and the usual one at least."""
        usual = self.dialect.page_size
        if not self.dialect.larger_pages:
            return Paging(usual, usual, self.limits.page_seconds, self.limits.latency)
        most = max(usual, self.limits.page_most)
        fitting = int(self.limits.page_seconds / 2 / (row_seconds(read) if per_row is None else per_row))
        start = min(most, max(usual, fitting))
        return Paging(start, most, self.limits.page_seconds, self.limits.latency, usual)

    def pages(self, rows: float, read: Read, paging: Paging, per_row: float | None = None) -> int:
        """How many pages it takes, as `Paging.following` will size them."""
        seconds = row_seconds(read) if per_row is None else per_row
        honoured = min(paging.most, self.limits.page or paging.most)
        size = min(paging.start, honoured)
        pages, left = 1, rows - size
        while left > 0 and size < honoured:
            fitting = int(paging.seconds / seconds)
            grown = max(min(size, paging.floor), min(size * GROWTH, fitting, honoured))
            if grown == size:
                break
            size, pages, left = grown, pages + 1, left - grown
        return pages + max(0, math.ceil(left / size))

    def paged(self, rows: float, read: Read, paging: Paging, scans: float = 1, per_row: float | None = None) -> Cost:
        """Reading ``rows`` in ``scans`` scans, each of which ends with a page that is not full."""
        per_row = row_seconds(read) if per_row is None else per_row
        whole = self.pages(rows, read, paging, per_row)
        requests = whole if scans <= 1 else max(scans, rows / max(rows / whole, 1.0) + scans / 2)
        bytes_ = rows * row_bytes(read, self.stats)
        return Cost(requests, requests, rows, bytes_, requests * self.limits.latency + rows * per_row)

    def side_by_side(self, cost: Cost, per_row: float) -> Cost:
        """What the pages of a list cost where they are expected to be read in parts side by side."""
        work, waiting = cost.rows * per_row, cost.requests * self.limits.latency
        if self.token_price > 0 or cost.requests <= FEWEST_PAGES or work > WORK * (work + waiting):
            return cost
        more = 1 + UNFILLED * cost.requests / min(PAGES_A_PART, max(1.0, cost.requests / LANES))
        seconds = max(work, (work + waiting) / LANES)
        return replace(cost, requests=cost.requests + more, tokens=cost.tokens + more, seconds=seconds)

    def without_first(self, cost: Cost, read: Read) -> Cost:
        """What is left of a list's cost where its first page came with the counts."""
        page = self.stats.pages.get(read.path)
        if page is None or page.node != read.node:
            return cost
        return cost - Cost(1, 1, 0, len(page.body), self.limits.latency)

    def list(self, path: Path) -> ListStats:
        """What is known of a list."""
        return self.stats.lists.get(path, UNKNOWN)


@dataclass(frozen=True, slots=True)
class Parents:
    """The rows a child list belongs to, as expected: how many, in how many batches, of how many there are."""

    rows: float
    batches: float
    everything: float


def children_rows(out: Outlook, child: Read, parents: Parents) -> float:
    """How many rows of a child list belong to the parents that are read."""
    known = out.list(child.path).rows
    if child.link is not None and child.link.child_key == ("id",):
        return min(known, parents.rows)
    return known * min(1.0, parents.rows / parents.everything) if parents.everything else 0.0


def chunks(out: Outlook, child: Read, parents: Parents, rows: float, paging: Paging) -> Cost:
    """Reading children by ``parentId in [...]``."""
    if parents.rows < 0.5:
        return Cost()
    batches = min(parents.batches, parents.rows)
    scans = batches * math.ceil(parents.rows / batches / out.dialect.parents_per_filter)
    return out.paged(rows, child, paging, scans)


def scanned(out: Outlook, child: Read, paging: Paging) -> Cost:
    """Reading the child list whole, once, beside its parents: half of its waiting goes unnoticed."""
    cost = out.paged(out.list(child.path).rows, child, paging)
    cost = out.without_first(cost, child)
    beside = out.side_by_side(cost, row_seconds(child))
    return beside if beside != cost else replace(cost, seconds=cost.seconds - cost.requests * out.limits.latency / 2)


def nested(out: Outlook, child: Read, parents: Parents, rows: float, parent_pages: float) -> Cost | None:
    """Reading children inside their parents' pages and those that were cut again; None where that is not known."""
    families: Families | None = out.list(child.path).families
    cap = out.dialect.nested_cap
    cut = families.above(cap) if families is not None and cap else None
    if cut is None or not cap:
        return None
    share = min(1.0, parents.rows / parents.everything) if parents.everything else 0.0
    repaired, cut_parents = sum(cut) * share, len(cut) * share
    inside = max(0.0, rows - repaired) + cut_parents * cap
    width = row_bytes(child, out.stats)
    cost = Cost(0, 0, inside, inside * width, parent_pages * NESTED_SECONDS + inside * row_seconds(child))
    if repaired:
        batches = max(1.0, min(parents.batches, cut_parents))
        cost += out.paged(repaired, child, out.paging(child), batches)
    return replace(cost, rows=rows)


def fits(out: Outlook, read: Read, rows: float) -> bool:
    """Whether rows can be kept here until they are joined: a decoded row takes about three times its bytes."""
    return rows * (3 * row_bytes(read, out.stats) + 300) <= out.limits.memory


def counted_after(plan: Plan, read: Read) -> bool:
    """Whether the receipt's count of children without a parent asks once more for this list."""
    whole = not plan.query.conditions and plan.query.most is None
    to_many = read.link is not None and read.link.child_key != ("id",)
    return whole and to_many and len(read.path) == 1 and read.counts

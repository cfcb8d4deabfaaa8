"""A draft of the plainest reads + Stats + Limits -> Ways: how each list is read, at which cost, and the next best."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from twentyql.plan.cost import (
    LEAF_SECONDS,
    NESTED_ROWS_A_PAGE,
    TO_ONE_SECONDS,
    Outlook,
    Parents,
    children_rows,
    chunks,
    fits,
    nested,
    row_seconds,
    scanned,
)
from twentyql.plan.model import ID, WHERE_IT_PAYS, Choice, Cost, How, KeyPath, Paging, Plan, Read, Spread
from twentyql.plan.reads import NESTED_COUNT, Ways
from twentyql.plan.stats import Path
from twentyql.schema.model import SchemaModel

CLEARLY = 0.97  # what another way must cost at most of the plainest, to be worth its risk
FLAT_RISK = 1.5


@dataclass(frozen=True, slots=True)
class Force:
    """Choices taken from outside, for tests and measurements: every list, and every to-one relation, that can."""

    children: How | None = None
    flat: bool | None = None
    spread: Spread | None = None
    order_there: bool | None = None


@dataclass
class Chooser:
    """Walks the draft from the root down and decides for one list after the other."""

    out: Outlook
    model: SchemaModel
    joined: bool
    force: Force
    how: dict[Path, How] = field(default_factory=dict[Path, How])
    pagings: dict[Path, Paging] = field(default_factory=dict[Path, Paging])
    flat: set[tuple[Path, str]] = field(default_factory=set[tuple[Path, str]])
    choices: list[Choice] = field(default_factory=list[Choice])
    expected: dict[Path, float] = field(default_factory=dict[Path, float])
    limited: bool = False
    order_paths: list[KeyPath] = field(default_factory=list[KeyPath])

    def choose(self, draft: Plan) -> Ways:
        """The ways for a draft whose Stats are known."""
        root, known = draft.root, self.out.list(())
        self.limited = draft.query.most is not None
        self.order_paths = [order.path for order in draft.query.orders]
        rows = float(known.rows if draft.query.most is None else min(known.rows, draft.query.most))
        self._list(root, rows, Parents(1, 1, 1), draft.query.most)
        return Ways(self.how, self.pagings, frozenset(self.flat), self.force.spread or WHERE_IT_PAYS)

    def _list(self, read: Read, rows: float, above: Parents, most: int | None = None) -> None:
        """Decide everything below a list of which ``rows`` are read."""
        self.expected[read.path] = rows
        self._to_ones(read, rows)
        paging = self.out.paging(read, self._per_row(read)) if most is None else Paging(most, most)
        self.pagings[read.path] = paging
        pages = self.out.pages(rows, read, paging, self._per_row(read))
        known = self.out.list(read.path)
        everything = float(known.everything if known.everything is not None else known.rows)
        gathered = max(1.0, rows / self.out.dialect.parents_per_filter)
        parents = Parents(rows, gathered if read.link is None else max(above.batches, gathered), everything)
        found = [(child, self._ways(read, child, parents, pages)) for child in read.children]
        inside = self._inside(read, found)
        width = sum(children_rows(self.out, child, parents) for child in inside) / max(rows, 1)
        if width * paging.most > NESTED_ROWS_A_PAGE:
            size = max(20, int(NESTED_ROWS_A_PAGE / width))
            paging = replace(paging, start=min(paging.start, size), most=min(paging.most, size))
            self.pagings[read.path] = paging
        if read.link is None:
            self._pages(read, rows, paging, plain=not inside and all(path != read.path for path, _ in self.flat))
        for child, ways in found:
            self._decide(child, ways, child in inside)
            below = children_rows(self.out, child, parents)
            self._list(child, below, parents)

    def _pages(self, read: Read, rows: float, paging: Paging, *, plain: bool) -> None:
        per_row = self._per_row(read)
        cost = self.out.paged(rows, read, paging, per_row=per_row)
        cost = self.out.without_first(cost, read) if plain else cost
        beside = cost if self.limited else self.out.side_by_side(cost, per_row)
        honoured = min(paging.most, self.out.limits.page or paging.most)
        way = f"pages of up to {honoured} by id" + (", in parts side by side" if beside != cost else "")
        self.choices.append(Choice(read.name, way, beside, "a list by id loses no row"))

    def _per_row(self, read: Read) -> float:
        """What a row takes without the to-one relations that are read apart."""
        apart = sum((read.path, pair[1][0]) in self.flat for pair in read.to_ones)
        return row_seconds(read) - apart * TO_ONE_SECONDS

    def _ways(self, read: Read, child: Read, parents: Parents, pages: int) -> dict[How, Cost]:
        """What each way to read a child list would cost."""
        rows = children_rows(self.out, child, parents)
        paging = self.out.paging(child)
        ways = {How.CHUNKS: chunks(self.out, child, parents, rows, paging)}
        alone = Counter(other.path for other in read.children)[child.path] == 1
        whole = scanned(self.out, child, paging)
        if alone and (not self.joined or fits(self.out, child, whole.rows)):
            ways[How.SCAN] = whole
        if alone and self._nests(read, child) and (cost := nested(self.out, child, parents, rows, pages)) is not None:
            ways[How.NESTED] = cost
        return ways

    def _nests(self, read: Read, child: Read) -> bool:
        """Whether the server gives a list inside this one's pages: no list inside a list inside a list."""
        link = child.link
        return (
            link is not None
            and not link.holder
            and link.child_key != ID
            and self.how.get(read.path) is not How.NESTED
            and NESTED_COUNT in self.model.object(child.object).aggregates
            and self.out.list(child.path).visible
        )

    def _inside(self, read: Read, found: list[tuple[Read, dict[How, Cost]]]) -> list[Read]:
        """The children to be nested: those that save most, no more than one document may have."""
        if self.force.children is not None:
            wanted = [child for child, ways in found if self.force.children in ways]
            return wanted[: self.out.dialect.nested_lists] if self.force.children is How.NESTED else []
        saving: list[tuple[float, Read]] = []
        for child, ways in found:
            others = min(self.out.price(cost) for how, cost in ways.items() if how is not How.NESTED)
            if How.NESTED in ways and (price := self.out.price(ways[How.NESTED])) < CLEARLY * others:
                saving.append((others - price, child))
        saving.sort(key=lambda pair: -pair[0])
        return [child for _, child in saving[: self.out.dialect.nested_lists]]

    def _decide(self, child: Read, ways: dict[How, Cost], inside: bool) -> None:
        if inside:
            chosen = How.NESTED
        elif self.force.children is not None:
            chosen = self.force.children if self.force.children in ways else How.CHUNKS
            chosen = How.CHUNKS if chosen is How.NESTED else chosen
        else:
            chosen = How.CHUNKS
            if How.SCAN in ways and self.out.price(ways[How.SCAN]) < CLEARLY * self.out.price(ways[How.CHUNKS]):
                chosen = How.SCAN
        self.how[child.path] = chosen
        others = sorted((self.out.price(cost), how) for how, cost in ways.items() if how is not chosen)
        next_ = others[0][1] if others else None
        self.choices.append(
            Choice(
                child.name,
                _said(chosen, child),
                ways[chosen],
                _why(chosen, self.out.token_price > 0),
                _said(next_, child) if next_ else "",
                ways[next_] if next_ else None,
            )
        )

    def _to_ones(self, read: Read, rows: float) -> None:
        """To-one relations: inside the rows, or as a list of their own where time is all that counts."""
        if self.how.get(read.path) is How.NESTED:
            return  # its rows come inside those of its parents
        if self.force.flat is False or (self.force.flat is None and self.out.token_price > 0):
            return
        of = self.model.object(read.object)
        used = {child.link.parent_key[0] for child in read.children if child.link}
        used |= {path[0] for path in self.order_paths if read.link is None}
        for relation in of.relations:
            below = [pair for pair in read.to_ones if pair[1][0] == relation.name]
            target = self.model.object(relation.target)
            count = self.out.stats.objects.get(target.singular)
            if not below or relation.name in used or not _flattens(below, relation.name, relation.join_column):
                continue
            if target.roots.many is None or not target.has_field("id"):
                continue
            if self.force.flat or (count is not None and self._flat_pays(rows, count, len(below))):
                self.flat.add((read.path, relation.name))
                self.pagings[(*read.path, relation.name)] = self.out.paging(read)

    def _flat_pays(self, rows: float, count: int, relations: int) -> bool:
        limits = self.out.limits
        apart = (count / limits.page_most + 1) * limits.latency + count * 10 * LEAF_SECONDS
        fits_here = count * 1500 <= limits.memory
        return fits_here and apart * FLAT_RISK < rows * relations * TO_ONE_SECONDS


def _flattens(pairs: list[tuple[KeyPath, KeyPath]], relation: str, join_column: str | None) -> bool:
    """Whether the relation's own key and record are known, so that it can be put back."""
    return ((join_column or "",), (relation, "id")) in pairs


def _said(how: How, child: Read) -> str:
    key = ".".join(child.link.child_key) if child.link else ""
    return {
        How.CHUNKS: f"by {key} in [...], joined here",
        How.SCAN: "the whole list once, joined here",
        How.NESTED: "inside its parents, those cut at the server's limit again",
        How.PAGES: "page by page",
    }[how]


def _why(how: How, limited: bool) -> str:
    reasons: Mapping[How, str] = {
        How.CHUNKS: "full pages for the parents that are read and no others",
        How.SCAN: "most of the list is wanted, so full pages of all of it are the fewest",
        How.NESTED: "the pages of its parents are paid for anyway" if limited else "no page of its own is waited for",
        How.PAGES: "",
    }
    return reasons[how]

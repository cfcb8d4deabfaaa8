"""Plan -> Explanation: what a query would cost and why, as text and as data. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from twentyql.plan.model import Choice, Cost, How, Plan, Read


@dataclass(frozen=True, slots=True)
class ExpectedList:
    """One list of the plan as it is expected to go, and the next best way to read it.

    ``text`` is the document of each of its requests. ``why`` says why this way; ``next_cost`` is what ``next_way``
    would take, where there is another.
    """

    name: str
    way: str
    rows: int
    requests: int
    tokens: int
    bytes: int
    seconds: float
    text: str
    why: str
    next_way: str = ""
    next_cost: Cost | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a query would cost: requests, tokens, rows, bytes, and seconds with the wait for the server's limit.

    ``next_best`` says which list would be read in which other way, and what everything would then cost.
    """

    lists: tuple[ExpectedList, ...]
    requests: int
    tokens: int
    rows: int
    bytes: int
    seconds: float
    why: tuple[str, ...]
    next_best: str = ""
    next_cost: Cost | None = None

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON-ready data."""
        return asdict(self)

    def __str__(self) -> str:
        lines = [
            f"{self.requests} requests, {self.tokens} tokens, {self.rows:,} rows, {_size(self.bytes)}, "
            f"about {self.seconds:.1f} s"
        ]
        lines += [
            f"  {part.name}: {part.rows:,} rows in {part.requests} requests, {part.tokens} tokens, "
            f"{_size(part.bytes)}, {part.seconds:.1f} s ({part.way})"
            for part in self.lists
        ]
        lines += [f"  because {reason}" for reason in self.why]
        if self.next_cost is not None:
            lines.append(f"  next best: {self.next_best}: {_said(self.next_cost)}")
        lines += [f"  {part.name}: {part.text}" for part in self.lists if part.text]
        return "\n".join(lines)


def explain(plan: Plan) -> Explanation:
    """The explanation of a plan that was made with Stats."""
    total = plan.expected or Cost()
    reads = {read.name: read for read in plan.lists()}
    lists = tuple(_listed(choice, reads) for choice in plan.choices)
    best = _next_best(plan)
    return Explanation(
        lists,
        round(total.requests),
        round(total.tokens),
        round(total.rows),
        round(total.bytes),
        total.seconds,
        plan.why,
        best[0] if best else "",
        best[1] if best else None,
    )


def _listed(choice: Choice, reads: dict[str, Read]) -> ExpectedList:
    cost = choice.cost
    read = reads.get(choice.name)
    text = read.text if read is not None else ""
    if read is not None and read.how is How.NESTED and not round(cost.requests):
        text = ""  # it comes inside its parents' pages
    return ExpectedList(
        choice.name,
        choice.way,
        round(cost.rows),
        round(cost.requests),
        round(cost.tokens),
        round(cost.bytes),
        cost.seconds,
        text,
        choice.why,
        choice.next_way,
        choice.next_cost,
    )


def _next_best(plan: Plan) -> tuple[str, Cost] | None:
    """The one other choice that costs the least more."""
    total = plan.expected
    if total is None:
        return None
    others = list(_others(plan, total))
    return min(others, key=lambda pair: (pair[1].tokens, pair[1].seconds), default=None)


def _others(plan: Plan, total: Cost) -> Iterator[tuple[str, Cost]]:
    for choice in plan.choices:
        if choice.next_cost is not None:
            yield f"{choice.name} {choice.next_way}", total + choice.next_cost - choice.cost


def _said(cost: Cost) -> str:
    return f"{cost.requests:.0f} requests, {cost.tokens:.0f} tokens, {cost.rows:,.0f} rows, {_size(cost.bytes)}"


def _size(bytes_: float) -> str:
    return f"{bytes_ / 1e6:.1f} MB" if bytes_ >= 1e5 else f"{bytes_ / 1e3:.1f} KB"

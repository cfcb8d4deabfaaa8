"""Plan + counts -> Explanation: what a query would cost, as text and as data. Pure; the client brings the counts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from twentyql.plan.document import count_document
from twentyql.plan.model import Plan, Read
from twentyql.schema.dialects import Dialect
from twentyql.schema.model import SchemaModel

SECONDS_A_PAGE = 0.1


@dataclass(frozen=True, slots=True)
class CountNeed:
    """One count that an explanation wants: the root field, the document and its variables."""

    name: str
    root: str
    text: str
    variables: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ExpectedList:
    """One list of the plan as it is expected to go. ``text`` is the document of each of its requests."""

    name: str
    rows: int
    requests: int
    text: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a query would cost. ``seconds`` counts the server's stock limit, where one is known."""

    lists: tuple[ExpectedList, ...]
    requests: int
    tokens: int
    rows: int
    seconds: float
    why: tuple[str, ...]

    def __str__(self) -> str:
        lines = [f"{self.requests} requests, {self.tokens} tokens, {self.rows:,} rows, about {self.seconds:.1f} s"]
        lines += [f"  {part.name}: {part.rows:,} rows in {part.requests} requests" for part in self.lists]
        lines += [f"  because {reason}" for reason in self.why]
        lines += [f"  {part.name}: {part.text}" for part in self.lists]
        return "\n".join(lines)


def counts_needed(plan: Plan, model: SchemaModel) -> list[CountNeed]:
    """The counts that `explain` wants: one for each list of the plan."""
    if plan.nothing:
        return []
    return [_need(read, model) for read in plan.root.walk() if read.counts]


def _need(read: Read, model: SchemaModel) -> CountNeed:
    of = model.object(read.object)
    filter_ = read.variables.get("filter")
    if read.link is not None:
        filter_ = {read.link.child_key[0]: {"is": "NOT_NULL"}}
    text = count_document(of, filtered=filter_ is not None)
    return CountNeed(read.name, read.root, text, {"filter": filter_} if filter_ else {})


def explain(plan: Plan, dialect: Dialect, counts: Mapping[str, int]) -> Explanation:
    """The explanation of ``plan`` given the counts of its lists; a child list is scaled to the parents read."""
    lists: list[ExpectedList] = []
    if not plan.nothing:
        _expect(plan.root, plan, dialect, counts, parents=1, share=1.0, into=lists)
    requests = sum(part.requests for part in lists)
    requests += sum(1 for read in plan.root.walk() if _counted_after(plan, read)) if not plan.nothing else 0
    over = max(0, requests - (dialect.burst or requests))
    spacing = dialect.window / dialect.burst if dialect.window and dialect.burst else 0.0
    return Explanation(
        tuple(lists),
        requests,
        requests,
        sum(part.rows for part in lists),
        requests * SECONDS_A_PAGE + over * spacing,
        plan.why,
    )


def _counted_after(plan: Plan, read: Read) -> bool:
    """Whether the receipt's count of children without a parent asks once more for this list."""
    whole = not plan.query.conditions and plan.query.most is None
    return whole and read.link is not None and len(read.path) == 1 and read.counts


def _expect(
    read: Read,
    plan: Plan,
    dialect: Dialect,
    counts: Mapping[str, int],
    *,
    parents: int,
    share: float,
    into: list[ExpectedList],
) -> None:
    known = counts.get(read.name, 0)
    rows = round(known * share)
    if read.link is None and plan.query.most is not None:
        rows = min(rows, plan.query.most)
    chunks = math.ceil(parents / dialect.parents_per_filter) if read.link else 1
    requests = max(chunks, math.ceil(rows / read.page_size)) if parents else 0
    text = (plan.top or read).text if read.link is None else read.text
    into.append(ExpectedList(read.name, rows, max(requests, 0), text))
    for child in read.children:
        _expect(child, plan, dialect, counts, parents=rows, share=share * (rows / known if known else 0.0), into=into)

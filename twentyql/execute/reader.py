"""Query -> a plan made with what the server tells of its rows -> a stream of them; and what that would cost."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Container, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar

from twentyql.build.query import Query
from twentyql.errors import ServerError
from twentyql.execute.first_pages import FirstPages
from twentyql.execute.nested import count as nested_count
from twentyql.execute.pacer import Pacer
from twentyql.execute.receipt import Receipt, Tally
from twentyql.execute.requester import Requester
from twentyql.execute.runner import OnBatch, Runner
from twentyql.execute.stream import Stream, until
from twentyql.plan.choices import Force
from twentyql.plan.cost import Outlook
from twentyql.plan.document import count_document
from twentyql.plan.explain import Explanation, explain
from twentyql.plan.model import How, Plan, Span
from twentyql.plan.planner import NO_FORCE, plan
from twentyql.plan.stats import FULL_ROWS_A_PAGE, Limits, ListStats, Stats
from twentyql.plan.survey import Question, first_pages, first_questions, learned, second_questions, unattached_questions
from twentyql.schema.dialects import Dialect
from twentyql.schema.model import SchemaModel

R = TypeVar("R")
PLAIN = Force(children=How.CHUNKS, flat=False)
Pace = Literal["kind", "full"]


@dataclass(frozen=True, slots=True)
class Before:
    """What an earlier run read: the spans ``left`` of each list, the ``rows`` it has, and the keys of parents."""

    left: Mapping[tuple[str, ...], Sequence[Span]] | None = None
    rows: Mapping[tuple[str, ...], int] = field(default_factory=dict[tuple[str, ...], int])
    known: Mapping[tuple[str, ...], Iterable[str]] | None = None


Resume = Callable[[Plan, Requester, Tally], Awaitable[Before]]


class Reader:
    """Reads the queries of one client, and keeps what was learnt of its server from one to the next."""

    def __init__(
        self,
        requester: Requester,
        model: SchemaModel,
        dialect: Dialect,
        pacer: Pacer,
        *,
        pace: Pace = "kind",
        force: Force = NO_FORCE,
    ) -> None:
        self._requester = requester
        self._model = model
        self._dialect = dialect
        self._pacer = pacer
        self._pace = pace
        self._force = force
        self._page: int | None = None

    @property
    def limits(self) -> Limits:
        """What is known of the server by now."""
        state = self._pacer.state
        full = {"page_seconds": 2.5, "page_most": FULL_ROWS_A_PAGE} if self._pace == "full" else {}
        return Limits(
            tokens=state.limit.tokens if state.limit else None,
            window=state.limit.seconds if state.limit else None,
            is_open=state.proven_open,
            latency=Limits().latency if self._requester.latency is None else self._requester.latency,
            page=self._page,
            **full,  # type: ignore[arg-type]
        )

    def plain(self, query: Query[Any, Any]) -> Plan:
        """The plan without counts; it raises what is wrong with the query."""
        return plan(query, self._model, self._dialect, limits=self.limits)

    async def plan(
        self,
        query: Query[Any, Any],
        tally: Tally,
        *,
        together: bool = True,
        thorough: bool = False,
        known: Stats | None = None,
    ) -> Plan:
        """The plan with the counts that could change it: those ``known``, or asked for in one or two requests."""
        draft = self.plain(query)
        if known is not None:
            tally.requests, tally.tokens = known.requests, known.tokens
            tally.retries, tally.bytes = known.retries, known.bytes
        if known is not None and known.lists:
            tally.pages = known.pages
            return plan(query, self._model, self._dialect, known, self.limits, together=together, force=self._force)
        stats = await self._survey(draft, tally, thorough=thorough)
        tally.pages = stats.pages if stats is not None else {}
        if stats is None and self._force == NO_FORCE:
            return replace(draft, joined=together)
        if stats is not None and not first_questions(draft, self._model, self.limits, thorough=False):
            # the read itself will not ask, and take the plain plan
            unasked = replace(stats, requests=0, tokens=0, bytes=0, pages={})
            return plan(
                query,
                self._model,
                self._dialect,
                unasked,
                self.limits,
                together=together,
                force=PLAIN if self._force == NO_FORCE else self._force,
            )
        return plan(query, self._model, self._dialect, stats, self.limits, together=together, force=self._force)

    async def first_pages(self, queries: Sequence[Query[Any, Any]]) -> list[Stats | None]:
        """What is known of each query by first pages that are asked for together, to be passed to its `stream`.

        None for a query that is better asked by itself, and where nothing came: its own read will tell why. What a
        document took beside the token of each list that came is said with one of them.
        """
        drafts = [self.plain(query) for query in queries]
        found: list[Stats | None] = [None] * len(drafts)
        for question, places in first_pages(drafts, self._model, self.limits):
            tally, roots, seconds = Tally(drafts[places[0]]), dict[str, bytes](), 0.0
            with suppress(ServerError):
                roots, seconds = await self._requester.roots(question.text, question.variables, question.tokens, tally)
            came = [(i, part) for i, part in zip(places, question.parts, strict=True) if part.root in roots]
            for i, part in came:
                size = len(roots[part.root])
                stats, page = learned(Stats(), Question((part,)), roots, size, seconds / len(places))
                self._page = page if page is not None else self._page
                found[i] = replace(stats, requests=0)
            at, others = (came[0][0], len(came) - 1) if came else (places[0], 0)
            found[at] = replace(
                found[at] or Stats(),
                requests=tally.requests,
                tokens=tally.tokens - others,
                retries=tally.retries,
            )
        return found

    async def _survey(self, draft: Plan, tally: Tally, *, thorough: bool) -> Stats | None:
        first = first_questions(draft, self._model, self.limits, thorough=thorough)
        if not first:
            return None
        stats = await self._ask(first, Stats(), tally)
        outlook = Outlook(self._dialect, stats, self.limits)
        return await self._ask(second_questions(draft, self._model, outlook, thorough=thorough), stats, tally)

    async def _ask(self, questions: Sequence[Question], stats: Stats, tally: Tally) -> Stats:
        """Send the questions; one root that fails tells nothing, and the others of its document are asked again."""
        for question in questions:
            stats, came = await self._learn(question, stats, tally)
            for each in question.alone() if len(question.parts) > 1 else ():
                if each.parts[0].root not in came:
                    stats, _ = await self._learn(each, stats, tally)
        return stats

    async def _learn(self, question: Question, stats: Stats, tally: Tally) -> tuple[Stats, Container[str]]:
        """The stats with the answer to one question, and the roots that came; none where the server refuses all."""
        before = tally.bytes
        try:
            roots, seconds = await self._requester.roots(question.text, question.variables, question.tokens, tally)
        except ServerError as error:
            if error.retryable:
                raise
            return stats, ()
        stats, page = learned(stats, question, roots, tally.bytes - before, seconds)
        self._page = page if page is not None else self._page
        return stats, roots

    def stream(
        self,
        query: Query[Any, R],
        timeout: float | None = None,
        on_batch: OnBatch | None = None,
        *,
        together: bool = True,
        planned: Plan | None = None,
        tally: Tally | None = None,
        resume: Resume | None = None,
        known: Stats | None = None,
    ) -> Stream[R]:
        """The rows of ``query``. What is wrong with the query is raised at once; counts are asked for at the start.

        ``resume`` looks at the plan before it runs, and says what of it was read before; ``known`` is what
        `first_pages` said of the query.
        """
        counted = tally or Tally(planned or self.plain(query))
        begun, waited, limits = time.monotonic(), self._pacer.state.waited_seconds, self.limits

        async def batches() -> AsyncGenerator[list[Any], None]:
            counted.plan = planned or await self.plan(query, counted, together=together, known=known)
            before = await resume(counted.plan, self._requester, counted) if resume else Before()
            counted.earlier = before.rows
            requester = FirstPages(self._requester, counted)
            runner = Runner(counted.plan, self._model, requester, counted, on_batch, before.left, before.known)
            found = runner.batches()
            try:
                async for batch in found:
                    yield batch
            finally:
                await found.aclose()

        def receipt() -> Receipt:
            counted.plan = self._with_expected(counted, limits)
            return counted.receipt(time.monotonic() - begun, self._pacer.state.waited_seconds - waited)

        return Stream(until(batches(), timeout, lambda: self._count_unattached(counted)), receipt)

    def _with_expected(self, tally: Tally, limits: Limits) -> Plan:
        """The plan with its cost: if no counts were asked for, by that of the first page."""
        made, begun = tally.plan, tally.of(tally.plan.root).begun
        if begun is None or made.expected is not None or made.root.children or made.root.place:
            return made
        if begun.got < min(begun.asked, begun.total):
            limits = replace(limits, page=begun.got)
        stats = Stats({(): ListStats(begun.total)})
        foreseen = plan(made.query, self._model, self._dialect, stats, limits, together=made.joined, force=PLAIN)
        return replace(made, expected=foreseen.expected)

    async def explain(self, query: Query[Any, Any], *, together: bool = True) -> Explanation:
        """What reading ``query`` would cost, with its counts."""
        tally = Tally(self.plain(query))
        made = await self.plan(query, tally, together=together, thorough=True)
        return explain(made)

    async def count(self, query: Query[Any, Any]) -> int:
        """How many records meet the conditions of ``query``."""
        made = self.plain(replace(query, orders=(), most=None))
        if made.nothing:
            return 0
        if made.root.place:
            return await nested_count(made.root, self._requester, Tally(made))
        filter_ = made.root.variables.get("filter")
        text = count_document(self._model.object(made.root.object), filtered=filter_ is not None)
        variables = {"filter": filter_} if filter_ else {}
        return await self._requester.count(made.root.root, text, variables, Tally(made))

    async def _count_unattached(self, tally: Tally) -> None:
        """How many children belong to no parent that was read: only a whole, unfiltered read can tell.

        It is left open where the server does not say: all rows are here.
        """
        if tally.plan.nothing:
            return
        for read, question in unattached_questions(tally.plan):
            with suppress(ServerError):
                total = await self._requester.count(read.root, question.text, {}, tally)
                mine = tally.of(read)
                mine.unattached = max(0, total - mine.rows + mine.elsewhere)

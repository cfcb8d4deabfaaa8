"""Which way is the cheapest, by counts alone: no server, no event loop."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from graphql import parse, validate
from hypothesis import given
from hypothesis import strategies as st
from msgspec.json import encode

from twentyql.build.named import NamedQuery, select
from twentyql.introspect.load import Loaded
from twentyql.plan.choices import Force
from twentyql.plan.cost import Outlook
from twentyql.plan.explain import explain
from twentyql.plan.model import Cost, How, Paging, Plan
from twentyql.plan.planner import plan
from twentyql.plan.stats import Families, Limits, ListStats, Path, Stats
from twentyql.plan.survey import first_questions, learned, second_questions
from twentyql.schema.dialects import TWENTY

CAPPED = Limits(page=200)
OPEN = Limits(is_open=True)
FEW_LARGE = Families((12_000, 61, 60, 5, 4, 3))


@pytest.fixture
def query(loaded: Loaded) -> NamedQuery:
    return select(loaded.model, "clients", "name.firstName", "deals.title")


def made(query: NamedQuery, loaded: Loaded, lists: dict[Path, ListStats], limits: Limits = CAPPED, **more: Any) -> Plan:
    return plan(query, loaded.model, TWENTY, Stats(lists), limits, **more)


def counts(clients: int, deals: int, families: Families | None = None) -> dict[Path, ListStats]:
    return {(): ListStats(clients, 200), ("deals",): ListStats(deals, 100, families=families)}


def way(found: Plan) -> How:
    return found.root.children[0].how


def test_without_counts_children_come_by_chunks_of_their_parents(query: NamedQuery, loaded: Loaded) -> None:
    found = plan(query, loaded.model, TWENTY)
    assert (way(found), found.expected) == (How.CHUNKS, None)
    assert found.root.gather == found.root.children[0].chunk == TWENTY.parents_per_filter


def test_tokens_first_under_a_limit(query: NamedQuery, loaded: Loaded) -> None:
    """The pages of the parents are paid for anyway; only two families are read again."""
    found = made(query, loaded, counts(5_000, 25_000, FEW_LARGE))
    assert way(found) is How.NESTED
    assert "countUniqueValuesId" in found.root.text
    assert found.expected is not None
    assert found.expected.tokens == pytest.approx(25 + 61 + 1, abs=2)
    told = explain(found)
    assert told.next_cost is not None
    assert told.next_cost.tokens > told.tokens


def test_time_first_on_an_open_server(query: NamedQuery, loaded: Loaded) -> None:
    assert way(made(query, loaded, counts(5_000, 25_000), OPEN)) is How.SCAN


def test_what_does_not_fit_into_memory_is_not_kept(query: NamedQuery, loaded: Loaded) -> None:
    lists = counts(5_000, 25_000)
    small = replace(OPEN, memory=1_000_000)
    assert way(made(query, loaded, lists, small)) is How.CHUNKS
    assert way(made(query, loaded, lists, small, together=False)) is How.SCAN


def test_a_narrow_condition_reads_no_more_than_it_needs(query: NamedQuery, loaded: Loaded) -> None:
    narrow = query.where({"name": {"firstName": {"eq": "Ada"}}})
    lists = {(): ListStats(20, everything=5_000), ("deals",): ListStats(25_000)}
    found = made(narrow, loaded, lists)
    assert way(found) is How.CHUNKS
    assert found.expected is not None
    assert found.expected.tokens == 2


def test_unknown_families_and_withheld_rows_are_not_nested(query: NamedQuery, loaded: Loaded) -> None:
    assert way(made(query, loaded, counts(5_000, 25_000))) is not How.NESTED
    many = Families(tuple([61] * 200), whole=False)
    assert way(made(query, loaded, counts(5_000, 25_000, many))) is not How.NESTED
    lists = counts(5_000, 25_000, FEW_LARGE)
    hidden = {**lists, ("deals",): replace(lists[("deals",)], visible=False)}
    assert way(made(query, loaded, hidden)) is not How.NESTED


def test_a_list_inside_a_list_inside_a_list_is_refused_by_the_server_and_not_planned(loaded: Loaded) -> None:
    query = select(loaded.model, "clients", "deals.childDeals.title")
    lists = {
        (): ListStats(5_000),
        ("deals",): ListStats(10_000, families=Families((9, 8))),
        ("deals", "childDeals"): ListStats(10_000, families=Families((9, 8))),
    }
    found = made(query, loaded, lists)
    ways = [read.how for read in found.root.walk()]
    assert ways.count(How.NESTED) == 1
    assert validate(loaded.schema, parse(found.root.text)) == []


def test_forced_ways_are_taken_where_they_can_be(query: NamedQuery, loaded: Loaded) -> None:
    for how in (How.CHUNKS, How.SCAN, How.NESTED):
        assert way(made(query, loaded, counts(50, 100, FEW_LARGE), force=Force(children=how))) is how


def test_small_reads_ask_for_no_counts(query: NamedQuery, loaded: Loaded) -> None:
    for small in (query.limit(5), select(loaded.model, "deals", "title"), query.where({"id": {"in": []}})):
        assert first_questions(plan(small, loaded.model, TWENTY), loaded.model, CAPPED, thorough=False) == []


def test_questions_are_valid_and_their_answers_become_stats(query: NamedQuery, loaded: Loaded) -> None:
    draft = plan(query, loaded.model, TWENTY)
    (asked,) = first_questions(draft, loaded.model, Limits(), thorough=False)
    assert validate(loaded.schema, parse(asked.text)) == []
    assert asked.tokens == 2
    edge = {"node": {"id": "a", "name": {"firstName": "Ada"}}}
    page = {"totalCount": 5_000, "edges": [edge] * 20, "pageInfo": {"hasNextPage": True}}
    roots = {"clients": encode(page), "deals": encode({"totalCount": 300, "edges": []})}
    stats, _ = learned(Stats(), asked, roots, 100)
    assert (stats.lists[()].rows, stats.lists[("deals",)].visible) == (5_000, False)
    assert stats.lists[()].bytes == pytest.approx(50, abs=10)
    later = second_questions(draft, loaded.model, Outlook(TWENTY, stats, Limits()), thorough=False)
    assert [part.kind for question in later for part in question.parts] == ["page"]
    _, most = learned(stats, later[0], {"clients": encode({"totalCount": 5_000, "edges": [edge] * 200})}, 100)
    assert most == 200


def test_parts_side_by_side_are_expected_where_waiting_is_most_of_a_page(loaded: Loaded) -> None:
    query = select(loaded.model, "deals", "title")
    far = replace(OPEN, latency=0.2)

    def expected(rows: int, limits: Limits) -> Cost:
        found = plan(query, loaded.model, TWENTY, Stats({(): ListStats(rows)}), limits).expected
        assert found is not None
        return found

    choices = plan(query, loaded.model, TWENTY, Stats({(): ListStats(200_000)}), far).choices
    assert "side by side" in choices[0].way
    assert 200 < expected(200_000, far).requests < 215
    assert expected(200_000, far).seconds < 0.2 * 200 / 6
    for limits in (replace(far, is_open=False), replace(far, latency=0.01)):
        assert round(expected(200_000, limits).requests) == 200
    assert round(expected(2_000, far).requests) == 2


@given(
    start=st.integers(1, 1000),
    most=st.integers(1, 5000),
    asked=st.integers(1, 5000),
    share=st.floats(0, 1),
    seconds=st.floats(0, 30),
)
def test_a_page_is_never_larger_than_the_most_nor_smaller_than_any_server_bears(
    start: int, most: int, asked: int, share: float, seconds: float
) -> None:
    most = max(start, most)
    asked = min(asked, most)
    size = Paging(start, most, 0.25, 0.02, least=200).following(asked, int(asked * share), seconds)
    assert min(asked, start, 200) <= size <= most


def test_pages_grow_to_what_takes_a_quarter_of_a_second() -> None:
    paging = Paging(200, 1000, 0.25, latency=0.02)
    assert paging.following(200, 200, 0.02 + 0.03) == 800
    assert paging.following(800, 800, 0.02 + 0.12) == 1000
    assert paging.following(1000, 1000, 0.02 + 0.5) == 500
    assert paging.following(1000, 200, 0.05) == 200
    assert paging.following(1000, 1000, 0.05, bytes_=32_000_000) == 250


def test_families_above_a_cap_are_known_or_not() -> None:
    assert FEW_LARGE.above(60) == (12_000, 61)
    assert Families((70, 65), whole=False).above(60) is None
    assert Families((70, 9), whole=False).above(60) == (70,)

"""A query becomes reads that a Twenty server answers truly."""

from __future__ import annotations

import pytest
from graphql import parse, validate
from hypothesis import given, settings
from hypothesis import strategies as st

from twentyql.build.named import NamedQuery, select
from twentyql.errors import TwentyqlError
from twentyql.introspect.load import Loaded
from twentyql.plan.explain import explain
from twentyql.plan.model import Plan
from twentyql.plan.planner import plan
from twentyql.plan.stats import Limits, ListStats, Stats
from twentyql.schema.dialects import TWENTY

NAMES = {
    "clients": ["id", "name", "name.firstName", "createdAt", "worth.amountMicros", "deals.title", "deals.client.id"],
    "deals": ["title", "stage", "tags", "client.name.lastName", "childDeals.childDeals.extra"],
}


def planned(query: NamedQuery, loaded: Loaded) -> Plan:
    return plan(query, loaded.model, TWENTY)


def test_children_are_read_by_their_foreign_key_never_nested(loaded: Loaded) -> None:
    made = planned(select(loaded.model, "clients", "name.firstName", "deals.title"), loaded)
    (child,) = made.root.children
    assert "deals" not in made.root.text
    assert (child.root, child.link and child.link.child_key) == ("deals", ("clientId",))
    assert "clientId" in child.text
    assert "$filter: DealFilterInput" in child.text


def test_every_list_counts_beside_its_edges(loaded: Loaded) -> None:
    made = planned(select(loaded.model, "deals", "title", "childDeals.title"), loaded)
    assert all("totalCount edges" in read.text for read in made.root.walk())


def test_an_order_is_kept_here_and_not_sent(loaded: Loaded) -> None:
    made = planned(select(loaded.model, "deals", "title").order_by("title"), loaded)
    assert "orderBy" not in made.root.text
    assert [order.path for order in made.order_here] == [("title",)]


def test_a_small_limit_lets_the_server_sort_one_page(loaded: Loaded) -> None:
    made = planned(select(loaded.model, "deals", "title").order_by("title").limit(5), loaded)
    assert made.top is not None
    assert made.top.page_size == 5
    assert made.top.variables["orderBy"] == [{"title": "AscNullsLast"}]


def test_the_sorted_field_is_selected_though_not_asked_for(loaded: Loaded) -> None:
    """A cursor holds only selected order fields, and sorting here needs the value."""
    made = planned(select(loaded.model, "clients", "name").order_by("createdAt").limit(5), loaded)
    assert made.top is not None
    assert "createdAt" in made.top.text


@pytest.mark.parametrize("where", [{"id": {"in": []}}, {"and": [{"title": {"eq": "a"}}, {"id": {"in": []}}]}])
def test_a_condition_that_nothing_meets_sends_nothing(loaded: Loaded, where: dict[str, object]) -> None:
    assert planned(select(loaded.model, "deals", "title").where(where), loaded).nothing


def test_sorting_by_a_list_or_a_composite_is_refused(loaded: Loaded) -> None:
    with pytest.raises(TwentyqlError, match="amountMicros"):
        planned(select(loaded.model, "clients", "id").order_by("worth"), loaded)
    with pytest.raises(TwentyqlError, match="deals"):
        planned(select(loaded.model, "clients", "id").order_by("deals.title"), loaded)


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_every_planned_document_is_valid_and_without_what_the_server_mishandles(
    loaded: Loaded, data: st.DataObject
) -> None:
    of = data.draw(st.sampled_from(sorted(NAMES)))
    names = data.draw(st.lists(st.sampled_from(NAMES[of]), min_size=1, unique=True))
    made = planned(select(loaded.model, of, *names), loaded)
    for read in made.root.walk():
        assert validate(loaded.schema, parse(read.text)) == []
        assert "@" not in read.text
        assert "=" not in read.text
        assert read.text.count("edges") == 1


def test_explain_scales_children_to_their_parents_and_counts_tokens(loaded: Loaded) -> None:
    query = select(loaded.model, "clients", "name", "deals.title").where({"name": {"firstName": {"eq": "Ada"}}})
    lists = {(): ListStats(1000, 300, everything=2000), ("deals",): ListStats(50_000, 100)}
    made = plan(query, loaded.model, TWENTY, Stats(lists), Limits(page=200))
    told = explain(made)
    assert [(part.name, part.rows) for part in told.lists] == [("clients", 1000), ("deals", 25_000)]
    assert told.tokens == 5 + 125
    assert told.bytes == 1000 * 300 + 25_000 * 100
    assert "clientId in [...]" in str(told)
    assert told.lists[1].next_cost is not None
    assert told.lists[1].next_cost.tokens == 250

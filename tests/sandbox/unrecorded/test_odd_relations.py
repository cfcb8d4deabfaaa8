"""Nested relations, aggregates and groups of a model that was not recorded: sections 2 and 5, asserted again."""

from __future__ import annotations

from collections import Counter
from statistics import fmean
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from odd_workspace import CLASSES, EMPTY, GONE, HUB, ROWS, SMALL, TARGETS, class_id, living

from twentyql.sandbox.records.engine import Engine
from twentyql.sandbox.root import Refused, Root

CHILD = {"edges": {"node": {"id": {}}}, "totalCount": {}, "pageInfo": {"hasNextPage": {}}, "countUniqueValuesId": {}}


def one(engine: Engine, name: str, identity: str, selection: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = engine.run(Root(name, {"filter": {"id": {"eq": identity}}}, selection))
    return found


@pytest.mark.parametrize(("home", "true"), [(HUB, 98), (SMALL, 60), (EMPTY, 0)])
def test_a_list_of_children_stops_at_60_and_says_that_it_is_whole(odd_reads: Engine, home: str, true: int) -> None:
    found = one(odd_reads, "import", home, {"classes": CHILD})["classes"]
    ids = [edge["node"]["id"] for edge in found["edges"]]
    assert len(ids) == len(set(ids)) == min(60, true)
    assert set(ids) <= {row["id"] for row in CLASSES if row["homeId"] == home and not row["deletedAt"]}
    assert found["totalCount"] == len(ids)
    assert found["pageInfo"] == {"hasNextPage": False}
    assert found["countUniqueValuesId"] == (true or None), "the true count; null, not 0, where there is none"


def test_self_relations_lead_both_ways(odd_reads: Engine) -> None:
    selection = {"children": CHILD, "parent": {"id": {}, "parent": {"id": {}}}}
    top, below = (one(odd_reads, "class", class_id(number), selection) for number in (3, 13))
    children = {row["id"] for row in CLASSES if row["parentId"] == class_id(3) and not row["deletedAt"]}
    assert {edge["node"]["id"] for edge in top["children"]["edges"]} == children
    assert top["parent"] is None
    assert below["parent"]["id"] == class_id(3)


def test_morph_relations_lead_both_ways(odd_reads: Engine) -> None:
    names = [f"target{target[:1].upper()}{target[1:]}" for target in TARGETS]
    selection = {"edges": {"node": {"id": {}, **{name: {"id": {}} for name in names}}}}
    page = odd_reads.run(Root("tags", {"first": 1000}, selection))
    for edge, row in zip(page["edges"], sorted(ROWS["tags"], key=lambda row: row["id"]), strict=True):
        pointed = {name: edge["node"][name] and edge["node"][name]["id"] for name in names}
        assert pointed == {name: row.get(f"{name}Id") for name in names}
    found = one(odd_reads, "import", HUB, {"notes": CHILD})["notes"]
    assert (found["totalCount"], found["countUniqueValuesId"]) == (60, 80)
    flat = odd_reads.run(Root("tags", {"filter": {"targetImportId": {"in": [HUB]}}}, {"totalCount": {}}))
    assert flat == {"totalCount": 80}


def test_a_relation_to_the_bin_is_null_and_takes_its_key_along(odd_reads: Engine) -> None:
    assert one(odd_reads, "class", class_id(170), {"homeId": {}}) == {"homeId": GONE}
    assert one(odd_reads, "class", class_id(170), {"homeId": {}, "home": {"id": {}}}) == {"homeId": None, "home": None}


def test_lists_inside_lists_are_refused_and_to_ones_are_not(odd_reads: Engine) -> None:
    selection = {"classes": {"edges": {"node": {"children": CHILD}}}}
    with pytest.raises(Refused, match="One-to-Many relation cannot be nested") as refused:
        one(odd_reads, "import", HUB, selection)
    assert refused.value.sub_code == "TOO_COMPLEX_QUERY"
    deep = {"classes": {"edges": {"node": {"parent": {"home": {"name": {}}, "deletedAt": {}}}}}}
    assert one(odd_reads, "import", SMALL, deep)["classes"]["edges"][0]["node"]["parent"]["home"]["name"]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"home": {"notes": {"id": {"is": "NULL"}}}}, "Cannot filter by relation field"),
        ({"parent": {"home": {"name": {"eq": "x"}}}}, "nesting deeper than 1 hop"),
        ({"children": {"id": {"eq": class_id(1)}}}, 'Cannot filter by relation field "children"'),
        ({"home": {"eq": HUB}}, 'use "homeId" instead'),
        ({"class": {"eq": 1}}, 'Object class doesn\'t have any "class" field'),
        ({"import": {"regex": "x"}}, 'Operator "regex" is not valid for field "import" of type TEXT'),
        ({"where": {"gt": 1, "lt": 2}}, "must have exactly one operator"),
        ({"id": {"in": []}}, "Expected non-empty array"),
        ({"id": {"gt": "80000000-0000-0000-0000-000000000000"}}, "Invalid UUID value"),
        ({"select": {"eq": "SELECT"}}, "invalid input value for enum workspace_.*_class_select_enum"),
    ],
)
def test_filters_are_refused_in_the_servers_words(odd_reads: Engine, wanted: Any, said: str) -> None:
    with pytest.raises(Refused, match=said):
        odd_reads.run(Root("classes", {"filter": wanted}, {"totalCount": {}}))


def test_aggregates_are_those_of_the_rows(odd_reads: Engine) -> None:
    rows = [row for row in living() if row["homeId"] == HUB]
    numbers = [row["where"] for row in rows if row["where"] is not None]
    money = [row["price"]["amountMicros"] for row in rows if row["price"]["amountMicros"] is not None]
    times = [row["group"] for row in rows if row["group"]]
    wanted = {
        "totalCount": len(rows),
        "countNotEmptyImport": sum(row["import"] is not None for row in rows),
        "countEmptyImport": sum(row["import"] is None for row in rows),
        "countUniqueValuesSelect": len({row["select"] for row in rows} - {None}),
        "minWhere": min(numbers),
        "maxWhere": max(numbers),
        "sumWhere": sum(numbers),
        "avgWhere": pytest.approx(fmean(numbers)),
        "sumPriceAmountMicros": sum(money),
        "minGroup": min(times),
        "maxGroup": max(times),
        "countTrueFirst": sum(row["first"] is True for row in rows),
        "countFalseFirst": sum(row["first"] is False for row in rows),
        "percentageEmptyOrder": pytest.approx(sum(row["order"] is None for row in rows) / len(rows)),
    }
    found = odd_reads.run(Root("classes", {"filter": {"homeId": {"eq": HUB}}}, {name: {} for name in wanted}))
    assert found == wanted
    nested = one(odd_reads, "import", HUB, {"classes": {name: {} for name in wanted if name != "totalCount"}})
    assert nested["classes"] == {name: value for name, value in wanted.items() if name != "totalCount"}


@settings(max_examples=15, deadline=None)
@given(
    names=st.lists(
        st.sampled_from(["select", "ab", "aB", "first", "type", "from"]), min_size=1, max_size=2, unique=True
    )
)
def test_groups_are_those_of_the_rows(odd_reads: Engine, names: list[str]) -> None:
    arguments = {"groupBy": [{name: True} for name in names], "limit": 1000}
    groups = odd_reads.run(Root("classesGroupBy", arguments, {"groupByDimensionValues": {}, "totalCount": {}}))
    found = {tuple(group["groupByDimensionValues"]): group["totalCount"] for group in groups}
    assert found == Counter(tuple(row[name] for name in names) for row in living())
    assert len(groups) == len(found)


def test_groups_by_relation_composite_and_month(odd_reads: Engine) -> None:
    def groups(dimension: Any, **more: Any) -> dict[Any, int]:
        selection = {"groupByDimensionValues": {}, "totalCount": {}, "edges": {"node": {"id": {}}}}
        found = odd_reads.run(Root("classesGroupBy", {"groupBy": [dimension], "limit": 1000, **more}, selection))
        assert all(len(group["edges"]) == min(10, group["totalCount"]) for group in found)
        return {group["groupByDimensionValues"][0]: group["totalCount"] for group in found}

    homes = Counter(row["homeId"] if row["homeId"] != GONE else None for row in living())
    assert groups({"home": {"name": True}}) == {"import 0": homes[HUB], "import 1": homes[SMALL], None: homes[None]}
    cities = Counter(row["address"]["addressCity"] or None for row in living())
    assert groups({"address": {"addressCity": True}}) == cities
    months = Counter(row["group"] and f"{row['group'][:7]}-01" for row in living())
    assert groups({"group": {"granularity": "MONTH", "timeZone": "UTC"}}) == months
    later = {"group": {"granularity": "DAY", "timeZone": "Europe/Berlin"}}
    assert all(day is None or day.endswith("-16") for day in groups(later)), "23:30 UTC is the next day there"
    with pytest.raises(Refused, match="Time zone should be specified"):
        groups({"group": {"granularity": "MONTH"}})


def test_two_dimensions_of_one_date_are_ordered_each_by_its_own(odd_reads: Engine) -> None:
    dates = [{"group": {"granularity": kind, "timeZone": "UTC"}} for kind in ("MONTH", "QUARTER_OF_THE_YEAR")]
    for kind, place in (("MONTH", 0), ("QUARTER_OF_THE_YEAR", 1)):
        order = [{"group": {"orderBy": "DescNullsLast", "granularity": kind}}]
        arguments = {"groupBy": dates, "orderBy": order, "limit": 100}
        groups = odd_reads.run(Root("classesGroupBy", arguments, {"groupByDimensionValues": {}}))
        values = [group["groupByDimensionValues"][place] for group in groups]
        filled = [value for value in values if value is not None]
        assert values == [*sorted(filled, reverse=True), None]
        assert len(set(filled)) > 3


def test_search_finds_by_the_start_of_words_and_pages_on(odd_reads: Engine) -> None:
    node = {"recordId": {}, "objectNameSingular": {}, "label": {}}
    selection = {"edges": {"node": node, "cursor": {}}, "pageInfo": {"endCursor": {}, "hasNextPage": {}}}
    seen: list[str] = []
    arguments: dict[str, Any] = {"searchInput": "la1", "limit": 20, "includedObjectNameSingulars": ["class"]}
    while True:
        page = odd_reads.run(Root("search", arguments, selection))
        seen += [edge["node"]["recordId"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        arguments["after"] = page["pageInfo"]["endCursor"]
    wanted = [row["id"] for row in living() if row["name"]["lastName"] == "La1"]
    assert sorted(seen) == sorted(wanted)

"""Aggregates, groups, duplicates and search on the small workspace."""

from __future__ import annotations

from typing import Any

import pytest
from asking import ask
from small_workspace import LIVING

from twentyql.sandbox.records.engine import Engine


def value(engine: Engine, query: str) -> Any:
    answer = ask(engine, query)
    assert "errors" not in answer, answer
    (found,) = answer["data"].values()
    return found


def test_aggregates_over_the_filter(engine: Engine) -> None:
    wanted = "minAge maxAge sumAge avgAge countTrueHappy countEmptyAge percentageEmptyAge countUniqueValuesStage"
    found = value(engine, f"{{people(first:1,filter:{{age:{{lte:3}}}}){{totalCount {wanted}}}}}")
    expected = [3, 1, 3, 6, 2.0, 1, 0, 0.0, 3]
    assert list(found.values()) == expected


def test_aggregates_over_nothing_are_null(engine: Engine) -> None:
    found = value(engine, "{people(filter:{age:{gt:1000}}){totalCount sumAge countEmptyAge}}")
    assert found == {"totalCount": 0, "sumAge": None, "countEmptyAge": None}


def test_groups_have_defaults_of_50_and_10(engine: Engine) -> None:
    groups = value(engine, "{peopleGroupBy(groupBy:[{name:{firstName:true}}]){totalCount}}")
    assert len(groups) == 50
    query = (
        "{peopleGroupBy(groupBy:[{happy:true}],limit:9,%s){groupByDimensionValues totalCount edges{node{position}}}}"
    )
    groups = value(engine, query % "orderByForRecords:[{position:DescNullsLast}],orderBy:[{happy:AscNullsLast}]")
    assert [group["groupByDimensionValues"] for group in groups] == [[False], [True]]
    assert [edge["node"]["position"] for edge in groups[0]["edges"]] == list(range(129, 109, -2))


def test_groups_by_relation_date_and_aggregate_order(engine: Engine) -> None:
    groups = value(
        engine,
        "{peopleGroupBy(groupBy:[{company:{name:true}},{createdAt:{granularity:WEEK,weekStartDay:SUNDAY,"
        'timeZone:"America/New_York"}}],orderBy:[{aggregate:{totalCount:DescNullsLast}}])'
        "{groupByDimensionValues totalCount}}",
    )
    assert groups == [
        {"groupByDimensionValues": ["Acme", "2025-12-28"], "totalCount": 98},
        {"groupByDimensionValues": [None, "2025-12-28"], "totalCount": 30},
    ]


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ("groupBy:[{createdAt:{granularity:DAY}}]", "Time zone should be specified"),
        ('groupBy:[{createdAt:{granularity:DAY,timeZone:"Mars/Olympus"}}]', "not recognized"),
        ("groupBy:[{nope:true}]", "Unidentified field in groupBy: nope"),
        ("groupBy:[{age:true,happy:true}]", "multiple fields in one GroupByInput"),
        ("groupBy:[{age:true}],orderBy:[{happy:AscNullsLast}]", "Cannot order by a field"),
    ],
)
def test_groups_refuse(engine: Engine, arguments: str, part: str) -> None:
    assert part in ask(engine, f"{{peopleGroupBy({arguments}){{totalCount}}}}")["errors"][0]["message"]


def test_duplicates_by_any_criterion(engine: Engine) -> None:
    query = '{companyDuplicates(data:[{name:"Acme"},{domainName:{primaryLinkUrl:"acme.example.com"}},{name:"ab"}])'
    found = value(engine, query + "{totalCount edges{node{name}}}}")
    assert [one["totalCount"] for one in found] == [1, 1, 0]


def test_search_pages_without_loss(engine: Engine) -> None:
    seen: list[str] = []
    after = ""
    for _ in range(20):
        query = f'{{search(searchInput:"first example",limit:20,after:"{after}"){{edges{{node{{recordId}}}} PAGE}}}}'
        found = value(engine, query.replace("PAGE", "pageInfo{endCursor hasNextPage}"))
        seen += [edge["node"]["recordId"] for edge in found["edges"]]
        after = found["pageInfo"]["endCursor"]
        if not found["pageInfo"]["hasNextPage"]:
            break
    assert len(seen) == len(set(seen)) == LIVING + 1  # the people, then the company at acme.example.com


def test_search_knows_its_objects(engine: Engine) -> None:
    query = '{search(searchInput:"acme",limit:5,excludedObjectNameSingulars:["person"]){edges{node{%s}}}}'
    (edge,) = value(engine, query % "label objectNameSingular imageUrl")["edges"]
    image = "https://twenty-icons.com/acme.example.com"
    assert edge["node"] == {"label": "Acme", "objectNameSingular": "company", "imageUrl": image}

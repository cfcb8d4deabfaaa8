"""The traps of nested relations."""

from __future__ import annotations

from typing import Any

import pytest
from asking import ask
from small_workspace import MEMBER, A, B, person_id

from twentyql.sandbox.records.engine import Engine


def nodes(answer: dict[str, Any]) -> list[dict[str, Any]]:
    (connection,) = answer["data"].values()
    return [edge["node"] for edge in connection["edges"]]


PEOPLE = "people{totalCount countUniqueValuesId pageInfo{hasNextPage} edges{node{id}}}"


def test_to_many_stops_at_60_and_says_it_is_complete(engine: Engine) -> None:
    (company,) = nodes(ask(engine, f"{{companies{{edges{{node{{id {PEOPLE}}}}}}}}}"))
    people = company["people"]
    assert len(people["edges"]) == people["totalCount"] == 60
    assert people["pageInfo"]["hasNextPage"] is False


def test_to_many_counts_unique_ids_truly(engine: Engine) -> None:
    (company,) = nodes(ask(engine, f"{{companies{{edges{{node{{{PEOPLE}}}}}}}}}"))
    assert company["people"]["countUniqueValuesId"] == 98  # two of 100 are in the bin


def test_to_many_is_not_in_the_order_of_ids(engine: Engine) -> None:
    (company,) = nodes(ask(engine, f"{{companies{{edges{{node{{{PEOPLE}}}}}}}}}"))
    ids = [edge["node"]["id"] for edge in company["people"]["edges"]]
    assert ids != sorted(ids)


def test_no_children_count_null_not_zero(engine: Engine) -> None:
    engine.load({"companies": [{"id": MEMBER, "name": "Lonely"}]})
    answer = nodes(ask(engine, f'{{companies(filter:{{name:{{eq:"Lonely"}}}}){{edges{{node{{{PEOPLE}}}}}}}}}'))
    assert answer[0]["people"] == {
        "totalCount": 0,
        "countUniqueValuesId": None,
        "pageInfo": {"hasNextPage": False},
        "edges": [],
    }


def test_key_of_a_binned_parent_is_null_when_the_parent_is_selected(engine: Engine) -> None:
    where = f'filter:{{id:{{eq:"{person_id(100)}"}}}}'
    assert nodes(ask(engine, f"{{people({where}){{edges{{node{{companyId}}}}}}}}")) == [{"companyId": B}]
    both = nodes(ask(engine, f"{{people({where}){{edges{{node{{companyId company{{id}}}}}}}}}}"))
    assert both == [{"companyId": None, "company": None}]


def test_relation_below_a_to_one_is_lost_unless_deleted_at_is_selected(engine: Engine) -> None:
    where = f'person(filter:{{id:{{eq:"{person_id(0)}"}}}})'
    lost = ask(engine, f"{{{where}{{company{{id ownerId owner{{id}}}}}}}}")["data"]["person"]["company"]
    assert lost == {"id": A, "ownerId": MEMBER, "owner": None}
    kept = ask(engine, f"{{{where}{{company{{deletedAt owner{{id}}}}}}}}")["data"]["person"]["company"]
    assert kept == {"deletedAt": None, "owner": {"id": MEMBER}}


def test_to_one_below_a_to_many_is_read(engine: Engine) -> None:
    (company,) = nodes(ask(engine, "{companies{edges{node{people{edges{node{company{id}}}}}}}}"))
    assert {edge["node"]["company"]["id"] for edge in company["people"]["edges"]} == {A}


def test_to_one_without_selection_is_the_whole_object(engine: Engine) -> None:
    person = ask(engine, f'{{person(filter:{{id:{{eq:"{person_id(0)}"}}}}){{company}}}}')["data"]["person"]
    page = {"hasNextPage": False, "hasPreviousPage": False}
    assert person["company"] == {"id": A, "people": {"edges": [], "pageInfo": page, "totalCount": 0}}


def test_to_many_inside_to_many_is_refused(engine: Engine) -> None:
    query = "{workspaceMembers{edges{node{companies{edges{node{people{edges{node{id}}}}}}}}}}"
    error = ask(engine, query)["errors"][0]
    assert error["extensions"]["subCode"] == "TOO_COMPLEX_QUERY"


@pytest.mark.parametrize(
    ("selected", "answer"),
    [("nope", {"nope": None}), ("name", {"name": None}), ("id{x}", {"id": person_id(0)}), ("__typename", "Person")],
)
def test_quirks_of_selections(engine: Engine, selected: str, answer: Any) -> None:
    found = nodes(ask(engine, f"{{people(first:1){{edges{{node{{{selected}}}}}}}}}"))[0]
    assert found == (answer if isinstance(answer, dict) else {"__typename": answer})


def test_unknown_part_of_a_composite_breaks_the_root(engine: Engine) -> None:
    error = ask(engine, "{people{edges{node{name{zzz}}}}}")["errors"][0]
    assert error["message"] == "Sub field metadata not found for composite type: FULL_NAME"
    assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"


def test_warns_of_rows_that_point_nowhere(engine: Engine) -> None:
    assert engine.warnings == ()
    engine.load({"people": [{"id": person_id(500), "companyId": person_id(999)}]})
    assert engine.warnings == ("1 rows of people point to companies that are not here (companyId)",)

"""Pages and cursors, with the rows that the real server loses."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from asking import ask
from small_workspace import LIVING, person_id

from twentyql.sandbox.records.engine import Engine

PAGE = "edges{cursor node{id %s}} pageInfo{endCursor hasNextPage hasPreviousPage}"


def scan(engine: Engine, order: str, selected: str, first: int = 10, most: int = 40) -> list[str]:
    """The ids of all pages, by following ``endCursor``."""
    ids: list[str] = []
    after = ""
    for _ in range(most):
        arguments = f'first:{first},after:"{after}"' + (f",orderBy:[{order}]" if order else "")
        answer = ask(engine, f"{{people({arguments}){{{PAGE % selected}}}}}")
        page = answer["data"]["people"]
        ids += [edge["node"]["id"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    return ids


def cursor(values: dict[str, Any]) -> str:
    return base64.b64encode(json.dumps(values).encode()).decode()


def test_order_by_id_is_complete(engine: Engine) -> None:
    ids = scan(engine, "", "")
    assert len(ids) == len(set(ids)) == LIVING
    assert ids == sorted(ids)


@pytest.mark.parametrize("order", ["{createdAt:AscNullsFirst}", "{createdAt:DescNullsLast}"])
def test_order_by_a_selected_filled_field_is_complete(engine: Engine, order: str) -> None:
    assert len(set(scan(engine, order, "createdAt"))) == LIVING


def test_order_by_an_unselected_field_goes_astray(engine: Engine) -> None:
    assert len(set(scan(engine, "{createdAt:DescNullsLast}", ""))) < LIVING


def test_order_by_an_unselected_composite_is_stuck(engine: Engine) -> None:
    assert len(set(scan(engine, "{name:{lastName:AscNullsLast}}", ""))) == 10


@pytest.mark.parametrize(
    ("direction", "found"),
    [("AscNullsFirst", LIVING), ("AscNullsLast", 84), ("DescNullsLast", 84), ("DescNullsFirst", 44)],
)
def test_order_by_a_nullable_text_loses_rows(engine: Engine, direction: str, found: int) -> None:
    ids = scan(engine, f"{{jobTitle:{direction}}}", "jobTitle", first=9)
    assert len(set(ids)) == found


def test_order_by_id_descending_is_ignored_and_repeats(engine: Engine) -> None:
    ids = scan(engine, "{id:DescNullsLast}", "")
    assert len(ids) == 19
    assert len(set(ids)) == 10


def test_order_by_a_foreign_key_loses_rows(engine: Engine) -> None:
    assert len(set(scan(engine, "{companyId:AscNullsFirst}", "companyId"))) < LIVING


def test_second_page_by_a_relation_is_refused(engine: Engine) -> None:
    order = "orderBy:[{company:{name:AscNullsLast}}]"
    page = ask(engine, f"{{people(first:2,{order}){{{PAGE % 'company{name}'}}}}}")["data"]["people"]
    again = ask(engine, f'{{people(after:"{page["pageInfo"]["endCursor"]}",{order}){{edges{{node{{id}}}}}}}}')
    assert again["errors"][0]["message"] == "Expected non-composite field order by"
    assert again["errors"][0]["extensions"]["subCode"] == "INVALID_CURSOR"


def test_forged_cursors_start_anywhere(engine: Engine) -> None:
    after = cursor({"id": "00000064-0000-0000-0000-000000000000"})
    page = ask(engine, f'{{people(first:1,after:"{after}"){{{PAGE % ""}}}}}')["data"]["people"]
    assert page["edges"][0]["node"]["id"] == person_id(100)


def test_cursor_is_the_exact_json(engine: Engine) -> None:
    page = ask(
        engine, f"{{people(first:1,orderBy:[{{name:{{firstName:AscNullsLast}}}}]){{{PAGE % 'name{firstName}'}}}}}"
    )
    text = base64.b64decode(page["data"]["people"]["edges"][0]["cursor"]).decode()
    assert text == f'{{"name":{{"firstName":"First000"}},"id":"{person_id(0)}"}}'


def test_backward_pages_come_in_forward_order(engine: Engine) -> None:
    before = cursor({"id": person_id(20)})
    page = ask(engine, f'{{people(last:3,before:"{before}"){{{PAGE % ""}}}}}')["data"]["people"]
    assert [edge["node"]["id"] for edge in page["edges"]] == [person_id(number) for number in (17, 18, 19)]
    assert page["pageInfo"]["hasPreviousPage"] is True
    assert page["pageInfo"]["hasNextPage"] is False


@pytest.mark.parametrize(
    ("arguments", "message", "code"),
    [
        ("first:1,last:1", "Cannot provide both first and last", "ARGS_CONFLICT"),
        ('before:"x",after:"y"', "Cannot provide both before and after", "ARGS_CONFLICT"),
        ('before:"x",first:1', "Cannot provide both before and first", "ARGS_CONFLICT"),
        ('after:"x",last:1', "Cannot provide both after and last", "ARGS_CONFLICT"),
        ("last:-1", "Last argument must be non-negative", "INVALID_ARGS_LAST"),
        ('after:"%%%"', "Invalid cursor: %%%", "INVALID_CURSOR"),
        ("orderBy:[{name:AscNullsLast}]", None, "INVALID_QUERY_INPUT"),
        ("first:true", 'Invalid argument: "first" must be a number', "INVALID_QUERY_INPUT"),
    ],
)
def test_refuses_arguments(engine: Engine, arguments: str, message: str | None, code: str) -> None:
    error = ask(engine, f"{{people({arguments}){{totalCount edges{{node{{id}}}}}}}}")["errors"][0]
    assert error["extensions"]["subCode"] == code
    assert message is None or error["message"] == message


def test_page_cap_clamps_in_silence(engine: Engine) -> None:
    engine.page_cap = 60
    page = ask(engine, f"{{people(first:100){{{PAGE % ''}}}}}")["data"]["people"]
    assert len(page["edges"]) == 60
    assert page["pageInfo"]["hasNextPage"] is True


def test_withheld_rows_are_counted_and_not_shown(engine: Engine) -> None:
    engine.withheld.add("people")
    page = ask(engine, f"{{people{{totalCount {PAGE % ''}}}}}")["data"]["people"]
    info = {"endCursor": None, "hasNextPage": True, "hasPreviousPage": False}
    assert page == {"totalCount": LIVING, "edges": [], "pageInfo": info}
    assert ask(engine, f'{{person(filter:{{id:{{eq:"{person_id(1)}"}}}}){{id}}}}')["data"]["person"]

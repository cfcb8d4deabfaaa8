"""Direct execution on a model that was not recorded: section 0 of what was observed, asserted again, over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from asker import asker
from graphql import build_client_schema, get_introspection_query, validate_schema
from odd_workspace import HUB, MODEL, OBJECTS, WORKSPACE, class_id, living, thing

from twentyql.sandbox import Sandbox, Snapshot
from twentyql.sandbox.background import Background

Ask = Callable[..., Any]
FIRST = next(living())


def node(ask: Ask, selection: str, identity: str | None = None) -> Any:
    answer = ask(f'{{class(filter:{{id:{{eq:"{identity or FIRST["id"]}"}}}}){{{selection}}}}}')
    return answer["data"]["class"] if "errors" not in answer else answer


@pytest.mark.parametrize(
    ("selection", "found"),
    [
        ("nope", {"nope": None}),
        ("name", {"name": None}),
        ("id{x}", {"id": FIRST["id"]}),
        ("pk:id fn:name{f:firstName}", {"id": FIRST["id"], "name": {"firstName": FIRST["name"]["firstName"]}}),
        ("...on Class{import}", {"import": FIRST["import"] or ""}),
        ("__typename name{__typename}", {"__typename": "Class", "name": {"__typename": "FullName"}}),
        ("id @skip(if:true) code @include(if:true)", {"code": FIRST["code"]}),
        ("aB ab", {"aB": FIRST["aB"], "ab": FIRST["ab"]}),
        ("from select self", {name: FIRST[name] for name in ("from", "select", "self")}),
    ],
)
def test_selections_are_not_validated(ask: Ask, selection: str, found: Any) -> None:
    assert node(ask, selection) == found


def test_a_to_one_without_a_selection_is_the_whole_object(ask: Ask) -> None:
    assert node(ask, "home", class_id(1))["home"]["id"] == HUB


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("{classes(first:1){edges{node{name{zzz}}}}}", "Sub field metadata not found for composite type: FULL_NAME"),
        (
            "query($s:Boolean){classes(first:1){edges{node{id @skip(if:$s)}}}}",
            "Cannot read properties of undefined (reading 's')",
        ),
        ("{classes{totalCount} a:classes{totalCount}}", 'Duplicate root resolver: "classes"'),
        ("{classes{totalCount} __typename}", "This query cannot be executed as a single request."),
        ("{classes(foo:1){totalCount}}", "Argument not allowed: foo"),
        ('query{classes(first:"2"){totalCount}}', "must be a number"),
        ("{classes(orderBy:[{children:AscNullsFirst}]){totalCount edges{node{id}}}}", "not sortable"),
    ],
)
def test_refusals(ask: Ask, query: str, said: str) -> None:
    (error,) = ask(query)["errors"]
    assert said in error["message"]
    assert "path" not in error
    assert "locations" not in error


def test_root_aliases_work_and_a_failing_root_leaves_the_others(ask: Ask) -> None:
    answer = ask("{a:classes(first:1){totalCount} imports(first:-1){totalCount} selects{totalCount}}")
    assert answer["data"] == {"a": {"totalCount": 237}, "imports": None, "selects": {"totalCount": 1}}
    assert len(answer["errors"]) == 1


def test_variables_are_neither_defaulted_nor_coerced(ask: Ask) -> None:
    query = "query($n:Int=2){classes(first:$n){edges{node{id}}}}"
    assert len(ask(query)["data"]["classes"]["edges"]) == 200
    assert len(ask(query, n=3)["data"]["classes"]["edges"]) == 3
    assert "must be a number" in ask(query, n="3")["errors"][0]["message"]
    assert len(ask(query, n=None)["data"]["classes"]["edges"]) == 200


def test_the_schema_of_odd_names_introspects_and_is_valid(ask: Ask) -> None:
    schema = build_client_schema(ask(get_introspection_query())["data"])
    assert validate_schema(schema) == []
    kind = schema.type_map["Class"]
    assert set(kind.fields) == {slot.name for slot in MODEL.by_singular["class"].slots}  # type: ignore[attr-defined]
    assert {"classes", "class", "imports", "import", "selects", "select"} <= set(schema.query_type.fields)  # type: ignore[union-attr]
    assert {"parent", "parentId", "children"} <= set(kind.fields)  # type: ignore[attr-defined]


def test_an_object_called_query_breaks_introspection_as_in_the_real_server() -> None:
    background, sandbox = Background(), Sandbox.of(Snapshot([*OBJECTS, thing("query", "queries")], WORKSPACE, {}))
    background.run(sandbox.start())
    ask = asker(sandbox)
    answer = ask(get_introspection_query())
    assert answer["data"] == {}
    assert "Schema must contain uniquely named types" in answer["errors"][0]["message"]
    assert ask("{queries{totalCount} query(filter:{}){id}}")["data"]["queries"] == {"totalCount": 0}
    background.run(sandbox.stop())
    background.close()

"""Pages, cursors and orders of a model that was not recorded: section 1 of what was observed, asserted again."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from odd_workspace import OPTIONS, living

from twentyql.sandbox.records.engine import Engine
from twentyql.sandbox.root import Refused, Root

LIVING = [row["id"] for row in living()]
Page = dict[str, Any]


def read(engine: Engine, node: dict[str, Any], **arguments: Any) -> Page:
    info = {name: {} for name in ("startCursor", "endCursor", "hasNextPage", "hasPreviousPage")}
    selection = {"edges": {"node": {"id": {}, **node}, "cursor": {}}, "pageInfo": info, "totalCount": {}}
    found: Page = engine.run(Root("classes", arguments, selection))
    return found


def walk(engine: Engine, size: int, order_by: Any = None, node: dict[str, Any] | None = None) -> list[str]:
    """The ids that a client gets which follows the cursors, stopping where a page repeats."""
    ids: list[str] = []
    arguments: dict[str, Any] = {"first": size} | ({"orderBy": order_by} if order_by else {})
    for _ in range(1000):
        page = read(engine, node or {}, **arguments)
        ids += [edge["node"]["id"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"] or page["pageInfo"]["endCursor"] == arguments.get("after"):
            break
        arguments["after"] = page["pageInfo"]["endCursor"]
    return ids


@settings(max_examples=15, deadline=None)
@given(size=st.integers(7, 300))
def test_pages_by_id_hold_every_row_once_in_order(odd_reads: Engine, size: int) -> None:
    assert walk(odd_reads, size) == LIVING


@settings(max_examples=15, deadline=None)
@given(
    size=st.integers(11, 200),
    name=st.sampled_from(["createdAt", "position", "code", "ab"]),
    direction=st.sampled_from(["AscNullsFirst", "AscNullsLast", "DescNullsFirst", "DescNullsLast"]),
)
def test_an_order_by_a_selected_field_without_nulls_is_complete(
    odd_reads: Engine, size: int, name: str, direction: str
) -> None:
    rows = sorted(living(), key=lambda row: row[name], reverse=direction.startswith("Desc"))
    assert walk(odd_reads, size, [{name: direction}], {name: {}}) == [row["id"] for row in rows]


@pytest.mark.parametrize("size", [10, 37])
@pytest.mark.parametrize("direction", ["AscNullsFirst", "AscNullsLast", "DescNullsFirst", "DescNullsLast"])
def test_a_nullable_order_loses_the_rows_that_the_server_loses(odd_reads: Engine, direction: str, size: int) -> None:
    """AscNullsFirst is complete; of the others those rows are lost that come after the change to or from null."""
    filled = [row["id"] for row in living() if row["import"]]
    empty = [row["id"] for row in living() if not row["import"]]
    found = walk(odd_reads, size, [{"import": direction}], {"import": {}})
    wanted = {"AscNullsFirst": LIVING, "DescNullsFirst": empty}.get(direction, filled)
    assert sorted(found) == sorted(wanted)


def test_a_cursor_holds_what_is_selected_and_no_more(odd_reads: Engine) -> None:
    def cursor(order_by: Any, node: dict[str, Any]) -> Any:
        page = read(odd_reads, node, first=1, orderBy=order_by)
        return json.loads(base64.b64decode(page["pageInfo"]["endCursor"])), page["edges"][0]["node"]

    found, node = cursor([{"createdAt": "AscNullsFirst"}], {"createdAt": {}})
    assert list(found.items()) == [("createdAt", node["createdAt"]), ("id", node["id"])]
    found, node = cursor([{"createdAt": "AscNullsFirst"}], {})
    assert found == {"id": node["id"]}
    found, node = cursor([{"name": {"lastName": "DescNullsLast"}}], {"name": {"lastName": {}}})
    assert list(found.items()) == [("name", {"lastName": node["name"]["lastName"]}), ("id", node["id"])]
    found, node = cursor([{"name": {"lastName": "DescNullsLast"}}], {})
    assert found == {"name": {}, "id": node["id"]}
    found, node = cursor([{"id": "DescNullsLast"}], {})
    assert node["id"] == LIVING[0], "an order by id is ignored"


def test_an_order_by_an_unselected_field_loses_rows(odd_reads: Engine) -> None:
    assert len(set(walk(odd_reads, 10, [{"createdAt": "DescNullsLast"}]))) < len(LIVING)
    assert len(set(walk(odd_reads, 10, [{"homeId": "AscNullsFirst"}], {"homeId": {}}))) < len(LIVING)


def test_forged_cursors_start_anywhere(odd_reads: Engine) -> None:
    forged = base64.b64encode(b'{"id":"80000000-0000-0000-0000-000000000000"}').decode()
    page = read(odd_reads, {}, first=1000, after=forged)
    assert [edge["node"]["id"] for edge in page["edges"]] == [each for each in LIVING if each > "8"]


def test_defaults_and_odd_combinations(odd_reads: Engine) -> None:
    def ids(**arguments: Any) -> list[str]:
        return [edge["node"]["id"] for edge in read(odd_reads, {}, **arguments)["edges"]]

    assert ids() == LIVING[:200]
    assert ids(first=1000) == LIVING
    assert ids(first=0) == []
    assert ids(last=5) == LIVING[:5], "last without before gives the first"
    assert ids(offset=50, first=5) == LIVING[50:55]
    before = read(odd_reads, {}, first=20)["edges"][-1]["cursor"]
    assert ids(last=5, before=before) == LIVING[14:19]
    assert read(odd_reads, {}, first=5, after=before)["pageInfo"]["hasPreviousPage"] is False
    for arguments in ({"first": 1, "last": 1}, {"after": before, "before": before}, {"before": before, "first": 1}):
        with pytest.raises(Refused, match="Cannot provide both") as refused:
            ids(**arguments)
        assert refused.value.sub_code == "ARGS_CONFLICT"
    with pytest.raises(Refused) as refused:
        ids(first=-1)
    assert refused.value.sub_code == "INVALID_ARGS_FIRST"
    with pytest.raises(Refused) as refused:
        ids(after="nonsense")
    assert refused.value.sub_code == "INVALID_CURSOR"


def test_choices_sort_by_position_and_a_relation_by_one_hop(odd_reads: Engine) -> None:
    page = read(odd_reads, {"select": {}}, first=1000, orderBy=[{"select": "AscNullsLast"}])
    values = [edge["node"]["select"] for edge in page["edges"]]
    order = [*OPTIONS, None]
    assert values == sorted(values, key=order.index)
    page = read(odd_reads, {"home": {"name": {}}}, first=10, orderBy=[{"home": {"name": "DescNullsLast"}}])
    assert {edge["node"]["home"]["name"] for edge in page["edges"]} == {"import 1"}
    with pytest.raises(Refused, match="Expected non-composite field order by") as refused:
        read(odd_reads, {}, orderBy=[{"home": {"name": "DescNullsLast"}}], after=page["pageInfo"]["endCursor"])
    assert refused.value.sub_code == "INVALID_CURSOR"

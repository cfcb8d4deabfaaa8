"""Writes to a model that was not recorded: section 4 of what was observed, asserted again, over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odd_workspace import COUNT, EMPTY, HUB, MARKS, OPTIONS, RATINGS, class_id, known

from twentyql.sandbox.records.engine import Engine
from twentyql.sandbox.records.image import Image
from twentyql.sandbox.root import Root

Ask = Callable[..., Any]
CREATE = """mutation($data:ClassCreateInput!,$upsert:Boolean){
  createClass(data:$data,upsert:$upsert){id code name{firstName} deletedAt}
}"""
TOTAL = "{classes{totalCount}}"
NEW = "99999999-0000-4000-8000-000000000001"


def refusal(answer: Any) -> str:
    """The message of the only error."""
    (error,) = answer["errors"]
    return str(error["message"])


def count(ask: Ask) -> int:
    found: int = ask(TOTAL)["data"]["classes"]["totalCount"]
    return found


def test_one_is_created_read_changed_binned_restored_and_destroyed(ask: Ask) -> None:
    before = count(ask)
    created = ask(CREATE, data={"id": NEW, "code": "N1", "name": {"firstName": "New"}})["data"]["createClass"]
    assert created == {"id": NEW, "code": "N1", "name": {"firstName": "New"}, "deletedAt": None}
    fresh = ask("query($i:UUID!){class(filter:{id:{eq:$i}}){select list import createdBy{source} parent{id}}}", i=NEW)
    assert fresh["data"]["class"] == {
        "select": "NULL", "list": [], "import": "", "createdBy": {"source": "API"}, "parent": None
    }  # fmt: skip
    changed = ask('mutation($i:UUID!){updateClass(id:$i,data:{import:"x",from:3}){import from}}', i=NEW)
    assert changed["data"]["updateClass"] == {"import": "x", "from": 3}
    assert ask("mutation($i:UUID!){deleteClass(id:$i){deletedAt}}", i=NEW)["data"]["deleteClass"]["deletedAt"]
    assert count(ask) == before
    assert ask("mutation($i:UUID!){restoreClass(id:$i){deletedAt}}", i=NEW)["data"]["restoreClass"] == {
        "deletedAt": None
    }
    assert count(ask) == before + 1
    assert ask("mutation($i:UUID!){destroyClass(id:$i){id}}", i=NEW)["data"]["destroyClass"] == {"id": NEW}
    assert refusal(ask("query($i:UUID!){class(filter:{id:{eq:$i}}){id}}", i=NEW)) == "Record not found"
    assert refusal(ask("mutation($i:UUID!){destroyClass(id:$i){id}}", i=NEW)) == "Record not found"


def test_unique_values_refuse_and_upserts_match_and_revive(ask: Ask) -> None:
    refused = ask(CREATE, data={"code": "C005"})
    assert refusal(refused) == "A duplicate entry was detected"
    assert refused["errors"][0]["extensions"]["conflictingRecordId"] == class_id(5)
    assert refused["errors"][0]["extensions"]["conflictingObjectNameSingular"] == "class"
    assert refusal(ask(CREATE, data={"emails": {"primaryEmail": "C5@example.com"}})) == "A duplicate entry was detected"
    for binned in (5, 17):  # 17 lies in the bin
        data = {"code": f"C{binned:03}", "name": {"firstName": "Up"}}
        found = ask(CREATE, data=data, upsert=True)["data"]["createClass"]
        assert found == {"id": class_id(binned), "code": data["code"], "name": {"firstName": "Up"}, "deletedAt": None}
    both = ask(CREATE, data={"code": "C001", "emails": {"primaryEmail": "c2@example.com"}}, upsert=True)
    assert both["errors"][0]["extensions"]["subCode"] == "UPSERT_MULTIPLE_MATCHING_RECORDS_CONFLICT"


def test_two_hundred_at_most_and_all_or_none(ask: Ask) -> None:
    create = "mutation($data:[ClassCreateInput!]!){createClasses(data:$data){code}}"
    before = count(ask)
    many = [{"code": f"M{number}"} for number in range(201)]
    assert refusal(ask(create, data=many)) == "Maximum number of records to upsert is 200."
    assert refusal(ask(create, data=[*many[:5], {"code": "C001"}])) == "A duplicate entry was detected"
    assert count(ask) == before
    assert [row["code"] for row in ask(create, data=many[:200])["data"]["createClasses"]] == [
        f"M{n}" for n in range(200)
    ]
    assert count(ask) == before + 200
    assert ask(create, data=[])["data"]["createClasses"] == []
    wanted = '{code:{like:"%"}}'
    assert "Cannot update more than 200" in refusal(
        ask(f'mutation{{updateClasses(filter:{wanted},data:{{ab:"x"}}){{id}}}}')
    )
    assert len(ask(f"mutation{{deleteClasses(filter:{wanted}){{id}}}}")["data"]["deleteClasses"]) == before + 200
    assert count(ask) == 0
    assert len(ask("mutation{restoreClasses(filter:{}){id}}")["data"]["restoreClasses"]) == COUNT + 200
    assert len(ask("mutation{destroyClasses(filter:{}){id}}")["data"]["destroyClasses"]) == COUNT + 200


def test_records_of_one_batch_see_each_other(ask: Ask) -> None:
    create = (
        "mutation($data:[ClassCreateInput!]!,$up:Boolean){createClasses(data:$data,upsert:$up){id code ab parentId}}"
    )
    before = count(ask)
    assert refusal(ask(create, data=[{"code": "B1"}, {"code": "B1"}])) == "A duplicate entry was detected"
    assert refusal(ask(create, data=[{"id": NEW}, {"id": NEW}])) == "A duplicate entry was detected"
    assert refusal(ask(create, data=[{"code": "B1"}, {"code": "B1"}], up=True)) == "A duplicate entry was detected"
    assert count(ask) == before
    found = ask(create, data=[{"code": "B2", "parentId": NEW}, {"id": NEW, "code": "B3"}])["data"]["createClasses"]
    assert [row["parentId"] for row in found] == [NEW, None]
    twice = [{"code": "C001", "ab": "x"}, {"code": "B4"}, {"code": "C001", "import": "y"}]
    found = ask(create, data=twice, up=True)["data"]["createClasses"]
    assert [row["id"] for row in found[::2]] == [class_id(1)] * 2
    assert (found[0]["ab"], found[1]["code"]) == ("x", "B4")
    places = ask('{classes(filter:{code:{in:["B2","B3"]}}){edges{node{code position}}}}')["data"]["classes"]["edges"]
    assert len({edge["node"]["position"] for edge in places}) == 2


def test_records_are_connected_by_unique_fields(ask: Ask) -> None:
    create = "mutation($data:ClassCreateInput!){createClass(data:$data){parentId parent{code}}}"
    found = ask(create, data={"parent": {"connect": {"where": {"code": "C007"}}}})
    assert found["data"]["createClass"] == {"parentId": class_id(7), "parent": {"code": "C007"}}
    found = ask(create, data={"parent": {"connect": {"where": {"emails": {"primaryEmail": "c8@example.com"}}}}})
    assert found["data"]["createClass"]["parent"] == {"code": "C008"}
    assert "Expected 1 record to connect to parent" in refusal(
        ask(create, data={"parent": {"connect": {"where": {"code": "no"}}}})
    )
    update = "mutation($i:UUID!){updateClass(id:$i,data:{parent:{disconnect:true}}){parentId}}"
    assert ask(update, i=class_id(11))["data"]["updateClass"] == {"parentId": None}
    assert "violates foreign key constraint" in refusal(ask(create, data={"homeId": NEW}))


def test_destroying_lets_go_or_takes_along_as_the_model_says(ask: Ask) -> None:
    tags = "{tags{totalCount}}"
    assert ask(tags)["data"]["tags"]["totalCount"] == 240
    ask("mutation($i:UUID!){destroyImport(id:$i){id}}", i=HUB)
    assert ask(tags)["data"]["tags"]["totalCount"] == 160, "the morph relation cascades"
    homeless = ask("query($i:UUID!){class(filter:{id:{eq:$i}}){homeId}}", i=class_id(1))
    assert homeless["data"]["class"] == {"homeId": None}, "the other one is set to null"


def test_merging_and_duplicates(ask: Ask) -> None:
    same = ask("query($i:[UUID]){classDuplicates(ids:$i){totalCount edges{node{id}}}}", i=[class_id(1)])
    found = {edge["node"]["id"] for edge in same["data"]["classDuplicates"][0]["edges"]}
    assert found
    assert class_id(1) not in found
    before = count(ask)
    ids = [class_id(1), class_id(2)]
    merge = "mutation($i:[UUID!]!,$dry:Boolean){mergeClasses(ids:$i,conflictPriorityIndex:1,dryRun:$dry){id code}}"
    assert ask(merge, i=ids, dry=True)["data"]["mergeClasses"]["code"] == "C002"
    assert count(ask) == before
    assert ask(merge, i=ids)["data"]["mergeClasses"] == {"id": class_id(2), "code": "C002"}
    assert count(ask) == before - 1
    assert "does not have duplicate criteria" in refusal(
        ask("mutation($i:[UUID!]!){mergeImports(ids:$i,conflictPriorityIndex:0){id}}", i=[HUB, EMPTY])
    )


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"class": 1}, 'Object class doesn\'t have any "class" field.'),
        ({"children": []}, 'Object class doesn\'t have any "children" field.'),
        ({"where": "x"}, "Invalid number value 'x' for field \"where\""),
        ({"select": "SELECT"}, 'Invalid value "SELECT" for field "select". Valid values are: QUERY, NULL, TRUE, NONE'),
        ({"list": ["ELSE"]}, "Invalid value 'ELSE' for multi select field \"list\""),
        ({"name": {"first": "x"}}, 'Sub field "first" not found for composite type: FULL_NAME'),
        ({"order": "tomorrow"}, "Invalid value 'tomorrow' for date field \"order\". Expected format: 'YYYY-MM-DD'"),
        ({"key": "nope"}, "Invalid UUID value 'nope' for field \"key\""),
        ({"id": "80000000-0000-0000-0000-000000000000"}, "Invalid UUID value"),
    ],
)
def test_bad_values_are_refused(ask: Ask, data: Any, said: str) -> None:
    answer = ask(CREATE, data=data)
    assert said in refusal(answer)
    assert answer["errors"][0]["extensions"]["subCode"] == "INVALID_ARGS_DATA"


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "import": TEXTS,
        "where": st.integers(-(2**53), 2**53) | st.floats(-1e9, 1e9, allow_nan=False),
        "none": st.integers(-(2**53), 2**53),
        "first": st.booleans(),
        "order": st.dates().map(str),
        "select": st.sampled_from(OPTIONS),
        "list": st.lists(st.sampled_from(MARKS), unique=True),
        "type": st.sampled_from(RATINGS),
        "self": st.lists(TEXTS, max_size=3),
        "def": st.dictionaries(TEXTS, st.integers(-9, 9) | TEXTS, max_size=3),
        "key": st.uuids(version=4).map(str),
        "name": st.fixed_dictionaries({"firstName": TEXTS, "lastName": TEXTS}),
        "price": st.fixed_dictionaries({"amountMicros": st.integers(0, 2**53), "currencyCode": st.just("EUR")}),
    },
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=VALUES)
def test_what_is_written_is_read_back(odd_image: Image, written: Engine, data: dict[str, Any]) -> None:
    composite = ("name", "price")
    selection = {name: {sub: {} for sub in (value if name in composite else ())} for name, value in data.items()}
    created = written.run(Root("createClass", {"data": data}, {"id": {}, **selection}))
    read = written.run(Root("class", {"filter": {"id": {"eq": created["id"]}}}, {"id": {}, **selection}))
    assert json.loads(json.dumps(read)) == {"id": created["id"], **data}
    assert read == created


@pytest.fixture
def written(odd_image: Image) -> Any:
    engine = odd_image.engine()
    yield engine
    engine.close()


def test_rest_serves_odd_names_too(ask: Ask) -> None:
    page = ask(path="/rest/classes?limit=2&filter=import[ilike]:%22task%25%22&order_by=code[AscNullsFirst]&depth=1")
    assert page["totalCount"] > 2
    assert len(page["data"]["classes"]) == 2
    assert {"import", "from", "select", "home", "children"} <= page["data"]["classes"][0].keys()
    one = ask(path=f"/rest/imports/{known('import', 0)}")
    assert one["data"]["import"]["name"] == "import 0"

"""Writes on the small workspace: what the recordings do not show."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asking import ask
from small_workspace import LIVING, MEMBER, MODEL, ROWS, A, B, person_id

from twentyql.sandbox.model import read_model
from twentyql.sandbox.records.engine import Engine

NEW = "dddddddd-0000-4000-8000-00000000000d"
START = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def engine() -> Iterator[Engine]:
    ticks = iter(range(10_000))
    engine = Engine(MODEL, now=lambda: START + timedelta(seconds=next(ticks)), actor="tester")
    engine.load(ROWS)
    yield engine
    engine.close()


def value(engine: Engine, query: str, **variables: Any) -> Any:
    answer = ask(engine, query, variables)
    assert "errors" not in answer, answer
    (found,) = answer["data"].values()
    return found


def error(engine: Engine, query: str, **variables: Any) -> dict[str, Any]:
    answer = ask(engine, query, variables)
    assert list(answer["data"].values()) == [None]
    return answer["errors"][0]  # type: ignore[no-any-return]


def count(engine: Engine, wanted: str = "") -> int:
    return int(value(engine, f"{{people(filter:{{{wanted}}}){{totalCount}}}}")["totalCount"])


CREATE = "mutation($d:PersonCreateInput!,$u:Boolean){createPerson(data:$d,upsert:$u){%s}}"
CREATE_MANY = "mutation($d:[PersonCreateInput!]!,$u:Boolean){createPeople(data:$d,upsert:$u){id}}"


def test_create_fills_defaults_author_and_times(engine: Engine) -> None:
    selected = "stage age position createdAt updatedAt createdBy{source name} name{firstName lastName} tags company{id}"
    record = value(engine, CREATE % selected, d={"name": {"firstName": "New"}, "companyId": A})
    assert record["stage"] == "NEW"
    assert record["age"] is None
    assert record["position"] == -1  # one before the first
    assert record["createdAt"].startswith("2026-05-01T00:00")
    assert record["createdBy"] == {"source": "API", "name": "tester"}
    assert record["name"] == {"firstName": "New", "lastName": ""}
    assert record["company"] == {"id": A}


def test_what_was_written_is_found_by_search(engine: Engine) -> None:
    value(engine, CREATE % "id", d={"id": NEW, "name": {"firstName": "Zanzibar"}})
    assert count(engine, 'searchVector:{search:"zanzi"}') == 1
    update = "mutation($i:UUID!,$d:PersonUpdateInput!){updatePerson(id:$i,data:$d){id}}"
    value(engine, update, i=NEW, d={"name": {"firstName": "Other"}})
    assert count(engine, 'searchVector:{search:"zanzi"}') == 0


def test_a_batch_is_all_or_nothing(engine: Engine) -> None:
    rows = [{"id": NEW}, {"emails": {"primaryEmail": "p1@example.com"}}]
    found = error(engine, CREATE_MANY, d=rows)
    assert found["extensions"]["conflictingRecordId"] == person_id(1)
    assert count(engine) == LIVING


def test_a_batch_has_at_most_200(engine: Engine) -> None:
    assert len(value(engine, CREATE_MANY, d=[{"age": number} for number in range(200)])) == 200
    found = error(engine, CREATE_MANY, d=[{}] * 201)
    assert found["extensions"]["subCode"] == "TOO_MANY_RECORDS_TO_UPDATE"


def test_upsert_matches_unique_values_and_revives(engine: Engine) -> None:
    data = {"emails": {"primaryEmail": "P7@example.com"}, "age": 99}
    record = value(engine, CREATE % "id age deletedAt jobTitle", d=data, u=True)
    assert record == {"id": person_id(7), "age": 99, "deletedAt": None, "jobTitle": "Job 2"}


def test_upsert_that_means_two_records_is_refused(engine: Engine) -> None:
    data = {"id": person_id(1), "emails": {"primaryEmail": "p2@example.com"}}
    found = error(engine, CREATE % "id", d=data, u=True)
    assert found["extensions"]["subCode"] == "UPSERT_MULTIPLE_MATCHING_RECORDS_CONFLICT"


def test_connect_and_disconnect(engine: Engine) -> None:
    where = {"connect": {"where": {"domainName": {"primaryLinkUrl": "acme.example.com"}}}}
    assert value(engine, CREATE % "company{id}", d={"id": NEW, "company": where})["company"] == {"id": A}
    update = "mutation($i:UUID!,$d:PersonUpdateInput!){updatePerson(id:$i,data:$d){companyId}}"
    assert value(engine, update, i=NEW, d={"company": {"disconnect": True}}) == {"companyId": None}
    nobody = {"connect": {"where": {"domainName": {"primaryLinkUrl": "nobody.example.com"}}}}
    message = error(engine, update, i=NEW, d={"company": nobody})["message"]
    expected = "Expected 1 record to connect to company, but found 0 for domainNamePrimaryLinkUrl = nobody.example.com"
    assert message == expected


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"nope": 1}, 'Object person doesn\'t have any "nope" field.'),
        ({"age": True}, 'Invalid number value true for field "age"'),
        ({"happy": "perhaps"}, "Invalid boolean value 'perhaps' for field \"happy\""),
        ({"stage": "NOPE"}, 'Invalid value "NOPE" for field "stage". Valid values are: NEW, OLD, GONE'),
        ({"tags": ["NOPE"]}, "Invalid value 'NOPE' for multi select field \"tags\""),
        ({"companyId": "x"}, "Invalid UUID value 'x' for field \"companyId\""),
        ({"name": "x"}, "Invalid object value 'x' for field \"name\""),
        ({"jobTitle": 5}, 'Invalid string value 5 for text field "jobTitle"'),
        ({"born": "2024-02-31"}, "Invalid value '2024-02-31' for date field \"born\". Expected format: 'YYYY-MM-DD'"),
    ],
)
def test_refuses_data(engine: Engine, data: dict[str, Any], message: str) -> None:
    found = error(engine, CREATE % "id", d=data)
    assert found["message"] == message
    assert found["extensions"]["subCode"] == "INVALID_ARGS_DATA"


def test_unknown_foreign_row_is_the_databases_refusal(engine: Engine) -> None:
    message = error(engine, CREATE % "id", d={"companyId": NEW})["message"]
    assert message.startswith('insert or update on table "person" violates foreign key constraint "FK_')


def test_update_by_filter_has_a_cap_of_200(engine: Engine) -> None:
    update = "mutation($f:PersonFilterInput!,$d:PersonUpdateInput!){updatePeople(filter:$f,data:$d){id}}"
    assert len(value(engine, update, f={"age": {"gte": 100}}, d={"jobTitle": "Chief"})) == 22
    assert count(engine, 'jobTitle:{eq:"Chief"}') == 22
    value(engine, CREATE_MANY, d=[{}] * 100)
    assert error(engine, update, f={}, d={"age": 1})["message"] == "Cannot update more than 200 records at once"


def test_two_records_cannot_get_one_unique_value(engine: Engine) -> None:
    update = 'mutation{updatePeople(filter:{age:{lte:3}},data:{emails:{primaryEmail:"x@y.z"}}){id}}'
    assert error(engine, update)["message"] == "A duplicate entry was detected"
    assert count(engine, 'emails:{primaryEmail:{eq:"x@y.z"}}') == 0


def test_bin_and_restore(engine: Engine) -> None:
    assert len(value(engine, "mutation{deletePeople(filter:{age:{lte:3}}){id}}")) == 3
    assert count(engine) == LIVING - 3
    assert len(value(engine, "mutation{restorePeople(filter:{age:{lte:3}}){id deletedAt}}")) == 3
    assert count(engine) == LIVING


def test_destroy_with_an_empty_filter_spares_nothing(engine: Engine) -> None:
    assert len(value(engine, "mutation{destroyPeople(filter:{}){id}}")) == 130
    assert count(engine, "or:[{deletedAt:{is:NULL}},{deletedAt:{is:NOT_NULL}}]") == 0


def test_destroying_lets_go_what_pointed_there(engine: Engine) -> None:
    value(engine, f'mutation{{destroyCompany(id:"{A}"){{id}}}}')
    assert count(engine, "companyId:{is:NULL}") == 118
    assert count(engine) == LIVING


def test_destroying_cascades_where_the_model_says_so() -> None:
    objects = [dict(one.raw) for one in MODEL.objects]
    for one in objects:
        one["fieldsList"] = [
            {**f, "settings": {**f["settings"], "onDelete": "CASCADE"}} if f["name"] == "company" else f
            for f in one["fieldsList"]
        ]
    engine = Engine(read_model(objects, MODEL.workspace))
    engine.load(ROWS)
    value(engine, f'mutation{{destroyCompany(id:"{A}"){{id}}}}')
    assert count(engine) == 30
    engine.close()


MERGE = "mutation($i:[UUID!]!,$p:Int!,$t:Boolean){mergeCompanies(ids:$i,conflictPriorityIndex:$p,dryRun:$t){id name}}"


def test_merge_moves_relations_and_bins_the_others(engine: Engine) -> None:
    assert value(engine, MERGE, i=[A, B], p=0) == {"id": A, "name": "Acme"}
    assert count(engine, f'companyId:{{eq:"{A}"}}') == 108
    binned = value(engine, "{companies(filter:{deletedAt:{is:NOT_NULL}}){edges{node{id}}}}")
    assert binned["edges"] == [{"node": {"id": B}}]


def test_merge_dry_run_changes_nothing(engine: Engine) -> None:
    preview = value(engine, MERGE, i=[A, B], p=1, t=True)
    assert preview["name"] == "Binned"
    assert preview["id"] not in (A, B)
    assert count(engine, f'companyId:{{eq:"{A}"}}') == 98


@pytest.mark.parametrize(
    ("ids", "place", "part"),
    [([A], 0, "At least 2"), ([A, B], 2, "Invalid conflict priority"), ([A, NEW], 0, "not found")],
)
def test_merge_refuses(engine: Engine, ids: list[str], place: int, part: str) -> None:
    assert part in error(engine, MERGE, i=ids, p=place)["message"]


def test_only_objects_with_criteria_merge(engine: Engine) -> None:
    merge = "mutation($i:[UUID!]!){mergePeople(ids:$i,conflictPriorityIndex:0){id}}"
    found = error(engine, merge, i=[person_id(1), person_id(2)])
    assert "does not have duplicate criteria" in found["message"]


@pytest.mark.parametrize("verb", ["update", "delete", "restore", "destroy"])
def test_missing_record_is_not_found(engine: Engine, verb: str) -> None:
    data = ",data:{}" if verb == "update" else ""
    found = error(engine, f'mutation{{{verb}Person(id:"{NEW}"{data}){{id}}}}')
    assert found["extensions"]["subCode"] == "RECORD_NOT_FOUND"


def test_rows_stay_in_a_file(tmp_path: Path) -> None:
    first = Engine(MODEL, tmp_path / "rows.db")
    assert first.empty
    first.load(ROWS)
    first.close()
    second = Engine(MODEL, tmp_path / "rows.db")
    assert not second.empty
    assert count(second) == LIVING
    member = value(second, f'{{workspaceMember(filter:{{id:{{eq:"{MEMBER}"}}}}){{name{{firstName}}}}}}')
    assert member == {"name": {"firstName": "Mem"}}
    second.close()

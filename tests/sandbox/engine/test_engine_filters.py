"""Filters: how many rows each finds, and how wrong ones are refused."""

from __future__ import annotations

import pytest
from asking import ask
from small_workspace import LIVING, A

from twentyql.sandbox.records.engine import Engine


def count(engine: Engine, wanted: str) -> int:
    answer = ask(engine, f"{{people(filter:{{{wanted}}}){{totalCount}}}}")
    assert "errors" not in answer, answer
    return int(answer["data"]["people"]["totalCount"])


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ('jobTitle:{eq:""}', 44),
        ("jobTitle:{is:NULL}", 44),
        ('jobTitle:{neq:""}', 84),
        ("jobTitle:{is:NOT_NULL}", 84),
        ('not:{jobTitle:{eq:""}}', 84),
        ('name:{firstName:{ilike:"FIRST00%"}}', 8),
        ('name:{firstName:{like:"FIRST00%"}}', 0),
        ('name:{firstName:{startsWith:"First12"}}', 10),
        ('name:{firstName:{endsWith:"9"}}', 13),
        ('name:{firstName:{in:["First001","First002","nope"]}}', 2),
        ("age:{gte:120}", 7),
        ('age:{gte:"120"}', 7),
        ("age:{is:NULL}", 32),
        ("stage:{in:[NEW,OLD]}", 86),
        ("stage:{gt:NEW}", 84),
        ("tags:{containsAny:[OLD]}", 64),
        ("tags:{is:NULL}", 64),
        ("tags:{isEmptyArray:true}", 0),
        ('words:{containsIlike:"al%"}', 64),
        ('notes:{like:"%longer%"}', 13),
        ("happy:{eq:true}", 64),
        ('born:{eq:"2000-02-03"}', 64),
        ('createdAt:{gt:"2026-01-01T00:00:00.120Z"}', 9),
        ('createdAt:{gt:"2026-01-01T01:00:00.120+01:00"}', 9),
        (f'companyId:{{eq:"{A.upper()}"}}', 98),
        ('company:{name:{eq:"Acme"}}', 98),
        ("company:{name:{is:NULL}}", 30),
        ("company:{revenue:{amountMicros:{gt:1}}}", 98),
        ("deletedAt:{is:NOT_NULL}", 2),
        ("or:[{deletedAt:{is:NULL}},{deletedAt:{is:NOT_NULL}}]", 130),
        ("and:[{age:{gte:2}},{age:{lte:6}}]", 4),
        ("or:[{age:{eq:1}},{age:{eq:2}}]", 2),
        ("or:[]", LIVING),
        ('searchVector:{search:"first01"}', 10),
    ],
)
def test_finds(engine: Engine, wanted: str, found: int) -> None:
    assert count(engine, wanted) == found


def test_many_ids_in_one_filter(engine: Engine) -> None:
    ids = [f"{number:08x}-0000-4000-8000-000000000000" for number in range(60_000)]
    query = "query($f:PersonFilterInput){people(filter:$f){totalCount}}"
    assert ask(engine, query, {"f": {"id": {"in": ids}}})["data"]["people"]["totalCount"] == 1


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ("nope:{eq:1}", 'Object person doesn\'t have any "nope" field.'),
        ("age:{gte:1,lte:2}", 'Filter for field "age" must have exactly one operator'),
        ("age:{}", 'Filter for field "age" must have exactly one operator'),
        ('age:{eq:"x"}', 'Invalid number value NaN for field "age"'),
        ("happy:{eq:1}", 'Invalid boolean value 1 for field "happy"'),
        ('name:{nope:{eq:"x"}}', 'Sub field "nope" not found for composite type: FULL_NAME'),
        ('id:{eq:"80000000-0000-0000-0000-000000000000"}', None),
        ('company:{eq:"x"}', 'Cannot filter by relation field "company": use "companyId" instead'),
        ('jobTitle:{in:"x"}', 'Filter operator "in" requires an array value for field jobTitle'),
        ("jobTitle:{is:MAYBE}", 'Invalid filter value for "is" operator. Expected "NULL" or "NOT_NULL"'),
        ('jobTitle:{regex:"x"}', None),
    ],
)
def test_refuses(engine: Engine, wanted: str, message: str | None) -> None:
    error = ask(engine, f"{{people(filter:{{{wanted}}}){{totalCount}}}}")["errors"][0]
    assert error["extensions"]["subCode"] == "INVALID_ARGS_FILTER"
    assert message is None or error["message"] == message


def test_unknown_option_is_the_databases_refusal(engine: Engine) -> None:
    error = ask(engine, "{people(filter:{stage:{eq:NOPE}}){totalCount}}")["errors"][0]
    assert error["message"].endswith('.person_stage_enum: "NOPE"')
    assert "subCode" not in error["extensions"]

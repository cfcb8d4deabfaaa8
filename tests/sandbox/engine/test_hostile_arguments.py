"""Whatever comes as arguments, the engine answers or refuses; it never breaks."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_workspace import ROWS, A

from twentyql.sandbox.records.engine import Engine
from twentyql.sandbox.root import Refused, Root

FIELDS_AND_OPERATORS = (
    "and or not eq neq gt in is like ilike containsAny containsIlike isEmptyArray search id name firstName age stage "
    "tags words notes happy born company companyId people createdAt deletedAt emails primaryEmail position jobTitle "
    "searchVector granularity timeZone aggregate totalCount connect where disconnect nope"
)
NAMES = FIELDS_AND_OPERATORS.split(" ")
SCALARS: st.SearchStrategy[Any] = st.sampled_from(
    [True, 1, -1, 1.5, 10**30, "", "x", "AscNullsFirst", "NULL", "NEW", A]
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=2),
    max_leaves=6,
)
ARGUMENTS = {
    "people": ["filter", "orderBy", "first", "offset"],
    "person": ["filter"],
    "peopleGroupBy": ["groupBy", "orderBy", "filter", "limit"],
    "companyDuplicates": ["ids", "data"],
    "createPerson": ["data", "upsert"],
    "updatePeople": ["filter", "data"],
    "mergeCompanies": ["ids", "conflictPriorityIndex", "dryRun"],
    "search": ["searchInput", "limit", "filter", "includedObjectNameSingulars"],
}
SELECTION = {"id": {}, "totalCount": {}, "edges": {"node": {"id": {}, "company": {"id": {}}}, "cursor": {}}}
REFUSED = object()


def run(engine: Engine, name: str, arguments: dict[str, Any]) -> Any:
    try:
        return engine.run(Root(name, arguments, SELECTION))
    except Refused:
        return REFUSED


@pytest.mark.parametrize("name", ARGUMENTS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_argument_is_answered_or_refused(engine: Engine, name: str, data: st.DataObject) -> None:
    wanted = st.fixed_dictionaries({}, optional=dict.fromkeys(ARGUMENTS[name], VALUES))
    answer = run(engine, name, data.draw(wanted))
    assert answer is REFUSED or isinstance(answer, dict | list)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(held=VALUES, order_by=VALUES)
def test_any_cursor_is_answered_or_refused(engine: Engine, held: Any, order_by: Any) -> None:
    cursor = base64.b64encode(json.dumps(held).encode()).decode()
    answer = run(engine, "people", {"after": cursor, "orderBy": order_by})
    assert answer is REFUSED or "edges" in answer


def test_thousands_of_conditions_are_answered(engine: Engine) -> None:
    """SQLite alone takes a row of a thousand for too deep."""
    one_of_many = {"or": [{"jobTitle": {"eq": f"Job {number}"}} for number in range(4, 1204)]}
    none_of_many = {"and": [{"jobTitle": {"neq": f"Job {number}"}} for number in range(1200)]}
    counts = [engine.run(Root("people", {"filter": each}, {"totalCount": {}})) for each in (one_of_many, none_of_many)]
    jobs = [row["jobTitle"] for row in ROWS["people"] if row["deletedAt"] is None]
    assert counts == [{"totalCount": jobs.count("Job 4")}, {"totalCount": 0}]

"""A selection is a few SQL statements: their number depends on what is selected, never on how many rows there are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from asking import ask
from small_workspace import person_id

from twentyql.sandbox.records.engine import Engine


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements that are run meanwhile."""
    seen: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    sa.event.listen(engine._store.engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(engine._store.engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    ("query", "most"),
    [
        ("{people(first:%d){edges{node{id name{firstName} jobTitle}} pageInfo{endCursor}}}", 1),
        ("{people(first:%d){totalCount avgAge edges{node{id}}}}", 2),
        ("{people(first:%d){edges{node{id company{name owner{name{firstName}}}}}}}", 3),
        ("{companies(first:%d){edges{node{id people{edges{node{id}}}}}}}", 2),
        ("{companies(first:%d){edges{node{id people{countUniqueValuesId edges{node{id company{id}}}}}}}}", 4),
        ("{peopleGroupBy(groupBy:[{jobTitle:true}],limit:%d){totalCount edges{node{company{name}}}}}", 3),
        (
            '{people(first:%d,filter:{company:{name:{like:"A%%"}}},orderBy:[{company:{name:AscNullsFirst}}]){edges{node{id}}}}',
            1,
        ),
    ],
)
def test_statements_do_not_grow_with_the_rows(engine: Engine, query: str, most: int) -> None:
    counts = []
    for rows in (1, 100):
        with counted(engine) as seen:
            answer = ask(engine, query % rows)
        assert "errors" not in answer, answer
        counts.append(len(seen))
    assert max(counts) <= most


def test_bulk_changes_are_few_statements(engine: Engine) -> None:
    ids = ",".join(f'"{person_id(number)}"' for number in range(20, 80))
    for verb, most in (("delete", 5), ("restore", 5), ("destroy", 7)):
        with counted(engine) as seen:
            answer = ask(engine, f"mutation{{{verb}People(filter:{{id:{{in:[{ids}]}}}}){{id}}}}")
        assert len(answer["data"][f"{verb}People"]) == 60
        assert len(seen) <= most, seen


def test_a_batch_of_new_records_is_few_statements(engine: Engine) -> None:
    most = 0
    for count, upsert in ((1, "false"), (150, "false"), (150, "true")):
        data = ",".join(f'{{emails:{{primaryEmail:"n{count}.{n}@x.de"}}}}' for n in range(count))
        with counted(engine) as seen:
            answer = ask(engine, f"mutation{{createPeople(data:[{data}],upsert:{upsert}){{id}}}}")
        assert len(answer["data"]["createPeople"]) == count
        most = most or len(seen)
        assert len(seen) <= most + 4, seen

"""The answer of a stored operation as rows and text."""

from __future__ import annotations

import pytest

from twentyql.errors import UsageError
from twentyql.output.answer import as_text, cells, check_format, has_more, rows_of

LIST = {"people": {"edges": [{"node": {"id": "1", "name": {"last": "A"}, "tags": ["x"]}}, {"node": {"id": "2"}}]}}


def test_rows_are_the_records_of_the_one_root() -> None:
    assert [row["id"] for row in rows_of(LIST)] == ["1", "2"]
    assert rows_of({"person": {"id": "1"}}) == [{"id": "1"}]
    assert rows_of({"person": None}) == []
    assert rows_of({"groups": [{"n": 1}, {"n": 2}]}) == [{"n": 1}, {"n": 2}]
    assert rows_of({"count": 3}) == [{"value": 3}]
    assert rows_of({"a": 1, "b": 2}) == [{"a": 1, "b": 2}]


def test_cells_have_dotted_headings_in_their_order() -> None:
    assert cells(rows_of(LIST)) == (["id", "name.last", "tags"], [["1", "A", '["x"]'], ["2", "", ""]])


def test_text() -> None:
    assert as_text(LIST, "jsonl").splitlines()[1] == '{"id":"2"}'
    assert as_text(LIST, "csv") == 'id,name.last,tags\r\n1,A,"[""x""]"\r\n2,,\r\n'
    assert as_text({"a": 1}, "json") == '{\n  "a": 1\n}\n'
    with pytest.raises(UsageError, match="'jsonl'"):
        check_format("jsonll")


def test_a_list_that_goes_on_is_named() -> None:
    assert has_more({"people": {"pageInfo": {"hasNextPage": True}}, "tasks": {"pageInfo": None}}) == ["people"]

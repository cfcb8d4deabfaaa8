"""Every operator on every kind of field of a model that was not recorded, against a plain Python reference."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from odd_workspace import CLASSES, HUB, MARKS, OPTIONS, RATINGS, ROWS, class_id, known, living
from reference import holds

from twentyql.sandbox.records.engine import Engine
from twentyql.sandbox.root import Root

COMPARED = ("eq", "neq", "gt", "gte", "lt", "lte")
TEXT = (*COMPARED, "like", "ilike", "startsWith", "endsWith")
OTHERS = {row["id"]: row for row in (*CLASSES, *ROWS["imports"]) if row["deletedAt"] is None}
SELECTION = {"edges": {"node": {"id": {}}}, "totalCount": {}}


def operands(field: str) -> st.SearchStrategy[Any]:
    """Values that rows have, which is where conditions divide them."""
    found = [row[field] for row in CLASSES if row[field] is not None]
    return st.sampled_from(found)


def one(field: str, operators: tuple[str, ...], values: st.SearchStrategy[Any] | None = None) -> st.SearchStrategy[Any]:
    values = operands(field) if values is None else values
    compared = st.builds(lambda operator, value: {field: {operator: value}}, st.sampled_from(operators), values)
    null = st.sampled_from([{field: {"is": "NULL"}}, {field: {"is": "NOT_NULL"}}])
    return compared | null


def several(field: str) -> st.SearchStrategy[Any]:
    return st.lists(operands(field), min_size=1, max_size=5).map(lambda values: {field: {"in": values}})


def part(field: str, sub: str, operators: tuple[str, ...], values: list[Any]) -> st.SearchStrategy[Any]:
    inner = one(sub, operators, st.sampled_from(values))
    return inner.map(lambda condition: {field: condition})


PATTERNS = st.sampled_from(["%", "", "Task%", "%1%", "T_sk\\_%", "%É", "task%", "lower _", "Word 1"])
NUMBERS = ("where", "from", "none", "position")
LEAVES = st.one_of(
    *(one(field, TEXT, operands(field) | PATTERNS) for field in ("import", "ab", "aB", "code")),
    *(one(field, COMPARED) for field in (*NUMBERS, "order", "group", "createdAt", "select", "type", "key", "id")),
    *(several(field) for field in ("code", "from", "order", "group", "select", "type", "key", "id", "homeId")),
    one("first", ("eq",), st.booleans()),
    one("list", ("containsAny",), st.lists(st.sampled_from(MARKS), min_size=1)),
    one("self", ("containsIlike",), st.sampled_from(["word%", "%É", "Word 1", "nothing"])),
    one("def", ("like",), st.sampled_from(['%"longer": 1%', "%k%", '{"k": [1], "longer": 2}'])),
    one("homeId", ("eq", "neq"), st.sampled_from([HUB, known("import", 3)])),
    part("name", "lastName", TEXT, ["", "La1", "La_", "la%"]),
    part("emails", "primaryEmail", TEXT, ["c7@example.com", "c1%"]),
    part("price", "amountMicros", COMPARED, [0, 7_000_000, 100_000_000]),
    part("address", "addressCity", TEXT, ["Ulm", "", "%n"]),
    part("address", "addressLat", COMPARED, [0.125, 10]),
    st.builds(lambda condition: {"home": condition}, one("name", TEXT, st.sampled_from(["import 0", "import%", ""]))),
    st.builds(lambda condition: {"parent": condition}, one("select", ("eq", "neq", "gt"), st.sampled_from(OPTIONS))),
)
FILTERS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"and": parts}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"or": parts}),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=4,
)


def ids(engine: Engine, wanted: Any) -> list[str]:
    page = engine.run(Root("classes", {"filter": wanted, "first": 1000}, SELECTION))
    found = [edge["node"]["id"] for edge in page["edges"]]
    assert page["totalCount"] == len(found)
    return found


@settings(max_examples=80, deadline=None)
@given(wanted=FILTERS)
def test_a_filter_finds_what_the_reference_finds(odd_reads: Engine, wanted: dict[str, Any]) -> None:
    assert ids(odd_reads, wanted) == [row["id"] for row in living() if holds(row, wanted, OTHERS)]


@pytest.mark.parametrize("field", ["select", "type"])
def test_choices_compare_by_their_position(odd_reads: Engine, field: str) -> None:
    choices = OPTIONS if field == "select" else RATINGS
    found = ids(odd_reads, {field: {"gte": choices[2]}})
    assert found == [row["id"] for row in living() if row[field] in choices[2:]]
    assert found


def test_deleted_rows_come_when_deleted_at_is_named(odd_reads: Engine) -> None:
    binned = ids(odd_reads, {"deletedAt": {"is": "NOT_NULL"}})
    assert binned == sorted(row["id"] for row in CLASSES if row["deletedAt"])
    everything = {"or": [{"deletedAt": {"is": "NULL"}}, {"deletedAt": {"is": "NOT_NULL"}}]}
    assert len(ids(odd_reads, everything)) == len(CLASSES)
    assert class_id(17) in binned

"""Filter JSON means what the condition means: both are evaluated on random rows."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from twentyql.build.filters import NEVER, joined, to_filter
from twentyql.build.query import All, Compare, Condition, Either, Negation

A, B = ("a",), ("b", "c")
small = st.integers(0, 3)
rows = st.fixed_dictionaries({"a": small | st.none(), "b": st.fixed_dictionaries({"c": small | st.none()})})
paths = st.sampled_from([A, B])
leaves: st.SearchStrategy[Condition[Any]] = st.one_of(
    st.builds(Compare, paths, st.sampled_from(["eq", "neq", "gt", "lte"]), small),
    st.builds(Compare, paths, st.just("in"), st.lists(small, max_size=3)),
    st.builds(Compare, paths, st.just("is"), st.sampled_from(["NULL", "NOT_NULL"])),
)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(All, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Either, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Negation, inner),
    ),
    max_leaves=12,
)
Truth = bool | None  # SQL's three values


def compare(value: Any, operator: str, operand: Any) -> Truth:
    if operator == "is":
        return (value is None) == (operand == "NULL")
    if operator == "in" and not operand:
        return False
    if value is None:
        return None
    return {
        "eq": lambda: value == operand,
        "neq": lambda: value != operand,
        "gt": lambda: value > operand,
        "lte": lambda: value <= operand,
        "in": lambda: value in operand,
    }[operator]()


def both(values: list[Truth]) -> Truth:
    return False if False in values else None if None in values else True


def negated(value: Truth) -> Truth:
    return None if value is None else not value


def either(values: list[Truth]) -> Truth:
    return negated(both([negated(value) for value in values]))


def holds(condition: Any, row: Any) -> Truth:
    if isinstance(condition, Compare):
        value = row
        for name in condition.path:
            value = value[name]
        return compare(value, condition.operator, condition.value)
    if isinstance(condition, Negation):
        return negated(holds(condition.item, row))
    return (both if isinstance(condition, All) else either)([holds(item, row) for item in condition.items])


def serves(filter_: Any, row: Any) -> Truth:
    """The server's reading of filter JSON, with its rules asserted."""
    assert len(filter_) == 1, "one key an object"
    ((name, inner),) = filter_.items()
    if name in ("and", "or"):
        assert len(inner) > 1
        return (both if name == "and" else either)([serves(item, row) for item in inner])
    if name == "not":
        return negated(serves(inner, row))
    if isinstance(row, dict):
        return serves_field(inner, row[name])
    raise AssertionError(filter_)


def serves_field(inner: Any, value: Any) -> Truth:
    ((name, operand),) = inner.items()
    if isinstance(value, dict):
        return serves_field(operand, value[name])
    assert operand != [], "the server refuses an empty list"
    return compare(value, name, operand)


@given(trees, rows)
def test_the_json_keeps_the_same_rows(condition: Condition[Any], row: dict[str, Any]) -> None:
    made = to_filter(condition)
    served = True if made is None else False if made is NEVER else serves(made, row)
    assert served == holds(condition, row)


@given(st.lists(trees, max_size=3), rows)
def test_all_conditions_of_a_query_hold(conditions: list[Condition[Any]], row: dict[str, Any]) -> None:
    made = joined(conditions)
    served = True if made is None else False if made is NEVER else serves(made, row)
    assert served == both([holds(condition, row) for condition in conditions])


def test_forms() -> None:
    one, two = Compare(A, "eq", 1), Compare(B, "in", [1])
    assert to_filter(one) == {"a": {"eq": 1}}
    assert to_filter(one & two) == {"and": [{"a": {"eq": 1}}, {"b": {"c": {"in": [1]}}}]}
    assert to_filter(~~one | two) == {"or": [{"a": {"eq": 1}}, {"b": {"c": {"in": [1]}}}]}
    assert to_filter(one & Compare(A, "in", [])) is NEVER
    assert to_filter(~Compare(A, "containsAny", [])) is None
    assert to_filter(All(())) is None
    assert to_filter(Either(())) is NEVER
    assert joined(()) is None

"""Operators make conditions whose values are ready for JSON."""

from __future__ import annotations

import datetime
import decimal
import json
import uuid
from typing import Any

import pytest
from crm_example import Company, Person
from hypothesis import given
from hypothesis import strategies as st

from twentyql.build.operators import json_value
from twentyql.build.query import All, Compare

NOON = datetime.datetime(2026, 1, 1, 12, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))
SENT = "2026-01-01T10:00:00Z"
ID = ("20202020-a000-4485-94de-70c2a98daef2", "20202020-b000-4485-94de-70c2a98daef2")
CASES: list[tuple[Any, tuple[str, ...], str, Any]] = [
    (Company.name == "a", ("name",), "eq", "a"),
    (Company.name != "a", ("name",), "neq", "a"),
    (Company.name.is_null(), ("name",), "is", "NULL"),
    (Company.name.is_not_null(), ("name",), "is", "NOT_NULL"),
    (Company.name.like("%"), ("name",), "like", "%"),
    (Company.name.starts_with("a"), ("name",), "startsWith", "a"),
    (Company.name.ends_with("a"), ("name",), "endsWith", "a"),
    (Company.id.in_({ID[1], ID[0]}), ("id",), "in", list(ID)),
    (Company.id == uuid.UUID(ID[0]), ("id",), "eq", ID[0]),
    (Company.id == ID[0].upper(), ("id",), "eq", ID[0]),
    (Company.created_at > NOON, ("createdAt",), "gt", SENT),
    (Company.created_at >= NOON, ("createdAt",), "gte", SENT),
    (Company.employees <= 5, ("employees",), "lte", 5),
    (Company.visa_sponsorship == False, ("visaSponsorship",), "eq", False),  # noqa: E712
    (Company.work_policy.contains_any(("HYBRID",)), ("workPolicy",), "containsAny", ["HYBRID"]),
    (Company.work_policy.is_empty(), ("workPolicy",), "isEmptyArray", True),
    (Company.annual_revenue.amount_micros < 3, ("annualRevenue", "amountMicros"), "lt", 3),
    (Company.created_by.context.like("%a%"), ("createdBy", "context"), "like", "%a%"),
    (Company.search_vector.search("acme"), ("searchVector",), "search", "acme"),
    (Person.company.name.ilike("a"), ("company", "name"), "ilike", "a"),
    (Person.company.address.address_city == "B", ("company", "address", "addressCity"), "eq", "B"),
]


@pytest.mark.parametrize(("made", "path", "operator", "value"), CASES)
def test_operators(made: Any, path: tuple[str, ...], operator: str, value: Any) -> None:
    assert made == Compare(path, operator, value)


def test_between_is_two_comparisons() -> None:
    path = ("createdAt",)
    assert Company.created_at.between(NOON, NOON) == All((Compare(path, "gte", SENT), Compare(path, "lte", SENT)))


def test_values_that_mean_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        _ = Company.created_at > datetime.datetime(2026, 1, 1)
    with pytest.raises(TypeError, match=r"is_null\(\)"):
        _ = Company.name == None  # type: ignore[operator]  # noqa: E711
    with pytest.raises(TypeError, match="list, tuple or set"):
        Company.name.in_("abc")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="no such operator"):
        _ = Company.visa_sponsorship != True  # noqa: E712
    with pytest.raises(TypeError, match="instead of and, or, not"):
        bool(Company.name)
    with pytest.raises(TypeError, match="instead of and, or, not"):
        bool(Company.name == "a")


def test_orders() -> None:
    order = Person.company.name.desc().nulls("first")
    assert (order.path, order.direction) == (("company", "name"), "DescNullsFirst")
    assert Company.name.asc().direction == "AscNullsLast"


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20))
def test_decimals_lose_no_digit(number: decimal.Decimal) -> None:
    sent = json.loads(json.dumps(json_value(number)), parse_float=decimal.Decimal)
    assert decimal.Decimal(sent) == number


@given(st.datetimes(min_value=datetime.datetime(1900, 1, 2), timezones=st.timezones()))
def test_moments_stay_the_same_moment(moment: datetime.datetime) -> None:
    sent = json_value(moment)
    assert sent.endswith("Z")
    assert datetime.datetime.fromisoformat(sent) == moment.astimezone(datetime.UTC)

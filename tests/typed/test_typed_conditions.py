"""Conditions against a plain reference: the ids that the server finds are those for which Python finds the same true.

The reference has SQL's three values: what compares with a null is neither true nor false, and so is its negation.
"""

from __future__ import annotations

import asyncio
import datetime
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from crm_example import Opportunity, Person
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from twentyql import Record
from twentyql.build.query import Condition
from twentyql.client import connect
from twentyql.sandbox import Sandbox
from twentyql.sandbox.snapshot import Snapshot

Truth = Callable[[dict[str, Any], dict[str, Any]], bool | None]
Case = tuple[Condition[Any], Truth]
Rows = list[dict[str, Any]]


class DealRow(Record[Opportunity]):
    id = Opportunity.id


class PersonRow(Record[Person]):
    id = Person.id


def compared(expression: Any, value: Callable[[dict[str, Any], dict[str, Any]], Any], values: Any) -> Any:
    """Every comparison of an ordered field, with the null tests."""
    signs: list[tuple[Callable[[Any, Any], Any], Callable[[Any, Any], bool]]] = [
        (lambda e, v: e == v, lambda a, b: a == b),
        (lambda e, v: e != v, lambda a, b: a != b),
        (lambda e, v: e < v, lambda a, b: a < b),
        (lambda e, v: e <= v, lambda a, b: a <= b),
        (lambda e, v: e > v, lambda a, b: a > b),
        (lambda e, v: e >= v, lambda a, b: a >= b),
    ]

    def case(sign: Any, operand: Any) -> Case:
        make, test = sign
        return make(expression, operand), lambda row, others: _known(value(row, others), lambda v: test(v, operand))

    def several(low: Any, high: Any) -> Case:
        return expression.between(low, high), lambda row, o: _known(value(row, o), lambda v: low <= v <= high)

    def listed(items: list[Any]) -> Case:
        return expression.in_(items), lambda row, o: _known(value(row, o), lambda v: v in items) if items else False

    nulls = [
        (expression.is_null(), lambda row, others: value(row, others) is None),
        (expression.is_not_null(), lambda row, others: value(row, others) is not None),
    ]
    return st.one_of(
        st.builds(case, st.sampled_from(signs), values),
        st.builds(several, values, values),
        st.builds(listed, st.lists(values, max_size=3)),
        st.sampled_from(nulls),
    )


def _known(value: Any, test: Callable[[Any], bool]) -> bool | None:
    return None if value is None else test(value)


def matched(expression: Any, value: Callable[[dict[str, Any], dict[str, Any]], Any], texts: Any) -> Any:
    def pattern(text: str, fold: bool) -> Case:
        regex = re.compile(".*".join(map(re.escape, text.split("%"))), re.DOTALL | (re.IGNORECASE if fold else 0))
        made = expression.ilike(text) if fold else expression.like(text)
        return made, lambda row, others: _known(value(row, others), lambda v: regex.fullmatch(v) is not None)

    def ends(text: str, end: bool) -> Case:
        made = expression.ends_with(text) if end else expression.starts_with(text)
        return made, lambda row, o: _known(value(row, o), lambda v: v.endswith(text) if end else v.startswith(text))

    return st.one_of(
        st.builds(pattern, texts.map(lambda t: f"%{t}%"), st.booleans()), st.builds(ends, texts, st.booleans())
    )


def joined(inner: Any) -> Any:
    def both(a: Case, b: Case) -> Case:
        return a[0] & b[0], lambda row, others: _and(a[1](row, others), b[1](row, others))

    def either(a: Case, b: Case) -> Case:
        return a[0] | b[0], lambda row, others: _not(_and(_not(a[1](row, others)), _not(b[1](row, others))))

    def no(a: Case) -> Case:
        return ~a[0], lambda row, others: _not(a[1](row, others))

    return st.one_of(st.builds(both, inner, inner), st.builds(either, inner, inner), st.builds(no, inner))


def _and(a: bool | None, b: bool | None) -> bool | None:
    return False if a is False or b is False else None if a is None or b is None else True


def _not(a: bool | None) -> bool | None:
    return None if a is None else not a


def _moment(text: str | None) -> datetime.datetime | None:
    return datetime.datetime.fromisoformat(text) if text else None


STAGES = st.sampled_from(["NEW", "SCREENING", "MEETING", "PROPOSAL", "CUSTOMER"])
WORDS = st.sampled_from(["a", "A", "e", "Alder", "an", "o", "x", "1", "deal"])
ZONES = st.sampled_from([datetime.UTC, datetime.timezone(datetime.timedelta(hours=9))])
MOMENTS = st.datetimes(datetime.datetime(2024, 1, 1), datetime.datetime(2027, 1, 1), timezones=ZONES)
UNITS = st.integers(0, 400).map(lambda n: Decimal(n) * Decimal("750.25"))


def _units(row: dict[str, Any], others: Any) -> Any:
    micros = row["amount"]["amountMicros"]
    return None if micros is None else Decimal(micros).scaleb(-6)


def _stage(row: dict[str, Any], others: Any) -> Any:
    return row["stage"]


def _equal_stage(stage: Any, yes: bool) -> Case:
    made: Any = Opportunity.stage == stage if yes else Opportunity.stage != stage
    return made, lambda row, others: (row["stage"] == stage) is yes


def _company(row: dict[str, Any], others: dict[str, Any]) -> Any:
    company = others.get(row["companyId"])
    return company["name"] if company else None


LEAVES = st.one_of(
    compared(Opportunity.amount.units, _units, UNITS),
    compared(Opportunity.close_date, lambda row, o: _moment(row["closeDate"]), MOMENTS),
    compared(Opportunity.created_at, lambda row, o: _moment(row["createdAt"]), MOMENTS),
    matched(Opportunity.name, lambda row, o: row["name"], WORDS),
    matched(Opportunity.company.name, _company, WORDS),
    st.builds(_equal_stage, STAGES, st.booleans()),
    st.lists(STAGES, max_size=3).map(
        lambda s: (Opportunity.stage.in_(s), lambda row, o: row["stage"] in s)  # type: ignore[arg-type]
    ),
    st.sampled_from([(Opportunity.company_id.is_null(), lambda row, o: row["companyId"] is None)]),
)
CASES = st.recursive(LEAVES, joined, max_leaves=5)


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases=st.lists(CASES, min_size=20, max_size=20))
def test_the_server_finds_what_python_finds(snapshot: Snapshot, live: dict[str, Rows], cases: list[Case]) -> None:
    every = {row["id"]: row for row in snapshot.rows["companies"]}
    asyncio.run(_check(snapshot, cases, live["opportunities"], every))


async def _check(snapshot: Snapshot, cases: list[Case], rows: Rows, companies: dict[str, Any]) -> None:
    async with Sandbox.of(snapshot) as sandbox, connect(sandbox.url, sandbox.key) as client:
        for condition, truth in cases:
            found = await client.fetch(DealRow.where(condition))
            assert [row.id for row in found] == [row["id"] for row in rows if truth(row, companies)], condition


async def test_null_and_empty_text_are_one(snapshot: Snapshot, live: dict[str, Rows]) -> None:
    empty = [row["id"] for row in live["people"] if not row["jobTitle"]]
    async with Sandbox.of(snapshot) as sandbox, connect(sandbox.url, sandbox.key) as client:
        for condition in (Person.job_title.is_null(), Person.job_title == ""):
            assert [row.id for row in await client.fetch(PersonRow.where(condition))] == empty
        none = await client.fetch(PersonRow.where(Person.id.in_([])))
        assert (len(none), none.receipt.requests) == (0, 0)

"""Groups: what a body may hold, and what it becomes."""

from __future__ import annotations

from typing import Any

import pytest
from crm_example import Company, Opportunity, Person

from twentyql import Group, Record, count, count_unique
from twentyql.build.grouping import Aggregated, Dimension
from twentyql.build.query import Order
from twentyql.errors import QueryError


class ByStage(Group[Opportunity]):
    stage = Opportunity.stage
    deals = count()

    def label(self) -> str:
        return f"{self.stage}: {self.deals}"


class ByStageAndWeek(ByStage):
    week = Opportunity.created_at.by("WEEK", zone="UTC", week_start="SUNDAY")
    total = Opportunity.amount.units.sum()


def test_a_body_is_dimensions_and_aggregates() -> None:
    query = ByStageAndWeek.query()
    assert query.object == "opportunity"
    week = Dimension("week", ("createdAt",), "WEEK", "UTC", "SUNDAY")
    assert query.dimensions == (Dimension("stage", ("stage",)), week)
    assert query.aggregates == (Aggregated("deals", "totalCount"), Aggregated("total", "sumAmountAmountMicros"))
    assert ByStageAndWeek.total.desc() == Order(("aggregate", "sumAmountAmountMicros"), "DescNullsLast")
    row = ByStage(stage="NEW", deals=3)  # type: ignore[call-arg]
    assert row.label() == "NEW: 3"
    with pytest.raises(AttributeError):
        row.deals = 4  # type: ignore[misc]


BAD: list[tuple[Any, str]] = [
    (Opportunity.close_date, r'is a date: group by a period of it, .*by\("MONTH"'),
    (Opportunity.amount, "has several parts"),
    (Opportunity.company, "is a relation"),
    (Company.people, "is a relation"),
    (Company.name, "is of Company, but Bad is a Group of Opportunity"),
    (Company.employees.sum(), "is of Company"),
    (Company.created_by.context, "cannot be grouped by"),
]


@pytest.mark.parametrize(("entry", "message"), BAD)
def test_bad_bodies_are_refused(entry: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        type(Group)("Bad", (Group,), {"__orig_bases__": (Group[Opportunity],), "__module__": "x", "x": entry})


def test_what_does_not_go_together_is_refused() -> None:
    with pytest.raises(TypeError, match="belongs in a Group"):

        class Bad(Record[Opportunity]):
            deals = count()

    with pytest.raises(TypeError, match="cannot be called that"):

        class Worse(Group[Opportunity]):
            where = Opportunity.stage  # type: ignore[assignment]

    with pytest.raises(QueryError, match="looks at another object"):
        Person.company.employees.sum()
    with pytest.raises(QueryError, match="There is no time zone 'Europe/Belin'"):
        Opportunity.close_date.by("DAY", zone="Europe/Belin")
    with pytest.raises(QueryError, match="Did you mean 'MONTH'"):
        Opportunity.close_date.by("MONTHS", zone="UTC")  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="takes a field"):
        count_unique("name")  # type: ignore[arg-type]

    class Empty(Group[Opportunity]):
        pass

    with pytest.raises(TypeError, match="asks for nothing"):
        Empty.query()

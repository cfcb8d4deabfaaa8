"""Groups: what the server answers is what counting its rows gives, and no group is lost."""

from __future__ import annotations

import datetime
import pickle
from collections import defaultdict
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from crm_example import Company, Opportunity, Person

from twentyql import Group, TwentyqlWarning, count, count_empty, count_not_empty, count_unique, percentage_empty
from twentyql.client import Client
from twentyql.errors import QueryError, UnknownNameError, UsageError
from twentyql.execute.groups import read_groups
from twentyql.plan.groups import plan_groups

Rows = list[dict[str, Any]]


class ByStage(Group[Opportunity]):
    stage = Opportunity.stage
    deals = count()
    total = Opportunity.amount.units.sum()
    micros = Opportunity.amount.amount_micros.sum()
    average = Opportunity.amount.units.avg()
    last = Opportunity.close_date.max()
    names = count_unique(Opportunity.name)
    without_amount = count_empty(Opportunity.amount)
    share = percentage_empty(Opportunity.amount)


class ByMonth(Group[Opportunity]):
    month = Opportunity.close_date.by("MONTH", zone="Asia/Tokyo")
    weekday = Opportunity.close_date.by("DAY_OF_THE_WEEK", zone="Asia/Tokyo")
    deals = count()


class ByCompany(Group[Person]):
    company = Person.company.name
    city = Person.company.address.address_city
    key = Person.company_id
    people = count()
    named = count_not_empty(Person.name)


def families(rows: Rows, key: Any) -> dict[Any, Rows]:
    found: dict[Any, Rows] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found


def moment(row: dict[str, Any]) -> datetime.datetime | None:
    return datetime.datetime.fromisoformat(row["closeDate"]) if row["closeDate"] else None


async def test_aggregates_of_groups(client: Client, live: dict[str, Rows]) -> None:
    groups = await client.group_by(ByStage.order_by(ByStage.deals.desc(), Opportunity.stage.asc()))
    true = families(live["opportunities"], lambda row: row["stage"])
    assert {group.stage for group in groups} == true.keys()
    assert [group.deals for group in groups] == sorted((len(rows) for rows in true.values()), reverse=True)
    for group in groups:
        rows = true[group.stage]
        amounts = [row["amount"]["amountMicros"] for row in rows if row["amount"]["amountMicros"] is not None]
        assert group.deals == len(rows)
        assert group.micros == Decimal(sum(amounts))
        assert group.total == Decimal(sum(amounts)).scaleb(-6)
        assert abs(group.average - group.total / len(amounts)) < Decimal("0.001")  # type: ignore[operator]
        assert group.last == max(filter(None, map(moment, rows)))
        assert group.without_amount + len(amounts) == len(rows)
        assert group.share == pytest.approx(group.without_amount / len(rows))
        assert group.names == len({row["name"] for row in rows})
    assert groups.complete
    assert groups.records == groups.counted == len(live["opportunities"])
    assert pickle.loads(pickle.dumps(groups[0])) == groups[0] != groups[1]
    assert hash(groups[0]) != hash(groups[1])
    assert repr(groups[0]).startswith(f"ByStage(stage={groups[0].stage!r}, deals={groups[0].deals}, total=Decimal(")


async def test_dates_are_cut_in_their_zone(client: Client, live: dict[str, Rows]) -> None:
    def key(row: dict[str, Any]) -> Any:
        at = moment(row)
        local = at.astimezone(ZoneInfo("Asia/Tokyo")) if at else None
        return (local.date().replace(day=1), f"{local:%A}") if local else (None, None)

    groups = await client.group_by(ByMonth.query())
    true = families(live["opportunities"], key)
    assert {(group.month, group.weekday): group.deals for group in groups} == {k: len(v) for k, v in true.items()}
    assert all(type(group.month) is datetime.date for group in groups if group.month is not None)

    class Sorted(Group[Opportunity]):
        month = Opportunity.close_date.by("MONTH", zone=ZoneInfo("Asia/Tokyo"))

    months = [group.month for group in await client.group_by(Sorted.order_by(Sorted.month.desc().nulls("first")))]
    assert months == [None, *sorted({month for month, _ in true if month}, reverse=True)]


async def test_dimensions_through_a_to_one(client: Client, live: dict[str, Rows]) -> None:
    companies = {row["id"]: row for row in live["companies"]}
    groups = await client.group_by(ByCompany.query())
    people = [row for row in live["people"] if row["companyId"] is None or row["companyId"] in companies]
    true = families(people, lambda row: row["companyId"])
    found = {group.key: group for group in groups if group.key is None or group.key in companies}
    assert {key: group.people for key, group in found.items()} == {key: len(rows) for key, rows in true.items()}
    for key, group in found.items():
        if key is not None:
            assert group.company == companies[key]["name"]
            assert (group.city or "") == (companies[key]["address"]["addressCity"] or "")
    assert groups.complete


async def test_no_group_is_lost_and_a_limit_is_kept(client: Client, live: dict[str, Rows]) -> None:
    class ById(Group[Person]):
        last = Person.name.last_name
        first = Person.name.first_name
        mail = Person.emails.primary_email
        people = count()

    groups = await client.group_by(ById.query())
    assert len(groups) == len({(r["name"], r["emails"]) for r in _texts(live["people"])}) > 50
    assert groups.complete
    some = await client.group_by(ById.order_by(Person.name.last_name.asc()).limit(7))
    assert len(some) == 7
    assert not some.complete
    assert "7 Groups of 7 of" in repr(some)
    assert len(await client.group_by(ById.query().limit(0))) == 0


def _texts(rows: Rows) -> list[dict[str, Any]]:
    return [{"name": tuple(r["name"].values()), "emails": r["emails"]["primaryEmail"] or ""} for r in rows]


async def test_conditions_choose_the_records(client: Client, live: dict[str, Rows]) -> None:
    groups = await client.group_by(ByStage.where(Opportunity.amount.units > 50_000, Opportunity.stage != "NEW"))
    true = [r for r in live["opportunities"] if (r["amount"]["amountMicros"] or 0) > 50_000_000_000]
    assert sum(group.deals for group in groups) == len([r for r in true if r["stage"] != "NEW"])
    nothing = await client.group_by(ByStage.where(Opportunity.stage.in_([])))
    assert (len(nothing), nothing.complete) == (0, True)

    class Whole(Group[Company]):
        companies = count()
        employees = Company.employees.sum()

    whole = (await client.group_by(Whole.query()))[0]
    assert whole.companies == len(live["companies"])
    assert whole.employees == sum(row["employees"] or 0 for row in live["companies"])


async def test_a_server_that_cuts_groups_is_told(client: Client) -> None:
    query = ByStage.query()
    answers = [[{"groupByDimensionValues": ["NEW"], "totalCount": 2}]] * 3

    async def ask(text: str, variables: Any, tokens: int) -> dict[str, Any]:
        return {"opportunitiesGroupBy": answers.pop(), "opportunities": {"totalCount": 5}}

    with pytest.warns(TwentyqlWarning, match="hold 2 records of 5: the server left groups out"):
        groups = await read_groups(query, plan_groups(query, client.model), ask)
    assert (groups.complete, groups.requests, groups[0].total) == (False, 3, None)


async def test_groups_by_names(client: Client, live: dict[str, Rows]) -> None:
    groups = await client["opportunities"].group_by(
        "stage",
        "closeDate.YEAR",
        aggregates=["totalCount", "sumAmountAmountMicros"],
        where={"name": {"ilike": "%a%"}},
        order_by=["-closeDate.YEAR", "totalCount"],
        zone="Europe/Berlin",
    )
    assert sum(group["totalCount"] for group in groups) == len(
        [row for row in live["opportunities"] if "a" in row["name"].lower()]
    )
    years = [group["closeDate.YEAR"] for group in groups if group["closeDate.YEAR"]]
    assert years == sorted(years, reverse=True)
    assert all(type(year) is datetime.date for year in years)
    assert groups[0].keys() == {"stage", "closeDate.YEAR", "totalCount", "sumAmountAmountMicros"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"by": ["stgae"]}, "There is no field 'stgae' to group opportunities by. Did you mean 'stage'?"),
        ({"by": ["closeDate"]}, "closeDate is a date. Group by a period of it"),
        ({"by": ["closeDate.MONHT"]}, "There is no granularity 'MONHT' in closeDate.MONHT. Did you mean 'MONTH'?"),
        ({"by": ["stage.MONTH"]}, "stage is no date"),
        ({"by": ["amount"]}, "amount has several parts. Group by one of: amountMicros, currencyCode"),
        ({"by": ["company.nmae"]}, "Did you mean 'name'?"),
        ({"by": ["company"]}, "company has several parts"),
        ({"by": ["stage"], "aggregates": ["sumAmount"]}, "There is no aggregate 'sumAmount' of opportunities"),
        ({"by": ["stage"], "order_by": ["name"]}, "There is no order 'name'"),
        ({"by": ["closeDate.DAY"], "zone": "Mars/Olympus"}, "There is no time zone 'Mars/Olympus'"),
        ({"by": [""]}, "is no field to group by"),
    ],
)
async def test_wrong_names_are_refused(client: Client, arguments: dict[str, Any], message: str) -> None:
    by = arguments.pop("by")
    with pytest.raises(UsageError) as caught:
        await client["opportunities"].group_by(*by, **arguments)
    assert message in str(caught.value)


async def test_wrong_orders_are_refused(client: Client) -> None:
    with pytest.raises(QueryError, match=r"cannot be sorted by name. They are grouped by stage"):
        await client.group_by(ByStage.order_by(Opportunity.name.asc()))
    for part in (Company.address.address_city, Company.id):
        unknown = type(Group)(
            "Bad", (Group,), {"__orig_bases__": (Group[Company],), "n": count_unique(part), "i": part}
        )
        with pytest.raises((UnknownNameError, QueryError)):
            await client.group_by(unknown.query())  # type: ignore[attr-defined]

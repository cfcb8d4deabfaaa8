"""What users type, and the types that it must have: both checkers must find nothing here."""

from __future__ import annotations

import datetime
import decimal
from typing import Any, Literal, assert_type

from crm_example import (
    Company,
    CurrencyInput,
    FullNameInput,
    NoteTarget,
    NoteTargetCreate,
    Opportunity,
    OpportunityCreate,
    Person,
    PersonCreate,
    PersonUpdate,
    WorkspaceMember,
)
from crm_example._composites import ActorValue, AddressValue
from msgspec import UnsetType

from twentyql import Group, count, count_empty, count_unique, existing, micros, percentage_empty
from twentyql.build.grouping import GroupQuery
from twentyql.build.inputs import Connect
from twentyql.build.query import Condition, Order, Query
from twentyql.build.record import Record

Policy = Literal["ON_SITE", "HYBRID", "REMOTE_WORK"]
Stage = Literal["NEW", "SCREENING", "MEETING", "PROPOSAL", "CUSTOMER"]


class MemberRow(Record[WorkspaceMember]):
    first_name = WorkspaceMember.name.first_name
    start_day = WorkspaceMember.calendar_start_day


class PersonRow(Record[Person]):
    id = Person.id
    last_name = Person.name.last_name
    rating = Person.performance_rating
    company_name = Person.company.name
    company_since = Person.company.created_at


class CompanyRow(Record[Company]):
    id = Company.id
    name = Company.name
    created = Company.created_at
    employees = Company.employees
    city = Company.address.address_city
    revenue = Company.annual_revenue.amount_micros
    address = Company.address
    created_by = Company.created_by
    policies = Company.work_policy
    owner = MemberRow.one(Company.account_owner)
    people = PersonRow.many(Company.people)

    def label(self) -> str:
        return f"{self.name or self.id}"


class MoreRow(CompanyRow):
    tagline = Company.tagline


class DealRow(Record[Opportunity]):
    id = Opportunity.id
    stage = Opportunity.stage
    units = Opportunity.amount.units
    amount = Opportunity.amount


class TargetRow(Record[NoteTarget]):
    target = CompanyRow.one(NoteTarget.target) | PersonRow.one(NoteTarget.target) | DealRow.one(NoteTarget.target)
    person_or_deal = PersonRow.one(NoteTarget.target_person) | DealRow.one(NoteTarget.target_opportunity)


def targets(row: TargetRow) -> str | None:
    assert_type(row.target, CompanyRow | PersonRow | DealRow | None)
    assert_type(row.person_or_deal, PersonRow | DealRow | None)
    if isinstance(row.person_or_deal, DealRow):
        assert_type(row.person_or_deal.units, decimal.Decimal | None)
        assert_type(row.person_or_deal.stage, Stage)
        if row.person_or_deal.amount is not None:
            assert_type(row.person_or_deal.amount.units, decimal.Decimal | None)
    match row.target:
        case CompanyRow(name=name):
            return name
        case PersonRow(last_name=name):
            return name
        case DealRow():
            return row.target.id
        case None:
            return None


def values(row: CompanyRow, more: MoreRow) -> None:
    assert_type(row.id, str)
    assert_type(row.name, str | None)
    assert_type(row.created, datetime.datetime)
    assert_type(row.employees, float | None)
    assert_type(row.city, str | None)
    assert_type(row.revenue, decimal.Decimal | None)
    assert_type(row.address, AddressValue | None)
    assert_type(row.created_by, ActorValue)
    assert_type(row.created_by.name, str | None)
    assert_type(row.policies, list[Policy] | None)
    assert_type(row.owner, MemberRow | None)
    assert_type(row.people, list[PersonRow])
    assert_type(row.people[0].company_name, str | None)
    assert_type(row.people[0].company_since, datetime.datetime | None)
    assert_type(row.label(), str)
    assert_type(more.tagline, str)
    assert_type(more.people, list[PersonRow])


def narrowed(row: CompanyRow) -> str:
    if row.owner is not None:
        assert_type(row.owner, MemberRow)
        return row.owner.first_name or str(row.owner.start_day)
    return row.name.upper() if row.name is not None else ""


noon = datetime.datetime(2026, 1, 1, 12, tzinfo=datetime.UTC)
conditions: list[Condition[Company]] = [
    Company.name.ilike("%acme%") & Company.address.address_city.is_not_null(),
    (Company.created_at >= noon) | ~Company.created_at.between(noon, noon),
    Company.employees > 5,
    Company.annual_revenue.amount_micros < decimal.Decimal("1.5"),
    Company.visa_sponsorship == True,  # noqa: E712
    Company.work_policy.contains_any(["HYBRID"]),
    Company.account_owner.user_email == "a@b.c",
    Company.name.in_(("a", "b")),
    Company.created_by.source != "API",
]
assert_type(Company.name.asc(), Order[Company[Any]])
assert_type(Company.name.desc().nulls("first"), Order[Company[Any]])
query = CompanyRow.where(*conditions).order_by(Company.name.asc(), Company.account_owner.user_email.desc()).limit(5)
assert_type(query, Query[Company[Any], CompanyRow])
assert_type(CompanyRow.where(CompanyRow.name.is_null()), Query[Company[Any], CompanyRow])
assert_type(PersonRow.query(), Query[Person[Any], PersonRow])
deep = PersonRow.where(Person.performance_rating.in_(["RATING_5"]), Person.company.name.starts_with("A"))
assert_type(deep, Query[Person[Any], PersonRow])


person = PersonCreate(
    name=FullNameInput(first_name="Ada", last_name=None),
    job_title=None,
    performance_rating="RATING_5",
    position="first",
    company=existing(Company.domain_name.primary_link_url == "acme.example"),
)
assert_type(person.job_title, str | UnsetType | None)
assert_type(person.to_json(), dict[str, Any])
assert_type(existing(Company.id == "x"), Connect[Company[Any]])
PersonUpdate(company=None)
PersonUpdate(company_id=None)
NoteTargetCreate(target_person=existing(Person.emails.primary_email == "ada@example.com"))
OpportunityCreate(amount=CurrencyInput(amount_micros=decimal.Decimal(5), currency_code="EUR"), close_date=noon)


class ByStage(Group[Opportunity]):
    stage = Opportunity.stage
    month = Opportunity.close_date.by("MONTH", zone="Europe/Berlin")
    weekday = Opportunity.close_date.by("DAY_OF_THE_WEEK", zone="UTC")
    company = Opportunity.company.name
    deals = count()
    total = Opportunity.amount.units.sum()
    micros = Opportunity.amount.amount_micros.avg()
    last = Opportunity.close_date.max()
    names = count_unique(Opportunity.name)
    empty = count_empty(Opportunity.amount)
    share = percentage_empty(Opportunity.close_date)


class OfCompanies(Group[Company]):
    employees = Company.employees.sum()
    sponsors = Company.visa_sponsorship.count_true()


def groups(row: ByStage, other: OfCompanies) -> None:
    assert_type(row.stage, Stage)
    assert_type(row.month, datetime.date | None)
    assert_type(row.weekday, str | None)
    assert_type(row.company, str | None)
    assert_type(row.deals, int)
    assert_type(row.total, decimal.Decimal | None)
    assert_type(row.micros, decimal.Decimal | None)
    assert_type(row.last, datetime.datetime | None)
    assert_type(row.names, int)
    assert_type(row.empty, int)
    assert_type(row.share, float | None)
    assert_type(other.employees, float | None)
    assert_type(other.sponsors, int)


summary = ByStage.where(Opportunity.amount.units > micros("1.5")).order_by(ByStage.total.desc(), ByStage.month.asc())
assert_type(summary, GroupQuery[Opportunity[Any], ByStage])
assert_type(summary.limit(5), GroupQuery[Opportunity[Any], ByStage])

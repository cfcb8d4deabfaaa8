"""Typed rows over HTTP: morph relations, money, options newer than the code, and what else a newer server does."""

from __future__ import annotations

import warnings
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from crm_example import Company, NoteTarget, Opportunity, Person

from twentyql import Record, TwentyqlWarning
from twentyql.build import fields as _f
from twentyql.build import newer
from twentyql.build.newer import RowsDecoder
from twentyql.client import Client

Rows = list[dict[str, Any]]


class CompanyRow(Record[Company]):
    id = Company.id
    name = Company.name


class PersonRow(Record[Person]):
    id = Person.id
    last_name = Person.name.last_name


class TargetRow(Record[NoteTarget]):
    id = NoteTarget.id
    target = CompanyRow.one(NoteTarget.target) | PersonRow.one(NoteTarget.target)


class DealRow(Record[Opportunity]):
    id = Opportunity.id
    stage = Opportunity.stage
    units = Opportunity.amount.units
    micros = Opportunity.amount.amount_micros
    amount = Opportunity.amount


class PolicyRow(Record[Company]):
    policies = Company.work_policy
    source = Company.created_by.source


@pytest.fixture(autouse=True)
def nothing_told_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(newer, "_told", set())


async def test_one_of_several_records(client: Client, live: dict[str, Rows]) -> None:
    companies = {row["id"]: row for row in live["companies"]}
    people = {row["id"]: row for row in live["people"]}
    found = await client.fetch(TargetRow.query())
    assert len(found) == len(live["noteTargets"])
    kinds = set()
    for row, true in zip(found, live["noteTargets"], strict=True):
        kinds.add(type(row.target))
        if isinstance(row.target, CompanyRow):
            assert row.target.name == companies[true["targetCompanyId"]]["name"]
        elif isinstance(row.target, PersonRow):
            assert row.target.last_name == people[true["targetPersonId"]]["name"]["lastName"]
        else:
            assert true["targetCompanyId"] not in companies
            assert true["targetPersonId"] not in people
    assert {CompanyRow, PersonRow} <= kinds
    tables = await client.tables(TargetRow.query())
    names = tables["noteTargets"].column("target.targetCompany.name").to_pylist()
    assert sum(name is not None for name in names) == sum(isinstance(row.target, CompanyRow) for row in found)


async def test_money_in_units_and_micros(client: Client, live: dict[str, Rows]) -> None:
    deals = live["opportunities"]
    edge = Decimal(next(row["amount"]["amountMicros"] for row in deals if row["amount"]["amountMicros"])).scaleb(-6)
    found = await client.fetch(DealRow.where(Opportunity.amount.units >= edge))
    true = {r["id"] for r in deals if Decimal(r["amount"]["amountMicros"] or -1).scaleb(-6) >= edge}
    assert {row.id for row in found} == true
    assert found[0].micros == found[0].units.scaleb(6)  # type: ignore[union-attr]
    assert found[0].amount is not None
    assert found[0].amount.units == found[0].units
    table = (await client.tables(DealRow.where(Opportunity.amount.units >= edge)))["opportunities"]
    assert table.column("units").to_pylist() == table.column("micros").to_pylist()


async def test_options_newer_than_the_code_arrive_and_are_told_once(client: Client, live: dict[str, Rows]) -> None:
    with pytest.warns(TwentyqlWarning, match="PolicyRow: workPolicy has the option '") as told:
        found = await client.fetch(PolicyRow.query())
    assert [row.policies for row in found] == [row["workPolicy"] for row in live["companies"]]
    assert len(told) == len({str(warning.message) for warning in told})


async def test_orders_place_their_nulls(client: Client, live: dict[str, Rows]) -> None:
    class Closing(Record[Opportunity]):
        id = Opportunity.id
        close = Opportunity.close_date

    deals = live["opportunities"]
    known = sorted((row for row in deals if row["closeDate"]), key=lambda row: (row["closeDate"], row["id"]))
    empty = [row["id"] for row in deals if not row["closeDate"]]
    assert empty
    assert known
    close = Opportunity.close_date.asc()
    for most in (None, 7, len(empty) + 3):
        for order, true in (
            (close.nulls("first"), [*empty, *(row["id"] for row in known)]),
            (close, [*(row["id"] for row in known), *empty]),
        ):
            query = Closing.order_by(order)
            found = await client.fetch(query if most is None else query.limit(most))
            assert [row.id for row in found] == true[:most]


async def test_find_by_names(client: Client, live: dict[str, Rows]) -> None:
    wanted = {"name": {"lastName": {"ilike": "%a%"}}}
    found = await client["people"].find(wanted, "id", "name.lastName", order_by=["-name.lastName"], limit=5)
    true = [row["name"]["lastName"] for row in live["people"] if "a" in row["name"]["lastName"].lower()]
    assert [row["name"]["lastName"] for row in found] == sorted(true, reverse=True)[:5]
    everything = await client["companies"].find()
    assert [row["id"] for row in everything] == [row["id"] for row in live["companies"]]
    assert everything[0]["address"].keys() >= {"addressCity", "addressState"}


class Words(_f.Composite[_f.P, _f.V], value=_f.Value):
    first = _f.Text("first", True)


class OldCompany(_f.Object[_f.P, "OldCompany"], wire="company", plural="companies"):
    """As generated for a server on which a name had parts and an address was a text."""

    id: Any = _f.Uuid("id", False)
    name: Any = _f.Parts("name", True, "Words")
    address: Any = _f.Text("address", True)


class OldRow(Record[OldCompany]):
    id = OldCompany.id
    name = OldCompany.name.first
    address = OldCompany.address


async def test_rows_of_a_server_with_other_forms_lose_nothing(client: Client, live: dict[str, Rows]) -> None:
    with pytest.warns(TwentyqlWarning) as told:
        found = await client.fetch(OldRow.query())
    assert {str(w.message).partition(" is ")[0] for w in told} == {"OldRow: name", "OldRow: address"}
    assert [row.name for row in found] == [row["name"] for row in live["companies"]]
    assert [row.address["addressCity"] for row in found] == [row["address"]["addressCity"] for row in live["companies"]]
    assert found.receipt.verdict == "complete"


def decode(cls: Any, node: Any) -> Any:
    return RowsDecoder(cls).decode(msgspec.json.encode(node))


DEAL = {"id": "d", "stage": "NEW", "amount": {"amountMicros": 5_000_000, "currencyCode": "EUR"}}


def test_a_scalar_that_became_an_object() -> None:
    with pytest.warns(TwentyqlWarning, match="CompanyRow: name is dict where the generated code expects str") as told:
        rows = RowsDecoder(list[CompanyRow]).decode(b'[{"id":"1","name":{"legal":"A"}},{"id":"2","name":"B"}]')
    assert [row.name for row in rows] == [{"legal": "A"}, "B"]
    assert len(told) == 1
    assert decode(CompanyRow, {"id": "3", "name": {"legal": "C"}}).name == {"legal": "C"}, "told once only"


def test_an_object_that_became_a_scalar() -> None:
    with pytest.warns(TwentyqlWarning, match="PersonRow: name is str where the generated code expects"):
        row = decode(PersonRow, {"id": "1", "name": "Ada Lovelace"})
    assert row.last_name == "Ada Lovelace"
    with pytest.warns(TwentyqlWarning):
        deal = decode(DealRow, {**DEAL, "amount": 5})
    assert (deal.amount, deal.micros, deal.stage) == (5, 5, "NEW")


def test_a_new_option_a_new_field_and_a_new_part() -> None:
    with pytest.warns(TwentyqlWarning, match="DealRow: stage has the option 'WON', which is newer"):
        assert decode(DealRow, {**DEAL, "stage": "WON", "new": 1}).stage == "WON"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert decode(DealRow, {**DEAL, "new": [1]}).units == 5
        with pytest.raises(msgspec.ValidationError, match="DealRow: id"):
            decode(DealRow, {**DEAL, "id": None})
        with pytest.raises(msgspec.ValidationError, match="missing required field"):
            decode(DealRow, {"id": "d", "amount": None})

"""Inputs as a server takes them: what was given is written, null empties, and what was not given stays."""

from __future__ import annotations

import datetime
import decimal
from typing import Any

from crm_example import (
    ActorInput,
    Company,
    CompanyCreate,
    CompanyUpdate,
    CurrencyInput,
    FullNameInput,
    LinksInput,
    NoteTargetCreate,
    OpportunityCreate,
    Person,
    PersonCreate,
    PersonUpdate,
    WorkspaceMember,
)

from twentyql import existing
from twentyql.build.inputs import Input
from twentyql.client import Client


async def write(client: Client, name: str, data: Input, fields: str, **more: Any) -> dict[str, Any]:
    arguments = "".join(f", ${key}: UUID!" for key in more), "".join(f", {key}: ${key}" for key in more)
    kind = type(data).__name__
    text = f"mutation($d: {kind}Input!{arguments[0]}) {{ {name}(data: $d{arguments[1]}) {{ {fields} }} }}"
    found: dict[str, Any] = (await client.run(text, {"d": data.to_json(), **more}))[name]
    return found


async def test_what_was_given_is_written_and_the_rest_stays(client: Client) -> None:
    fields = "id jobTitle name { firstName lastName } emails { primaryEmail }"
    person = PersonCreate(name=FullNameInput(first_name="Ada", last_name="Lovelace"), job_title="Analyst")
    made = await write(client, "createPerson", person, fields)
    assert made["name"] == {"firstName": "Ada", "lastName": "Lovelace"}
    update = PersonUpdate(name=FullNameInput(last_name="King"), job_title=None)
    changed = await write(client, "updatePerson", update, fields, id=made["id"])
    assert changed["name"] == {"firstName": "Ada", "lastName": "King"}
    assert changed["jobTitle"] in ("", None)


async def test_relations_by_id_by_a_unique_field_and_none(client: Client) -> None:
    company = CompanyCreate(name="Analytical", domain_name=LinksInput(primary_link_url="analytical.example"))
    made = await write(client, "createCompany", company, "id")
    fields = "id emails { primaryEmail } company { id }"
    by_field = PersonCreate(company=existing(Company.domain_name.primary_link_url == "analytical.example"))
    person = await write(client, "createPerson", by_field, fields)
    assert person["company"] == made
    gone = await write(client, "updatePerson", PersonUpdate(company=None), fields, id=person["id"])
    assert gone["company"] is None
    for back in (PersonUpdate(company_id=made["id"]), PersonUpdate(company=existing(Company.id == made["id"]))):
        again = await write(client, "updatePerson", back, fields, id=person["id"])
        assert again["company"] == made
        await write(client, "updatePerson", PersonUpdate(company_id=None), "id", id=person["id"])
    target = NoteTargetCreate(target_person=existing(Person.id == person["id"]))
    assert (await write(client, "createNoteTarget", target, "targetPersonId"))["targetPersonId"] == person["id"]


async def test_every_kind_of_value_arrives(client: Client) -> None:
    member = (await client.fetch(client["workspaceMembers"].select("id", "userEmail").limit(1)))[0]
    policies = [option.value for option in client.model.object("company").field("workPolicy").options][:2]
    company = CompanyCreate(
        employees=7,
        annual_revenue=CurrencyInput(amount_micros=decimal.Decimal("1500000"), currency_code="EUR"),
        work_policy=policies,  # type: ignore[arg-type]
        created_by=ActorInput(source="IMPORT"),
        account_owner=existing(WorkspaceMember.user_email == member["userEmail"]),
        position="first",
    )
    fields = "employees annualRevenue { amountMicros currencyCode } workPolicy accountOwnerId createdBy { source }"
    made = await write(client, "createCompany", company, fields)
    assert made == {
        "employees": 7,
        "annualRevenue": {"amountMicros": 1_500_000, "currencyCode": "EUR"},
        "workPolicy": policies,
        "accountOwnerId": member["id"],
        "createdBy": {"source": "IMPORT"},
    }
    paris = datetime.timezone(datetime.timedelta(hours=2))
    deal = OpportunityCreate(close_date=datetime.datetime(2026, 5, 1, 9, tzinfo=paris), stage="MEETING")
    made = await write(client, "createOpportunity", deal, "stage closeDate")
    assert made == {"stage": "MEETING", "closeDate": "2026-05-01T07:00:00.000Z"}


def test_an_empty_input_sends_nothing() -> None:
    assert CompanyUpdate().to_json() == {}
    assert CompanyUpdate(name=None, address=None).to_json() == {"name": None, "address": None}

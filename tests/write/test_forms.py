"""Values written simply, as the data of a mutation; what cannot be said is refused with what can."""

from __future__ import annotations

import datetime
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twentyql.errors import QueryError, TwentyqlError, UnknownNameError, ValueRefusedError
from twentyql.introspect.load import Loaded
from twentyql.write.composites import Form, micros
from twentyql.write.forms import Forms, connected

ID = "20202020-a000-4485-94de-70c2a98daef2"


def data(loaded: Loaded, name: str, record: dict[str, Any], form: Form | None = None) -> dict[str, Any]:
    return connected(Forms(loaded.model, loaded.schema, loaded.model.object(name), form=form).record(record))


@pytest.mark.parametrize(
    ("name", "given", "sent"),
    [
        ("person", {"name": "Ada Lovelace"}, {"name": {"firstName": "Ada", "lastName": "Lovelace"}}),
        ("person", {"name": "Lovelace, Ada"}, {"name": {"firstName": "Ada", "lastName": "Lovelace"}}),
        ("person", {"name": "Ludwig van Beethoven"}, {"name": {"firstName": "Ludwig", "lastName": "van Beethoven"}}),
        ("person", {"name": "Cher"}, {"name": {"firstName": "Cher", "lastName": ""}}),
        ("person", {"name": ("Ada", "King Lovelace")}, {"name": {"firstName": "Ada", "lastName": "King Lovelace"}}),
        ("person", {"name.firstName": "Ada", "name.last": "L"}, {"name": {"firstName": "Ada", "lastName": "L"}}),
        ("person", {"emails": "a@b.example"}, {"emails": {"primaryEmail": "a@b.example"}}),
        (
            "person",
            {"emails": ["a@b.example", "c@d.example"]},
            {"emails": {"primaryEmail": "a@b.example", "additionalEmails": ["c@d.example"]}},
        ),
        (
            "person",
            {"phones": "+49 (30) 123-456"},
            {"phones": {"primaryPhoneNumber": "30123456", "primaryPhoneCallingCode": "+49"}},
        ),
        (
            "person",
            {"phones": "+1 212 555 0100"},
            {"phones": {"primaryPhoneNumber": "2125550100", "primaryPhoneCallingCode": "+1"}},
        ),
        (
            "person",
            {"phones": "+358401234567"},
            {"phones": {"primaryPhoneNumber": "401234567", "primaryPhoneCallingCode": "+358"}},
        ),
        ("person", {"phones": "030 123456"}, {"phones": {"primaryPhoneNumber": "030123456"}}),
        ("person", {"job_title": "CTO"}, {"jobTitle": "CTO"}),
        ("person", {"company": ID.upper()}, {"companyId": ID}),
        ("person", {"company": None}, {"companyId": None}),
        ("person", {"company": {"id": ID, "name": "x"}}, {"companyId": ID}),
        (
            "person",
            {"company.domainName": "acme.example"},
            {"company": {"connect": {"where": {"domainName": {"primaryLinkUrl": "acme.example"}}}}},
        ),
        (
            "person",
            {"company": {"domain_name": "acme.example"}},
            {"company": {"connect": {"where": {"domainName": {"primaryLinkUrl": "acme.example"}}}}},
        ),
        ("company", {"domainName": "acme.example"}, {"domainName": {"primaryLinkUrl": "acme.example"}}),
        (
            "company",
            {"address": {"street": "Rue 1", "city": "Bern", "postcode": "3000"}},
            {"address": {"addressStreet1": "Rue 1", "addressCity": "Bern", "addressPostcode": "3000"}},
        ),
        ("opportunity", {"amount": 12.5}, {"amount": {"amountMicros": 12_500_000}}),
        ("opportunity", {"amount": "0.1 EUR"}, {"amount": {"amountMicros": 100_000, "currencyCode": "EUR"}}),
        (
            "opportunity",
            {"amount": "USD 1,234,567.89"},
            {"amount": {"amountMicros": 1234567890000, "currencyCode": "USD"}},
        ),
        (
            "opportunity",
            {"amount": (Decimal("0.000001"), "eur")},
            {"amount": {"amountMicros": 1, "currencyCode": "EUR"}},
        ),
        (
            "opportunity",
            {"amount": {"amount": 3, "currency": "CHF"}},
            {"amount": {"amountMicros": 3000000, "currencyCode": "CHF"}},
        ),
        ("opportunity", {"stage": "NEW"}, {"stage": "NEW"}),
        ("opportunity", {"stage": "new"}, {"stage": "NEW"}),
        ("opportunity", {"closeDate": datetime.date(2026, 1, 31)}, {"closeDate": "2026-01-31T00:00:00.000Z"}),
        ("note", {"title": "t", "body": "# Hi"}, {"title": "t", "bodyV2": {"markdown": "# Hi"}}),
    ],
)
def test_simple_forms(loaded: Loaded, name: str, given: dict[str, Any], sent: dict[str, Any]) -> None:
    assert data(loaded, name, given) == sent


def test_default_currency(loaded: Loaded) -> None:
    form = Form(currency="EUR")
    assert data(loaded, "opportunity", {"amount": 1}, form)["amount"]["currencyCode"] == "EUR"
    assert data(loaded, "opportunity", {"amount": "1 USD"}, form)["amount"]["currencyCode"] == "USD"


@pytest.mark.parametrize(
    ("name", "given", "field"),
    [
        ("opportunity", {"amount": "1,50"}, "amount"),
        ("opportunity", {"amount": "0.0000001"}, "amount"),
        ("opportunity", {"amount": float("nan")}, "amount"),
        ("opportunity", {"stage": "WON"}, "stage"),
        ("person", {"emails": "not an address"}, "emails"),
        ("person", {"phones": "call me"}, "phones"),
        ("person", {"company": "acme"}, "company"),
        ("person", {"jobTitle": 5}, "jobTitle"),
        ("person", {"id": "80000000-0000-0000-0000-000000000000"}, "id"),
        ("company", {"domainName": "two words"}, "domainName"),
        ("opportunity", {"closeDate": "soon"}, "closeDate"),
    ],
)
def test_refused_values(loaded: Loaded, name: str, given: dict[str, Any], field: str) -> None:
    with pytest.raises(ValueRefusedError) as refused:
        data(loaded, name, given)
    assert refused.value.field == field


def test_refused_option_tells_the_valid_ones(loaded: Loaded) -> None:
    with pytest.raises(ValueRefusedError) as refused:
        data(loaded, "opportunity", {"stage": "MEETNG"})
    assert "MEETING" in refused.value.valid
    assert "Did you mean 'MEETING'" in str(refused.value)


@pytest.mark.parametrize(
    ("name", "given", "hint"),
    [
        ("person", {"email": "a@b.example"}, "emails.primaryEmail"),
        ("person", {"phone": "1"}, "phones.primaryPhoneNumber"),
        ("company", {"emploees": 5}, "employees"),
        ("person", {"jobTitel": "x"}, "jobTitle"),
        ("company", {"address.town": "x"}, "in address"),
    ],
)
def test_unknown_names_are_answered_with_todays(loaded: Loaded, name: str, given: dict[str, Any], hint: str) -> None:
    with pytest.raises(UnknownNameError, match=hint):
        data(loaded, name, given)


def test_lists_are_not_written(loaded: Loaded) -> None:
    with pytest.raises(QueryError, match="that lead to this record"):
        data(loaded, "company", {"people": []})


def test_a_value_is_never_in_an_error(loaded: Loaded) -> None:
    for record in (
        {"emails": "secret value"},
        {"phones": "secret value"},
        {"company": "secret value"},
        {"id": "secret"},
    ):
        with pytest.raises(ValueRefusedError) as refused:
            data(loaded, "person", record)
        assert "secret" not in str(refused.value)


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=6))
def test_money_is_exact(amount: Decimal) -> None:
    assert Decimal(micros(amount, "amount")) / 1_000_000 == amount
    assert micros(str(amount), "amount") == micros(amount, "amount")


anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
NAMES = (
    "name",
    "emails",
    "phones",
    "linkedinLink",
    "jobTitle",
    "company",
    "companyId",
    "id",
    "company.name",
    "avatarUrl",
)


@given(record=st.dictionaries(st.sampled_from(NAMES), anything, max_size=3), loose=st.booleans())
def test_junk_is_refused_by_name(loaded: Loaded, record: dict[str, Any], loose: bool) -> None:
    with suppress(TwentyqlError):
        data(loaded, "person", record, Form(loose=loose))

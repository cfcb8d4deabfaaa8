"""Composites: their parts, and their values in rows. Written by `twentyql generate`; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twentyql.build import fields as _f

if TYPE_CHECKING:
    from . import _enums as _e


class ActorValue(
    _f.Value,
    frozen=True,
    rename={
        "source": "source",
        "workspace_member_id": "workspaceMemberId",
        "name": "name",
        "context": "context",
    },
):
    source: _f.OptStr
    workspace_member_id: _f.OptStr
    name: _f.OptStr
    context: _f.Anything


class Actor(_f.Composite[_f.P, _f.V], value=ActorValue):
    source: _f.Select[Actor, _e.ActorSourceEnum, _e.ActorSourceEnum | None] = _f.Select(
        "source", True, "ActorSourceEnum"
    )
    workspace_member_id: _f.Uuid[Actor, _f.OptStr] = _f.Uuid("workspaceMemberId", True)
    name: _f.Text[Actor, _f.OptStr] = _f.Text("name", True)
    context: _f.Json[Actor, _f.Anything] = _f.Json("context", True)


class LinksValue(
    _f.Value,
    frozen=True,
    rename={
        "primary_link_label": "primaryLinkLabel",
        "primary_link_url": "primaryLinkUrl",
        "secondary_links": "secondaryLinks",
    },
):
    primary_link_label: _f.OptStr
    primary_link_url: _f.OptStr
    secondary_links: _f.Anything


class Links(_f.Composite[_f.P, _f.V], value=LinksValue):
    primary_link_label: _f.Text[Links, _f.OptStr] = _f.Text("primaryLinkLabel", True)
    primary_link_url: _f.Text[Links, _f.OptStr] = _f.Text("primaryLinkUrl", True)
    secondary_links: _f.Json[Links, _f.Anything] = _f.Json("secondaryLinks", True)


class AddressValue(
    _f.Value,
    frozen=True,
    rename={
        "address_street1": "addressStreet1",
        "address_street2": "addressStreet2",
        "address_city": "addressCity",
        "address_postcode": "addressPostcode",
        "address_state": "addressState",
        "address_country": "addressCountry",
        "address_lat": "addressLat",
        "address_lng": "addressLng",
    },
):
    address_street1: _f.OptStr
    address_street2: _f.OptStr
    address_city: _f.OptStr
    address_postcode: _f.OptStr
    address_state: _f.OptStr
    address_country: _f.OptStr
    address_lat: _f.OptDec
    address_lng: _f.OptDec


class Address(_f.Composite[_f.P, _f.V], value=AddressValue):
    address_street1: _f.Text[Address, _f.OptStr] = _f.Text("addressStreet1", True)
    address_street2: _f.Text[Address, _f.OptStr] = _f.Text("addressStreet2", True)
    address_city: _f.Text[Address, _f.OptStr] = _f.Text("addressCity", True)
    address_postcode: _f.Text[Address, _f.OptStr] = _f.Text("addressPostcode", True)
    address_state: _f.Text[Address, _f.OptStr] = _f.Text("addressState", True)
    address_country: _f.Text[Address, _f.OptStr] = _f.Text("addressCountry", True)
    address_lat: _f.Numeric[Address, _f.OptDec] = _f.Numeric("addressLat", True)
    address_lng: _f.Numeric[Address, _f.OptDec] = _f.Numeric("addressLng", True)


class CurrencyValue(
    _f.MoneyValue,
    frozen=True,
    rename={
        "amount_micros": "amountMicros",
        "currency_code": "currencyCode",
    },
):
    amount_micros: _f.OptDec
    currency_code: _f.OptStr


class Currency(_f.Composite[_f.P, _f.V], value=CurrencyValue):
    amount_micros: _f.Numeric[Currency, _f.OptDec] = _f.Numeric("amountMicros", True)
    currency_code: _f.Text[Currency, _f.OptStr] = _f.Text("currencyCode", True)
    units: _f.Money[Currency, _f.OptDec] = _f.Money("amountMicros", True)


class FullNameValue(
    _f.Value,
    frozen=True,
    rename={
        "first_name": "firstName",
        "last_name": "lastName",
    },
):
    first_name: _f.OptStr
    last_name: _f.OptStr


class FullName(_f.Composite[_f.P, _f.V], value=FullNameValue):
    first_name: _f.Text[FullName, _f.OptStr] = _f.Text("firstName", True)
    last_name: _f.Text[FullName, _f.OptStr] = _f.Text("lastName", True)


class EmailsValue(
    _f.Value,
    frozen=True,
    rename={
        "primary_email": "primaryEmail",
        "additional_emails": "additionalEmails",
    },
):
    primary_email: _f.OptStr
    additional_emails: _f.Anything


class Emails(_f.Composite[_f.P, _f.V], value=EmailsValue):
    primary_email: _f.Text[Emails, _f.OptStr] = _f.Text("primaryEmail", True)
    additional_emails: _f.Json[Emails, _f.Anything] = _f.Json("additionalEmails", True)


class PhonesValue(
    _f.Value,
    frozen=True,
    rename={
        "primary_phone_number": "primaryPhoneNumber",
        "primary_phone_country_code": "primaryPhoneCountryCode",
        "primary_phone_calling_code": "primaryPhoneCallingCode",
        "additional_phones": "additionalPhones",
    },
):
    primary_phone_number: _f.OptStr
    primary_phone_country_code: _f.OptStr
    primary_phone_calling_code: _f.OptStr
    additional_phones: _f.Anything


class Phones(_f.Composite[_f.P, _f.V], value=PhonesValue):
    primary_phone_number: _f.Text[Phones, _f.OptStr] = _f.Text("primaryPhoneNumber", True)
    primary_phone_country_code: _f.Text[Phones, _f.OptStr] = _f.Text("primaryPhoneCountryCode", True)
    primary_phone_calling_code: _f.Text[Phones, _f.OptStr] = _f.Text("primaryPhoneCallingCode", True)
    additional_phones: _f.Json[Phones, _f.Anything] = _f.Json("additionalPhones", True)

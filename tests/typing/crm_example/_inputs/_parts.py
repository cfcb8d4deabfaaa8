"""Parts of inputs. Written by `twentyql generate`; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twentyql.build import fields as _f

if TYPE_CHECKING:
    from .. import _enums as _e


class LinksInput(
    _f.Input,
    frozen=True,
    kw_only=True,
    rename={
        "primary_link_label": "primaryLinkLabel",
        "primary_link_url": "primaryLinkUrl",
        "secondary_links": "secondaryLinks",
    },
):
    primary_link_label: _f.Maybe[_f.Str] = _f.UNSET
    primary_link_url: _f.Maybe[_f.Str] = _f.UNSET
    secondary_links: _f.Maybe[_f.Anything] = _f.UNSET


class AddressInput(
    _f.Input,
    frozen=True,
    kw_only=True,
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
    address_street1: _f.Maybe[_f.Str] = _f.UNSET
    address_street2: _f.Maybe[_f.Str] = _f.UNSET
    address_city: _f.Maybe[_f.Str] = _f.UNSET
    address_postcode: _f.Maybe[_f.Str] = _f.UNSET
    address_state: _f.Maybe[_f.Str] = _f.UNSET
    address_country: _f.Maybe[_f.Str] = _f.UNSET
    address_lat: _f.Maybe[_f.Amount] = _f.UNSET
    address_lng: _f.Maybe[_f.Amount] = _f.UNSET


class CurrencyInput(
    _f.Input,
    frozen=True,
    kw_only=True,
    rename={
        "amount_micros": "amountMicros",
        "currency_code": "currencyCode",
    },
):
    amount_micros: _f.Maybe[_f.Amount] = _f.UNSET
    currency_code: _f.Maybe[_f.Str] = _f.UNSET


class ActorInput(_f.Input, frozen=True, kw_only=True):
    source: _f.Maybe[_e.ActorSourceEnum] = _f.UNSET
    context: _f.Maybe[_f.Anything] = _f.UNSET


class FullNameInput(
    _f.Input,
    frozen=True,
    kw_only=True,
    rename={
        "first_name": "firstName",
        "last_name": "lastName",
    },
):
    first_name: _f.Maybe[_f.Str] = _f.UNSET
    last_name: _f.Maybe[_f.Str] = _f.UNSET


class EmailsInput(
    _f.Input,
    frozen=True,
    kw_only=True,
    rename={
        "primary_email": "primaryEmail",
        "additional_emails": "additionalEmails",
    },
):
    primary_email: _f.Maybe[_f.Str] = _f.UNSET
    additional_emails: _f.Maybe[_f.Anything] = _f.UNSET


class PhonesInput(
    _f.Input,
    frozen=True,
    kw_only=True,
    rename={
        "primary_phone_number": "primaryPhoneNumber",
        "primary_phone_country_code": "primaryPhoneCountryCode",
        "primary_phone_calling_code": "primaryPhoneCallingCode",
        "additional_phones": "additionalPhones",
    },
):
    primary_phone_number: _f.Maybe[_f.Str] = _f.UNSET
    primary_phone_country_code: _f.Maybe[_f.Str] = _f.UNSET
    primary_phone_calling_code: _f.Maybe[_f.Str] = _f.UNSET
    additional_phones: _f.Maybe[_f.Anything] = _f.UNSET


class FileItemInput(
    _f.Input,
    frozen=True,
    kw_only=True,
    rename={
        "file_id": "fileId",
    },
):
    file_id: _f.Str
    label: _f.Str

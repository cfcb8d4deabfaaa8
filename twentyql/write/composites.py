"""A composite from the simple form that a person would write: a full name, a link, an e-mail, a phone, money, markdown.

Each gives the parts of the composite; the parts themselves are checked by `scalars`. A mapping of parts is taken as it
is, with short names (``city`` for ``addressCity``) made whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from twentyql.errors import UnknownNameError
from twentyql.schema.model import FieldModel, Kind
from twentyql.write.scalars import items_of, refuse, scalar

MICROS = 1_000_000
_PARTICLES = " von van der den de del della di da dos du la le al bin ibn ter ten zu zur "
_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\Z")
_MONEY = re.compile(r"\s*(?:([A-Za-z]{3})\s*)?(-?[\d.,' ]*\d)(?:\s*([A-Za-z]{3}))?\s*\Z")
# Calling codes are prefix-free: 1 and 7, these of two digits, and all others of three (ITU E.164).
_CALLING_CODE = re.compile(r"[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3}")
_SHORT = {
    Kind.ADDRESS: {"street": "addressStreet1", "street1": "addressStreet1", "street2": "addressStreet2"},
    Kind.CURRENCY: {"currency": "currencyCode", "code": "currencyCode"},
    Kind.LINKS: {"url": "primaryLinkUrl", "label": "primaryLinkLabel"},
    Kind.EMAILS: {"primary": "primaryEmail", "additional": "additionalEmails"},
    Kind.PHONES: {"number": "primaryPhoneNumber", "primary": "primaryPhoneNumber"},
    Kind.FULL_NAME: {"first": "firstName", "last": "lastName"},
}


@dataclass(frozen=True, slots=True)
class Form:
    """How values are written: ``currency`` is for money without one, ``loose`` says that they come from text."""

    currency: str | None = None
    loose: bool = False


def composite(field: FieldModel, value: Any, path: str, form: Form) -> dict[str, Any] | None:
    """``value`` as the parts of ``field``. Raises ValueRefusedError and UnknownNameError."""
    if value is None or (form.loose and isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, Mapping):
        parts = _mapped(field, cast("Mapping[str, Any]", value), path, form)
    elif field.kind in _SIMPLE:
        parts = _SIMPLE[field.kind](value, path, form)
    else:
        raise refuse(path, f"an object with {', '.join(part.name for part in field.parts)} is wanted.")
    return {name: _part(field.part(name, f"in {path}"), part, f"{path}.{name}", form) for name, part in parts.items()}


def _part(part: FieldModel, value: Any, path: str, form: Form) -> Any:
    if part.kind is Kind.TEXT and value is not None and not isinstance(value, str) and path.endswith("PhoneNumber"):
        value = str(value)
    if part.kind is Kind.RAW_JSON and isinstance(value, str):
        return items_of(value, path, form.loose)
    if part.kind is Kind.SELECT:
        return value
    return scalar(part, value, path, loose=form.loose)


def _mapped(field: FieldModel, value: Mapping[str, Any], path: str, form: Form) -> dict[str, Any]:
    """The parts of a mapping, their names made whole; money may be given as an amount in units."""
    parts: dict[str, Any] = {}
    for name, part in value.items():
        if field.kind is Kind.CURRENCY and name in ("amount", "value"):
            parts["amountMicros"] = micros(part, f"{path}.{name}")
        else:
            parts[part_name(field, name, path)] = part
    if field.kind is Kind.CURRENCY and form.currency and parts.get("amountMicros") is not None:
        parts.setdefault("currencyCode", form.currency)
    return parts


def part_name(field: FieldModel, name: str, path: str) -> str:
    """The part of ``field`` that ``name`` means: its own, its snake_case or its short name."""
    known = {part.name: part.name for part in field.parts}
    folded = {_folded(part.name): part.name for part in field.parts}
    if field.kind is Kind.ADDRESS:
        folded |= {_folded(part.name.removeprefix("address")): part.name for part in field.parts}
    folded |= {_folded(short): long for short, long in _SHORT.get(field.kind, {}).items() if long in known}
    found = known.get(name) or folded.get(_folded(name))
    if found is None:
        raise UnknownNameError("part", name, known, where=f"in {path}")
    return found


def _folded(name: str) -> str:
    return name.replace("_", "").casefold()


def micros(value: Any, path: str) -> int:
    """An amount in units as whole millionths; digits beyond them are refused, not rounded."""
    try:
        amount = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    except (InvalidOperation, TypeError, ValueError):
        raise refuse(path, "this is no amount of money.", advice="Write it as 1234.50.") from None
    if not amount.is_finite() or isinstance(value, bool):
        raise refuse(path, "this is no amount of money.")
    found = amount * MICROS
    if found != found.to_integral_value():
        raise refuse(path, "an amount has at most six digits after the point.")
    return int(found)


def _money(value: Any, path: str, form: Form) -> dict[str, Any]:
    code: str | None = None
    if isinstance(value, tuple) and len(value) == 2:
        value, code = value
    if isinstance(value, str):
        told = _MONEY.match(value)
        if told is None or (told[1] and told[3]):
            raise refuse(path, "this is no amount of money.", advice="Write it as 1234.50 or 1234.50 EUR.")
        value, code = _plain(told[2], path), told[1] or told[3] or code
    code = code or form.currency
    return {"amountMicros": micros(value, path), **({"currencyCode": code.upper()} if code else {})}


def _plain(text: str, path: str) -> str:
    """Digits with a point; thousands may be parted by commas, spaces or apostrophes, but only where that is certain."""
    bare = re.sub(r"['  ](?=\d{3}(\D|$))", "", text.strip())
    if re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?", bare) and (bare.count(",") > 1 or "." in bare):
        return bare.replace(",", "")
    if "," in bare:
        raise refuse(path, "a comma here may mean two things.", advice="Write amounts with a point, as 1234.50.")
    return bare


def _full_name(value: Any, path: str, form: Form) -> dict[str, Any]:
    if isinstance(value, (tuple, list)) and len(cast("list[Any]", value)) == 2:
        return {"firstName": value[0], "lastName": value[1]}
    if not isinstance(value, str):
        raise refuse(path, "a name is wanted, as 'Ada Lovelace' or ('Ada', 'Lovelace').")
    last, comma, first = value.partition(",")
    if comma:
        return {"firstName": first.strip(), "lastName": last.strip()}
    words = value.split()
    if len(words) < 2:
        return {"firstName": " ".join(words), "lastName": ""}
    at = len(words) - 1
    while at > 1 and f" {words[at - 1].casefold()} " in _PARTICLES:
        at -= 1
    return {"firstName": " ".join(words[:at]), "lastName": " ".join(words[at:])}


def _emails(value: Any, path: str, form: Form) -> dict[str, Any]:
    found = [str(item).strip().removeprefix("mailto:") for item in items_of(value, path, form.loose)]
    if not all(_EMAIL.match(item) for item in found):
        raise refuse(path, "this is no e-mail address.")
    return _primary(found, "primaryEmail", "additionalEmails")


def _links(value: Any, path: str, form: Form) -> dict[str, Any]:
    found = [str(item).strip() for item in items_of(value, path, form.loose)]
    if not all(item and not re.search(r"\s", item) for item in found):
        raise refuse(path, "this is no link.", advice="Write it as https://example.com or example.com.")
    more = [{"url": item, "label": ""} for item in found[1:]]
    return {"primaryLinkUrl": found[0] if found else "", **({"secondaryLinks": more} if more else {})}


def _phones(value: Any, path: str, form: Form) -> dict[str, Any]:
    found = [_phone(str(item), path) for item in items_of(value, path, form.loose)]
    if not found:
        return {"primaryPhoneNumber": ""}
    number, code = found[0]
    parts: dict[str, Any] = {"primaryPhoneNumber": number, **({"primaryPhoneCallingCode": code} if code else {})}
    more = [{"number": n, "callingCode": c, "countryCode": ""} for n, c in found[1:]]
    return {**parts, **({"additionalPhones": more} if more else {})}


def _phone(text: str, path: str) -> tuple[str, str]:
    """The number and its calling code (``+49``); without a leading ``+`` there is none to know."""
    digits = re.sub(r"[\s().\-/]", "", text.strip().removeprefix("tel:"))
    if not re.fullmatch(r"\+?\d{3,20}", digits):
        raise refuse(path, "this is no phone number.", advice="Write it as +49 30 123456.")
    if not digits.startswith("+"):
        return digits, ""
    bare = digits[1:]
    told = _CALLING_CODE.match(bare)
    code = told[0] if told else ""
    return bare[len(code) :], f"+{code}"


def _address(value: Any, path: str, form: Form) -> dict[str, Any]:
    if not isinstance(value, str):
        raise refuse(path, "an address is wanted: a street, or an object with street, city, postcode, country.")
    return {"addressStreet1": value}


def _markdown(value: Any, path: str, form: Form) -> dict[str, Any]:
    if not isinstance(value, str):
        raise refuse(path, "a text in markdown is wanted.")
    return {"markdown": value}


def _primary(found: list[str], first: str, more: str) -> dict[str, Any]:
    return {first: found[0] if found else "", **({more: found[1:]} if len(found) > 1 else {})}


_SIMPLE: dict[Kind, Callable[[Any, str, Form], dict[str, Any]]] = {
    Kind.FULL_NAME: _full_name,
    Kind.EMAILS: _emails,
    Kind.PHONES: _phones,
    Kind.LINKS: _links,
    Kind.CURRENCY: _money,
    Kind.ADDRESS: _address,
    Kind.RICH_TEXT: _markdown,
}

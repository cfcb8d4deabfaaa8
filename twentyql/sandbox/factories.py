"""Records for tests: believable values for every field of any data model, the same for the same seed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from twentyql.errors import UsageError
from twentyql.sandbox.demo.contacts import slug
from twentyql.sandbox.demo.values import Maker, Row, email, link, money, stamp
from twentyql.sandbox.demo.words import (
    CITIES,
    COMPANY_HEADS,
    COMPANY_TAILS,
    FIRST_NAMES,
    JOB_TITLES,
    LAST_NAMES,
    SENTENCES,
)
from twentyql.sandbox.model import STORED, Model, RecordType, Slot

RATINGS = tuple(f"RATING_{number}" for number in range(1, 6))


class Factory:
    """Makes rows of the objects of a model, in the form of the API.

    A value may be given for every field: a constant, a part of a composite (the rest is made), or a function of the
    row's number (from 0). A to-one relation takes a record or an id, under its name or that of its key.
    """

    def __init__(self, model: Model, seed: int = 1) -> None:
        self.model = model
        self._make = Maker(seed)
        self._made: dict[str, int] = {}

    def record(self, name: str) -> RecordType:
        """The object called ``name``, singular or plural. Raises UsageError."""
        found = self.model.by_singular.get(name) or self.model.by_plural.get(name)
        if found is None:
            known = ", ".join(sorted(self.model.by_singular))
            raise UsageError(f"The sandbox has no object {name!r}.", advice=f"It has {known}.")
        return found

    def rows(self, name: str, count: int, given: Mapping[str, Any]) -> list[Row]:
        """``count`` new rows. Raises UsageError for a field that the object does not have."""
        record = self.record(name)
        for field in given:
            self._check(record, field)
        return [self._row(record, number, given) for number in range(count)]

    def _check(self, record: RecordType, field: str) -> None:
        slot = record.by_name.get(field)
        if slot is None or slot.kind == "many":
            known = ", ".join(slot.name for slot in record.slots if slot.kind != "many")
            what = "is a list" if slot else "does not exist"
            raise UsageError(f"{record.singular}.{field} {what}, so it cannot be given.", advice=f"Give {known}.")

    def _row(self, record: RecordType, number: int, given: Mapping[str, Any]) -> Row:
        place = self._made[record.singular] = self._made.get(record.singular, 0) + 1
        row = self._own(place)
        for slot in record.slots:
            if slot.name not in row and slot.kind in STORED and slot.type != "TS_VECTOR":
                row[slot.name] = None if slot.kind == "key" else self.value(record, slot, place)
        for field, value in given.items():
            _give(row, record.by_name[field], value(number) if callable(value) else value)
        return {name: value for name, value in row.items() if name in record.by_name}

    def _own(self, place: int) -> Row:
        created = stamp(self._make.moment())
        actor: Row = {"source": "API", "workspaceMemberId": None, "name": "sandbox", "context": {}}
        return {
            "id": self._make.uuid(),
            "createdAt": created,
            "updatedAt": created,
            "deletedAt": None,
            "position": place,
            "createdBy": actor,
            "updatedBy": dict(actor),
        }

    def value(self, record: RecordType, slot: Slot, place: int) -> Any:
        """A value for one field; ``place`` (from 1) makes it unlike those of the other rows where it must be."""
        special = _NAMED.get(slot.name) if slot.type == "TEXT" else None
        if slot.unique and slot.type == "TEXT":
            return f"{slot.name} {place}"
        maker = special or _TYPED.get(slot.type)
        return maker(self._make, slot, place) if maker else None


def _give(row: Row, slot: Slot, value: Any) -> None:
    if slot.kind == "one":
        row[slot.key] = value["id"] if isinstance(value, Mapping) else value
    elif slot.kind == "composite" and isinstance(value, Mapping):
        row[slot.name] = {**(row[slot.name] or {}), **value}
    else:
        row[slot.name] = value


def _company_name(make: Maker) -> str:
    return f"{make.pick(COMPANY_HEADS)} {make.pick(COMPANY_TAILS)}"


def _full_name(make: Maker) -> Row:
    return {"firstName": make.pick(FIRST_NAMES), "lastName": make.pick(LAST_NAMES)}


def _address_of(make: Maker, place: int) -> Row:
    return email(f"{slug(make.pick(FIRST_NAMES)) or 'p'}.{place}@mail.example")


Make = Callable[[Maker, Slot, int], Any]
_NAMED: Mapping[str, Make] = {
    "name": lambda make, slot, place: f"{_company_name(make)} {place}",
    "jobTitle": lambda make, slot, place: make.pick(JOB_TITLES),
    "city": lambda make, slot, place: make.pick(CITIES)[0],
}
_TYPED: Mapping[str, Make] = {
    "TEXT": lambda make, slot, place: make.pick(SENTENCES),
    "UUID": lambda make, slot, place: make.uuid(),
    "DATE_TIME": lambda make, slot, place: stamp(make.moment(90)),
    "DATE": lambda make, slot, place: make.day(90),
    "BOOLEAN": lambda make, slot, place: make.chance(0.5),
    "NUMBER": lambda make, slot, place: place,
    "NUMERIC": lambda make, slot, place: place,
    "POSITION": lambda make, slot, place: place,
    "RATING": lambda make, slot, place: make.pick(slot.options or RATINGS),
    "SELECT": lambda make, slot, place: make.pick(slot.options) if slot.options else None,
    "MULTI_SELECT": lambda make, slot, place: make.some(slot.options),
    "ARRAY": lambda make, slot, place: [f"{slot.name} {place}"],
    "RAW_JSON": lambda make, slot, place: {"number": place},
    "FILES": lambda make, slot, place: [],
    "FULL_NAME": lambda make, slot, place: _full_name(make),
    "EMAILS": lambda make, slot, place: _address_of(make, place),
    "PHONES": lambda make, slot, place: {**make.phones(0), "primaryPhoneNumber": f"555{place:07d}"},
    "LINKS": lambda make, slot, place: link(f"https://{slot.name.lower()}-{place}.example"),
    "CURRENCY": lambda make, slot, place: money(place * 1000, "EUR"),
    "ADDRESS": lambda make, slot, place: make.address(),
    "RICH_TEXT": lambda make, slot, place: make.rich_text(0),
    "RICH_TEXT_V2": lambda make, slot, place: make.rich_text(0),
}

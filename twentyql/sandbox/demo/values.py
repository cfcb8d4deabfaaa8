"""Seeded values in API form: ids, times, actors and the composite types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, TypeVar

from twentyql.sandbox.demo.words import CITIES, CURRENCIES, DIAL, SENTENCES, STREETS

T = TypeVar("T")
Row = dict[str, Any]
NEWEST = datetime(2026, 1, 5, 9, tzinfo=UTC)
SPAN_DAYS = 730
IMPORT_SIZE = 40  # rows of one import share the time of their creation
DELETED_EVERY = 25
MICROS = 1_000_000


def stamp(moment: datetime) -> str:
    """ISO 8601 with milliseconds, as the API writes times."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def link(url: str = "", label: str = "", others: Sequence[Mapping[str, str]] = ()) -> Row:
    """A LINKS value."""
    return {"primaryLinkLabel": label, "primaryLinkUrl": url, "secondaryLinks": [dict(each) for each in others]}


def email(address: str = "", others: Sequence[str] = ()) -> Row:
    """An EMAILS value."""
    return {"primaryEmail": address, "additionalEmails": list(others)}


def money(amount: float | None, currency: str | None) -> Row:
    """A CURRENCY value of ``amount`` units."""
    return {"amountMicros": None if amount is None else round(amount * MICROS), "currencyCode": currency}


class Maker:
    """Makes values from one seed; the same calls in the same order give the same values."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self.members: list[Row] = []
        self._imported_at = ""

    def uuid(self, prefix: str = "") -> str:
        """A valid version-4 UUID, its first hex digits replaced by ``prefix`` (eight digits)."""
        bits = f"{self.rng.getrandbits(124):031x}"
        head = prefix or bits[:8]
        return f"{head}-{bits[8:12]}-4{bits[12:15]}-{'89ab'[int(bits[15], 16) % 4]}{bits[16:19]}-{bits[19:31]}"

    def chance(self, share: float) -> bool:
        """True in ``share`` of the calls."""
        return self.rng.random() < share

    def pick(self, options: Sequence[T]) -> T:
        """One of ``options``."""
        return options[int(self.rng.random() * len(options))]

    def some(self, options: Sequence[T], share: float = 0.4) -> list[T]:
        """A few of ``options``, in their order."""
        return [option for option in options if self.rng.random() < share]

    def moment(self, ahead: float = 0.0) -> datetime:
        """A time in the two years before the demo's newest one, or up to ``ahead`` days after it."""
        days = -SPAN_DAYS * self.rng.random() + ahead * self.rng.random() * 2
        return NEWEST + timedelta(milliseconds=int(days * 86_400_000))

    def day(self, ahead: float = 0.0) -> str:
        """A date."""
        found: date = self.moment(ahead).date()
        return found.isoformat()

    def base(self, index: int, words: str, prefix: str = "", deleted: bool | None = None) -> Row:
        """What every row has: id, times, actors, position and what a search finds.

        Every 25th row is soft-deleted unless ``deleted`` says otherwise. Rows come in imports of one time.
        """
        if index % IMPORT_SIZE == 0:
            self._imported_at = stamp(self.moment())
        created = self._imported_at if index % 3 else stamp(self.moment())
        updated = created if self.chance(0.6) else max(created, stamp(self.moment()))
        gone = index % DELETED_EVERY == DELETED_EVERY - 3 if deleted is None else deleted
        actor = self.actor()
        return {
            "id": self.uuid(prefix),
            "createdAt": created,
            "updatedAt": updated,
            "deletedAt": max(updated, stamp(self.moment())) if gone else None,
            "position": index,
            "createdBy": actor,
            "updatedBy": dict(actor) if self.chance(0.7) else self.actor(),
            "searchVector": search_vector(words),
        }

    def actor(self) -> Row:
        """An ACTOR value: a member by hand, an import or the API."""
        source = self.pick(("MANUAL", "MANUAL", "EMAIL", "IMPORT", "API", "SYSTEM"))
        if source in ("MANUAL", "EMAIL", "IMPORT") and self.members:
            member = self.pick(self.members)
            name = f"{member['name']['firstName']} {member['name']['lastName']}"
            return {"source": source, "workspaceMemberId": member["id"], "name": name, "context": None}
        context: Row | None = {} if source == "API" else None
        return {"source": source, "workspaceMemberId": None, "name": source.title(), "context": context}

    def phones(self, empty: float = 0.3) -> Row:
        """A PHONES value; ``empty`` is the share without a number."""
        if self.chance(empty):
            number, (country, calling) = "", ("", "")
        else:
            number, (country, calling) = f"555{self.rng.randrange(10**7):07d}", self.pick(DIAL)
        more = [{"number": "5550000001", "countryCode": "US", "callingCode": "+1"}] if self.chance(0.05) else []
        return {
            "primaryPhoneNumber": number,
            "primaryPhoneCountryCode": country,
            "primaryPhoneCallingCode": calling,
            "additionalPhones": more,
        }

    def address(self) -> Row:
        """An ADDRESS value; some have a city only, and no place on the map."""
        city, country, latitude, longitude = self.pick(CITIES)
        known = self.chance(0.6)
        return {
            "addressStreet1": f"{self.pick(STREETS)} {self.rng.randrange(1, 200)}" if known else "",
            "addressStreet2": "",
            "addressCity": city,
            "addressPostcode": str(self.rng.randrange(1000, 99999)) if known else "",
            "addressState": "",
            "addressCountry": country,
            "addressLat": latitude if known else None,
            "addressLng": longitude if known else None,
        }

    def currency(self, most: float, empty: float = 0.1) -> Row:
        """A CURRENCY value up to ``most`` units; ``empty`` is the share that is null."""
        if self.chance(empty):
            return money(None, None)
        return money(round(self.rng.random() ** 3 * most, 2), self.pick(CURRENCIES))

    def rich_text(self, empty: float = 0.2) -> Row:
        """A RICH_TEXT value; ``empty`` is the share that is null."""
        if self.chance(empty):
            return {"blocknote": None, "markdown": None}
        text = self.pick(SENTENCES)
        escaped = text.replace('"', '\\"')
        block = f'[{{"type":"paragraph","content":[{{"type":"text","text":"{escaped}"}}]}}]'
        return {"blocknote": block, "markdown": text}


def search_vector(words: str) -> str | None:
    """A tsvector's text of ``words``: each word with its places; None of no words."""
    places: dict[str, list[str]] = {}
    for place, word in enumerate(words.lower().replace("'", "").split(), 1):
        places.setdefault(word, []).append(str(place))
    return " ".join(f"'{word}':{','.join(places[word])}" for word in sorted(places)) or None

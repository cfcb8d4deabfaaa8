"""The members, companies and people of the demo, with the skew that trips up readers."""

from __future__ import annotations

import unicodedata

from twentyql.sandbox.demo.objects import INDUSTRIES, PLACES, RATINGS
from twentyql.sandbox.demo.values import Maker, Row, email, link
from twentyql.sandbox.demo.words import (
    CITIES,
    COMPANY_HEADS,
    COMPANY_TAILS,
    FIRST_NAMES,
    JOB_TITLES,
    LAST_NAMES,
    SENTENCES,
    TAGLINES,
)

HUB = "Northlight Shipping"  # the company with half of the people
WITHOUT_COMPANY = 0.05
EDGES = (60, 61)  # people of the two companies after the hub: just within and just beyond the nested limit
EDGES_FROM = 1000  # people
LEFT_EVERY = 20  # of the people elsewhere, one is soft-deleted
MEMBERS = (("Ada", "Lindqvist"), ("Kofi", "Müller"), ("Ngọc", "Rossi"), ("Zoë", "Haddad"), ("Tomáš", "Berg"))
VALUES = tuple(value for value, _, _ in PLACES)
KINDS = tuple(value for value, _, _ in INDUSTRIES)
STARS = (None, None, *(value for value, _, _ in RATINGS))


def slug(text: str) -> str:
    """``text`` in plain letters, for addresses; letters without a Latin base are left out."""
    plain = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    return "".join(letter for letter in plain.replace(" ", "-") if letter.isalnum() or letter == "-").strip("-")


def member_rows(make: Maker) -> list[Row]:
    """The members; the last one has left."""
    rows = []
    for index, (first, last) in enumerate(MEMBERS):
        left = index == len(MEMBERS) - 1
        rows.append(make.base(index, f"{first} {last}", deleted=left) | _member(make, first, last))
    return rows


def _member(make: Maker, first: str, last: str) -> Row:
    return {
        "name": {"firstName": first, "lastName": last},
        "colorScheme": make.pick(("System", "Light", "Dark")),
        "locale": make.pick(("en", "de-DE", "vi-VN")),
        "avatarUrl": "",
        "userEmail": f"{slug(first)}.{slug(last)}@demo.example",
        "calendarStartDay": make.pick((1, 7)),
        "userId": make.uuid(),
        "timeZone": make.pick(("system", "Europe/Berlin")),
        "dateFormat": make.pick(("SYSTEM", "DAY_FIRST", "YEAR_FIRST")),
        "timeFormat": make.pick(("SYSTEM", "HOUR_24", "HOUR_12")),
    }


def company_rows(make: Maker, count: int) -> list[Row]:
    """The companies, the hub first; the two companies after it are live, and so is the hub."""
    return [_company(make, index) for index in range(count)]


def _company(make: Maker, index: int) -> Row:
    name = HUB if index == 0 else f"{make.pick(COMPANY_HEADS)} {make.pick(COMPANY_TAILS)}"
    if index and make.chance(0.5):
        name = f"{name} {index}"
    site = f"{slug(name)}-{index}.example"
    owner = make.pick(make.members)["id"] if make.chance(0.8) else None
    return make.base(index, name, deleted=False if index <= len(EDGES) else None) | {
        "name": name,
        "domainName": link(f"https://{site}"),
        "address": make.address(),
        "linkedinLink": link(f"https://linkedin.example/{slug(name)}") if make.chance(0.5) else link(),
        "annualRevenue": make.currency(90_000_000, empty=0.4),
        "employees": None if make.chance(0.2) else int(make.rng.paretovariate(0.7) * 5),
        "tagline": make.pick(TAGLINES),
        "industry": make.pick((None, *KINDS)),
        "workPolicy": make.some(VALUES),
        "idealCustomerProfile": make.chance(0.2),
        "accountOwnerId": owner,
    }


def people_rows(make: Maker, count: int, companies: list[Row]) -> list[Row]:
    """The people: half of them at the hub, a few without a company; nobody of the first three companies is deleted."""
    hub, whole = companies[0]["id"], {company["id"] for company in companies[: 1 + len(EDGES)]}
    rows, others = [], 0
    for index, company in enumerate(_employers(make, count, companies)):
        others += company != hub
        gone = company not in whole and others % LEFT_EVERY == LEFT_EVERY // 2
        rows.append(_person(make, index, company, gone))
    return rows


def _employers(make: Maker, count: int, companies: list[Row]) -> list[str | None]:
    """The company of each person, mixed. The last tenth of the companies has nobody."""
    ids = [row["id"] for row in companies]
    chosen: list[str | None] = [ids[0]] * (count // 2) + [None] * int(count * WITHOUT_COMPANY)
    if count >= EDGES_FROM:
        for company, size in zip(ids[1:], EDGES, strict=False):
            chosen += [company] * size
    staffed = ids[1 + len(EDGES) : len(ids) - len(ids) // 10]
    chosen += [make.pick(staffed) for _ in range(count - len(chosen))]
    make.rng.shuffle(chosen)
    return chosen


def _person(make: Maker, index: int, company: str | None, gone: bool) -> Row:
    first, last = make.pick(FIRST_NAMES), make.pick(LAST_NAMES) if not make.chance(0.02) else ""
    address = f"{slug(first) or 'p'}.{slug(last) or 'x'}.{index}@mail.example"
    more = [f"p{index}@home.example"] if make.chance(0.05) else []
    return make.base(index, f"{first} {last}", deleted=gone) | {
        "name": {"firstName": first, "lastName": last},
        "emails": email("" if make.chance(0.04) else address, more),
        "linkedinLink": link(f"https://linkedin.example/in/{index}") if make.chance(0.6) else link(),
        "jobTitle": "" if make.chance(0.2) else make.pick(JOB_TITLES),
        "phones": make.phones(),
        "city": "" if make.chance(0.3) else make.pick(CITIES)[0],
        "avatarUrl": "",
        "intro": make.pick(SENTENCES) if make.chance(0.1) else "",
        "workPreference": make.some(VALUES, 0.3),
        "performanceRating": make.pick(STARS),
        "companyId": company,
    }

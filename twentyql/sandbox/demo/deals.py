"""The opportunities and projects of the demo."""

from __future__ import annotations

from collections import defaultdict

from twentyql.sandbox.demo.objects import CHANNELS, PROJECT_STATES, RATINGS, STAGES
from twentyql.sandbox.demo.values import Maker, Row, email, link, stamp
from twentyql.sandbox.demo.words import DEALS, FIRST_NAMES, LAST_NAMES, SENTENCES, TAGS

HUB_DEALS = 0.15  # the hub's share of the opportunities, at least BEYOND
HUB_PROJECTS = 0.3
BEYOND = 65  # more than the server gives nested
STAGE_VALUES = tuple(value for value, _, _ in STAGES)
STATES = (None, *(value for value, _, _ in PROJECT_STATES))
RISKS = (None, *(value for value, _, _ in RATINGS))
CHANNEL_VALUES = tuple(value for value, _, _ in CHANNELS)


def staff(people: list[Row]) -> dict[str | None, list[Row]]:
    """The people by company."""
    found: dict[str | None, list[Row]] = defaultdict(list)
    for person in people:
        found[person["companyId"]].append(person)
    return found


def _of_hub(count: int, share: float) -> int:
    return min(count, max(BEYOND, int(count * share)))


def opportunity_rows(make: Maker, count: int, companies: list[Row], people: list[Row]) -> list[Row]:
    """The opportunities, the hub's first; they come from companies of every size."""
    known, hub = staff(people), companies[0]["id"]
    rows = []
    for index in range(count):
        company = hub if index < _of_hub(count, HUB_DEALS) else _company(make, companies)
        rows.append(_opportunity(make, index, company, known))
    return rows


def _company(make: Maker, companies: list[Row]) -> str | None:
    return None if make.chance(0.05) else str(make.pick(companies[1:])["id"])


def _opportunity(make: Maker, index: int, company: str | None, known: dict[str | None, list[Row]]) -> Row:
    name = f"{make.pick(DEALS)} {index}" if not make.chance(0.03) else ""
    contacts = known.get(company) or []
    stage = make.pick(STAGE_VALUES)
    return make.base(index, name, deleted=False if index < BEYOND else None) | {
        "name": name,
        "amount": make.currency(500_000),
        "closeDate": None if make.chance(0.15) else stamp(make.moment(ahead=400)),
        "stage": stage,
        "companyId": company,
        "pointOfContactId": make.pick(contacts)["id"] if contacts and make.chance(0.8) else None,
        "ownerId": make.pick(make.members)["id"] if make.chance(0.7) else None,
    }


def project_rows(make: Maker, count: int, companies: list[Row], people: list[Row]) -> list[Row]:
    """The projects, the hub's first; some are parts of an earlier one."""
    rows: list[Row] = []
    hub = companies[0]["id"]
    for index in range(count):
        client = hub if index < _of_hub(count, HUB_PROJECTS) else _company(make, companies)
        parent = make.pick(rows)["id"] if rows and make.chance(0.3) else None
        lead = make.pick(people)["id"] if people and make.chance(0.8) else None
        links = {"clientId": client, "leadId": lead, "parentProjectId": parent}
        rows.append(make.base(index, f"Project {index}", deleted=False if index < BEYOND else None) | links)
        rows[-1] |= _plain(make, index) | _composite(make, index)
    return rows


def _plain(make: Maker, index: int) -> Row:
    return {
        "name": f"Project {index}",
        "code": f"PRJ-{index:05d}",
        "summary": "" if make.chance(0.3) else make.pick(SENTENCES),
        "headcount": None if make.chance(0.1) else make.rng.randrange(0, 40),
        "completion": None if make.chance(0.1) else round(make.rng.random(), 3),
        "isBillable": make.chance(0.5),
        "startDate": None if make.chance(0.2) else make.day(ahead=200),
        "kickoffAt": None if make.chance(0.4) else stamp(make.moment(ahead=200)),
        "status": make.pick(STATES),
        "channels": make.some(CHANNEL_VALUES),
        "risk": make.pick(RISKS),
        "tags": make.some(TAGS, 0.2),
        "extra": None if make.chance(0.5) else {"lane": index % 7, "labels": make.some(TAGS, 0.3), "ümlaut": None},
    }


def _composite(make: Maker, index: int) -> Row:
    sponsored = make.chance(0.7)
    more = [{"label": "Plan", "url": f"https://plan.example/{index}"}] if make.chance(0.2) else []
    return {
        "budget": make.currency(2_000_000, empty=0.2),
        "sponsor": {
            "firstName": make.pick(FIRST_NAMES) if sponsored else "",
            "lastName": make.pick(LAST_NAMES) if sponsored else "",
        },
        "website": link(f"https://project-{index}.example", "Site", more) if make.chance(0.6) else link(),
        "contactEmails": email(f"project-{index}@demo.example") if make.chance(0.7) else email(),
        "hotline": make.phones(empty=0.5),
        "site": make.address(),
        "brief": make.rich_text(),
    }

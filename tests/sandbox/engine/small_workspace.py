"""A workspace of three objects, small enough to count by hand.

Company ``A`` has 100 people (p000-p099), two of them in the bin; ``B`` has none and is in the bin, though p100-p109
point to it; p110-p129 have no company. Members own companies. Every third person has no job title.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twentyql.sandbox.model import read_model

A = "aaaaaaaa-0000-4000-8000-00000000000a"
B = "bbbbbbbb-0000-4000-8000-00000000000b"
MEMBER = "cccccccc-0000-4000-8000-00000000000c"


def person_id(number: int) -> str:
    """The id of person ``number``; ids rise with numbers."""
    return f"{number:08x}-0000-4000-8000-{(number * 7919) % 997:012x}"


def _field(name: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"id": f"f-{name}", "name": name, "type": kind, "label": name.capitalize(), **more}


def _relation(name: str, kind: str, target: str, other: str) -> dict[str, Any]:
    settings = {"joinColumnName": f"{name}Id"} if kind == "MANY_TO_ONE" else {}
    return _field(
        name,
        "RELATION",
        settings=settings,
        relation={
            "type": kind,
            "targetObjectMetadata": {"nameSingular": target},
            "targetFieldMetadata": {"id": "", "name": other},
        },
    )


def _object(singular: str, plural: str, *fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    shared = [
        _field("id", "UUID", isNullable=False),
        _field("createdAt", "DATE_TIME", isNullable=False, defaultValue="now"),
        _field("updatedAt", "DATE_TIME", isNullable=False, defaultValue="now"),
        _field("deletedAt", "DATE_TIME"),
        _field("position", "POSITION", isNullable=False, defaultValue=0),
        _field("createdBy", "ACTOR", isNullable=False),
        _field("updatedBy", "ACTOR", isNullable=False),
        _field("searchVector", "TS_VECTOR"),
    ]
    return {
        "id": f"o-{singular}",
        "nameSingular": singular,
        "namePlural": plural,
        "labelSingular": singular.capitalize(),
        "labelPlural": plural.capitalize(),
        "isActive": True,
        "isSearchable": True,
        "labelIdentifierFieldMetadataId": "f-name",
        "fieldsList": [*shared, *fields],
        **more,
    }


STAGES = [{"value": value, "label": value.title(), "position": at} for at, value in enumerate(["NEW", "OLD", "GONE"])]
OBJECTS = [
    _object(
        "company",
        "companies",
        _field("name", "TEXT"),
        _field("domainName", "LINKS", isUnique=True),
        _field("revenue", "CURRENCY"),
        _relation("people", "ONE_TO_MANY", "person", "company"),
        _relation("owner", "MANY_TO_ONE", "workspaceMember", "companies"),
        duplicateCriteria=[["name"], ["domainNamePrimaryLinkUrl"]],
    ),
    _object(
        "person",
        "people",
        _field("name", "FULL_NAME"),
        _field("emails", "EMAILS", isUnique=True),
        _field("jobTitle", "TEXT"),
        _field("age", "NUMBER"),
        _field("stage", "SELECT", options=STAGES, defaultValue="'NEW'"),
        _field("tags", "MULTI_SELECT", options=STAGES),
        _field("words", "ARRAY"),
        _field("notes", "RAW_JSON"),
        _field("happy", "BOOLEAN"),
        _field("born", "DATE"),
        _relation("company", "MANY_TO_ONE", "company", "people"),
    ),
    _object(
        "workspaceMember",
        "workspaceMembers",
        _field("name", "FULL_NAME"),
        _relation("companies", "ONE_TO_MANY", "company", "owner"),
    ),
]
MODEL = read_model(OBJECTS, {"id": "3b8e6458-5fc1-4e63-8563-008ccddaa6db", "displayName": "Small"})
CREATED = "2026-01-01T00:00:00.000Z"


def _person(number: int) -> dict[str, Any]:
    company = A if number < 100 else B if number < 110 else None
    return {
        "id": person_id(number),
        "createdAt": f"2026-01-01T00:00:00.{number:03}Z",
        "updatedAt": CREATED,
        "deletedAt": CREATED if number in (7, 8) else None,
        "position": number,
        "name": {"firstName": f"First{number:03}", "lastName": f"Last{number % 2}"},
        "emails": {"primaryEmail": f"p{number}@example.com", "additionalEmails": []},
        "jobTitle": "" if number % 3 == 0 else f"Job {number % 5}",
        "age": None if number % 4 == 0 else number,
        "stage": STAGES[number % 3]["value"],
        "tags": ["NEW", "OLD"] if number % 2 else [],
        "words": ["Alpha"] if number % 2 else [],
        "notes": {"longer": 1, "k": [1]} if number % 10 == 0 else None,
        "happy": number % 2 == 0,
        "born": None if number % 2 else "2000-02-03",
        "companyId": company,
    }


def _company(identity: str, name: str, deleted: str | None) -> dict[str, Any]:
    return {
        "id": identity,
        "createdAt": CREATED,
        "updatedAt": CREATED,
        "deletedAt": deleted,
        "position": 0,
        "name": name,
        "domainName": {"primaryLinkUrl": f"{name.lower()}.example.com"},
        "revenue": {"amountMicros": 5_000_000, "currencyCode": "EUR"},
        "ownerId": MEMBER,
    }


ROWS: Mapping[str, list[dict[str, Any]]] = {
    "workspaceMembers": [{"id": MEMBER, "createdAt": CREATED, "name": {"firstName": "Mem", "lastName": "Ber"}}],
    "companies": [_company(A, "Acme", None), _company(B, "Binned", CREATED)],
    "people": [_person(number) for number in range(130)],
}
LIVING = 128

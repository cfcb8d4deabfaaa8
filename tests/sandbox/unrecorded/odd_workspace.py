"""A workspace that nobody recorded: every field type, morph and self relations, and names that are hard on programs.

``class`` is the object with everything; ``import`` is what classes belong to; ``select`` is a third target of the morph
relation. Rows are made by numbers, so that a test can say what the truth is without asking the sandbox.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from twentyql.sandbox.model import read_model

Row = dict[str, Any]
Node = dict[str, Any]
WORKSPACE = {
    "id": "5f0f4b1e-92cb-4b4c-8e5d-7f5d3c1d2a10",
    "displayName": "Odd",
    "subdomain": "odd",
    "metadataVersion": 1,
}
CREATED = "2026-01-01T00:00:00.000Z"
OPTIONS = ("QUERY", "NULL", "TRUE", "NONE")  # in the order of their positions, which is not alphabetical
MARKS = ("IN", "OUT", "BOTH")
RATINGS = tuple(f"RATING_{number}" for number in range(1, 6))


def known(*names: object) -> str:
    """The id that belongs to these names."""
    found = str(uuid5(NAMESPACE_OID, ".".join(map(str, names))))
    return f"{found[:14]}4{found[15:]}"


def field(owner: str, name: str, kind: str, **more: Any) -> Node:
    return {"id": known(owner, name), "name": name, "type": kind, "label": name.title(), "isNullable": True, **more}


def options(values: tuple[str, ...]) -> list[Node]:
    return [{"value": value, "label": value.title(), "position": at} for at, value in enumerate(values)]


def to_one(owner: str, name: str, target: str, back: str) -> Node:
    relation = relation_of("MANY_TO_ONE", target, back)
    return field(
        owner, name, "RELATION", relation=relation, settings={"joinColumnName": f"{name}Id", "onDelete": "SET_NULL"}
    )


def to_many(owner: str, name: str, target: str, back: str) -> Node:
    return field(owner, name, "RELATION", relation=relation_of("ONE_TO_MANY", target, back), settings={})


def relation_of(kind: str, target: str, back: str) -> Node:
    return {
        "type": kind,
        "targetObjectMetadata": {"id": known(target), "nameSingular": target},
        "targetFieldMetadata": {"id": known(target, back), "name": back},
    }


def thing(singular: str, plural: str, *fields: Node, **more: Any) -> Node:
    shared = [
        field(singular, "id", "UUID", isNullable=False, defaultValue="uuid"),
        field(singular, "createdAt", "DATE_TIME", isNullable=False, defaultValue="now"),
        field(singular, "updatedAt", "DATE_TIME", isNullable=False, defaultValue="now"),
        field(singular, "deletedAt", "DATE_TIME"),
        field(singular, "position", "POSITION", isNullable=False, defaultValue=0),
        field(singular, "createdBy", "ACTOR", isNullable=False),
        field(singular, "updatedBy", "ACTOR", isNullable=False),
        field(singular, "searchVector", "TS_VECTOR"),
    ]
    return {
        "id": known(singular),
        "nameSingular": singular,
        "namePlural": plural,
        "labelSingular": singular.title(),
        "labelPlural": plural.title(),
        "isActive": True,
        "isSearchable": True,
        "fieldsList": [*shared, *fields],
        **more,
    }


TARGETS = ("class", "import", "select")
OBJECTS = [
    thing(
        "class",
        "classes",
        field("class", "name", "FULL_NAME"),
        field("class", "code", "TEXT", isUnique=True),
        field("class", "import", "TEXT"),
        field("class", "ab", "TEXT"),
        field("class", "aB", "TEXT"),  # SQLite would take it for ``ab``
        field("class", "where", "NUMBER"),
        field("class", "from", "NUMBER", settings={"dataType": "int"}),
        field("class", "none", "NUMERIC"),
        field("class", "first", "BOOLEAN"),
        field("class", "order", "DATE"),
        field("class", "group", "DATE_TIME"),
        field("class", "select", "SELECT", options=options(OPTIONS), defaultValue="'NULL'"),
        field("class", "list", "MULTI_SELECT", options=options(MARKS)),
        field("class", "type", "RATING", options=options(RATINGS)),
        field("class", "self", "ARRAY"),
        field("class", "def", "RAW_JSON"),
        field("class", "return", "FILES"),
        field("class", "key", "UUID"),
        field("class", "emails", "EMAILS", isUnique=True),
        field("class", "phones", "PHONES"),
        field("class", "schema", "LINKS"),
        field("class", "price", "CURRENCY"),
        field("class", "address", "ADDRESS"),
        field("class", "body", "RICH_TEXT"),
        to_one("class", "parent", "class", "children"),
        to_many("class", "children", "class", "parent"),
        to_one("class", "home", "import", "classes"),
        to_many("class", "notes", "tag", "target"),
        labelIdentifierFieldMetadataId=known("class", "name"),
        duplicateCriteria=[["nameFirstName", "nameLastName"], ["code"]],
    ),
    thing(
        "import",
        "imports",
        field("import", "name", "TEXT"),
        to_many("import", "classes", "class", "home"),
        to_many("import", "notes", "tag", "target"),
        labelIdentifierFieldMetadataId=known("import", "name"),
    ),
    thing("select", "selects", field("select", "name", "TEXT"), to_many("select", "notes", "tag", "target")),
    thing(
        "tag",
        "tags",
        field("tag", "name", "TEXT"),
        field(
            "tag",
            "target",
            "MORPH_RELATION",
            morphRelations=[relation_of("MANY_TO_ONE", target, "notes") for target in TARGETS],
            settings={"onDelete": "CASCADE"},
        ),
    ),
]
MODEL = read_model(OBJECTS, WORKSPACE)
COUNT = 240
BINNED = frozenset({17, 18, 200})
HUB, SMALL, EMPTY, GONE = (known("import", number) for number in range(4))  # GONE lies in the bin


def class_id(number: int) -> str:
    """The id of class ``number``; ids do not rise with numbers."""
    return known("class", number)


def home(number: int) -> str | None:
    """100 classes have the hub, 60 the small one, 20 one in the bin, the rest none."""
    return HUB if number < 100 else SMALL if number < 160 else GONE if number < 180 else None


def every(number: int, step: int, value: Any) -> Any:
    """``value``, but null in every ``step``-th row."""
    return None if number % step == 0 else value


def class_row(number: int) -> Row:
    return {
        "id": class_id(number),
        "createdAt": f"2026-01-01T00:00:{number % 60:02}.{number:03}Z",
        "updatedAt": CREATED,
        "deletedAt": CREATED if number in BINNED else None,
        "position": number,
        "name": {"firstName": f"Fi {number % 7}", "lastName": "" if number % 5 == 0 else f"La{number % 3}"},
        "code": f"C{number:03}",
        "import": every(number, 3, f"Task_{number % 4}%é"),
        "ab": f"lower {number % 2}",
        "aB": f"UPPER {number % 3}",
        "where": every(number, 4, number / 4),
        "from": every(number, 5, number - 100),
        "none": every(number, 6, number * 10),
        "first": every(number, 7, number % 2 == 0),
        "order": every(number, 8, f"2026-{number % 12 + 1:02}-{number % 28 + 1:02}"),
        "group": every(number, 9, f"2025-{number % 12 + 1:02}-15T23:30:00.{number:03}Z"),
        "select": every(number, 5, OPTIONS[number % 4]),
        "list": list(MARKS[: number % 4]),
        "type": every(number, 6, RATINGS[number % 5]),
        "self": [f"Word {number % 6}", "é"] if number % 4 else [],
        "def": every(number, 2, {"longer": number % 3, "k": [1]}),
        "return": [],
        "key": every(number, 3, known("key", number % 10)),
        "emails": {"primaryEmail": f"c{number}@example.com", "additionalEmails": [f"x{number}@example.com"]},
        "phones": {"primaryPhoneNumber": f"555{number:04}", "primaryPhoneCallingCode": "+1", "additionalPhones": []},
        "schema": {"primaryLinkUrl": f"https://{number % 11}.example", "primaryLinkLabel": "", "secondaryLinks": []},
        "price": {"amountMicros": every(number, 4, number * 1_000_000), "currencyCode": every(number, 4, "EUR")},
        "address": {"addressCity": ("Ulm", "Bonn", "")[number % 3], "addressLat": every(number, 3, number / 8)},
        "body": {"blocknote": None, "markdown": every(number, 2, f"# {number}")},
        "parentId": class_id(number % 10) if number >= 10 else None,
        "homeId": home(number),
    }


def tag_row(number: int) -> Row:
    target = TARGETS[number % 3]
    identity = {"class": class_id(number % 2), "import": HUB, "select": known("select", 0)}[target]
    key = f"target{target[:1].upper()}{target[1:]}Id"
    return {"id": known("tag", number), "createdAt": CREATED, "updatedAt": CREATED, "position": number, key: identity}


def small_row(kind: str, number: int) -> Row:
    deleted = CREATED if (kind, number) == ("import", 3) else None
    return {
        "id": known(kind, number),
        "createdAt": CREATED,
        "updatedAt": CREATED,
        "deletedAt": deleted,
        "position": number,
        "name": f"{kind} {number}",
    }


CLASSES = [class_row(number) for number in range(COUNT)]
ROWS = {
    "imports": [small_row("import", number) for number in range(4)],
    "selects": [small_row("select", 0)],
    "classes": CLASSES,
    "tags": [tag_row(number) for number in range(240)],
}


def living() -> Iterator[Row]:
    """The classes that are not in the bin, by id."""
    return iter(sorted((row for row in CLASSES if row["deletedAt"] is None), key=lambda row: row["id"]))

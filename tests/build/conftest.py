"""The hand-written package of three objects, and a small schema model of the same objects."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from twentyql.schema.model import Cardinality, FieldModel, Kind, ObjectModel, Option, RelationModel, SchemaModel

sys.path.insert(0, str(Path(__file__).parent.parent / "typing"))

TEXTS = ("eq", "gt", "gte", "in", "lt", "lte", "neq", "startsWith", "endsWith", "like", "ilike", "regex", "is")
NUMBERS = ("eq", "gt", "gte", "in", "lt", "lte", "neq", "is")
ONE, MANY = Cardinality.TO_ONE, Cardinality.TO_MANY


def text(name: str) -> FieldModel:
    return FieldModel(name, Kind.TEXT, "String", operators=TEXTS)


def composite(name: str, kind: Kind, *parts: str) -> FieldModel:
    return FieldModel(name, kind, kind.value, parts=tuple(text(part) for part in parts))


IDENTITY = FieldModel("id", Kind.UUID, "UUID", nullable=False, operators=("eq", "neq", "in", "is"))
CREATED = FieldModel("createdAt", Kind.DATE_TIME, "DateTime", nullable=False, operators=NUMBERS)


@pytest.fixture(scope="session")
def model() -> SchemaModel:
    policies = (Option("HYBRID"), Option("ON_SITE"))
    policy = FieldModel(
        "workPolicy", Kind.MULTI_SELECT, "E", is_list=True, options=policies, operators=("containsAny",)
    )
    company = ObjectModel(
        "company",
        "companies",
        "Company",
        (IDENTITY, CREATED, text("name"), composite("address", Kind.ADDRESS, "addressCity", "addressState"), policy),
        (RelationModel("accountOwner", "workspaceMember", ONE), RelationModel("people", "person", MANY)),
        label_field="name",
    )
    person = ObjectModel(
        "person",
        "people",
        "Person",
        (
            IDENTITY,
            composite("name", Kind.FULL_NAME, "firstName", "lastName"),
            composite("emails", Kind.EMAILS, "primaryEmail"),
        ),
        (RelationModel("company", "company", ONE),),
        label_field="name",
    )
    member = ObjectModel(
        "workspaceMember",
        "workspaceMembers",
        "WorkspaceMember",
        (IDENTITY, composite("name", Kind.FULL_NAME, "firstName", "lastName"), text("userEmail")),
        (),
        label_field="name",
    )
    return SchemaModel((company, person, member))

"""A small schema with one field of each kind, and rows of it."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import build_schema

from twentyql.output.spec import TableSpec, spec_for
from twentyql.schema.derive import derive
from twentyql.schema.model import SchemaModel

SDL = """
scalar UUID scalar DateTime scalar Date scalar BigFloat scalar Position scalar JSON scalar TSVector scalar Colour
enum OrderByDirection { AscNullsFirst }
enum ThingStageEnum { NEW WON }
enum ThingRatingEnum { RATING_1 RATING_2 }
input UUIDFilter { in: [UUID] }
input ThingFilterInput { id: UUIDFilter ownerId: UUIDFilter parentId: UUIDFilter }
input OwnerFilterInput { id: UUIDFilter }
type FullName { firstName: String lastName: String }
type Currency { amountMicros: BigFloat currencyCode: String }
type Emails { primaryEmail: String additionalEmails: JSON }
type FileObject { fileId: UUID label: String }
type PageInfo { hasNextPage: Boolean! endCursor: String }
type Thing {
  id: UUID! name: String who: FullName worth: Currency emails: Emails madeAt: DateTime day: Date ok: Boolean
  count: Int share: Float position: Position stage: ThingStageEnum rating: ThingRatingEnum
  stages: [ThingStageEnum] tags: [String] extra: JSON words: TSVector files: [FileObject] colour: Colour
  owner: Owner ownerId: UUID parent: Thing parentId: UUID
}
type Owner { id: UUID! name: FullName joinedAt: DateTime things(first: Int): ThingConnection }
type ThingEdge { node: Thing! } type OwnerEdge { node: Owner! }
type ThingConnection { edges: [ThingEdge!]! pageInfo: PageInfo! totalCount: Int }
type OwnerConnection { edges: [OwnerEdge!]! pageInfo: PageInfo! totalCount: Int }
type Query {
  things(first: Int, after: String, filter: ThingFilterInput): ThingConnection
  owners(first: Int, after: String, filter: OwnerFilterInput): OwnerConnection
  thing(filter: ThingFilterInput!): Thing
  owner(filter: OwnerFilterInput!): Owner
}
"""


@pytest.fixture(scope="session")
def model() -> SchemaModel:
    return derive(build_schema(SDL))


@pytest.fixture(scope="session")
def things(model: SchemaModel) -> TableSpec:
    return spec_for(model, "thing")


@pytest.fixture
def full() -> dict[str, Any]:
    """A record with a value in every field, as the server gives it."""
    return {
        "id": "20202020-0000-4000-8000-000000000001",
        "name": 'Ünï, "quoted"\nand\r\nbroken',
        "who": {"firstName": "Ada", "lastName": None},
        "worth": {"amountMicros": 2500000000000, "currencyCode": "EUR"},
        "emails": {"primaryEmail": "a@example.com", "additionalEmails": ["b@example.com"]},
        "madeAt": "2026-11-24T02:53:56.383Z",
        "day": "2026-10-18",
        "ok": False,
        "count": 7,
        "share": 0.1,
        "position": -213,
        "stage": "NEW",
        "rating": "RATING_2",
        "stages": ["NEW", "WON"],
        "tags": ["a", "b,c"],
        "extra": {"deep": [1, None, {"x": "y"}]},
        "words": "'a':1",
        "files": [{"fileId": "20202020-0000-4000-8000-00000000000f", "label": "cv"}],
        "colour": {"any": "thing"},
        "ownerId": "20202020-0000-4000-8000-0000000000aa",
        "parentId": None,
    }


@pytest.fixture
def empty(things: TableSpec) -> dict[str, Any]:
    """A record of nulls."""
    return {column.name: None for column in things.columns} | {"id": "20202020-0000-4000-8000-000000000002"}

"""The types that the loop by hand decodes into."""

from __future__ import annotations

import msgspec


class Name(msgspec.Struct, gc=False):
    firstName: str | None
    lastName: str | None


class Person(msgspec.Struct, gc=False):
    id: str
    createdAt: str
    updatedAt: str
    deletedAt: str | None
    name: Name | None
    jobTitle: str | None
    email: str | None
    city: str | None
    linkedin: str | None
    intro: str | None
    score: float | None
    active: bool | None
    companyId: str | None


class Edge(msgspec.Struct, gc=False):
    node: Person


class Info(msgspec.Struct):
    hasNextPage: bool
    endCursor: str | None


class People(msgspec.Struct):
    edges: list[Edge]
    pageInfo: Info


class Data(msgspec.Struct):
    people: People


class Answer(msgspec.Struct):
    data: Data

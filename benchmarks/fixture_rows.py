"""The rows of the fixture server: row ``i`` is a function of ``i``, so every client's output can be checked whole."""

from __future__ import annotations

import json
from typing import Any

SDL = """
scalar UUID
scalar DateTime
scalar Cursor
enum OrderByDirection { AscNullsFirst AscNullsLast DescNullsFirst DescNullsLast }
input UUIDFilter { eq: UUID gt: UUID gte: UUID in: [UUID!] lt: UUID lte: UUID neq: UUID is: FilterIs }
enum FilterIs { NULL NOT_NULL }
type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: Cursor endCursor: Cursor }
type FullName { firstName: String lastName: String }
type Person {
  id: UUID! createdAt: DateTime! updatedAt: DateTime! deletedAt: DateTime name: FullName jobTitle: String email: String
  city: String linkedin: String intro: String score: Float active: Boolean companyId: UUID
}
type PersonEdge { node: Person! cursor: Cursor! }
type PersonConnection { edges: [PersonEdge!]! pageInfo: PageInfo! totalCount: Int }
input PersonFilterInput { and: [PersonFilterInput] or: [PersonFilterInput] not: PersonFilterInput id: UUIDFilter }
input PersonOrderByInput { id: OrderByDirection }
type Query {
  person(filter: PersonFilterInput!): Person
  people(first: Int last: Int after: String before: String offset: Int
         filter: PersonFilterInput orderBy: [PersonOrderByInput]): PersonConnection!
}
"""
QUERY = """query people($first: Int, $after: String, $filter: PersonFilterInput) {
  people(first: $first, after: $after, filter: $filter) {
    totalCount
    edges { node { id createdAt updatedAt deletedAt name { firstName lastName } jobTitle email city linkedin intro score
                   active companyId } }
    pageInfo { hasNextPage endCursor }
  }
}"""
FIRSTS = ["Ada", "Grace", "Linus", "Margaret", "Ken", "Barbara", "Niklaus", "Frances", "Edsger", "Radia"]
LASTS = ["Lovelace", "Hopper", "Torvalds", "Hamilton", "Thompson", "Liskov", "Wirth", "Allen", "Dijkstra", "Perlman"]
JOBS = ["Head of Sales", "Engineer", None, "Account Executive", "Buyer", "Founder", "Controller"]
CITIES = ["München", "São Paulo", "東京", "Reykjavík", "Austin", "Nairobi", "Łódź"]
INTRO = "Met at the fair; wants a demo of the export and a quote for forty seats by the end of the quarter"


def row_id(i: int, rows: int) -> str:
    """Ascending in ``i`` and spread over the whole space of ids, as random ids are."""
    high = (i * (1 << 32)) // rows
    low = (i * 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFF
    return f"{high:08x}-{low >> 32:04x}-4{i % 4096:03x}-8{(i * 7) % 4096:03x}-{low:012x}"


def moment(i: int) -> str:
    return f"2026-{i % 12 + 1:02d}-{i % 28 + 1:02d}T{i % 24:02d}:{i % 60:02d}:{(i * 7) % 60:02d}.{i % 1000:03d}Z"


def node(i: int, rows: int) -> dict[str, Any]:
    first, last = FIRSTS[i % 10], LASTS[(i // 10) % 10]
    return {
        "id": row_id(i, rows),
        "createdAt": moment(i),
        "updatedAt": moment(i + 1),
        "deletedAt": None,
        "name": {"firstName": first, "lastName": last},
        "jobTitle": JOBS[i % 7],
        "email": f"{first}.{last}.{i}@example.com".lower(),
        "city": CITIES[i % 7],
        "linkedin": f"https://www.linkedin.com/in/{first}-{last}-{i}".lower(),
        "intro": f"{INTRO} {i}",
        "score": (i % 1000) / 8,
        "active": i % 3 == 0,
        "companyId": row_id((i * 31) % rows, rows) if i % 11 else None,
    }


def encoded(i: int, rows: int) -> bytes:
    return json.dumps({"node": node(i, rows)}, ensure_ascii=False, separators=(",", ":")).encode()

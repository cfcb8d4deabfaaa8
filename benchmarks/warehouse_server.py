"""Companies and their people, pre-serialised, in a process of its own: ``python warehouse_server.py --rows N``.

A tenth of the rows are companies. It answers any document of the two lists with ``first``, ``after`` and ranges of ids,
after ``latency`` seconds. Prints ``ready PORT``.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import json
from collections.abc import Callable
from typing import Any

from fixture_rows import SDL as PEOPLE_SDL
from fixture_rows import node, row_id
from fixture_server import Connection, Rows
from graphql import FieldNode, OperationDefinitionNode, parse, value_from_ast_untyped

SDL = (
    PEOPLE_SDL.replace("companyId: UUID\n", "companyId: UUID company: Company\n")
    .replace("or: [PersonFilterInput] not: PersonFilterInput id: UUIDFilter", "id: UUIDFilter companyId: UUIDFilter")
    .replace(
        "type Query {",
        """
type Company {
  id: UUID! createdAt: DateTime! updatedAt: DateTime! name: String city: String
  people(first: Int, after: String): PersonConnection
}
type CompanyEdge { node: Company! cursor: Cursor! }
type CompanyConnection { edges: [CompanyEdge!]! pageInfo: PageInfo! totalCount: Int }
input CompanyFilterInput { and: [CompanyFilterInput] id: UUIDFilter }
type Query {
  company(filter: CompanyFilterInput!): Company
  companies(first: Int last: Int after: String before: String filter: CompanyFilterInput): CompanyConnection!
""",
    )
)


def company(i: int, rows: int) -> dict[str, Any]:
    person = node(i, rows)
    return {key: person[key] for key in ("id", "createdAt", "updatedAt", "city")} | {"name": f"Company {i}"}


def person(i: int, rows: int) -> dict[str, Any]:
    companies = rows // 10
    return node(i, rows) | {"companyId": row_id((i * 31) % companies, companies) if i % 11 else None}


class Table(Rows):
    """One list, by the function that makes its rows; ``families`` are the places of those with a companyId."""

    def __init__(self, make: Callable[[int, int], dict[str, Any]], rows: int) -> None:
        self.ids: list[str] = []
        self.edges: list[bytes] = []
        self.families: dict[str, list[int]] = {}
        for i in range(rows):
            made = make(i, rows)
            self.ids.append(made["id"])
            self.edges.append(json.dumps({"node": made}, ensure_ascii=False, separators=(",", ":")).encode())
            if made.get("companyId"):
                self.families.setdefault(made["companyId"], []).append(i)

    def page(self, variables: dict[str, Any]) -> bytes:
        where = variables.get("filter") or {}
        key = next((part["companyId"] for part in where.get("and", [where]) if "companyId" in part), None)
        if key is None:
            return super().page(variables)
        wanted = self.families if "is" in key else key["in"]
        part = object.__new__(Table)
        places = sorted(i for company in wanted for i in self.families.get(company, ()))
        part.ids, part.edges, part.families = [self.ids[i] for i in places], [self.edges[i] for i in places], {}
        rest = [each for each in where.get("and", [where]) if "companyId" not in each]
        return Rows.page(part, variables | {"filter": {"and": rest} if rest else None})


@functools.cache
def roots(text: str) -> tuple[FieldNode, ...]:
    operation = next(d for d in parse(text).definitions if isinstance(d, OperationDefinitionNode))
    return tuple(field for field in operation.selection_set.selections if isinstance(field, FieldNode))


class Workspace(Connection):
    tables: dict[str, Table]

    def answer(self, body: bytes) -> None:
        if self.transport.is_closing():
            return
        asked = json.loads(body)
        variables = asked.get("variables") or {}
        parts: list[bytes] = []
        for field in roots(asked["query"]):
            if field.name.value not in self.tables:  # a probe of the workspace, which this one does not know
                parts.append(json.dumps(field.name.value).encode() + b":null")
                continue
            given = {a.name.value: value_from_ast_untyped(a.value, variables) for a in field.arguments or ()}
            page = self.tables[field.name.value].page({key: value for key, value in given.items() if value is not None})
            key = (field.alias or field.name).value
            parts.append(json.dumps(key).encode() + page[len(b'{"data":{"people"') : -2])
        whole = b'{"data":{' + b",".join(parts) + b"}}"
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + str(len(whole)).encode()
        self.transport.writelines((head, b"\r\n\r\n", whole))


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--latency", type=float, default=0.02)
    given = parser.parse_args()
    Workspace.tables = {
        "companies": Table(company, given.rows // 10),
        "people": Table(person, given.rows - given.rows // 10),
    }
    made = functools.partial(Workspace, Workspace.tables["people"], given.latency)
    server = await asyncio.get_running_loop().create_server(made, "127.0.0.1", 0)
    print("ready", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())

"""Decoding one page: our Records, plain msgspec Structs, dicts, and pydantic models as ariadne-codegen makes them.

``python benchmarks/decoding.py [--quick]`` prints microseconds a page (best of many) and checks first that all sides
hold the same values. Exits with 1 where Records are under 10 x pydantic or under 0.9 of plain Structs. pydantic runs in
the environment of `ariadne_env.py`.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from ariadne_env import ariadne_python

ROWS = 200
SDL = """
scalar DateTime type PageInfo { hasNextPage: Boolean! endCursor: String }
type FullName { firstName: String lastName: String } type Emails { primaryEmail: String }
type Company { id: ID! name: String }
type Person {
  id: ID! createdAt: DateTime! updatedAt: DateTime! name: FullName emails: Emails jobTitle: String city: String
  intro: String position: Float! company: Company
}
type PersonEdge { node: Person! cursor: String! }
type PersonConnection { edges: [PersonEdge!]! pageInfo: PageInfo! totalCount: Int! }
type Query { people(first: Int, after: String): PersonConnection! }
"""
PYDANTIC = """
import gc, json, sys, time
from typing import Any, List, Optional
from pydantic import BaseModel as Base, ConfigDict, Field

class BaseModel(Base):
    model_config = ConfigDict(
        populate_by_name=True, validate_assignment=True, arbitrary_types_allowed=True, protected_namespaces=()
    )

class Name(BaseModel):
    first_name: Optional[str] = Field(alias="firstName")
    last_name: Optional[str] = Field(alias="lastName")
class Emails(BaseModel):
    primary_email: Optional[str] = Field(alias="primaryEmail")
class Company(BaseModel):
    id: Any
    name: Optional[str]
class Node(BaseModel):
    id: Any
    created_at: Any = Field(alias="createdAt")
    updated_at: Any = Field(alias="updatedAt")
    name: Optional[Name]
    emails: Optional[Emails]
    job_title: Optional[str] = Field(alias="jobTitle")
    city: Optional[str]
    intro: Optional[str]
    position: Any
    company: Optional[Company]
class Edge(BaseModel):
    node: Node
class PageInfo(BaseModel):
    has_next_page: Optional[bool] = Field(alias="hasNextPage")
    end_cursor: Optional[str] = Field(alias="endCursor")
class People(BaseModel):
    edges: List[Edge]
    page_info: PageInfo = Field(alias="pageInfo")
    total_count: Optional[int] = Field(alias="totalCount")
class Answer(BaseModel):
    people: People

body = sys.stdin.buffer.read()
def decode():
    return Answer.model_validate(json.loads(body)["data"])
told = [[n.id, n.name.last_name, n.emails.primary_email, n.city, n.company and n.company.name]
        for n in (e.node for e in decode().people.edges)]
kept, spent = [], []
for _ in range(int(sys.argv[1])):
    begun = time.process_time(); kept.append(decode()); spent.append(time.process_time() - begun)
json.dump([sum(spent) / len(spent), told], sys.stdout)
"""


def page() -> bytes:
    """200 people with 12 values each, as a Twenty server answers."""
    edges = [
        {
            "node": {
                "id": f"{i:08x}-0000-4000-8000-000000000000",
                "createdAt": "2026-11-24T02:11:32.014Z",
                "updatedAt": "2026-11-24T02:11:32.014Z",
                "name": {"firstName": f"Ada{i}", "lastName": f"Müller {i % 50}"},
                "emails": {"primaryEmail": f"ada{i}@example.com"},
                "jobTitle": None if i % 5 == 0 else "Head of something long enough",
                "city": "Paris" if i % 3 else "",
                "intro": "words and more words " * 4,
                "position": i / 2,
                "company": None if i % 7 == 0 else {"id": f"{i:08x}-1111-4000-8000-000000000000", "name": f"Acme {i}"},
            }
        }
        for i in range(ROWS)
    ]
    connection = {"totalCount": 51200, "edges": edges, "pageInfo": {"hasNextPage": True, "endCursor": "x"}}
    return json.dumps({"data": {"people": connection}}, ensure_ascii=False).encode()


def record_side() -> tuple[Any, Callable[[Any], list[Any]]]:
    """The decoder of the rows of a Record, as the executor has it."""
    from graphql import build_schema

    from twentyql.build.record import Record
    from twentyql.execute import pages
    from twentyql.generate import generate
    from twentyql.generate.write import write
    from twentyql.introspect.load import assemble

    schema = build_schema(SDL)
    with tempfile.TemporaryDirectory() as folder:
        write(generate(assemble(schema, None).model, schema).package, Path(folder) / "people_page")
        sys.path.insert(0, folder)
        Person: Any = importlib.import_module("people_page").Person
        _ = importlib.import_module("people_page").Company  # before its file is gone
        importlib.import_module("people_page._composites")
        sys.path.remove(folder)

    class PersonRow(Record[Person]):
        id = Person.id
        created_at = Person.created_at
        updated_at = Person.updated_at
        first = Person.name.first_name
        last = Person.name.last_name
        email = Person.emails.primary_email
        job = Person.job_title
        city = Person.city
        intro = Person.intro
        position = Person.position
        company_id = Person.company.id
        company = Person.company.name

    answer: Any = pages._Answer
    row: Any = PersonRow
    decoder = msgspec.json.Decoder(answer[row])
    return decoder, lambda found: [[r.id, r.last, r.email, r.city, r.company] for r in nodes(found.data["people"])]


def nodes(connection: Any) -> list[Any]:
    return [edge.node for edge in connection.edges]


def struct_side() -> tuple[Any, Callable[[Any], list[Any]]]:
    """The same by hand: plain Structs, nested as the answer is."""
    import datetime

    def struct(name: str, *fields: tuple[str, Any]) -> Any:
        return msgspec.defstruct(name, list(fields), gc=False)

    moment, text = datetime.datetime, str | None
    name = struct("Name", ("firstName", text), ("lastName", text))
    company = struct("Company", ("id", str), ("name", text))
    emails = struct("Emails", ("primaryEmail", text))
    node = struct(
        "Node", ("id", str), ("createdAt", moment), ("updatedAt", moment), ("name", name | None),
        ("emails", emails | None), ("jobTitle", text), ("city", text), ("intro", text), ("position", float),
        ("company", company | None),
    )  # fmt: skip
    info = struct("Info", ("hasNextPage", bool), ("endCursor", text))
    people = struct("People", ("edges", list[struct("Edge", ("node", node))]), ("pageInfo", info), ("totalCount", int))
    decoder = msgspec.json.Decoder(struct("Answer", ("data", struct("Data", ("people", people)))))

    def told(found: Any) -> list[Any]:
        rows = nodes(found.data.people)
        return [[r.id, r.name.lastName, r.emails.primaryEmail, r.city, r.company and r.company.name] for r in rows]

    return decoder, told


def spent(decoder: Any, body: bytes, pages: int) -> float:
    """CPU seconds a page, of ``pages`` whose rows are all kept: the garbage collector counts."""
    gc.collect()
    kept = []
    begun = time.process_time()
    for _ in range(pages):
        kept.append(decoder.decode(body))
    return (time.process_time() - begun) / pages


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    pages = 50 if parser.parse_args().quick else 500
    body = page()
    records, structs = record_side(), struct_side()
    done = subprocess.run([ariadne_python(), "-c", PYDANTIC, str(pages)], input=body, capture_output=True, check=True)
    pydantic, theirs = json.loads(done.stdout)
    ours = records[1](records[0].decode(body))
    if not ours == structs[1](structs[0].decode(body)) == theirs or len(ours) != ROWS:
        print("the sides do not hold the same values", file=sys.stderr)
        return 1
    both = [(spent(records[0], body, pages), spent(structs[0], body, pages)) for _ in range(5)]
    record, struct = min(r for r, _ in both), min(s for _, s in both)
    loose = min(spent(msgspec.json.Decoder(), body, pages) for _ in range(3))
    print(f"{pages} pages of {ROWS} people, {len(body):,} bytes each, all rows kept; CPU microseconds a page")
    for what, seconds in (
        ("Records", record),
        ("Structs, gc=False", struct),
        ("msgspec dicts", loose),
        ("pydantic, as ariadne", pydantic),
    ):
        print(f"  {what:<20} {seconds * 1e6:8.0f}   {ROWS / seconds:12,.0f} records/s")
    print(f"Records: {pydantic / record:.1f} x pydantic (at least 10), {struct / record:.2f} of Structs (at least 0.9)")
    return 0 if pydantic / record >= 10 and struct / record >= 0.9 else 1


if __name__ == "__main__":
    sys.exit(main())

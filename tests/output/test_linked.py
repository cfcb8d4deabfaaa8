"""Tables of lists that join by their ids, from named queries and from Records."""

from __future__ import annotations

import asyncio
import datetime
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pytest
from graphql import build_schema

from twentyql.build.named import select
from twentyql.build.query import Column, DictRows, Nested, Query, Selection
from twentyql.build.record import Record
from twentyql.errors import OutputError
from twentyql.execute.receipt import Receipt
from twentyql.execute.scan import Batch
from twentyql.output.linked import LinkedTables
from twentyql.plan.model import Plan, Read
from twentyql.plan.planner import plan
from twentyql.schema.derive import derive
from twentyql.schema.dialects import dialect
from twentyql.schema.model import SchemaModel

sys.path.insert(0, str(Path(__file__).parent.parent / "typing"))

from crm_example import Company, Person, WorkspaceMember

RECEIPT = Receipt("complete", (), 2, 2, 0, 100, 0.5, 0.0, ("a note",))


def planned(query: Query[Any, Any], model: SchemaModel) -> Plan:
    return plan(query, model, dialect("twenty"))


def batch(read: Read, *nodes: dict[str, Any]) -> Batch:
    """What the runner gives for these nodes of an answer: rows of the selection's own type, and their keys."""
    rows = msgspec.convert(list(nodes), list[read.selection.rows.node_type])
    return Batch(read, rows, [tuple(_at(node, path) for path in read.keys) for node in nodes])


def _at(node: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        node = None if node is None else node.get(name)
    return node


async def collected(made: Plan, model: SchemaModel, *nodes: list[dict[str, Any]]) -> dict[str, pa.Table]:
    """The tables when each list, parents first, is given one batch."""
    tables = LinkedTables(made, model)
    for read, of in zip(made.root.walk(), nodes, strict=True):
        await tables.add(batch(read, *of))
    return tables.finish(RECEIPT)


OWNERS = [
    {"id": "o1", "name": {"firstName": "Ada", "lastName": "L"}},
    {"id": "o2", "name": {"firstName": "Bob", "lastName": None}},
]
THINGS = [
    {"id": "t3", "ownerId": "o1", "name": "c", "tags": ["x"], "parent": None},
    {"id": "t1", "ownerId": "o2", "name": "a", "tags": [], "parent": {"id": "t3", "name": "c"}},
    {"id": "t2", "ownerId": "o1", "name": "b", "tags": None, "parent": None},
]


async def test_lists_become_tables_that_join(model: SchemaModel) -> None:
    query = select(model, "owners", "name.firstName", "things.name", "things.tags", "things.parent.name")
    tables = await collected(planned(query, model), model, OWNERS, THINGS)
    assert list(tables) == ["owners", "things"]
    assert tables["owners"].to_pydict() == {"id": ["o1", "o2"], "name.firstName": ["Ada", "Bob"]}
    assert tables["things"].to_pydict() == {
        "id": ["t1", "t2", "t3"],
        "ownerId": ["o2", "o1", "o1"],
        "name": ["a", "b", "c"],
        "tags": [[], None, ["x"]],
        "parent.name": ["c", None, None],
    }
    flat = tables["things"].drop_columns(["tags"])
    joined = flat.join(tables["owners"], "ownerId", "id").sort_by("id")
    assert joined.column("name.firstName").to_pylist() == ["Bob", "Ada", "Ada"]


async def test_metadata_tells_the_links_and_the_receipt(model: SchemaModel) -> None:
    query = select(model, "owners", "name.firstName", "things.name")
    tables = await collected(planned(query, model), model, [], [])
    assert tables["things"].schema.field("ownerId").metadata[b"foreign_key"] == b"owners.id"
    about = tables["things"].schema.metadata
    assert json.loads(about[b"twentyql"])["foreign_keys"] == {"ownerId": "owners"}
    assert json.loads(about[b"twentyql.receipt"])["verdict"] == "complete"
    assert [table.num_rows for table in tables.values()] == [0, 0]
    assert tables["things"].schema.names == ["id", "ownerId", "name"]


async def test_selected_keys_are_not_there_twice(model: SchemaModel) -> None:
    query = select(model, "owners", "id", "things.ownerId", "things.id")
    tables = await collected(planned(query, model), model, OWNERS, THINGS)
    assert tables["owners"].schema.names == ["id"]
    assert tables["things"].schema.names == ["ownerId", "id"]
    assert tables["things"].schema.field("ownerId").metadata[b"foreign_key"] == b"owners.id"


async def test_a_record_is_kept_once_and_the_first_table_in_order(model: SchemaModel) -> None:
    made = planned(select(model, "owners", "name.firstName", "things.name"), model)
    tables = LinkedTables(made, model)
    (child,) = made.root.children
    moved = {**THINGS[0], "ownerId": "o2"}
    turns = [batch(made.root, OWNERS[1]), batch(child, *THINGS[:2]), batch(made.root, OWNERS[0]), batch(child, moved)]
    await asyncio.gather(*(tables.add(turn) for turn in turns))
    done = tables.finish(RECEIPT)
    assert done["owners"].column("id").to_pylist() == ["o2", "o1"]
    assert done["things"].select(["id", "ownerId"]).to_pylist() == [
        {"id": "t1", "ownerId": "o2"},
        {"id": "t3", "ownerId": "o1"},
    ]


async def test_a_page_that_the_server_sorted_is_of_the_same_table(model: SchemaModel) -> None:
    made = planned(select(model, "owners", "name.firstName", "things.name"), model)
    top = planned(select(model, "owners", "name.firstName", "things.name"), model).root
    tables = LinkedTables(replace(made, top=top), model)
    await tables.add(batch(top, *OWNERS))
    await tables.add(batch(top.children[0], *THINGS))
    assert [table.num_rows for table in tables.finish(RECEIPT).values()] == [2, 3]


def nested(model: SchemaModel, of: str, columns: dict[str, str], *below: Nested) -> Selection:
    return Selection(
        of, tuple(Column(name, tuple(path.split("."))) for name, path in columns.items()), below, DictRows()
    )


async def test_records_of_a_to_one_are_a_table_of_their_own(model: SchemaModel) -> None:
    owner = Nested("owner", "owner", nested(model, "owner", {"first": "name.firstName"}), many=True)
    made = planned(Query(nested(model, "thing", {"name": "name"}, owner)), model)
    tables = await collected(made, model, THINGS, [{"id": "o1", "first": "Ada"}, {"id": "o2", "first": "Bob"}])
    assert tables["things"].schema.names == ["id", "ownerId", "name"]
    assert tables["things"].schema.field("ownerId").metadata[b"foreign_key"] == b"owner.id"
    assert tables["owner"].to_pydict() == {"id": ["o1", "o2"], "first": ["Ada", "Bob"]}


async def test_lists_of_the_same_name_are_told_apart(model: SchemaModel) -> None:
    again = Nested("staff", "things", nested(model, "thing", {"name": "name"}), many=True)
    deep = Nested(
        "owner", "owner", nested(model, "owner", {"id": "id"}, replace(again, name="things"), again), many=True
    )
    made = planned(Query(nested(model, "thing", {"name": "name"}, deep)), model)
    tables = await collected(made, model, THINGS, OWNERS, THINGS, THINGS)
    assert list(tables) == ["things", "owner", "owner.things", "owner.things.staff"]
    assert tables["owner.things"].schema.field("ownerId").metadata[b"foreign_key"] == b"owner.id"


CRM = """
scalar UUID scalar DateTime scalar BigFloat
enum OrderByDirection { AscNullsFirst }
enum Policy { HYBRID }
input UUIDFilter { in: [UUID] }
input CompanyFilterInput { id: UUIDFilter }
input PersonFilterInput { id: UUIDFilter companyId: UUIDFilter }
type FullName { firstName: String lastName: String }
type Currency { amountMicros: BigFloat currencyCode: String }
type PageInfo { hasNextPage: Boolean! endCursor: String }
type Company {
  id: UUID! name: String createdAt: DateTime annualRevenue: Currency workPolicy: [Policy]
  accountOwner: WorkspaceMember accountOwnerId: UUID people(first: Int): PersonConnection
}
type Person { id: UUID! name: FullName company: Company companyId: UUID }
type WorkspaceMember { id: UUID! name: FullName }
type CompanyEdge { node: Company! } type PersonEdge { node: Person! }
type WorkspaceMemberEdge { node: WorkspaceMember! }
type CompanyConnection { edges: [CompanyEdge!]! pageInfo: PageInfo! totalCount: Int }
type PersonConnection { edges: [PersonEdge!]! pageInfo: PageInfo! totalCount: Int }
type WorkspaceMemberConnection { edges: [WorkspaceMemberEdge!]! pageInfo: PageInfo! totalCount: Int }
type Query {
  companies(first: Int, after: String, filter: CompanyFilterInput): CompanyConnection
  people(first: Int, after: String, filter: PersonFilterInput): PersonConnection
  workspaceMembers(first: Int, after: String): WorkspaceMemberConnection
}
"""


class MemberRow(Record[WorkspaceMember]):
    full_name = WorkspaceMember.name
    key = WorkspaceMember.id


class PersonRow(Record[Person]):
    id = Person.name.last_name
    again = Person.name.last_name
    company_name = Person.company.name


class CompanyRow(Record[Company]):
    key = Company.id
    created = Company.created_at
    revenue = Company.annual_revenue
    policies = Company.work_policy
    owner = MemberRow.one(Company.account_owner)
    people = PersonRow.many(Company.people)


COMPANY = {
    "id": "c1",
    "createdAt": "2026-01-02T03:04:05.678Z",
    "annualRevenue": {"amountMicros": 2500000000000, "currencyCode": "EUR"},
    "workPolicy": ["HYBRID", "ON_SITE"],
    "accountOwner": {"id": "m1", "name": {"firstName": "Tim", "lastName": "A"}},
}
NOTHING = {"annualRevenue": None, "workPolicy": None, "accountOwner": None}
PERSON = {"id": "p1", "companyId": "c1", "name": {"lastName": "L"}, "company": {"name": "Acme"}}


async def test_records_become_tables_too() -> None:
    crm = derive(build_schema(CRM))
    companies = [COMPANY, COMPANY | NOTHING | {"id": "c2"}]
    people = [PERSON, {**PERSON, "id": "p2", "company": None}]
    tables = await collected(planned(CompanyRow.query(), crm), crm, companies, people)
    created = datetime.datetime(2026, 1, 2, 3, 4, 5, 678_000, datetime.UTC)
    assert tables["companies"].to_pylist() == [
        {
            "key": "c1",
            "created": created,
            "revenue": {"amountMicros": 2.5e12, "currencyCode": "EUR"},
            "policies": ["HYBRID", "ON_SITE"],
            "owner.full_name": {"firstName": "Tim", "lastName": "A"},
            "owner.key": "m1",
        },
        {
            "key": "c2",
            "created": created,
            "revenue": None,
            "policies": None,
            "owner.full_name": None,
            "owner.key": None,
        },
    ]
    assert tables["people"].to_pylist() == [  # "id" is what the Record calls the last name
        {"id_": "p1", "companyId": "c1", "id": "L", "again": "L", "company_name": "Acme"},
        {"id_": "p2", "companyId": "c1", "id": "L", "again": "L", "company_name": None},
    ]


async def test_a_misfit_says_which_record(model: SchemaModel) -> None:
    made = planned(select(model, "owners", "name.firstName"), model)
    with pytest.raises(OutputError, match=r"owners\.name\.firstName of the record o1 holds a number"):
        await collected(made, model, [{"id": "o1", "name": {"firstName": 7}}])


def test_without_pyarrow_the_extra_is_named() -> None:
    code = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "from twentyql.errors import MissingExtraError\n"
        "try:\n    import twentyql.output.linked\n"
        "except MissingExtraError as error:\n    print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'twentyql[arrow]'" in done.stdout

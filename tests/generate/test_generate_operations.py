"""Stored operations: each is valid, is found again by its name, and is prepared as it was written."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest
from graphql import (
    DocumentNode,
    GraphQLInputObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    build_schema,
    get_named_type,
    validate,
)
from graphql.type import is_required_input_field

from twentyql.build.prepare import prepare
from twentyql.build.stored import StoredOperation, find_operations, read_folder
from twentyql.generate.operations import operations
from twentyql.generate.write import write
from twentyql.introspect.load import Loaded
from twentyql.schema.derive import derive

SAMPLES = {"UUID": "20202020-b000-4485-94de-70c2a98daef2", "String": "%a%"}

SDL = """
scalar UUID
enum OrderByDirection { AscNullsFirst }
input UUIDFilter { eq: UUID in: [UUID] }
input StringFilter { ilike: String }
input FullNameFilterInput { firstName: StringFilter lastName: StringFilter }
input PersonFilterInput { id: UUIDFilter name: FullNameFilterInput }
input PersonOrderByInput { id: OrderByDirection }
input PersonCreateInput { id: UUID }
type FullName { firstName: String lastName: String }
type PageInfo { hasNextPage: Boolean! endCursor: String }
type Person { id: UUID! name: FullName best: Person }
type PersonEdge { node: Person! }
type PersonConnection { edges: [PersonEdge!]! pageInfo: PageInfo! totalCount: Int }
type Query {
  people(first: Int, after: String, filter: PersonFilterInput, orderBy: [PersonOrderByInput]): PersonConnection
  person(filter: PersonFilterInput!): Person
}
type Mutation { createPerson(data: PersonCreateInput!, upsert: Boolean): Person }
"""
FIND = """
# The people whose name matches a pattern, in upper or lower case.
# `%` in the pattern stands for any text: `%acme%`.
#
# Variables:
#   $pattern: String!
#   $first: Int
#   $after: String
query FindPeopleByName($pattern: String!, $first: Int, $after: String) {
  people(filter: {or: [{name: {firstName: {ilike: $pattern}}}, {name: {lastName: {ilike: $pattern}}}]}, \
first: $first, after: $after) {
    totalCount
    edges {
      node {
        ...PersonFields
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
""".lstrip()
FIELDS = """
# The fields of one Person that the generated operations ask for.
fragment PersonFields on Person {
  id
  name {
    firstName
    lastName
  }
}
""".lstrip()


@pytest.fixture(scope="module")
def stored(recorded: Loaded, tmp_path_factory: pytest.TempPathFactory) -> dict[str, StoredOperation]:
    folder = tmp_path_factory.mktemp("queries")
    made = operations(recorded.model, recorded.schema)
    write(made, folder)
    found = find_operations([folder])
    assert len(found) == len(alone(made)), "each file holds one operation of its own name"
    return found


def alone(made: dict[str, str]) -> list[str]:
    """The paths of operations, without those of the fragments that they share."""
    return [path for path in made if not path.startswith("fragments/")]


def documents(made: dict[str, str]) -> list[DocumentNode]:
    """The operations, each with the fragments that it uses."""
    read = read_folder({PurePosixPath(path): text for path, text in made.items()})
    assert read.faults == ()
    assert len(read.operations) == len(alone(made))
    return [stored.document for stored in read.operations.values()]


def sample(type_: object) -> object:
    """A value that a required variable of ``type_`` takes."""
    named = get_named_type(type_)
    if isinstance(named, GraphQLInputObjectType):
        return {name: sample(field.type) for name, field in named.fields.items() if is_required_input_field(field)}
    return SAMPLES.get(named.name, "x")


def test_every_operation_of_the_workspace_is_valid(stored: dict[str, StoredOperation], recorded: Loaded) -> None:
    wrong = {name: validate(recorded.schema, s.document) for name, s in stored.items()}
    assert {name: errors for name, errors in wrong.items() if errors} == {}
    assert all(Path(s.path).stem == name for name, s in stored.items())


def test_every_operation_is_prepared(stored: dict[str, StoredOperation], recorded: Loaded) -> None:
    for name, operation in stored.items():
        needed = {
            name: sample(recorded.schema.type_map[type_.strip("[!]")])
            for name, type_ in operation.variables.items()
            if type_.endswith("!")
        }
        ready = prepare(operation.document, name, needed, recorded.schema)
        assert ready.variables == needed
        assert len(ready.roots) == 1
        assert ready.is_mutation == (name.startswith(("Create", "Update", "Delete")))


def test_every_object_has_its_operations(stored: dict[str, StoredOperation], recorded: Loaded) -> None:
    for record in recorded.model:
        plural = record.plural[0].upper() + record.plural[1:]
        kinds = {
            f"List{plural}",
            f"Count{plural}",
            *(f"{verb}{record.type_name}" for verb in ("Get", "Create", "Update", "Delete")),
        }
        assert kinds <= stored.keys()
    assert {"FindPeopleByName", "FindCompaniesByName"} <= stored.keys()


def test_a_whole_file_of_a_small_schema() -> None:
    schema = build_schema(SDL)
    made = operations(derive(schema), schema)
    names = ("CountPeople", "CreatePerson", "FindPeopleByName", "GetPerson", "ListPeople")
    assert sorted(made) == ["fragments/PersonFields.graphql", *(f"people/{n}.graphql" for n in names)]
    assert made["people/FindPeopleByName.graphql"].split("\n", 1)[1] == FIND
    assert made["fragments/PersonFields.graphql"].split("\n", 1)[1] == FIELDS


def relay_schema() -> GraphQLSchema:
    return build_schema("""
      type Query { repositories(owner: String!, first: Int, after: String): RepoConnection repository(id: ID!): Repo }
      type PageInfo { hasNextPage: Boolean! endCursor: String }
      type RepoConnection { edges: [RepoEdge] pageInfo: PageInfo! totalCount: Int! }
      type RepoEdge { node: Repo }
      type Repo { id: ID! name: String! needs(what: String!): String owner: Owner }
      type Owner { login: String! repos(first: Int): RepoConnection }
    """)


def test_a_relay_servers_required_arguments_become_variables() -> None:
    schema = relay_schema()
    made = operations(derive(schema), schema)
    for document in documents(made):
        assert validate(schema, document) == []
    (listing,) = (t for p, t in made.items() if p.endswith("ListRepositories.graphql"))
    assert "query ListRepositories($first: Int, $after: String, $owner: String!)" in listing
    assert "needs" not in listing, "a field that needs an argument has no place in a plain selection"


@pytest.mark.parametrize("name", ["github", "saleor"])
def test_operations_of_other_servers_are_valid(name: str) -> None:
    path = Path(__file__).parents[2].parent / "shared" / "schemas" / f"{name}.graphql"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    schema = build_schema(
        path.read_text(encoding="utf-8"), assume_valid=True, assume_valid_sdl=True
    )  # not all are by the book
    made = operations(derive(schema), schema)
    assert made
    for document in documents(made):
        assert validate(schema, document) == []
        assert isinstance(document.definitions[0], OperationDefinitionNode)

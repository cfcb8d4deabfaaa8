"""`pull` says what changed, and which stored operations and generated attributes that touches."""

from __future__ import annotations

from pathlib import Path

import pytest
from typed import Command

SDL = """
schema { query: Query mutation: Mutation }
scalar UUID scalar DateTime
enum OrderByDirection { AscNullsFirst }
enum PersonStageEnum { NEW WON }
input UUIDFilter { eq: UUID }
input StringFilter { eq: String ilike: String }
input PersonFilterInput { id: UUIDFilter city: StringFilter }
input PersonCreateInput { city: String }
type FullName { firstName: String lastName: String }
type PageInfo { hasNextPage: Boolean! endCursor: String }
type Person { id: UUID! city: String name: FullName stage: PersonStageEnum }
type PersonEdge { node: Person! }
type PersonConnection { edges: [PersonEdge!]! pageInfo: PageInfo! totalCount: Int }
type Query {
  people(first: Int, after: String, filter: PersonFilterInput): PersonConnection
  person(filter: PersonFilterInput!): Person
}
type Mutation { createPerson(data: PersonCreateInput!): Person }
"""
MINE = """# Mine
query Mine($filter: PersonFilterInput) {
  people(filter: $filter) { edges { node {
    town: city
  } } }
}
"""


@pytest.fixture
def project(command: Command) -> Command:
    """A project with a schema, a package and one operation of the user's own."""
    Path("now.graphql").write_text(SDL)
    assert command("pull", "--from", "now.graphql").code == 0
    Path("queries").mkdir()
    Path("queries/Mine.graphql").write_text(MINE)
    made = command("generate")
    assert made.code == 0, made.err
    return command


def changed(old: str, new: str) -> None:
    assert old in SDL
    Path("now.graphql").write_text(SDL.replace(old, new))


def test_a_removed_field_names_operations_and_attributes(project: Command) -> None:
    changed(" city: String name:", " name:")
    pulled = project("pull", "--from", "now.graphql", "--fail-on", "breaking")
    assert pulled.code == 1
    lines = [line.strip() for line in pulled.err.splitlines()]
    assert "BREAKING people.city: removed" in lines
    assert "used in queries/Mine.graphql:4:5 (Mine)" in lines
    assert any(line.startswith("used in queries/fragments/PersonFields.graphql:5:3 (CreatePerson, ") for line in lines)
    generated = next(line for line in lines if line.startswith("generated as"))
    assert generated == "generated as Person.city, queries.MinePeopleEdgesNode.town, queries.PersonFields.city"
    assert any(line.startswith("to be mended by hand: queries/Mine.graphql:4:5: Cannot query field") for line in lines)
    assert project("pull", "--from", "now.graphql", "--fail-on", "breaking").code == 1, "it was not taken over"
    assert project("pull", "--from", "now.graphql").code == 0
    assert "nothing changed" in project("pull", "--from", "now.graphql", "--fail-on", "breaking").err
    faulty = project("generate")
    assert faulty.code == 2
    assert "queries/Mine.graphql:4:5: Cannot query field 'city' on type 'Person'" in faulty.err


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("firstName: String", "first: String", "BREAKING FullName.firstName: removed"),
        ("NEW WON", "WON", "BREAKING people.stage: option NEW removed"),
        ("ilike: String", "", "BREAKING StringFilter.ilike: removed"),
        (
            "type Mutation { createPerson(data: PersonCreateInput!): Person }",
            "type Mutation { x: Int }",
            "createPerson",
        ),
        ("id: UUID! city: String", "id: UUID! city: String!", "people.city: is never null now"),
    ],
)
def test_other_changes_find_their_users(project: Command, old: str, new: str, said: str) -> None:
    changed(old, new)
    pulled = project("pull", "--from", "now.graphql", "--fail-on", "breaking")
    assert said in pulled.err
    assert "used in queries/" in pulled.err
    assert pulled.code == ("BREAKING" in pulled.err)


def test_an_unchanged_or_widened_schema_passes(project: Command) -> None:
    assert project("pull", "--from", "now.graphql", "--fail-on", "any").code == 0
    changed("city: String name", "city: String more: Int name")
    assert project("pull", "--from", "now.graphql", "--fail-on", "any").code == 1
    assert project("pull", "--from", "now.graphql", "--fail-on", "breaking").code == 0
    assert project("pull", "--from", "now.graphql", "--fail-on", "nothing").code == 2


def test_check_fails_when_generation_would_change_something(project: Command) -> None:
    assert project("generate", "--check").code == 0
    Path("queries/Mine.graphql").write_text(MINE.replace("town", "place"))
    stale = project("generate", "--check")
    assert stale.code == 1
    assert "crm/queries/mine.py" in stale.err
    assert project("generate").code == 0
    assert project("generate", "--check").code == 0


def test_a_generated_file_that_the_user_changed_is_theirs(project: Command) -> None:
    path = Path("queries/fragments/PersonFields.graphql")
    path.write_text(path.read_text().replace("  city\n", "  city\n  extra: id\n"))
    kept = project("generate")
    assert kept.code == 1
    assert "PersonFields.graphql is not as generated, so it was left alone" in kept.err
    assert "extra" in path.read_text()
    assert "extra: _o.Str" in Path("crm/queries/person_fields.py").read_text(), "their version counts"

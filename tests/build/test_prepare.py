"""Preparing an operation: GraphQL's meaning is kept, and what the server would get wrong is refused with its place."""

from __future__ import annotations

import datetime
import decimal
import enum
import re
import uuid
from typing import Any

import pytest
from graphql import GraphQLSchema, Source, SourceLocation, build_schema, parse, validate

from twentyql.build.prepare import Prepared, prepare
from twentyql.errors import QueryError, SchemaError, TwentyqlError, UnknownNameError
from twentyql.schema.dialects import RELAY, TWENTY

SDL = """
scalar UUID scalar DateTime scalar JSON
enum OrderByDirection { AscNullsFirst DescNullsLast }
enum Stage { NEW WON }
input UUIDFilter { eq: UUID in: [UUID] }
input DateTimeFilter { gt: DateTime }
input StageFilter { eq: Stage in: [Stage] }
input DealFilterInput {
  and: [DealFilterInput] or: [DealFilterInput] not: DealFilterInput id: UUIDFilter stage: StageFilter
  createdAt: DateTimeFilter
}
input DealOrderByInput { id: OrderByDirection }
input DealInput { name: String amount: Float stage: Stage tags: [String!] meta: JSON ref: ID on: DateTime }
type PageInfo { endCursor: String hasNextPage: Boolean }
type Person { id: UUID! name: String deals(first: Int): DealConnection }
type Deal { id: UUID! name: String owner: Person }
type DealEdge { node: Deal cursor: String }
type DealConnection { edges: [DealEdge] pageInfo: PageInfo totalCount: Int }
type Query {
  deals(first: Int, after: String, filter: DealFilterInput, orderBy: [DealOrderByInput]): DealConnection
  deal(filter: DealFilterInput!): Deal
  person(filter: DealFilterInput): Person
}
type Mutation {
  createDeal(data: DealInput!, upsert: Boolean): Deal
  updateDeal(id: UUID!, data: DealInput!): Deal
  destroyDeals(filter: DealFilterInput!): [Deal]
}
type Subscription { deal: Deal }
"""
BY_ID = "query A($i: UUID!) { deal(filter: {id: {eq: $i}}) { id } }"
AFTER = "query A($c: String) { deals(after: $c) { totalCount } }"
STAGE = "query A($s: Stage) { deals(filter: {stage: {eq: $s}}) { totalCount } }"
FILTER = "query A($f: DealFilterInput) { deals(filter: $f) { totalCount } }"
ID = "20202020-b000-4485-94de-70c2a98daef2"


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema(SDL)


def ready(schema: GraphQLSchema, text: str, variables: dict[str, Any] | None = None, **more: Any) -> Prepared:
    made = prepare(parse(text), more.pop("name", None), variables or {}, schema, **more)
    assert validate(schema, parse(made.text)) == []
    return made


def brief(text: str) -> str:
    return re.sub(r" ?([{}]) ?", r"\1", re.sub(r"\s+", " ", text)).strip()


def flat(made: Prepared) -> str:
    return brief(made.text)


def refused(schema: GraphQLSchema, text: str, variables: dict[str, Any] | None = None, **more: Any) -> str:
    with pytest.raises(TwentyqlError) as caught:
        ready(schema, text, variables, **more)
    assert isinstance(caught.value, QueryError | UnknownNameError)
    return str(caught.value)


def test_defaults_become_values_and_what_is_unused_goes(schema: GraphQLSchema) -> None:
    text = """
      query A($first: Int = 60, $after: String, $with: Boolean = false, $id: UUID) {
        deals(first: $first, after: $after, filter: null) { edges { node { ...D owner @include(if: $with) { ...P } } } }
        person(filter: {id: {eq: $id}}) @include(if: $with) { id }
      }
      fragment D on Deal { id name @skip(if: $with) }
      fragment P on Person { name }
    """
    made = ready(schema, text)
    assert flat(made) == brief(
        "query A($first: Int!) { deals(first: $first) { edges { node { ...D } } } } fragment D on Deal { id name }"
    )
    assert (made.variables, made.roots, made.is_mutation) == ({"first": 60}, ("deals",), False)
    whole = ready(schema, text, {"with": True, "id": ID, "after": "x"})
    assert whole.roots == ("deals", "person")
    assert whole.variables == {"first": 60, "after": "x", "id": ID}
    assert "fragment P" in whole.text
    assert "@" not in whole.text


@pytest.mark.parametrize(
    ("condition", "values", "left"),
    [
        ("{stage: {eq: $s}}", {}, ""),
        ("{stage: {eq: $s}}", {"s": None}, ""),
        ("{stage: {eq: $s}, id: {eq: $i}}", {"i": ID}, "(filter: {id: {eq: $i}})"),
        ("{or: [{stage: {eq: $s}}, {id: {in: [$i]}}]}", {"i": ID}, "(filter: {or: [{id: {in: [$i]}}]})"),
        ("{not: {stage: {in: [$s]}}}", {}, ""),
        ("{and: []}", {}, "(filter: {and: []})"),
    ],
)
def test_a_condition_without_its_value_is_left_out(
    condition: str, values: dict[str, Any], left: str, schema: GraphQLSchema
) -> None:
    declared = " ".join(d for d in ("$s: Stage", "$i: UUID") if d[:2] in condition)
    text = f"query A{f'({declared})' if declared else ''} {{ deals(filter: {condition}) {{ totalCount }} }}"
    made = ready(schema, text, {k: v for k, v in values.items() if f"${k}" in declared})
    assert brief(f"deals{left} {{") in flat(made)
    assert set(made.variables) == {k for k, v in values.items() if v is not None}


def test_null_inside_a_mutations_data_stays(schema: GraphQLSchema) -> None:
    text = "mutation A($i: UUID!, $n: String, $s: Stage) { updateDeal(id: $i, data: {name: $n, stage: $s}) { id } }"
    made = ready(schema, text, {"i": ID, "n": None})
    assert "data:{name: $n})" in flat(made), "null clears a field; no value leaves it as it is"
    assert made.variables == {"i": ID, "n": None}
    assert made.is_mutation
    upsert = "mutation A($d: DealInput!, $u: Boolean) { createDeal(data: $d, upsert: $u) { id } }"
    assert "upsert" not in ready(schema, upsert, {"d": {}, "u": None}).text


class Option(enum.Enum):
    WON = "WON"


def test_values_are_sent_as_json_of_their_type(schema: GraphQLSchema) -> None:
    data = {
        "amount": decimal.Decimal("12.5"),
        "stage": Option.WON,
        "tags": "one",
        "meta": {"n": [1, None]},
        "ref": 5,
        "on": datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC),
    }
    made = ready(schema, "mutation A($d: DealInput!) { createDeal(data: $d) { id } }", {"d": data})
    assert made.variables["d"] == {
        "amount": 12.5,
        "stage": "WON",
        "tags": ["one"],
        "meta": {"n": [1, None]},
        "ref": "5",
        "on": "2026-01-02T00:00:00Z",
    }
    one = ready(
        schema, "query A($o: [DealOrderByInput]) { deals(orderBy: $o) { totalCount } }", {"o": {"id": "AscNullsFirst"}}
    )
    assert one.variables == {"o": [{"id": "AscNullsFirst"}]}
    by_id = ready(schema, "query A($i: UUID) { deal(filter: {id: {eq: $i}}) { id } }", {"i": uuid.UUID(ID)})
    assert by_id.variables == {"i": ID}


@pytest.mark.parametrize(
    ("text", "values", "says"),
    [
        ("query A($stage: String) { deals(after: $stage) { totalCount } }", {"stag": "NEW"}, "Did you mean 'stage'"),
        (BY_ID, {}, r"^1:9: A needs the variable 'i', a UUID!\. Give it"),
        (BY_ID, {"i": None}, "needs the variable 'i'"),
        ("query A($i: Int! = 3) { deals(first: $i) { totalCount } }", {"i": None}, "needs the variable 'i'"),
        ("query A($i: Int = 3) { deals(first: $i) { totalCount } }", {"i": "x"}, r"^1:9: .*'\$i'.*'x'"),
        (STAGE, {"s": "NWE"}, "Did you mean .*'NEW'"),
        (FILTER, {"f": {"stge": 1}}, "Did you mean 'stage'"),
        (AFTER, {"c": 5}, "A text goes in quotes"),
        (AFTER, {"c": b"x"}, r"\$c cannot be sent as it is: it is a bytes"),
        ("query A($d: DateTime) { deals(filter: {createdAt: {gt: $d}}) { totalCount } }",
         {"d": datetime.datetime(2026, 1, 1)}, "datetime with a time zone"),
        ("query A { deals { edges { node { nme } } } }", {}, r"^1:34: Cannot query field 'nme'.*'name'"),
        ("query A { deals { edges { node { ...F } } } }", {}, r"^1:37: Unknown fragment 'F'"),
        ("query A { deals { totalCount } } query B { deals { totalCount } }", {}, "^1:34: The text holds 2 operations"),
        ("fragment F on Deal { id }", {}, "holds no operation"),
        ("subscription { deal { id } }", {}, "^1:1: A subscription cannot be run"),
        ("query A { deals { } }", {}, "^1:11: Nothing is asked of 'deals'"),
        ("query A($w: Boolean!) {deals {totalCount @include(if: $w)}}", {"w": False}, "^1:24: .*nothing is left"),
        ("query A($w: Boolean!) { deals @skip(if: $w) { totalCount } }", {"w": True}, "^1:1: .*nothing is left to ask"),
        ("query A($w: Boolean = true) { deals { totalCount @skip(if: $w) } }", {"w": None}, "needs true or false"),
    ],
)  # fmt: skip
def test_what_the_schema_does_not_allow_is_refused_with_its_place(
    text: str, values: dict[str, Any], says: str, schema: GraphQLSchema
) -> None:
    assert re.search(says, refused(schema, text, values))


DROPPED = [
    (
        "query A { a: deals { totalCount } b: deals { totalCount } }",
        {},
        r"^1:35: 'deals' is asked twice \(first at 1:11\)",
    ),
    (
        "query A { deals { totalCount } ...F } fragment F on Query { deals { totalCount } }",
        {},
        "'deals' is asked twice",
    ),
    ("query A { deals { totalCount } __typename }", {}, "^1:32: '__typename' cannot be asked together"),
    (
        '{ deals { totalCount } search(searchInput: "x", limit: 1) { edges { node { label } } } }',
        {},
        "'search' cannot be",
    ),
    ("{ person { deals(first: 5) { totalCount } } }", {}, "^1:12: The arguments of 'deals' would be ignored"),
    ("{ deals { edges { cursor } } }", {}, "^1:11: .*`edges` without `node`"),
]


@pytest.mark.parametrize(("text", "values", "says"), DROPPED)  # fmt: skip
def test_what_a_twenty_server_drops_in_silence_is_refused(
    text: str, values: dict[str, Any], says: str, schema: GraphQLSchema
) -> None:
    assert re.search(says, refused(schema, text, values))
    if "search" not in text and "twice" not in says:
        assert ready(schema, text, values, dialect=RELAY).text


def test_nested_aliases_are_not_sent_and_come_back(schema: GraphQLSchema) -> None:
    text = """query A { top: deals { n: totalCount edges { node { key: id ...F boss: owner { id } } } } }
    fragment F on Deal { title: name owner { called: name } }"""
    made = ready(schema, text)
    assert flat(made).startswith("query A{top: deals{totalCount edges{node{id ...F owner{id}}}}}")
    answer = {
        "top": {"totalCount": 1, "edges": [{"node": {"id": "1", "name": "x", "owner": {"id": "2", "name": "y"}}}]}
    }
    assert made.answer(answer) == {
        "top": {"n": 1, "edges": [{"node": {"key": "1", "title": "x", "owner": {"called": "y"}, "boss": {"id": "2"}}}]}
    }
    assert made.answer({"top": None}) == {"top": None}
    kept = ready(schema, text, dialect=RELAY)
    assert "key: id" in kept.text
    assert kept.answer(answer) is answer


def test_two_names_for_different_arguments_are_refused(schema: GraphQLSchema) -> None:
    sdl = SDL.replace("owner: Person", "owner(which: Int): Person")
    text = "query A { deal(filter: {}) { a: owner(which: 1) { id } b: owner(which: 2) { id } } }"
    assert "1:30: This field is asked twice with different arguments" in refused(build_schema(sdl), text)


def test_a_text_cut_from_a_file_is_placed_in_that_file(schema: GraphQLSchema) -> None:
    source = Source("query A {\n  nope }", "q/A.graphql", SourceLocation(7, 5))
    for line, text in ((7, "query A { nope }"), (8, source.body)):
        with pytest.raises(QueryError, match=rf"^q/A\.graphql:{line}:{15 if line == 7 else 3}: Cannot query"):
            prepare(parse(Source(text, source.name, source.location_offset)), None, {}, schema)


def test_a_filter_of_a_mutation_is_never_empty_nor_shortened(schema: GraphQLSchema) -> None:
    text = "mutation A($f: DealFilterInput!) { destroyDeals(filter: $f) { id } }"
    for empty in ({}, {"and": []}, {"or": [{}]}, {"stage": {"eq": None}}):
        assert "empty: it would take every record" in refused(schema, text, {"f": empty})
    assert ready(schema, text, {"f": {"stage": {"eq": "NEW"}}}).variables == {"f": {"stage": {"eq": "NEW"}}}
    part = "mutation A($s: Stage, $i: UUID) { destroyDeals(filter: {stage: {eq: $s}, id: {eq: $i}}) { id } }"
    assert "$i has no value" in refused(schema, part, {"s": "NEW"})
    assert ready(schema, part, {"s": "NEW", "i": ID}).variables == {"s": "NEW", "i": ID}


def test_at_most_twenty_roots() -> None:
    fields = [f"f{n}" for n in range(21)]
    many = build_schema("type Query { " + " ".join(f"{f}: Int" for f in fields) + " }")
    assert len(ready(many, "{ " + " ".join(fields[:20]) + " }", dialect=TWENTY).roots) == 20
    assert "21 root fields in one operation" in refused(many, "{ " + " ".join(fields) + " }", dialect=TWENTY)
    assert len(ready(many, "{ " + " ".join(fields) + " }", dialect=RELAY).roots) == 21


def test_a_root_alias_stays_and_roots_of_fragments_are_roots(schema: GraphQLSchema) -> None:
    made = ready(schema, "query A { ...F ... { some: deals { totalCount } } } fragment F on Query { person { id } }")
    assert flat(made) == brief("query A { person { id } some: deals { totalCount } }")
    assert made.roots == ("person", "deals")


def test_search_is_known_though_the_server_does_not_introspect_it(schema: GraphQLSchema) -> None:
    text = "query S($q: String!) { search(searchInput: $q, limit: 3) { edges { node { recordId label } } } }"
    made = prepare(parse(text), None, {"q": "ada"}, schema)
    assert (made.roots, made.variables) == (("search",), {"q": "ada"})
    wrong = text.replace("label", "labl")
    with pytest.raises(QueryError, match=r"Cannot query field 'labl' on type 'SearchRecord'.*'label'"):
        prepare(parse(wrong), None, {"q": "ada"}, schema)
    with pytest.raises(QueryError, match=r"Cannot query field 'search' on type 'Query'"):
        prepare(parse("{ search }"), None, {}, build_schema("type Query { a: Int }"))


def test_the_operation_is_chosen_by_name(schema: GraphQLSchema) -> None:
    text = "query Deals { deals { totalCount } } query Person { person { id } }"
    assert ready(schema, text, name="Person").roots == ("person",)
    assert "Did you mean 'Person'" in refused(schema, text, name="Persn")


def test_a_file_is_part_of_the_place(schema: GraphQLSchema) -> None:
    with pytest.raises(QueryError, match=r"^queries/A\.graphql:2:5: "):
        prepare(parse(Source("query A {\n    nope\n}", "queries/A.graphql")), None, {}, schema)


def test_elsewhere_null_arguments_and_missing_values_stay_as_written(schema: GraphQLSchema) -> None:
    text = "query A($a: String, $s: Stage) { deals(after: $a, filter: {stage: {eq: $s}}) { n: totalCount } }"
    made = ready(schema, text, {"a": None}, dialect=RELAY)
    assert "deals(after: $a, filter:{stage:{eq: $s}})" in flat(made)
    assert made.variables == {"a": None}


def test_a_schema_that_is_wrong_itself_is_said_to_be() -> None:
    wrong = build_schema("interface I { a: Int } type Query implements I { b: Int }", assume_valid_sdl=True)
    with pytest.raises(SchemaError, match="The schema itself breaks a rule of GraphQL"):
        prepare(parse("{ b }"), None, {}, wrong)

"""Queries from names: checked against the schema, in the shape of the GraphQL answer."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from twentyql.build.named import parse_order, parse_where, select
from twentyql.build.query import All, Column, Compare, Either, Negation
from twentyql.errors import QueryError, UnknownNameError
from twentyql.schema.model import SchemaModel


def test_names_become_columns_and_nested_selections(model: SchemaModel) -> None:
    query = select(model, "companies", "name", "accountOwner.name.firstName", "people.emails.primaryEmail", "people.id")
    assert query.selection.object == "company"
    assert query.selection.columns == (
        Column("name", ("name",)),
        Column("accountOwner.name.firstName", ("accountOwner", "name", "firstName")),
    )
    (people,) = query.selection.nested
    assert (people.name, people.relation, people.many, people.selection.object) == ("people", "people", True, "person")
    assert [c.path for c in people.selection.columns] == [("emails", "primaryEmail"), ("id",)]
    row = {"name": "a", "accountOwner": None}
    assert query.selection.rows.get(row, "accountOwner.name.firstName") is None
    query.selection.rows.attach(row, "people", [1])
    assert row["people"] == [1]


def test_a_relation_alone_is_its_id_and_label(model: SchemaModel) -> None:
    query = select(model, "company", "accountOwner", "people", "address", "address.addressCity")
    assert [c.name for c in query.selection.columns] == ["accountOwner.id", "accountOwner.name", "address"]
    assert [c.name for c in query.selection.nested[0].selection.columns] == ["id", "name"]
    assert [c.name for c in select(model, "company").selection.columns] == ["id", "name"]
    through = select(model, "person", "company.accountOwner.userEmail")
    assert through.selection.columns[0].path == ("company", "accountOwner", "userEmail")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nmae", "'nmae' on companies. Did you mean 'name'"),
        ("acountOwner.id", "in 'acountOwner.id'. Did you mean 'accountOwner'"),
        ("people.emails.primaryMail", "in 'people.emails.primaryMail'. Did you mean 'primaryEmail'"),
        ("address.city", "There is no part 'city' in address"),
        ("name.x", "'name' has no parts"),
        ("", "is no field name"),
        ("people..id", "is no field name"),
    ],
)
def test_unknown_names_are_refused(model: SchemaModel, name: str, message: str) -> None:
    with pytest.raises((UnknownNameError, QueryError)) as caught:
        select(model, "companies", name)
    assert message in str(caught.value)


def test_a_list_through_a_to_one_is_refused(model: SchemaModel) -> None:
    with pytest.raises(QueryError, match="into a list"):
        select(model, "people", "company.people.id")


def test_conditions_and_orders_as_json(model: SchemaModel) -> None:
    start = select(model, "companies", "name")
    query = start.where({"name": {"ilike": "%acme%"}}).order_by("name", "-createdAt").limit(5)
    assert query.conditions == (Compare(("name",), "ilike", "%acme%"),)
    assert [(o.path, o.direction) for o in query.orders] == [
        (("name",), "AscNullsLast"),
        (("createdAt",), "DescNullsLast"),
    ]
    assert (query.most, start.conditions, query.where(Compare(("id",), "eq", "x")).conditions[1].path) == (
        5,
        (),
        ("id",),
    )


CASES: list[tuple[Any, Any]] = [
    ({}, All(())),
    ({"name": {"gt": "a", "lt": "c"}}, All((Compare(("name",), "gt", "a"), Compare(("name",), "lt", "c")))),
    ({"address": {"addressCity": {"eq": "B"}}}, Compare(("address", "addressCity"), "eq", "B")),
    ({"accountOwner": {"name": {"firstName": {"eq": "T"}}}}, Compare(("accountOwner", "name", "firstName"), "eq", "T")),
    ({"or": [{"id": {"eq": "1"}}, {"not": {"name": {"is": "NULL"}}}]}, None),
    ({"createdAt": {"gt": datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)}}, None),
    ({"workPolicy": {"containsAny": ["HYBRID"]}}, Compare(("workPolicy",), "containsAny", ["HYBRID"])),
]


@pytest.mark.parametrize(("mapping", "expected"), CASES)
def test_filters(model: SchemaModel, mapping: Any, expected: Any) -> None:
    made = parse_where(model, "companies", mapping)
    if expected is not None:
        assert made == expected
    elif "or" in mapping:
        assert made == Either((Compare(("id",), "eq", "1"), Negation(Compare(("name",), "is", "NULL"))))
    else:
        assert made == Compare(("createdAt",), "gt", "2026-01-01T00:00:00Z")


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"nmae": {"eq": 1}}, "'nmae' on companies. Did you mean 'name'"),
        ({"name": {"illike": "a"}}, "name has no operator 'illike'. Did you mean 'ilike'"),
        ({"name": {"regex": "a"}}, "It takes: eq, gt"),
        ({"address": {"addressCity": {"nope": 1}}}, "address.addressCity has no operator 'nope'"),
        ({"address": {"city": {"eq": 1}}}, "There is no part 'city' in address"),
        ({"name": "a"}, "name takes an object with operators"),
        ({"name": {"is": None}}, "'is' takes 'NULL' or 'NOT_NULL'"),
        ({"name": {"in": "abc"}}, "'in' takes a list"),
        ({"name": {"eq": None}}, "nothing compares with None"),
        ({"people": {"id": {"eq": "x"}}}, "lists cannot be filtered by"),
        ({"workPolicy": {"containsAny": ["HYBIRD"]}}, "Did you mean 'HYBRID'"),
        ({"createdAt": {"gt": datetime.datetime(2026, 1, 1)}}, "no time zone"),
        ({"and": ["x"]}, "A filter takes an object"),
        ({5: {}}, "5 is no name"),
    ],
)
def test_wrong_filters_are_refused(model: SchemaModel, mapping: Any, message: str) -> None:
    with pytest.raises((UnknownNameError, QueryError)) as caught:
        parse_where(model, "companies", mapping)
    assert message in str(caught.value)


def test_two_hops_are_refused(model: SchemaModel) -> None:
    with pytest.raises(QueryError, match="through two relations"):
        parse_where(model, "people", {"company": {"accountOwner": {"id": {"eq": "x"}}}})


def test_orders(model: SchemaModel) -> None:
    made = parse_order(model, "people", {"name": {"firstName": "DescNullsFirst"}})
    assert (made.path, made.direction) == (("name", "firstName"), "DescNullsFirst")
    assert parse_order(model, "people", "-company.name").path == ("company", "name")
    for wrong in ("name", "company", "nope", "company.people", {"id": "Asc"}, {"id": "AscNullsLast", "name": {}}, ""):
        with pytest.raises((UnknownNameError, QueryError)):
            parse_order(model, "people", wrong)

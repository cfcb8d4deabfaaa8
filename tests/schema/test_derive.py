"""What the GraphQL types alone tell."""

from __future__ import annotations

import pytest
from graphql import build_schema

from twentyql.errors import SchemaError, UnknownNameError
from twentyql.schema.derive import derive
from twentyql.schema.model import Cardinality, Kind, SchemaModel


def test_objects_are_what_a_root_connection_lists(model: SchemaModel) -> None:
    assert [(o.singular, o.plural, o.type_name) for o in model] == [
        ("client", "clients", "Client"),
        ("deal", "deals", "Deal"),
    ]
    assert model.dialect == "twenty"


def test_kinds_parts_and_operators(model: SchemaModel) -> None:
    client, deal = model.object("client"), model.object("deals")
    assert {f.name: f.kind for f in client.fields} == {
        "id": Kind.UUID,
        "name": Kind.FULL_NAME,
        "createdAt": Kind.DATE_TIME,
        "worth": Kind.CURRENCY,
    }
    assert [p.name for p in client.field("worth").parts] == ["amountMicros", "currencyCode"]
    assert client.field("worth").description == "What the client is worth."
    assert deal.field("tags").is_list
    assert deal.field("tags").kind is Kind.ARRAY
    assert [o.value for o in deal.field("stage").options] == ["NEW", "WON"]
    assert not client.field("id").nullable
    assert client.field("name").nullable
    assert "ilike" in deal.field("title").operators


def test_relations_know_target_cardinality_join_column_and_inverse(model: SchemaModel) -> None:
    client, deal = model.object("client"), model.object("deal")
    deals, up = client.relation("deals"), deal.relation("client")
    assert (deals.target, deals.cardinality, deals.join_column) == ("deal", Cardinality.TO_MANY, "clientId")
    assert (up.target, up.cardinality, up.join_column) == ("client", Cardinality.TO_ONE, "clientId")
    assert deal.field("clientId").foreign_key_of == "client"


def test_a_relation_to_its_own_object_finds_its_way_back(model: SchemaModel) -> None:
    assert model.object("deal").relation("childDeals").join_column == "parentDealId"


def test_roots_are_found_by_their_names(model: SchemaModel) -> None:
    roots = model.object("client").roots
    assert (roots.many, roots.one, roots.create, roots.destroy_many) == (
        "clients",
        "client",
        "createClient",
        "destroyClients",
    )
    assert model.object("deal").roots.create is None


@pytest.mark.parametrize("wrong", ["compny", "client ", "CLIENTS"])
def test_an_unknown_object_names_the_nearest(model: SchemaModel, wrong: str) -> None:
    with pytest.raises(UnknownNameError, match="There is no object"):
        model.object(wrong)


def test_the_nearest_field_is_offered(model: SchemaModel) -> None:
    with pytest.raises(UnknownNameError, match="'worth'"):
        model.object("client").field("wroth")


@pytest.mark.parametrize("sdl", ["type Query { a: Int }", "type Query { as: [Query] }"])
def test_a_schema_without_connections_is_refused(sdl: str) -> None:
    with pytest.raises(SchemaError, match="connection"):
        derive(build_schema(sdl))


def test_equal_schemas_have_equal_digests(sdl: str, model: SchemaModel) -> None:
    assert derive(build_schema(sdl)).digest == model.digest
    assert derive(build_schema(sdl.replace("tags: [String]", "tags: [Int]"))).digest != model.digest

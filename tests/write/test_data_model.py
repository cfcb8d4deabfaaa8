"""The data model changed from Python: every creatable type, options, relations, and what takes records with it."""

from __future__ import annotations

import pytest

from twentyql.client import Client
from twentyql.errors import EverythingError, QueryError, RequestRefusedError, UnknownNameError
from twentyql.write.data_model import CREATABLE


async def test_an_object_of_all_types_lives_and_dies(client: Client) -> None:
    model = client.data_model
    made = await model.create_object("invoice", "invoices", icon="IconFile")
    assert (made["labelSingular"], made["labelPlural"]) == ("Invoice", "Invoices")
    async with model.together():
        for kind in CREATABLE:
            options = ["Draft", ("Sent", "red")] if kind in ("SELECT", "MULTI_SELECT") else ()
            await model.create_field("invoice", f"my{kind.title().replace('_', '')}", kind, options=options)
    of = client.model.object("invoice")  # the client knows the new schema
    assert {field.kind.value for field in of.fields} >= set(CREATABLE)
    assert [option.color for option in of.field("mySelect").options] == ["green", "red"]
    receipt = await client["invoices"].create_many(
        [{"name": "A", "mySelect": "Sent", "myCurrency": "5 EUR"}, {"name": "B"}]
    )
    assert receipt.created == 2
    with pytest.raises(EverythingError, match="2 records") as everything:
        await model.delete_object("invoices")
    assert everything.value.count == 2
    with pytest.raises(EverythingError):
        await model.delete_field("invoice", "mySelect")
    async with model.together():
        await model.delete_field("invoice", "mySelect", everything=True)
        assert "mySelect" not in str(await model.object("invoice"))
        await model.delete_object("invoices", everything=True)
    with pytest.raises(UnknownNameError):
        client["invoices"]


async def test_options_keep_their_records(client: Client) -> None:
    model = client.data_model
    await model.create_field("company", "tier", "SELECT", options=["Gold", "Silver"], default="GOLD")
    made = await client["companies"].create({"name": "X", "tier": "Silver"})
    before = {o["value"]: o["id"] for o in (await model.field("company", "tier"))["options"]}
    await model.add_options(
        "company", "tier", ["In between", {"value": "NONE", "label": "None at all", "color": "gray"}]
    )
    options = (await model.field("company", "tier"))["options"]
    assert [o["value"] for o in options] == ["GOLD", "SILVER", "IN_BETWEEN", "NONE"]
    assert {o["value"]: o["id"] for o in options}.items() >= before.items()
    assert (await client["companies"].get(made["id"], "tier"))["tier"] == "SILVER"
    assert [o.value for o in client.options("company.tier")] == ["GOLD", "SILVER", "IN_BETWEEN", "NONE"]
    with pytest.raises(QueryError, match="no options"):
        client.options("company.name")
    with pytest.raises(UnknownNameError, match="options of a SELECT field"):
        client.options("picklists.stage")
    with pytest.raises(UnknownNameError, match="green"):
        await model.create_field("company", "x", "SELECT", options=[("A", "gren")])
    with pytest.raises(QueryError, match="one value"):
        await model.create_field("company", "x", "SELECT", options=["A b", "a B"])


async def test_relations_and_morph_relations(client: Client) -> None:
    model = client.data_model
    async with model.together():
        await model.create_object("invoice", "invoices")
        await model.create_relation("invoice", "payer", "company", inverse_label="Invoices")
        await model.create_morph_relation("invoice", "subject", ["person", "opportunity"], inverse_label="Bills")
    of = client.model.object("invoice")
    assert of.relation("payer").target == "company"
    assert {r.target for r in of.relations if r.name.startswith("subject")} == {"person", "opportunity"}
    company = await client["companies"].create({"name": "P", "domainName": "payer.example"})
    made = await client["invoices"].create({"name": "1", "payer.domainName": "payer.example"}, fields=("payer.id",))
    assert made["payer"]["id"] == company["id"]
    with pytest.raises(QueryError, match="create_relation"):
        await model.create_field("invoice", "x", "RELATION")


async def test_refusals_say_what_is_wrong(client: Client) -> None:
    model = client.data_model
    with pytest.raises(UnknownNameError, match="'company'"):
        await model.object("compny")
    with pytest.raises(UnknownNameError, match="SELECT"):
        await model.create_field("company", "x", "SELCT")
    with pytest.raises(RequestRefusedError) as refused:
        await model.create_field("company", "name", "TEXT")
    assert "validation errors occurred" not in str(refused.value)
    with pytest.raises(QueryError, match="nothing to change"):
        await model.update_field("company", "name")
    async with model.together():
        changed = await model.update_field("company", "name", description="d", label="Company name")
        assert changed["label"] == "Company name"
        await model.create_object("thing", "things")
        assert (await model.update_object("thing", label="Thingy", active=False))["isActive"] is False

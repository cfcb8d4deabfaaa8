"""The demo's data model, as the server side and the client side read it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from graphql import GraphQLSchema, validate_schema

from twentyql.introspect.load import Loaded, assemble
from twentyql.sandbox.model import Model
from twentyql.sandbox.snapshot import Snapshot
from twentyql.sandbox.types.core import core_schema

RECORDED = Path(__file__).parents[4] / "shared" / "twenty" / "objects.json"
MOST_TYPES = {
    *("TEXT", "NUMBER", "BOOLEAN", "DATE", "DATE_TIME", "SELECT", "MULTI_SELECT", "RATING", "CURRENCY", "FULL_NAME"),
    *("ARRAY", "RAW_JSON", "LINKS", "EMAILS", "PHONES", "ADDRESS", "ACTOR", "RICH_TEXT", "RELATION"),
}


@pytest.fixture(scope="module")
def schema(model: Model) -> GraphQLSchema:
    return core_schema(model)


@pytest.fixture(scope="module")
def loaded(demo: Snapshot, schema: GraphQLSchema) -> Loaded:
    return assemble(schema, {"objects": {"edges": [{"node": node} for node in demo.objects]}})


def test_types_of_the_demo_are_valid(schema: GraphQLSchema) -> None:
    assert validate_schema(schema) == []


def test_project_has_most_field_types(model: Model) -> None:
    fields = model.by_singular["project"].raw["fieldsList"]
    assert {field["type"] for field in fields} >= MOST_TYPES
    numbers = {field["settings"]["dataType"] for field in fields if field["type"] == "NUMBER"}
    assert numbers == {"int", "float"}


@pytest.mark.parametrize("name", ["taskTarget", "noteTarget"])
def test_activities_are_about_four_kinds_of_records(model: Model, name: str) -> None:
    keys = {slot.name for slot in model.by_singular[name].slots if slot.kind == "key"}
    assert keys >= {"targetPersonId", "targetCompanyId", "targetOpportunityId", "targetProjectId"}


def test_every_link_has_its_way_back(model: Model) -> None:
    for record in model.objects:
        for slot in record.slots:
            if slot.kind == "many":
                assert model.target(slot).by_name[slot.key].target == record.singular, f"{record.singular}.{slot.name}"
    backs = {(model.target(slot).singular, slot.key) for record in model.objects for slot in record.many}
    keys = {(record.singular, slot.name) for record in model.objects for slot in record.slots if slot.kind == "key"}
    assert backs == keys


def test_ids_are_unique_and_given(demo: Snapshot) -> None:
    ids = [node["id"] for node in demo.objects]
    ids += [field["id"] for node in demo.objects for field in node["fieldsList"]]
    assert len(ids) == len(set(ids))


def test_client_reads_the_same_objects(model: Model, loaded: Loaded) -> None:
    assert {found.singular for found in loaded.model.objects} == set(model.by_singular)
    person = loaded.model.object("person")
    assert person.label_plural == "People"
    first = person.field("workPreference").options[0]
    assert (first.value, first.label) == ("OFFICE", "In the office")


def test_client_knows_the_column_of_every_relation(loaded: Loaded) -> None:
    columns = {(o.singular, r.name): r.join_column for o in loaded.model.objects for r in o.relations}
    assert columns["company", "people"] == "companyId"
    assert columns["project", "subProjects"] == "parentProjectId"
    assert columns["opportunity", "noteTargets"] == "targetOpportunityId"
    assert None not in columns.values()


@pytest.mark.skipif(not RECORDED.exists(), reason=f"no recordings at {RECORDED}")
def test_nodes_have_the_keys_of_a_recorded_model(demo: Snapshot) -> None:
    recorded = msgspec.json.decode(RECORDED.read_bytes())["data"]["objects"]["edges"]
    theirs = shape([edge["node"] for edge in recorded])
    ours = shape(demo.objects)
    extra = {"fieldsList.morphRelations.targetObjectMetadata.namePlural"}  # which the client asks for
    assert {key for key in ours ^ theirs if not key.startswith("fieldsList.settings.")} == extra


def shape(value: Any, path: str = "") -> set[str]:
    """The paths of all keys; of defaults, which are free, only that they are there."""
    if isinstance(value, list | tuple):
        return {key for each in value for key in shape(each, path)}
    if not isinstance(value, dict) or path == "fieldsList.defaultValue":
        return {path}
    return {path} | {key for name, each in value.items() for key in shape(each, f"{path}.{name}".lstrip("."))}

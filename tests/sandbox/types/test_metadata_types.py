"""The schema of ``/metadata``: what clients ask validates, and what it says is what the server says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from graphql import GraphQLSchema, build_schema, execute_sync, parse, validate

from twentyql.introspect.fetch import DATA_MODEL_QUERY, WORKSPACE_QUERY
from twentyql.sandbox.types.metadata import linked_nodes, metadata_schema

RECORDED = Path(__file__).parents[4] / "shared" / "twenty"
recorded = pytest.mark.skipif(not RECORDED.exists(), reason=f"no recordings at {RECORDED}")
COMPANY = {"id": "c", "nameSingular": "company", "namePlural": "companies"}
LABELS = {"labelSingular": "C", "labelPlural": "Cs", "isActive": True, "isSystem": False, "isSearchable": True}


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return metadata_schema()


@pytest.mark.parametrize("query", [DATA_MODEL_QUERY, WORKSPACE_QUERY], ids=["data model", "workspace"])
def test_what_the_client_asks_validates(schema: GraphQLSchema, query: str) -> None:
    assert validate(schema, parse(query)) == []


@recorded
def test_recorded_requests_validate(schema: GraphQLSchema) -> None:
    lines = (RECORDED / "recordings" / "read.jsonl").read_bytes().splitlines()
    asked = [one["request"]["query"] for one in map(msgspec.json.decode, lines) if one["category"] == "metadata"]
    assert len(asked) >= 3
    assert [str(error) for query in asked for error in validate(schema, parse(query))] == []


@recorded
def test_every_field_is_the_recorded_one(schema: GraphQLSchema) -> None:
    theirs = build_schema((RECORDED / "metadata.graphql").read_text(encoding="utf-8"))
    assert shapes(schema).items() - shapes(theirs).items() == set()


@recorded
def test_every_served_type_is_whole(schema: GraphQLSchema) -> None:
    """Of the types that are served, every field is there but those that lead to types that are not."""
    theirs = build_schema((RECORDED / "metadata.graphql").read_text(encoding="utf-8"))
    kinds = [name for name in schema.type_map if not name.startswith("__") and name not in ROOTS]
    wanted = {place: kind for place, kind in shapes(theirs).items() if place.split(".")[0] in kinds}
    missing = {place: kind for place, kind in wanted.items() if place not in shapes(schema)}
    away = {place for place, kind in missing.items() if kind.strip("[]!") not in schema.type_map}
    left_out = missing.keys() - away - WORKSPACE_SETTINGS
    print(f"/metadata: {len(wanted) - len(missing)} of {len(wanted)} fields of {len(kinds)} types")
    print(f"left out: {sorted(missing)}")
    assert left_out == set()
    assert options(schema).items() <= options(theirs).items()
    assert arguments(schema).items() == {p: a for p, a in arguments(theirs).items() if p in shapes(schema)}.items()


ROOTS = ("Query", "Mutation")
# Settings of a workspace and of its models of language, which no data model tells.
WORKSPACE_SETTINGS = {
    f"Workspace.{name}"
    for name in (
        *("logo", "logoFileId", "allowImpersonation", "isPublicInviteLinkEnabled", "eventLogRetentionDays"),
        *("isGoogleAuthBypassEnabled", "isTwoFactorAuthenticationEnforced", "isPasswordAuthBypassEnabled"),
        *("isMicrosoftAuthBypassEnabled", "isCustomDomainEnabled", "isInternalMessagesImportEnabled"),
        *("editableProfileFields", "fastModel", "smartModel", "aiAdditionalInstructions", "enabledAiModelIds"),
        *("useRecommendedModels", "routerModel", "hasValidSignedEnterpriseKey", "hasValidEnterpriseValidityToken"),
        "workspaceCustomApplicationId",
    )
}


def options(schema: GraphQLSchema) -> dict[str, list[str]]:
    return {name: list(t.values) for name, t in schema.type_map.items() if hasattr(t, "values") and name[:2] != "__"}


def arguments(schema: GraphQLSchema) -> dict[str, dict[str, str]]:
    members = ((n, f, v) for n, t in schema.type_map.items() for f, v in getattr(t, "fields", {}).items())
    return {
        f"{n}.{f}": {a: f"{given.type} {given.default_value}" for a, given in v.args.items()}
        for n, f, v in members
        if hasattr(v, "args") and not n.startswith("__")
    }


def shapes(schema: GraphQLSchema) -> dict[str, str]:
    members = ((n, f, v) for n, t in schema.type_map.items() for f, v in getattr(t, "fields", {}).items())
    return {f"{name}.{field}": str(value.type) for name, field, value in members if not name.startswith("__")}


def people_of_companies() -> list[dict[str, Any]]:
    """Two objects whose relation knows no more of the other side than ids and names."""
    field = {"id": "f", "name": "company", "type": "RELATION", "label": "Company"}
    back = {"id": "b", "name": "people", "type": "RELATION", "label": "People", "relation": None}
    relation = {
        "type": "MANY_TO_ONE",
        "targetObjectMetadata": {"id": "c", "nameSingular": "company"},
        "targetFieldMetadata": {"id": "b", "name": "people"},
    }
    person = {"id": "p", "nameSingular": "person", "namePlural": "people", **LABELS, "indexMetadataList": []}
    company = {**COMPANY, **LABELS, "indexMetadataList": [], "fieldsList": [back]}
    return [{**person, "fieldsList": [{**field, "relation": relation}]}, company]


def test_linked_nodes_answer_more_than_was_recorded(schema: GraphQLSchema) -> None:
    nodes = linked_nodes(people_of_companies())
    query = (
        "{object(id:1){fieldsList{objectMetadataId relation{sourceObjectMetadata{nameSingular} "
        "targetObjectMetadata{namePlural} targetFieldMetadata{label object{id}}}}}}"
    )
    answer = execute_sync(schema, parse(query), {"object": nodes[0]})
    assert answer.errors is None
    assert answer.data is not None
    assert answer.data["object"]["fieldsList"] == [
        {
            "objectMetadataId": "p",
            "relation": {
                "sourceObjectMetadata": {"nameSingular": "person"},
                "targetObjectMetadata": {"namePlural": "companies"},
                "targetFieldMetadata": {"label": "People", "object": {"id": "c"}},
            },
        }
    ]


def test_linking_leaves_the_given_nodes_alone() -> None:
    nodes = people_of_companies()
    linked_nodes(nodes)
    assert nodes == people_of_companies()


def test_a_dangling_relation_keeps_what_was_recorded(schema: GraphQLSchema) -> None:
    person = linked_nodes(people_of_companies()[:1])[0]
    assert person["fieldsList"][0]["relation"]["targetObjectMetadata"] == {"id": "c", "nameSingular": "company"}


@recorded
def test_linked_recorded_nodes_answer_the_whole_question_of_the_client(schema: GraphQLSchema) -> None:
    """The recorded targets of morph relations lack ``namePlural``, which the client asks for."""
    answer = msgspec.json.decode((RECORDED / "objects.json").read_bytes())
    nodes = linked_nodes(edge["node"] for edge in answer["data"]["objects"]["edges"])
    objects = {"edges": [{"node": node} for node in nodes], "pageInfo": {}}
    found = execute_sync(schema, parse(DATA_MODEL_QUERY), {"objects": objects})
    assert found.errors is None
    assert found.data is not None
    assert len(found.data["objects"]["edges"]) == 30

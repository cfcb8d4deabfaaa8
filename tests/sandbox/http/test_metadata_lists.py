"""Lists of the metadata: pages, cursors and filters, at the root and of one object."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from whole import Whole, whole


@pytest.fixture
async def crm() -> AsyncIterator[Whole]:
    async with whole() as asked:
        yield asked


async def pages(crm: Whole, root: str, first: int, below: str = "id") -> list[Any]:
    found: list[Any] = []
    after = None
    while True:
        paging = f"first: {first}" + (f', after: "{after}"' if after else "")
        text = (
            f"{{{root}(paging: {{{paging}}}) {{edges {{node {{{below}}} cursor}} pageInfo {{hasNextPage endCursor}}}}}}"
        )
        page = (await crm.metadata(text))[root]
        found += [edge["node"] for edge in page["edges"]]
        assert len(page["edges"]) <= first
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]
        assert after == page["edges"][-1]["cursor"]


async def test_all_pages_hold_everything_once(crm):
    objects = await pages(crm, "objects", 3, "id nameSingular")
    assert len(objects) == len({node["id"] for node in objects}) == 10
    fields = await pages(crm, "fields", 50, "id objectMetadataId")
    assert {field["objectMetadataId"] for field in fields} == {node["id"] for node in objects}
    assert len(fields) == len({field["id"] for field in fields}) > 100


async def test_without_paging_there_are_ten(crm):
    data = await crm.metadata("{fields {edges {node {id}} pageInfo {hasNextPage hasPreviousPage}}}")
    assert len(data["fields"]["edges"]) == 10
    assert data["fields"]["pageInfo"] == {"hasNextPage": True, "hasPreviousPage": False}
    assert (await crm.metadata("{objects(paging: {first: 0}) {edges {node {id}}}}"))["objects"]["edges"] == []


async def test_pages_go_backwards_too(crm):
    names = [node["nameSingular"] for node in await pages(crm, "objects", 10, "nameSingular")]
    page = (await crm.metadata("{objects(paging: {last: 2}) {edges {node {nameSingular}} pageInfo {startCursor}}}"))[
        "objects"
    ]
    assert [edge["node"]["nameSingular"] for edge in page["edges"]] == names[-2:]
    before = page["pageInfo"]["startCursor"]
    text = f'{{objects(paging: {{last: 3, before: "{before}"}}) {{edges {{node {{nameSingular}}}}}}}}'
    page = (await crm.metadata(text))["objects"]
    assert [edge["node"]["nameSingular"] for edge in page["edges"]] == names[-5:-2]


async def test_filters_are_those_of_the_server(crm):
    objects = {node["nameSingular"]: node for node in await pages(crm, "objects", 20, "id nameSingular isSystem")}
    company = objects["company"]["id"]
    asked = {
        f'objects(filter: {{id: {{eq: "{company}"}}}})': 1,
        f'objects(filter: {{id: {{neq: "{company}"}}}}, paging: {{first: 50}})': len(objects) - 1,
        f'objects(filter: {{id: {{in: ["{company}"]}}, isSystem: {{is: true}}}})': 0,
        "objects(filter: {isSystem: {is: true}}, paging: {first: 50})": sum(o["isSystem"] for o in objects.values()),
        f'objects(filter: {{or: [{{isSystem: {{is: true}}}}, {{id: {{eq: "{company}"}}}}]}}, paging: {{first: 50}})': 1
        + sum(o["isSystem"] for o in objects.values()),
        "objects(filter: {isUIReadOnly: {is: true}})": 0,
    }
    for root, count in asked.items():
        data = await crm.metadata(f"{{{root} {{edges {{node {{id}}}}}}}}")
        assert len(data["objects"]["edges"]) == count, root
    mine = "filter: {objectMetadataId: {eq: $i}, isSystem: {is: true}}"
    text = f"query($i: UUID!) {{fields(paging: {{first: 99}}, {mine}) {{edges {{node {{name}}}}}}}}"
    names = {edge["node"]["name"] for edge in (await crm.metadata(text, {"i": company}))["fields"]["edges"]}
    assert {"id", "createdAt", "searchVector"} <= names
    assert "domainName" not in names
    answer = await crm(
        '{objects(filter: {id: {like: "aaaaaaaa-0000-4000-8000-00000000000a"}}) {edges {node {id}}}}', path="/metadata"
    )
    assert "does not filter" in answer["errors"][0]["message"]


async def test_an_object_lists_its_own_fields_and_indexes(crm):
    objects = await pages(crm, "objects", 20, "id nameSingular fieldsList {id} indexMetadataList {id isUnique}")
    company = next(node for node in objects if node["nameSingular"] == "company")
    text = """query($i: UUID!) {object(id: $i) {
      fields(paging: {first: 5}, filter: {isActive: {is: true}}) {
        edges {node {id object {nameSingular}}} pageInfo {hasNextPage}}
      indexMetadatas(paging: {first: 1}) {edges {node {id indexType indexFieldMetadataList {order}}}}}}"""
    told = (await crm.metadata(text, {"i": company["id"]}))["object"]
    assert [edge["node"]["id"] for edge in told["fields"]["edges"]] == [f["id"] for f in company["fieldsList"][:5]]
    assert told["fields"]["edges"][0]["node"]["object"]["nameSingular"] == "company"
    assert told["fields"]["pageInfo"]["hasNextPage"]
    assert [edge["node"]["id"] for edge in told["indexMetadatas"]["edges"]] == [company["indexMetadataList"][0]["id"]]


async def test_counts_and_the_workspace(crm):
    data = await crm.metadata("{objectRecordCounts {objectNamePlural totalCount}}")
    counts = {each["objectNamePlural"]: each["totalCount"] for each in data["objectRecordCounts"]}
    assert counts["companies"] == (await crm.data("{companies {totalCount}}"))["companies"]["totalCount"]
    text = "{currentWorkspace {id metadataVersion activationStatus databaseSchema subdomain createdAt}}"
    workspace = (await crm.metadata(text))["currentWorkspace"]
    assert (workspace["activationStatus"], workspace["metadataVersion"]) == ("ACTIVE", 1)
    assert workspace["databaseSchema"].startswith("workspace_")


async def test_indexes_are_made_and_deleted(crm):
    company = next(
        n
        for n in await pages(crm, "objects", 20, "id nameSingular fieldsList {id name}")
        if n["nameSingular"] == "company"
    )
    field = next(f["id"] for f in company["fieldsList"] if f["name"] == "tagline")
    create = """mutation($o: UUID!, $f: UUID!) {
      createOneIndex(input: {index: {objectMetadataId: $o, fields: [{fieldMetadataId: $f}]}}) {
        id name isCustom isUnique indexFieldMetadataList {fieldMetadataId}}}"""
    made = (await crm.metadata(create, {"o": company["id"], "f": field}))["createOneIndex"]
    assert (made["isCustom"], made["isUnique"]) == (True, False)
    assert made["indexFieldMetadataList"] == [{"fieldMetadataId": field}]
    delete = "mutation($i: UUID!) {deleteOneIndex(input: {id: $i}) {id}}"
    assert (await crm.metadata(delete, {"i": made["id"]}))["deleteOneIndex"]["id"] == made["id"]
    for text, variables in ((delete, {"i": made["id"]}), (create, {"o": company["id"], "f": company["id"]})):
        assert "errors" in await crm(text, variables, path="/metadata")

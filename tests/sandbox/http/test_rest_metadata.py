"""/rest/metadata: objects, fields, webhooks and keys, listed and changed as over GraphQL, in the legacy envelope."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from whole import Whole, whole

BOAT = {"nameSingular": "boat", "namePlural": "boats", "labelSingular": "Boat", "labelPlural": "Boats"}
MISSING = "aaaaaaaa-0000-4000-8000-00000000000a"


@pytest.fixture
async def crm() -> AsyncIterator[Whole]:
    async with whole() as asked:
        yield asked


async def test_an_object_and_its_field_live_and_go(crm):
    status, answer = await crm.rest("POST", "/metadata/objects", BOAT)
    boat = answer["data"]["createOneObject"]
    assert (status, boat["namePlural"], "name" in [f["name"] for f in boat["fields"]]) == (201, "boats", True)
    given = {"objectMetadataId": boat["id"], "type": "NUMBER", "name": "masts", "label": "Masts"}
    status, answer = await crm.rest("POST", "/metadata/fields", given)
    masts = answer["data"]["createOneField"]
    assert (status, masts["type"], masts["objectMetadataId"]) == (201, "NUMBER", boat["id"])
    assert (await crm.rest("POST", "/boats", {"name": "Argo", "masts": 2}))[1]["data"]["createBoat"]["masts"] == 2
    for path, name, key in (
        (f"/metadata/objects/{boat['id']}", "Ship", "labelSingular"),
        (f"/metadata/fields/{masts['id']}", "Poles", "label"),
    ):
        status, answer = await crm.rest("PATCH", path, {key: name})
        (shown,) = answer["data"].values()
        assert (status, shown[key]) == (200, name)
    assert (await crm.rest("GET", f"/metadata/fields/{masts['id']}"))[1]["data"]["field"]["label"] == "Poles"
    assert (await crm.rest("DELETE", f"/metadata/fields/{masts['id']}"))[1] == {
        "data": {"deleteOneField": {"id": masts["id"]}}
    }
    assert (await crm.rest("DELETE", f"/metadata/objects/{boat['id']}"))[1] == {
        "data": {"deleteOneObject": {"id": boat["id"]}}
    }
    assert (await crm.rest("GET", "/boats"))[0] == 400


async def test_lists_come_page_by_page(crm):
    seen, after = [], {}
    while True:
        status, answer = await crm.rest("GET", "/metadata/fields", limit="40", **after)
        assert status == 200
        seen += [field["id"] for field in answer["data"]["fields"]]
        if not answer["pageInfo"]["hasNextPage"]:
            break
        after = {"starting_after": answer["pageInfo"]["endCursor"]}
    assert len(seen) == len(set(seen)) == answer["totalCount"] > 80
    _, answer = await crm.rest("GET", "/metadata/fields", limit="2", ending_before=seen[5])
    assert [field["id"] for field in answer["data"]["fields"]] == seen[3:5]


async def test_webhooks_and_keys(crm):
    given = {"targetUrl": "http://127.0.0.1:1/x", "operations": ["*.*"]}
    status, answer = await crm.rest("POST", "/metadata/webhooks", given)
    hook = answer["data"]["createWebhook"]
    assert (status, hook["operations"]) == (201, ["*.*"])
    path = f"/metadata/webhooks/{hook['id']}"
    assert (await crm.rest("PATCH", path, {"description": "d"}))[1]["data"]["updateWebhook"]["description"] == "d"
    assert [h["id"] for h in (await crm.rest("GET", "/metadata/webhooks"))[1]["data"]["webhooks"]] == [hook["id"]]
    assert (await crm.rest("DELETE", path))[0] == 200
    assert (await crm.rest("GET", path))[0] == 404
    role = (await crm.metadata("{getRoles {id}}"))["getRoles"][0]["id"]
    given = {"name": "k", "expiresAt": "2100-01-01T00:00:00Z", "roleId": role}
    key = (await crm.rest("POST", "/metadata/apiKeys", given))[1]["data"]["createApiKey"]
    path = f"/metadata/apiKeys/{key['id']}"
    assert (await crm.rest("PATCH", path, {"name": "q"}))[1]["data"]["updateApiKey"]["name"] == "q"
    assert (await crm.rest("DELETE", path))[1]["data"]["revokeApiKey"]["revokedAt"]


async def test_what_is_wrong_is_said(crm):
    for method, path, body, status, said in (
        ("POST", "/metadata/objects", {**BOAT, "nameSingular": "event"}, 400, "The name is not available"),
        ("POST", "/metadata/objects", {"nameSingular": "boat"}, 400, "namePlural"),
        ("POST", "/metadata/objects", {**BOAT, "nope": 1}, 400, "nope"),
        ("POST", "/metadata/objects", [], 400, "The body must be a JSON object."),
        ("POST", "/metadata/fields", {"type": "NOPE"}, 400, "NOPE"),
        ("POST", f"/metadata/objects/{MISSING}", BOAT, 404, "Cannot POST"),
        ("PATCH", f"/metadata/objects/{MISSING}", {}, 404, "not found"),
        ("DELETE", f"/metadata/webhooks/{MISSING}", None, 404, "not found"),
        ("DELETE", "/metadata/objects", None, 404, "Cannot DELETE"),
        ("GET", "/metadata/picklists", None, 404, "Cannot GET"),
        ("GET", "/metadata", None, 404, "Cannot GET"),
        ("GET", "/metadata/objects?limit=x", None, 400, "limit 'x' is invalid"),
        ("GET", "/metadata/objects?starting_after=x", None, 400, "Invalid cursor: x"),
    ):
        got, answer = await crm.rest(method, path, body)
        assert (got, answer["statusCode"]) == (status, status), path
        assert any(said in message for message in answer["messages"]), answer


async def test_openapi_follows_the_data_model(crm):
    await crm.rest("POST", "/metadata/objects", BOAT)
    status, told = await crm.rest("GET", "/open-api/core")
    assert (status, told["openapi"], told["servers"][0]["url"]) == (200, "3.1.1", crm.sandbox.url + "/rest")
    boat = told["components"]["schemas"]["Boat"]["properties"]
    assert boat["createdBy"]["properties"]["source"] == {"type": "string"}
    stage = told["components"]["schemas"]["Opportunity"]["properties"]["stage"]
    assert "NEW" in stage["enum"]
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            shown = path.replace("{id}", MISSING)
            got, answer = await crm.rest(method.upper(), shown, {} if "batch" not in path else [])
            assert (got < 500, operation["tags"]) == (
                True,
                [path.replace("batch/", "").replace("restore/", "").split("/")[1]],
            )
            assert not str(answer.get("messages", "") if isinstance(answer, dict) else "").startswith("['Cannot")
    names = [operation["operationId"] for methods in told["paths"].values() for operation in methods.values()]
    assert len(names) == len(set(names))
    assert (await crm.rest("GET", "/open-api/nope"))[0] == 404

"""API keys: created, given tokens, revoked; and what tokens are worth."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from whole import Whole, whole

from twentyql.errors import UsageError
from twentyql.sandbox import Sandbox

CREATE = "mutation($i: CreateApiKeyInput!) {createApiKey(input: $i) {id name expiresAt revokedAt role {id label}}}"
TOKEN = "mutation($i: UUID!, $e: String!) {generateApiKeyToken(apiKeyId: $i, expiresAt: $e) {token}}"
REVOKE = "mutation($i: UUID!) {revokeApiKey(input: {id: $i}) {id revokedAt}}"
PEOPLE = "{people(first: 1) {totalCount}}"
LATER = "2100-01-01T00:00:00.000Z"


@pytest.fixture
async def crm() -> AsyncIterator[Whole]:
    async with whole(key="the.main.key") as asked:
        yield asked


async def new_key(crm: Whole, expires: str = LATER) -> tuple[str, str]:
    role = (await crm.metadata("{getRoles {id label}}"))["getRoles"][0]["id"]
    given = {"name": "robot", "expiresAt": LATER, "roleId": role}
    made = (await crm.metadata(CREATE, {"i": given}))["createApiKey"]
    assert (made["name"], made["expiresAt"], made["revokedAt"], made["role"]["id"]) == ("robot", LATER, None, role)
    told = await crm.metadata(TOKEN, {"i": made["id"], "e": expires})
    return made["id"], told["generateApiKeyToken"]["token"]


async def asked_with(crm: Whole, token: str) -> tuple[Any, int]:
    """The answer of /graphql to a token, and the status of /rest."""
    headers = {"Authorization": f"Bearer {token}"}
    async with crm.session.get(crm.sandbox.url + "/rest/people", headers=headers) as response:
        return await crm(PEOPLE, key=token), response.status


async def test_a_generated_token_is_a_key_until_it_is_revoked(crm):
    identity, token = await new_key(crm)
    answer, status = await asked_with(crm, token)
    assert ("errors" not in answer, status) == (True, 200)
    assert [key["id"] for key in (await crm.metadata("{apiKeys {id}}"))["apiKeys"]] == [identity]
    assert (await crm.metadata(REVOKE, {"i": identity}))["revokeApiKey"]["revokedAt"]
    answer, status = await asked_with(crm, token)
    (error,) = answer["errors"]
    assert (error["message"], error["extensions"]["code"]) == ("This API Key is revoked", "FORBIDDEN")
    assert (error["extensions"]["subCode"], status) == ("FORBIDDEN_EXCEPTION", 403)
    assert (await crm.metadata("{apiKeys {id}}"))["apiKeys"] == []
    assert "errors" not in await crm(PEOPLE)


async def test_rows_are_written_in_the_name_of_the_key(crm):
    _, token = await new_key(crm)
    create = 'mutation {createNote(data: {title: "n"}) {id createdBy {source name} updatedBy {name}}}'
    by = {}
    for name, key in (("robot", token), ("main", crm.key), ("user", crm.sandbox.session_token), ("again", token)):
        by[name] = (await crm.data(create, key=key))["createNote"]
    assert by["robot"]["createdBy"] == by["again"]["createdBy"] == {"source": "API", "name": "robot"}
    assert by["robot"]["updatedBy"] == {"name": "robot"}
    assert by["main"]["createdBy"] == {"source": "API", "name": "sandbox"}
    assert by["user"]["createdBy"]["source"] == "MANUAL"


async def test_a_token_ends(crm):
    _, token = await new_key(crm, "2001-01-01T00:00:00Z")
    answer, status = await asked_with(crm, token)
    (error,) = answer["errors"]
    assert (error["message"], error["extensions"]["code"]) == ("Token has expired.", "UNAUTHENTICATED")
    assert status == 401


async def test_a_forged_token_is_no_key(crm):
    _, token = await new_key(crm)
    for forged in (token[:-2], "a.b.c", "..", token.replace(".", "", 1)):
        answer, status = await asked_with(crm, forged)
        assert (answer["errors"][0]["message"], status) == ("Token invalid.", 401)


async def test_wrong_keys_are_refused(crm):
    identity, _ = await new_key(crm)
    unknown = "aaaaaaaa-0000-4000-8000-00000000000a"
    given = {"name": "x", "expiresAt": LATER, "roleId": unknown}
    for text, variables in (
        (CREATE, {"i": given}),
        (TOKEN, {"i": unknown, "e": LATER}),
        (TOKEN, {"i": identity, "e": "soon"}),
        (REVOKE, {"i": unknown}),
    ):
        assert "errors" in await crm(text, variables, path="/metadata")


async def test_a_logged_in_user_is_not_throttled():
    async with whole(limits="stock", clock=lambda: 1.0) as crm:
        user, key = crm.sandbox.session_token, crm.key
        for token, passed in ((key, 100), (user, 105), (key, 0)):
            answers = [await crm(PEOPLE, key=token) for _ in range(105)]
            assert sum("errors" not in answer for answer in answers) == passed
        assert (await asked_with(crm, user))[1] == 200
        assert (await asked_with(crm, key))[1] == 429


def test_there_is_no_session_while_it_does_not_run():
    with pytest.raises(UsageError, match="not running"):
        _ = Sandbox.demo(rows=0).session_token

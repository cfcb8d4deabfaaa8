"""REST at the same pace and with the same errors; files up, attached and down; the key to its own origin only."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiohttp import web

from twentyql.client import Client
from twentyql.errors import (
    DuplicateError,
    EverythingError,
    QueryError,
    RecordNotFoundError,
    ServerFaultError,
    TwentyqlError,
    UsageError,
    ValueRefusedError,
)
from twentyql.sandbox import Sandbox
from twentyql.sandbox.http.faults import Fault


async def test_rest_reads_and_writes(client: Client, sandbox: Sandbox) -> None:
    page = await client.rest("GET", "/rest/companies", {"limit": 2})
    assert len(page["data"]["companies"]) == 2
    made = (await client.rest("post", "/companies", data={"name": "Rest"}))["data"]["createCompany"]
    changed = await client.rest("PATCH", f"/rest/companies/{made['id']}", data={"name": "Rested"})
    assert changed["data"]["updateCompany"]["name"] == "Rested"
    filtered = await client.rest("GET", "/rest/companies", {"filter": 'name[eq]:"Rested"'})
    assert [c["id"] for c in filtered["data"]["companies"]] == [made["id"]]
    same = await client.rest("GET", '/rest/companies?filter=name[eq]:"Rested"&limit=1')
    assert same["data"] == filtered["data"]
    await client.rest("DELETE", f"/rest/companies/{made['id']}", {"soft_delete": True})
    assert await client["companies"].count({"id": {"eq": made["id"]}}) == 0
    await client["companies"].restore(made["id"])


async def test_rest_errors_are_those_of_graphql(client: Client) -> None:
    (person,) = await client.fetch(client["people"].select("emails.primaryEmail").limit(1))
    with pytest.raises(DuplicateError):
        await client.rest("POST", "/rest/people", data={"emails": {"primaryEmail": person["emails"]["primaryEmail"]}})
    with pytest.raises(RecordNotFoundError):
        await client.rest("GET", "/rest/people/20202020-0000-4000-8000-000000000000")
    with pytest.raises(ValueRefusedError) as refused:
        await client.rest("POST", "/rest/opportunities", data={"stage": "NOPE"})
    assert "NEW" in refused.value.valid


async def test_rest_reads_are_tried_again_and_writes_are_not(client: Client, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault.HTTP_502, times=1)
    await client.rest("GET", "/rest/companies", {"limit": 1})
    assert sandbox.faults.fired[Fault.HTTP_502] == 1
    before = await client["companies"].count()
    sandbox.faults.add(Fault.LOST_ANSWER, times=1)
    with pytest.raises(TwentyqlError):
        await client.rest("POST", "/rest/companies", data={"name": "Once"})
    assert await client["companies"].count() == before + 1
    sandbox.faults.add(Fault.HTTP_502, times=1)
    with pytest.raises(ServerFaultError):
        await client.rest("DELETE", f"/rest/companies/{'20202020-0000-4000-8000-000000000000'}")


HABITS = [
    ("/rest/companies", {"offset": 10}, "starting_after"),
    ("/rest/companies?offset=10", {}, "starting_after"),
    ("/rest/companies", {"filter": '{"name":{"like":"%Acme%"}}'}, "no JSON"),
    ("/rest/companies", {"filter": {"name": {"like": "%Acme%"}}}, "no JSON"),
    ("/rest/activities", {}, "noteTargets"),
    ("/rest/metadata/picklists", {}, "options of a SELECT field"),
    ("https://evil.example/rest/companies", {}, "under the server's address"),
    ("//evil.example/rest", {}, "under the server's address"),
    ("/rest/../admin", {}, "under the server's address"),
]


async def test_wrong_habits_are_answered(client: Client, sandbox: Sandbox) -> None:
    sandbox.ledger.clear()
    for path, query, advice in HABITS:
        with pytest.raises(QueryError, match=advice):
            await client.rest("GET", path, query)
    assert len(sandbox.ledger) == 0


async def test_files_go_up_and_down(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "offer.txt"
    path.write_bytes(b"an offer")
    company = await client["companies"].create({"name": "X"})
    attachment = await client.files.attach(path, "company", company["id"])
    assert attachment["name"] == "offer.txt"
    (file,) = attachment["file"]
    assert await client.files.download(file) == b"an offer"
    assert await client.files.download(file["url"]) == b"an offer"
    with pytest.raises(QueryError, match="holds no files"):
        await client.files.upload(path, "company.name")
    with pytest.raises(UsageError, match="no name"):
        await client.files.upload(b"x", "attachment.file")
    with pytest.raises(UsageError, match="cannot be read"):
        await client.files.upload(tmp_path / "none", "attachment.file")
    with pytest.raises(QueryError, match="no file"):
        await client.files.download({"fileId": "x"})


async def test_the_key_goes_to_no_other_origin(
    client: Client, sandbox: Sandbox, other: tuple[str, list[dict[str, str]]]
) -> None:
    url, seen = other
    assert await client.files.download(f"{url}/plain") == b"other"
    assert await client.files.download(f"{url}/again") == b"other"  # a redirect
    assert seen
    assert not any("Authorization" in headers for headers in seen)
    for bad in ("http://192.0.2.1/x", "ftp://127.0.0.1/x", "file:///etc/passwd"):
        with pytest.raises(TwentyqlError, match="another machine"):
            await client.files.download(bad)
    with pytest.raises(TwentyqlError, match="without end"):
        await client.files.download(f"{url}/loop")


@pytest.fixture
async def other():  # type: ignore[no-untyped-def]
    """Another server on this machine, and the headers of what it was asked."""
    seen: list[dict[str, str]] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(dict(request.headers))
        place = {"/again": "/plain", "/loop": "/loop"}.get(request.path)
        return web.Response(status=302, headers={"Location": place}) if place else web.Response(body=b"other")

    app = web.Application()
    app.router.add_get("/{tail:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}", seen
    await runner.cleanup()


async def test_rest_without_a_filter_is_refused(client: Client, sandbox: Sandbox) -> None:
    before = await client["companies"].count()
    for verb, path in (("DELETE", "/rest/companies"), ("PATCH", "/companies/"), ("DELETE", "/companies?filter=")):
        with pytest.raises(EverythingError) as refused:
            await client.rest(verb, path, data={"name": "gone"} if verb == "PATCH" else None)
        assert refused.value.count == before
    assert await client["companies"].count() == before

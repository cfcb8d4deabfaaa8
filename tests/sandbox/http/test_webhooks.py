"""Webhooks: created over /metadata, delivered and signed on every kind of write, never in its way."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from whole import Whole, whole

from twentyql.sandbox import Fault
from twentyql.sandbox.http.deliveries import is_loopback

CREATE = "mutation($i: CreateWebhookInput!) {createWebhook(input: $i) {id targetUrl operations description secret}}"
UPDATE = "mutation($i: UpdateWebhookInput!) {updateWebhook(input: $i) {id operations}}"
DELETE = "mutation($i: UUID!) {deleteWebhook(id: $i) {id}}"
COMPANY = "mutation($d: CompanyCreateInput!) {createCompany(data: $d) {id}}"
SECRET = "s3cret"


class Receiver:
    """A local server that takes webhooks; ``status`` is what it answers, ``gate`` lets it answer."""

    def __init__(self) -> None:
        self.url = ""
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status = 200
        self.at_once = self.most_at_once = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self._came = asyncio.Condition()

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(body) for _, body in self.got]

    @property
    def events(self) -> list[str]:
        return sorted(body["eventName"] for body in self.bodies)

    async def until(self, at_once: int) -> None:
        """Wait until so many are being taken at once."""
        async with self._came:
            await self._came.wait_for(lambda: self.at_once >= at_once)

    async def take(self, request: web.Request) -> web.Response:
        self.got.append((dict(request.headers), await request.read()))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        async with self._came:
            self._came.notify_all()
        await self.gate.wait()
        self.at_once -= 1
        return web.Response(status=self.status, headers={"Location": self.url} if self.status == 302 else {})


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver, app = Receiver(), web.Application()
    app.router.add_post("/hook", receiver.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield receiver
    finally:
        receiver.gate.set()
        await runner.cleanup()


@pytest.fixture
async def crm() -> AsyncIterator[Whole]:
    async with whole() as asked:
        yield asked


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as made:
        yield made


async def hook(crm: Whole, url: str, *operations: str, **more: Any) -> dict[str, Any]:
    given = {"targetUrl": url, "operations": list(operations or ["*.*"]), "secret": SECRET, **more}
    return (await crm.metadata(CREATE, {"i": given}))["createWebhook"]


async def company(crm: Whole, **fields: Any) -> str:
    return (await crm.data(COMPANY, {"d": {"name": "Acme", **fields}}))["createCompany"]["id"]


async def test_every_kind_of_write_is_told(crm, receiver):
    made = await hook(crm, receiver.url)
    identity = await company(crm)
    variables = {"i": identity}
    update = 'mutation($i: UUID!) {updateCompany(id: $i, data: {tagline: "t", name: "Acme"}) {id}}'
    await crm.data(update, variables)
    for verb in ("delete", "restore", "destroy"):
        await crm.data(f"mutation($i: UUID!) {{{verb}Company(id: $i) {{id}}}}", variables)
    await crm.sandbox.webhooks.settled()
    actions = ("created", "deleted", "destroyed", "restored", "updated")
    assert receiver.events == [f"company.{action}" for action in actions]
    by = {body["eventName"].split(".")[1]: body for body in receiver.bodies}
    created = by["created"]
    assert created["webhookId"] == made["id"]
    assert created["targetUrl"] == receiver.url
    assert created["objectMetadata"]["nameSingular"] == "company"
    assert created["workspaceId"] == (await crm.metadata("{currentWorkspace {id}}"))["currentWorkspace"]["id"]
    assert created["eventDate"].endswith("Z")
    assert (created["record"]["name"], created["record"]["address"]["addressCity"]) == ("Acme", "")
    assert "updatedFields" not in created
    assert (by["updated"]["updatedFields"], by["updated"]["record"]["tagline"]) == (["tagline"], "t")
    assert by["deleted"]["record"]["deletedAt"] is not None
    assert by["restored"]["record"]["deletedAt"] is None
    assert by["destroyed"]["record"]["id"] == identity
    assert all(delivery.ok for delivery in crm.sandbox.webhooks)


async def test_a_delivery_is_signed_over_time_and_body_but_not_the_nonce(crm, receiver):
    await hook(crm, receiver.url)
    await company(crm, name="Zoë")
    await crm.sandbox.webhooks.settled()
    ((headers, body),) = receiver.got
    signed = f"{headers['X-Twenty-Webhook-Timestamp']}:".encode() + body
    assert headers["X-Twenty-Webhook-Signature"] == hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    assert len(bytes.fromhex(headers["X-Twenty-Webhook-Nonce"])) == 16
    assert headers["Content-Type"] == "application/json"
    assert "Zoë".encode() in body
    assert SECRET not in repr(crm.sandbox.webhooks.deliveries)
    assert "Zoë" not in repr(crm.sandbox.webhooks.deliveries)


@pytest.mark.parametrize(
    ("operations", "told"),
    [
        (["company.created"], ["company.created"]),
        (["*.created"], ["company.created", "note.created"]),
        (["company.*"], ["company.created", "company.deleted"]),
        (["person.*", "note.deleted"], []),
        (["*.*", "company.*"], ["company.created", "company.deleted", "note.created"]),
    ],
)
async def test_operations_choose_what_is_told(crm, receiver, operations, told):
    await hook(crm, receiver.url, *operations)
    identity = await company(crm)
    await crm.data('mutation {createNote(data: {title: "n"}) {id}}')
    await crm.data("mutation($i: UUID!) {deleteCompany(id: $i) {id}}", {"i": identity})
    await crm.sandbox.webhooks.settled()
    assert receiver.events == told


async def test_each_record_is_told_at_most_twenty_at_once(crm, receiver):
    await hook(crm, receiver.url)
    receiver.gate.clear()
    status, _ = await crm.rest("POST", "/batch/notes", [{"title": str(n)} for n in range(50)])
    assert status == 201
    await receiver.until(20)
    receiver.gate.set()
    await crm.sandbox.webhooks.settled()
    assert sorted(int(body["record"]["title"]) for body in receiver.bodies) == list(range(50))
    assert receiver.most_at_once == 20


async def test_what_is_refused_or_undone_is_not_told(crm, receiver):
    await hook(crm, receiver.url)
    ids = [await company(crm, name="Twin") for _ in range(2)]
    await crm.sandbox.webhooks.settled()
    receiver.got.clear()
    assert "errors" in await crm(COMPANY, {"d": {"name": "x", "accountOwnerId": ids[0]}})
    merge = "mutation($i: [UUID!]!) {mergeCompanies(ids: $i, conflictPriorityIndex: 0, dryRun: true) {id}}"
    await crm.data(merge, {"i": ids})
    same = 'mutation($i: UUID!) {updateCompany(id: $i, data: {name: "Twin"}) {id}}'
    await crm.data(same, {"i": ids[0]})
    await crm.sandbox.webhooks.settled()
    assert receiver.got == []


@pytest.mark.parametrize("status", [500, 302, 404])
async def test_a_failure_is_noted_and_not_retried(crm, receiver, status):
    await hook(crm, receiver.url)
    receiver.status = status
    await company(crm)
    await crm.sandbox.webhooks.settled()
    (delivery,) = crm.sandbox.webhooks
    assert (delivery.status, delivery.ok, len(receiver.got)) == (status, False, 1)


async def test_a_receiver_that_takes_too_long_is_given_up(crm, receiver):
    assert crm.sandbox.webhooks.patience == 5
    crm.sandbox.webhooks.patience = 0.05
    receiver.gate.clear()
    await hook(crm, receiver.url)
    await company(crm)
    await crm.sandbox.webhooks.settled()
    (delivery,) = crm.sandbox.webhooks
    assert (delivery.status, "Timeout" in str(delivery.error), delivery.ok) == (None, True, False)


async def test_nobody_there_and_nobody_allowed(crm):
    for url, said in (("http://127.0.0.1:9/hook", "Cannot connect"), ("https://example.com/x", "loopback only")):
        made = await hook(crm, url)
        await company(crm)
        await crm.sandbox.webhooks.settled()
        delivery = crm.sandbox.webhooks[-1]
        assert (delivery.status, said in str(delivery.error)) == (None, True)
        await crm.metadata(DELETE, {"i": made["id"]})


def test_loopback_is_told_by_its_address():
    yes = ("http://127.0.0.1:1/x", "http://localhost/x", "http://[::1]:8/x", "http://127.9.9.9/")
    no = ("http://10.0.0.1/", "http://example.com/", "http://127.0.0.1.example.com/", "http:///x", "http://[::2]/")
    assert [is_loopback(url) for url in (*yes, *no)] == [True] * len(yes) + [False] * len(no)


async def test_webhooks_are_listed_changed_and_deleted(crm, receiver):
    made = await hook(crm, receiver.url, "note.*", description="d")
    assert made["secret"] == SECRET
    listed = (await crm.metadata("{webhooks {id targetUrl operations description}}"))["webhooks"]
    assert listed == [{k: v for k, v in made.items() if k != "secret"}]
    changed = {"i": {"id": made["id"], "update": {"operations": ["company.*"]}}}
    assert (await crm.metadata(UPDATE, changed))["updateWebhook"]["operations"] == ["company.*"]
    one = await crm.metadata("query($i: UUID!) {webhook(id: $i) {operations createdAt}}", {"i": made["id"]})
    assert one["webhook"]["operations"] == ["company.*"]
    await crm.metadata(DELETE, {"i": made["id"]})
    await company(crm)
    await crm.sandbox.webhooks.settled()
    assert receiver.got == []
    assert (await crm.metadata("{webhooks {id}}"))["webhooks"] == []
    for text, variables in ((UPDATE, changed), (DELETE, {"i": made["id"]})):
        answer = await crm(text, variables, path="/metadata")
        assert answer["errors"][0]["extensions"]["code"] == "NOT_FOUND"


async def test_a_webhook_without_a_secret_gets_one(crm, receiver):
    given = {"targetUrl": receiver.url, "operations": ["*.*"]}
    assert len((await crm.metadata(CREATE, {"i": given}))["createWebhook"]["secret"]) >= 32


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"targetUrl": "ftp://127.0.0.1/x"}, "Invalid target URL"),
        ({"targetUrl": "no url"}, "Invalid target URL"),
        ({"targetUrl": "http://[::1"}, "Invalid target URL"),
        ({"operations": ["company.exploded"]}, 'Invalid operation "company.exploded"'),
    ],
)
async def test_a_wrong_webhook_is_refused(crm, change, said):
    given = {"targetUrl": "http://127.0.0.1:1/x", "operations": ["*.*"], **change}
    (error,) = (await crm(CREATE, {"i": given}, path="/metadata"))["errors"]
    assert error["extensions"]["code"] == "METADATA_VALIDATION_FAILED"
    assert said in str(error["extensions"]["errors"]["webhook"])
    assert (await crm.metadata("{webhooks {id}}"))["webhooks"] == []


async def test_deliveries_can_be_lost_and_repeated(crm, receiver):
    await hook(crm, receiver.url)
    crm.sandbox.faults.add(Fault.WEBHOOK_LOST, root="company.created")
    crm.sandbox.faults.add(Fault.WEBHOOK_REPEATED, root="company.created")
    for _ in range(3):
        await company(crm)
    await crm.sandbox.webhooks.settled()
    ids = [body["record"]["id"] for body in receiver.bodies]
    assert (len(ids), len(set(ids))) == (3, 2)
    nonces = {headers["X-Twenty-Webhook-Nonce"] for headers, _ in receiver.got}
    assert len(nonces) == 3


async def test_a_sandbox_that_stops_gives_up_what_is_on_its_way(receiver):
    receiver.gate.clear()
    async with whole() as crm:
        await hook(crm, receiver.url)
        await company(crm)
        await receiver.until(1)
    assert len(crm.sandbox.webhooks) == 0


async def test_a_database_file_keeps_webhooks(tmp_path, receiver):
    async with whole(db=tmp_path / "rows.db") as crm:
        made = await hook(crm, receiver.url)
    async with whole(db=tmp_path / "rows.db") as crm:
        assert [h["id"] for h in (await crm.metadata("{webhooks {id}}"))["webhooks"]] == [made["id"]]
        await company(crm)
        await crm.sandbox.webhooks.settled()
    assert receiver.events == ["company.created"]

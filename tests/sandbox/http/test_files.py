"""Files: announced, put, completed, written to a FILES field and read back by a signed link."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from typing import Any

import pytest
from whole import Whole, whole

from twentyql.sandbox import VirtualClock

ANNOUNCE = """mutation($n: String!, $s: Float!, $f: String) {
  createFileUpload(filename: $n, size: $s, fileFolder: FilesField, fieldMetadataId: $f) {
    fileId uploadUrl contentType expiresAt}}"""
COMPLETE = "mutation($i: String!) {completeFileUpload(fileId: $i) {id path size url createdAt}}"
ATTACH = "mutation($d: AttachmentCreateInput!) {createAttachment(data: $d) {id file {fileId label extension url}}}"
FIELD = "{objects(paging: {first: 50}) {edges {node {nameSingular fieldsList {id name type}}}}}"


@pytest.fixture
async def crm() -> AsyncIterator[Whole]:
    async with whole() as asked:
        yield asked


@pytest.fixture
async def timed() -> AsyncIterator[tuple[Whole, VirtualClock]]:
    clock = VirtualClock()
    async with whole(clock=clock) as asked:
        yield asked, clock


async def field_id(crm: Whole) -> str:
    nodes = [edge["node"] for edge in (await crm.metadata(FIELD))["objects"]["edges"]]
    fields = next(node["fieldsList"] for node in nodes if node["nameSingular"] == "attachment")
    return next(field["id"] for field in fields if field["type"] == "FILES")


async def put(crm: Whole, url: str, data: bytes) -> tuple[int, Any]:
    async with crm.session.put(url, data=io.BytesIO(data)) as response:
        return response.status, await response.text()


async def upload(crm: Whole, name: str = "a report.PDF", data: bytes = b"%PDF-1.7 \x00\xff") -> dict[str, Any]:
    asked = {"n": name, "s": len(data), "f": await field_id(crm)}
    target = (await crm.metadata(ANNOUNCE, asked))["createFileUpload"]
    assert target["uploadUrl"].startswith(crm.sandbox.url)
    assert (await put(crm, target["uploadUrl"], data))[0] == 200
    return (await crm.metadata(COMPLETE, {"i": target["fileId"]}))["completeFileUpload"]


async def test_a_file_goes_up_into_a_record_and_comes_down_again(crm):
    data = bytes(range(256)) * 41_000  # more than the 10 MB that a body may have
    done = await upload(crm, data=data)
    assert (done["size"], done["path"]) == (len(data), f"files-field/{done['id']}.pdf")
    made = await crm.data(ATTACH, {"d": {"name": "n", "file": [{"fileId": done["id"], "label": "Report"}]}})
    (file,) = made["createAttachment"]["file"]
    assert (file["fileId"], file["label"], file["extension"]) == (done["id"], "Report", "pdf")
    assert file["url"].startswith(f"{crm.sandbox.url}/file/files-field/{done['id']}?token=")
    for url in (file["url"], done["url"]):
        async with crm.session.get(url) as response:
            assert (response.status, response.content_type) == (200, "application/pdf")
            assert "a%20report.PDF" in response.headers["Content-Disposition"]
            assert await response.read() == data
    _, listed = await crm.rest("GET", f"/attachments/{made['createAttachment']['id']}")
    assert listed["data"]["attachment"]["file"] == [file]


async def test_a_field_is_known_by_its_universal_identifier_too(crm):
    ask = "query($i: UUID!) {field(id: $i) {universalIdentifier}}"
    told = (await crm.metadata(ask, {"i": await field_id(crm)}))["field"]["universalIdentifier"]
    announce = ANNOUNCE.replace("fieldMetadataId", "fieldMetadataUniversalIdentifier")
    assert (await crm.metadata(announce, {"n": "a.txt", "s": 1, "f": told}))["createFileUpload"]["fileId"]


async def test_a_link_works_only_as_it_was_signed(crm):
    one, other = await upload(crm), await upload(crm, "b.txt", b"b")
    for url in (one["url"][:-2], one["url"].replace(one["id"], other["id"]), one["url"].partition("?")[0]):
        async with crm.session.get(url) as response:
            assert response.status == 403
            assert b"PDF" not in await response.read()


async def test_links_end(timed):
    crm, clock = timed
    done = await upload(crm)
    asked = {"n": "late.txt", "s": 4, "f": await field_id(crm)}
    target = (await crm.metadata(ANNOUNCE, asked))["createFileUpload"]
    clock.pass_by(3600)
    assert (await put(crm, target["uploadUrl"], b"late"))[0] == 403
    async with crm.session.get(done["url"]) as response:
        assert response.status == 200
    clock.pass_by(3 * 86_400)
    async with crm.session.get(done["url"]) as response:
        assert response.status == 403


async def test_uploads_that_are_wrong_are_refused(crm):
    identity = await field_id(crm)
    for name, size, field in (("", 1, identity), ("a/b", 1, identity), ("a", 0, identity), ("a", 1.5, identity)):
        assert "errors" in await crm(ANNOUNCE, {"n": name, "s": size, "f": field}, path="/metadata")
    for field in (None, "aaaaaaaa-0000-4000-8000-00000000000a"):
        answer = await crm(ANNOUNCE, {"n": "a", "s": 1, "f": field}, path="/metadata")
        assert "FILES field" in answer["errors"][0]["message"]
    target = (await crm.metadata(ANNOUNCE, {"n": "a.txt", "s": 3, "f": identity}))["createFileUpload"]
    answer = await crm(COMPLETE, {"i": target["fileId"]}, path="/metadata")
    assert answer["errors"][0]["message"] == "File has not been uploaded"
    for data in (b"", b"four"):
        status, said = await put(crm, target["uploadUrl"], data)
        assert (status, "3 bytes were announced" in said) == (400, True)
    assert (await put(crm, target["uploadUrl"] + "x", b"abc"))[0] == 403
    assert (await put(crm, target["uploadUrl"], b"abc"))[0] == 200


async def test_files_that_are_not_here_are_not_written(crm):
    done = await upload(crm)
    file = {"fileId": done["id"], "label": "x"}
    missing = {**file, "fileId": "aaaaaaaa-0000-4000-8000-00000000000a"}
    for value, said in (([missing], "File not found"), ([file, file], "Max number of files is 1"), ([{}], "fileId")):
        answer = await crm(ATTACH, {"d": {"name": "n", "file": value}})
        assert said in answer["errors"][0]["message"]
        assert answer["errors"][0]["extensions"]["subCode"] == "INVALID_ARGS_DATA"


async def test_a_database_file_keeps_files(tmp_path):
    async with whole(db=tmp_path / "rows.db") as crm:
        done = await upload(crm)
        await crm.data(ATTACH, {"d": {"name": "mine", "file": [{"fileId": done["id"], "label": "x"}]}})
    async with whole(db=tmp_path / "rows.db") as crm:
        read = await crm.data('{attachments(filter: {name: {eq: "mine"}}) {edges {node {file {url}}}}}')
        async with crm.session.get(read["attachments"]["edges"][0]["node"]["file"][0]["url"]) as response:
            assert (response.status, (await response.read())[:4]) == (200, b"%PDF")

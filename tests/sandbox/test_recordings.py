"""The recorded requests of a real server, asked of the sandbox over HTTP: how many answers are equal, and what differs.

Answers are asked for and made comparable by the replay tool itself. What no answer can repeat is named here, by request
category and by key: times and ids that are made anew each time.
"""

from __future__ import annotations

import importlib.util
import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from twentyql.sandbox.background import Background
from twentyql.sandbox.http.server import Sandbox
from twentyql.sandbox.records.image import Image, make_image
from twentyql.sandbox.snapshot import Snapshot, read_snapshot

SHARED = Path(__file__).parents[2].parent / "shared"
RECORDED = SHARED / "twenty"
pytestmark = pytest.mark.skipif(not RECORDED.exists(), reason=f"the recordings are not there: {SHARED}")

# Of the metadata over REST: made anew by every server.
VOLATILE = ("createdAt", "updatedAt", "applicationId", "universalIdentifier")
# Of it too: what the recorded data model does not say, because the query that it answers did not select it.
NOT_RECORDED = ("icon",)
# Of the writes, by step: what the server makes anew each time, and the step that destroys rows in no order.
NEW_EACH_TIME = {24: "deletedAt", 25: "deletedAt", 36: "id"}
DESTROYED_IN_NO_ORDER = 34


@pytest.fixture(scope="module")
def replay() -> Any:
    """The replay tool as a module."""
    spec = importlib.util.spec_from_file_location("replay", SHARED / "tools" / "replay.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def image() -> Image:
    return make_image(read_snapshot(RECORDED))


@pytest.fixture
def sandbox(image: Image, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A sandbox with the recorded rows as they were; its key has the name of the recording one."""
    background, sandbox = Background(), Sandbox.copy_of(image, actor="rec")
    background.run(sandbox.start())
    monkeypatch.setitem(os.environ, "REPLAY_KEY", sandbox.key)
    yield sandbox
    background.run(sandbox.stop())
    background.close()


def recordings(name: str) -> list[dict[str, Any]]:
    lines = (RECORDED / "recordings" / name).read_text(encoding="utf-8").splitlines()
    found = [json.loads(line) for line in lines]
    # Two need a particular dead key; the replay tool leaves them out too.
    return [one for one in found if one.get("category") != "auth" or "auth" in one.get("note", "")]


def differences(mine: Any, theirs: Any, path: str = "") -> Iterator[str]:
    """Every place where two answers differ, with both values."""
    if isinstance(mine, dict) and isinstance(theirs, dict):
        for key in sorted(mine.keys() | theirs.keys()):
            yield from differences(mine.get(key, "(nothing)"), theirs.get(key, "(nothing)"), f"{path}.{key}")
    elif isinstance(mine, list) and isinstance(theirs, list) and len(mine) == len(theirs):
        for place, (one, other) in enumerate(zip(mine, theirs, strict=True)):
            yield from differences(one, other, f"{path}[{place}]")
    elif mine != theirs:
        yield f"{path}: {mine!r} / {theirs!r}"


def said(recording: dict[str, Any]) -> str:
    return str((recording.get("request") or {}).get("query") or recording["path"])[:100]


def without(value: Any, *names: str) -> Any:
    """An answer in which the values of ``names`` only say whether they are there."""
    if isinstance(value, dict):
        return {key: key if key in names else without(inner, *names) for key, inner in value.items()}
    return [without(item, *names) for item in value] if isinstance(value, list) else value


def test_reads_are_answered_as_the_real_server_did(sandbox: Sandbox, replay: Any) -> None:
    asked, equal, unlike = recordings("read.jsonl"), [], {}
    for one in asked:
        status, answer = replay.ask(sandbox.url, one)
        loose = one.get("undetermined", "")
        mine, theirs = replay.comparable(answer, loose), replay.comparable(one["response"], loose)
        if status == one["status"] and mine == theirs:
            equal.append(one)
            continue
        if one["path"].startswith("/rest/metadata"):
            mine, theirs = (without(each, *VOLATILE, *NOT_RECORDED) for each in (mine, theirs))
            left = [each for each in differences(mine, theirs) if not each.split(":")[0].endswith(NOT_RECORDED)]
        else:
            left = list(differences(mine, theirs))
        names = Counter(each.split(":")[0].rpartition(".")[2] for each in differences(answer, one["response"]))
        print(f"differs: {said(one)}: {dict(names)}")
        if left or status != one["status"]:
            unlike[said(one)] = left
    print(f"{len(equal)} of {len(asked)} reads are equal, {len(asked) - len(unlike)} up to {VOLATILE + NOT_RECORDED}")
    assert len(asked) == 107
    assert unlike == {}
    assert len(equal) >= 106


def test_a_data_model_with_all_columns_is_answered_to_the_byte(replay: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one read that is unlike above differs by columns that objects.json lacks, not by how it is answered."""
    (one,) = (each for each in recordings("read.jsonl") if each["path"].startswith("/rest/metadata"))
    full = {node["id"]: node for node in one["response"]["data"]["objects"]}
    snapshot = read_snapshot(RECORDED)
    nodes = [_completed(node, full[node["id"]]) if node["id"] in full else node for node in snapshot.objects]
    background = Background()
    sandbox = Sandbox.copy_of(make_image(Snapshot(nodes, snapshot.workspace, {})))
    background.run(sandbox.start())
    monkeypatch.setitem(os.environ, "REPLAY_KEY", sandbox.key)
    assert replay.ask(sandbox.url, one) == (one["status"], one["response"])
    background.run(sandbox.stop())
    background.close()


def _completed(node: Mapping[str, Any], full: Mapping[str, Any]) -> dict[str, Any]:
    fields = {field["id"]: field for field in full["fields"]}
    columns = {name: value for name, value in full.items() if name != "fields"}
    return {**node, **columns, "fieldsList": [{**field, **fields[field["id"]]} for field in node["fieldsList"]]}


def comparable_write(replay: Any, step: int, answer: Any) -> Any:
    """An answer without what the server makes anew each time."""
    found = json.loads(json.dumps(replay.comparable(answer)))
    if step == DESTROYED_IN_NO_ORDER:
        found["data"]["destroyProjects"].sort(key=json.dumps)
    if step in NEW_EACH_TIME:
        (record,) = found["data"].values()
        record[NEW_EACH_TIME[step]] = bool(record[NEW_EACH_TIME[step]])
    return found


def test_writes_are_answered_as_the_real_server_did(sandbox: Sandbox, replay: Any) -> None:
    asked, unlike = recordings("write.jsonl"), {}
    for one in asked:
        status, answer = replay.ask(sandbox.url, {"path": "/graphql", **one})
        mine, theirs = (comparable_write(replay, one["step"], each) for each in (answer, one["response"]))
        found = list(differences(mine, theirs))
        if found or status != one.get("status", 200):
            print(f"differs: step {one['step']}, {one['note']}: {found}")
            unlike[one["step"]] = found
    print(f"{len(asked) - len(unlike)} of {len(asked)} writes are equal up to {sorted(set(NEW_EACH_TIME.values()))}")
    assert len(asked) == 38
    assert unlike == {}


def test_a_difference_would_be_seen(sandbox: Sandbox, replay: Any) -> None:
    one = next(one for one in recordings("read.jsonl") if "people" in str(one["request"]))
    status, answer = replay.ask(sandbox.url, one)
    assert status == one["status"]
    changed = json.loads(json.dumps(one["response"]).replace("people", "persons"))
    assert list(differences(answer, changed))
    assert list(differences({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]})) == [".a[1].b: 2 / 3"]

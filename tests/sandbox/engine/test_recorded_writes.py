"""The recorded writes, in their order, answered as the real server answered them but for times and new ids."""

from __future__ import annotations

import json
from typing import Any

import pytest
from asking import RECORDED, ask, replay

from twentyql.sandbox.model import read_model
from twentyql.sandbox.records.engine import Engine
from twentyql.sandbox.snapshot import Snapshot

WRITES = RECORDED / "recordings" / "write.jsonl"
DESTROYED_IN_NO_ORDER = 34
NEW_EACH_TIME = {24: "deletedAt", 25: "deletedAt", 36: "id"}


def comparable(step: int, answer: Any) -> Any:
    """An answer without what the server makes anew each time."""
    found = json.loads(json.dumps(replay().comparable(answer)))
    if step == DESTROYED_IN_NO_ORDER:
        found["data"]["destroyProjects"].sort(key=json.dumps)
    if step in NEW_EACH_TIME:
        (record,) = found["data"].values()
        record[NEW_EACH_TIME[step]] = bool(record[NEW_EACH_TIME[step]])
    return found


@pytest.mark.skipif(not WRITES.exists(), reason=f"the recordings are not there: {WRITES}")
def test_answers_equal_the_real_servers(recorded_snapshot: Snapshot) -> None:
    model = read_model(recorded_snapshot.objects, recorded_snapshot.workspace)
    engine = Engine(model, actor="rec")
    engine.load(recorded_snapshot.rows)
    recordings = [json.loads(line) for line in WRITES.read_text(encoding="utf-8").splitlines()]
    assert len(recordings) == 38
    for one in recordings:
        answer = ask(engine, one["request"]["query"], one["request"].get("variables"))
        assert comparable(one["step"], answer) == comparable(one["step"], one["response"]), one["note"]
    engine.close()

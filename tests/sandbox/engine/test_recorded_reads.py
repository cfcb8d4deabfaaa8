"""Every recorded read that reaches the engine, answered as the real server answered it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from asking import RECORDED, ask, replay

from twentyql.sandbox.records.engine import Engine

BESIDE = ("auth", "transport", "rest", "metadata")  # answered before the engine


def recordings() -> list[dict[str, Any]]:
    path = RECORDED / "recordings" / "read.jsonl"
    if not path.exists():
        return []
    found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [one for one in found if one["category"] not in BESIDE and not _refused_before_the_engine(one)]


def _refused_before_the_engine(recording: dict[str, Any]) -> bool:
    answer = recording["response"]
    return "data" not in answer or answer["data"] == {}


RECORDINGS = recordings()


@pytest.mark.skipif(not RECORDINGS, reason=f"the recordings are not there: {RECORDED}")
def test_there_are_recordings_to_judge_by() -> None:
    assert len(RECORDINGS) >= 90


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda one: one["request"]["query"][:100])
def test_answer_equals_the_real_servers(recording: dict[str, Any], recorded: Engine) -> None:
    loose = recording.get("undetermined", "")
    answer = ask(recorded, recording["request"]["query"], recording["request"].get("variables"))
    assert replay().comparable(answer, loose) == replay().comparable(recording["response"], loose)

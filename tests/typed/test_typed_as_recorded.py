"""Groups and search as a real server answered them (recordings/read.jsonl), asked through the verbs of a client."""

from __future__ import annotations

from pathlib import Path

import pytest

from twentyql.client import connect
from twentyql.sandbox import Sandbox

SHARED = Path(__file__).parents[2].parent / "shared" / "twenty"


@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared is not beside this checkout")
async def test_groups_and_search_are_those_of_the_recordings() -> None:
    async with Sandbox.from_snapshot(SHARED) as sandbox, connect(sandbox.url, "x", schema=SHARED) as client:
        projects = client["projects"]
        groups = await projects.group_by("status", aggregates=["totalCount", "sumHeadcount"], order_by=["status"])
        told = [(group["status"], group["totalCount"], group["sumHeadcount"]) for group in groups]
        assert told == [("ACTIVE", 60, 354), ("DONE", 59, 345), ("ON_HOLD", 59, 339), ("PLANNED", 59, 354)]
        months = await projects.group_by("startDate.MONTH")
        assert {str(group["startDate.MONTH"]): group["totalCount"] for group in months}["2026-11-01"] == 16
        assert (len(months), months.complete, months.counted) == (13, True, 237)
        hits = await client.search("project 01", objects=["project"], limit=3)
        assert [hit.label for hit in hits] == ["Project 012", "Project 019", "Project 011"]

"""The recorded workspace of a real server, served by the sandbox and exported: equal in every field."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from twentyql.client import connect
from twentyql.sandbox import Sandbox

RECORDED = Path(__file__).parents[2].parent / "shared" / "twenty"
pytestmark = pytest.mark.skipif(not RECORDED.exists(), reason="../shared is not beside this checkout")
KEYS = {"people": "companyId", "opportunities": "companyId", "projects": "clientId"}


def rows(path: Path) -> dict[str, dict[str, Any]]:
    found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert len({row["id"] for row in found}) == len(found), f"{path.name} has a row twice"
    return {row["id"]: row for row in found}


def recorded(plural: str) -> dict[str, dict[str, Any]]:
    return {key: row for key, row in rows(RECORDED / "rows" / f"{plural}.jsonl").items() if row["deletedAt"] is None}


def in_fields_of(true: dict[str, dict[str, Any]], path: Path) -> dict[str, dict[str, Any]]:
    """The exported rows in the fields that the snapshot has: some of its files leave the search vector out."""
    extra = {name for row in rows(path).values() for name in row} - {name for row in true.values() for name in row}
    assert extra <= {"searchVector"}
    return {key: {n: v for n, v in row.items() if n not in extra} for key, row in rows(path).items()}


async def test_companies_with_their_records_equal_the_snapshot(tmp_path: Path) -> None:
    async with Sandbox.from_snapshot(RECORDED) as sandbox, connect(sandbox.url, "x") as client:
        receipt = await client.export(["companies"], to=tmp_path, format="jsonl", relations=list(KEYS))
    assert receipt.verdict == "complete"
    companies = recorded("companies")
    assert in_fields_of(companies, tmp_path / "companies.jsonl") == companies
    for plural, key in KEYS.items():
        true = {id_: row for id_, row in recorded(plural).items() if row[key] in companies}
        assert in_fields_of(true, tmp_path / f"{plural}.jsonl") == true
    clients = Counter(row["clientId"] for row in rows(tmp_path / "projects.jsonl").values())
    assert clients.most_common(1)[0][1] == 149


async def test_rows_that_point_to_nothing_are_warned_of() -> None:
    async with Sandbox.from_snapshot(RECORDED) as sandbox:
        assert any("messageParticipants" in warning and "1768" in warning for warning in sandbox.warnings)

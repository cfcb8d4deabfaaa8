"""What `pull` says changed: breaking changes first."""

from __future__ import annotations

import pytest
from graphql import build_schema

from twentyql.schema.derive import derive
from twentyql.schema.diff import diff
from twentyql.schema.model import SchemaModel


def test_nothing_changed(model: SchemaModel) -> None:
    assert diff(model, model) == ()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  tags: [String]\n", "", "BREAKING deals.tags: removed"),
        ("  tags: [String]\n", "  tags: String\n", "BREAKING deals.tags: was [String], is String"),
        ("NEW WON", "NEW", "BREAKING deals.stage: option WON removed"),
        ("NEW WON", "NEW WON LOST", "deals.stage: option LOST added"),
        ("  title: String\n", "  title: String!\n", "deals.title: is never null now"),
        ("  createdAt: DateTime!\n", "  createdAt: DateTime\n", "BREAKING clients.createdAt: may now be null"),
        ("  extra: JSON\n", "  extra: JSON\n  more: Int\n", "deals.more: added (Int)"),
    ],
)
def test_one_change_is_said_as_it_is(sdl: str, model: SchemaModel, old: str, new: str, said: str) -> None:
    assert sdl.count(old) == 1
    assert [str(change) for change in diff(model, derive(build_schema(sdl.replace(old, new))))] == [said]


def test_breaking_changes_come_first(sdl: str, model: SchemaModel) -> None:
    text = sdl.replace("  extra: JSON\n", "  a: Int\n").replace("NEW WON", "NEW WON LOST")
    assert [change.breaking for change in diff(model, derive(build_schema(text)))] == [True, False, False]

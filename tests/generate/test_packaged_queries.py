"""The operations that ship: as generated from the demo workspace, byte for byte, and all valid."""

from __future__ import annotations

import re
from typing import Any

import pytest
from demo_queries import BY_HAND, QUERIES, demo_loaded, demo_operations
from graphql import validate

from twentyql.build.prepare import Prepared, prepare
from twentyql.build.stored import find_operations, load_operation
from twentyql.introspect.load import Loaded

ID = "20202020-b000-4485-94de-70c2a98daef2"


@pytest.fixture(scope="module")
def demo() -> Loaded:
    return demo_loaded()


def ready(name: str, variables: dict[str, Any], loaded: Loaded) -> Prepared:
    return prepare(load_operation(name, []).document, name, variables, loaded.schema)


def test_the_generated_ones_are_as_generated() -> None:
    there = {p.relative_to(QUERIES).as_posix(): p.read_text("utf-8") for p in QUERIES.rglob("*.graphql")}
    by_hand = {path for path in there if path in BY_HAND}
    assert by_hand == BY_HAND
    generated = {path: text for path, text in there.items() if path not in BY_HAND}
    assert generated == demo_operations(), "run: python tests/generate/demo_queries.py"


def test_all_are_valid_and_documented(demo: Loaded) -> None:
    found = find_operations([QUERIES])
    assert len(found) == len([p for p in QUERIES.rglob("*.graphql") if p.parent.name != "fragments"])
    for operation in found.values():
        assert validate(demo.schema, operation.document) == []
        assert operation.text.startswith("# ")
        for variable in operation.variables:
            assert f"#   ${variable}:" in operation.text, f"{operation.path} does not say what ${variable} is"


@pytest.mark.parametrize("name", ["PipelineByStage", "CompanyOverview"])
def test_those_written_by_hand_fit_the_recorded_workspace_too(name: str, recorded: Loaded) -> None:
    assert validate(recorded.schema, load_operation(name, []).document) == []


def test_the_pipelines_conditions_are_optional(demo: Loaded) -> None:
    everything = ready("PipelineByStage", {}, demo)
    assert "filter" not in everything.text
    assert everything.variables == {}
    euros = ready("PipelineByStage", {"currency": "EUR"}, demo)
    filtered = re.sub(r"[{}\s]", "", euros.text)
    assert "filter:and:[amount:currencyCode:eq:$currency]" in filtered
    assert euros.variables == {"currency": "EUR"}


def test_the_overviews_lists_are_optional(demo: Loaded) -> None:
    whole = ready("CompanyOverview", {"id": ID}, demo)
    assert "people {" in whole.text
    assert "opportunities {" in whole.text
    alone = ready("CompanyOverview", {"id": ID, "withPeople": False, "withOpportunities": False}, demo)
    assert "people" not in alone.text
    assert "fragment" not in alone.text
    assert alone.variables == {"id": ID}

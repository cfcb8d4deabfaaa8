"""Two other big Relay servers: what their types alone tell is enough to ask for every plain field."""

from __future__ import annotations

from pathlib import Path

import pytest
from graphql import parse, validate

from twentyql.build.whole import whole_query
from twentyql.errors import QueryError
from twentyql.introspect.load import load
from twentyql.plan.planner import plan
from twentyql.schema.dialects import RELAY

SCHEMAS = Path(__file__).parents[2].parent / "shared" / "schemas"
pytestmark = pytest.mark.skipif(not SCHEMAS.exists(), reason="../shared is not beside this checkout")


@pytest.mark.parametrize(("name", "objects"), [("github", 3), ("saleor", 33)])
def test_whole_records_can_be_asked_for(name: str, objects: int) -> None:
    loaded = load(SCHEMAS / f"{name}.graphql")
    assert loaded.model.dialect == "relay"
    assert len(loaded.model.objects) == objects
    for of in loaded.model:
        if not of.has_field("id"):
            with pytest.raises(QueryError, match="no id"):
                plan(whole_query(loaded.model, of.singular), loaded.model, RELAY)
            continue
        read = plan(whole_query(loaded.model, of.singular), loaded.model, RELAY).root
        problems = [error.message for error in validate(loaded.schema, parse(read.text))]
        assert problems == [], of.plural

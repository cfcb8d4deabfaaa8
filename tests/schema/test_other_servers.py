"""Two other big Relay servers: what their types alone tell is enough to ask for every plain field."""

from __future__ import annotations

from pathlib import Path

import pytest
from graphql import parse, validate

from twentyql.build.whole import whole_query
from twentyql.errors import QueryError, SchemaError
from twentyql.introspect.load import load
from twentyql.plan.planner import plan
from twentyql.schema.dialects import RELAY

SCHEMAS = Path(__file__).parents[2].parent / "shared" / "schemas"
pytestmark = pytest.mark.skipif(not SCHEMAS.exists(), reason="../shared is not beside this checkout")


@pytest.mark.parametrize(("name", "objects", "listed"), [("github", 382, 5), ("saleor", 171, 34)])
def test_whole_records_can_be_asked_for(name: str, objects: int, listed: int) -> None:
    loaded = load(SCHEMAS / f"{name}.graphql")
    assert loaded.model.dialect == "relay"
    assert len(loaded.model.objects) == objects
    assert sum(of.roots.many is not None for of in loaded.model) == listed
    for of in loaded.model:
        root = next((r for r in loaded.model.query.relations if r.name == of.roots.many), None)
        if root is None or root.needs_arguments:
            with pytest.raises(QueryError, match=r"Start the query at a root field|Give it where"):
                plan(whole_query(loaded.model, of.singular), loaded.model, RELAY)
            continue
        read = plan(whole_query(loaded.model, of.singular), loaded.model, RELAY).root
        problems = [error.message for error in validate(loaded.schema, parse(read.text))]
        assert problems == [], of.plural


def test_what_github_defines_twice_is_repaired_and_said() -> None:
    notes = load(SCHEMAS / "github.graphql").notes
    assert [note for note in notes if "twice" in note] == [
        "EnterpriseOwnerInfo.repositoryDeployKeySetting is defined twice, in lines 15000 and 15150 (they agree): "
        "the first one is kept",
        "EnterpriseOwnerInfo.repositoryDeployKeySettingOrganizations is defined twice, in lines 15005 and 15155 "
        "(they agree): the first one is kept",
    ]
    assert any("deprecated" in note for note in notes)


def test_other_faults_of_a_schema_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "broken.graphql"
    path.write_text("interface Node { id: ID! } type A implements Node { name: String } type Query { a: A }")
    with pytest.raises(SchemaError, match="expected but A does not provide it"):
        load(path)

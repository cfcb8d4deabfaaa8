"""The recorded workspace: the model of a real server's 564 types."""

from __future__ import annotations

from pathlib import Path

import pytest

from twentyql.introspect.load import Loaded, load
from twentyql.schema.model import Kind

RECORDED = Path(__file__).parents[2].parent / "shared" / "twenty"
pytestmark = pytest.mark.skipif(not RECORDED.exists(), reason="../shared is not beside this checkout")


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    return load(RECORDED)


def test_every_object_and_relation_is_there(loaded: Loaded) -> None:
    assert len(loaded.model.objects) == 30
    without = [f"{o.plural}.{r.name}" for o in loaded.model for r in o.relations if r.join_column is None]
    assert without == []


def test_every_join_column_is_a_field_of_the_schema(loaded: Loaded) -> None:
    """The metadata names a wrong column of a morph set; the derived one must be confirmed."""
    for of in loaded.model:
        for relation in of.relations:
            owner = loaded.model.object(relation.target) if relation.is_to_many else of
            assert owner.has_field(str(relation.join_column)), f"{of.plural}.{relation.name}"
    notes = loaded.model.object("company").relation("noteTargets")
    assert notes.join_column == "targetCompanyId"


def test_the_custom_object_has_its_kinds(loaded: Loaded) -> None:
    project = loaded.model.object("project")
    kinds = {f.name: f.kind for f in project.fields}
    assert kinds["risk"] is Kind.RATING
    assert kinds["channels"] is Kind.MULTI_SELECT
    assert kinds["budget"] is Kind.CURRENCY
    assert project.label_field == "name"


def test_types_alone_give_the_same_relations(loaded: Loaded) -> None:
    alone = load(RECORDED / "core.graphql").model
    for of in alone:
        known = loaded.model.object(of.singular)
        assert {(r.name, r.target, r.join_column) for r in of.relations if r.join_column} <= {
            (r.name, r.target, r.join_column) for r in known.relations
        }

"""The schema that the sandbox builds, against the one that a Twenty server answered for the same data model."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from graphql import GraphQLNamedType, GraphQLSchema, build_schema, validate_schema

from twentyql.sandbox.model import Model, read_model
from twentyql.sandbox.types.aggregates import is_morph
from twentyql.sandbox.types.core import core_schema

RECORDED = Path(__file__).parents[4] / "shared" / "twenty"
pytestmark = pytest.mark.skipif(not RECORDED.exists(), reason=f"no recordings at {RECORDED}")
MOST_OTHER_DESCRIPTIONS = 100  # of custom targets of morph relations, which the data model does not tell


@pytest.fixture(scope="module")
def model() -> Model:
    answer = msgspec.json.decode((RECORDED / "objects.json").read_bytes())
    nodes = [edge["node"] for edge in answer["data"]["objects"]["edges"]]
    return read_model(nodes, msgspec.json.decode((RECORDED / "workspace.json").read_bytes()))


@pytest.fixture(scope="module")
def ours(model: Model) -> GraphQLSchema:
    return core_schema(model)


@pytest.fixture(scope="module")
def theirs() -> GraphQLSchema:
    return build_schema((RECORDED / "core.graphql").read_text(encoding="utf-8"))


def facts(schema: GraphQLSchema, described: bool) -> dict[str, str]:
    """One entry for each type, field, argument and enum value; the value is its type, or its description."""
    return {key: description if described else shape for key, shape, description in _facts(schema)}


def _facts(schema: GraphQLSchema) -> Iterator[tuple[str, str, str]]:
    for name, kind in schema.type_map.items():
        if not name.startswith("__"):
            yield name, type(kind).__name__, str(kind.description)
            yield from _members(kind)


def _members(kind: GraphQLNamedType) -> Iterator[tuple[str, str, str]]:
    for name, field in getattr(kind, "fields", {}).items():
        yield f"{kind.name}.{name}", str(field.type), str(field.description)
        for key, argument in getattr(field, "args", {}).items():
            shape = f"{argument.type} = {argument.default_value!r}"
            yield f"{kind.name}.{name}({key})", shape, str(argument.description)
    for name, value in getattr(kind, "values", {}).items():
        yield f"{kind.name}.{name}", "value", str(value.description)


def differences(mine: dict[str, str], recorded: dict[str, str]) -> list[str]:
    keys = sorted(mine.keys() | recorded.keys())
    return [f"{k}: {mine.get(k)} / {recorded.get(k)}" for k in keys if mine.get(k) != recorded.get(k)]


def test_every_type_field_and_argument_is_the_recorded_one(ours: GraphQLSchema, theirs: GraphQLSchema) -> None:
    recorded = facts(theirs, described=False)
    found = differences(facts(ours, described=False), recorded)
    print(f"{len(recorded) - len(found)} of {len(recorded)} types, fields and arguments are equal")
    assert len(recorded) > 13_000
    assert found == []


def test_descriptions_are_the_recorded_ones(ours: GraphQLSchema, theirs: GraphQLSchema) -> None:
    recorded = facts(theirs, described=True)
    found = differences(facts(ours, described=True), recorded)
    print(f"{len(recorded) - len(found)} of {len(recorded)} descriptions are equal")
    assert len(found) <= MOST_OTHER_DESCRIPTIONS, found


def test_a_difference_would_be_seen(theirs: GraphQLSchema) -> None:
    recorded = facts(theirs, described=False)
    changed = {**recorded, "Person.jobTitle": "Int"}
    assert differences(changed, recorded) == ["Person.jobTitle: Int / String"]


def test_fields_come_in_the_recorded_order(model: Model, ours: GraphQLSchema, theirs: GraphQLSchema) -> None:
    """Morph relations aside, whose targets the data model lists in another order than the server's database."""
    morphs = tuple(record.name for record in model.objects if any(is_morph(record, slot) for slot in record.slots))
    for name, kind in theirs.type_map.items():
        if not name.startswith((*morphs, "__", "Query", "Mutation")):
            members = getattr(kind, "fields", {}) or getattr(kind, "values", {})
            mine = ours.type_map[name]
            assert list(getattr(mine, "fields", {}) or getattr(mine, "values", {})) == list(members), name


def test_schema_is_valid_and_built_in_time(model: Model) -> None:
    started = time.process_time()
    schema = core_schema(read_model(model.nodes, model.workspace))
    assert time.process_time() - started < 1.5
    assert validate_schema(schema) == []

from __future__ import annotations

from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema

from twentyql.schema.derive import derive
from twentyql.schema.model import SchemaModel


@pytest.fixture(scope="session")
def sdl() -> str:
    return Path(__file__).with_name("small.graphql").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def schema(sdl: str) -> GraphQLSchema:
    return build_schema(sdl)


@pytest.fixture(scope="session")
def model(schema: GraphQLSchema) -> SchemaModel:
    return derive(schema)

"""Stage 3: SchemaModel -> {path: text}, the typed package and the stored operations. Pure; `write.py` writes."""

from __future__ import annotations

from dataclasses import dataclass

from graphql import GraphQLSchema

from twentyql.generate.operations import operations
from twentyql.generate.package import package
from twentyql.schema.model import SchemaModel


@dataclass(frozen=True, slots=True)
class Generated:
    """What this stage gives: for each folder, the text of its files by relative path."""

    package: dict[str, str]
    operations: dict[str, str]


def generate(model: SchemaModel, schema: GraphQLSchema) -> Generated:
    """The typed package and the stored operations of a workspace; the same input gives the same bytes."""
    return Generated(package(model), operations(model, schema))


__all__ = ["Generated", "generate"]

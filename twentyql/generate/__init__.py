"""Stage 3: SchemaModel -> {path: text}, the typed package and the stored operations. Pure; `write.py` writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import GraphQLSchema

from twentyql.generate.context import written_inputs
from twentyql.generate.made_from import MadeFrom, made_from_module
from twentyql.generate.operations import operations
from twentyql.generate.package import package
from twentyql.generate.stored_operations import stored_classes
from twentyql.schema.model import SchemaModel


@dataclass(frozen=True, slots=True)
class Generated:
    """What this stage gives: for each folder, the text of its files by relative path.

    ``notes`` say what is odd about files of the user, and harms nothing.
    """

    package: dict[str, str]
    operations: dict[str, str]
    notes: tuple[str, ...] = ()


def generate(
    model: SchemaModel,
    schema: GraphQLSchema,
    own: Mapping[str, str] | None = None,
    queries: str = "queries",
    made_from: MadeFrom | None = None,
) -> Generated:
    """The typed package and the stored operations of a workspace; the same input gives the same bytes.

    ``own`` are the user's files below the folder ``queries``, by relative path: what they define becomes classes too,
    and one of them takes the place of a generated file at its path. Raises QueryError that names each fault in them.
    """
    written = operations(model, schema)
    classes = stored_classes(written, own or {}, schema, queries, written_inputs(model))
    files = {**package(model), **classes.files, **made_from_module(made_from or MadeFrom(model.digest))}
    return Generated(dict(sorted(files.items())), written, classes.notes)


__all__ = ["Generated", "MadeFrom", "generate"]

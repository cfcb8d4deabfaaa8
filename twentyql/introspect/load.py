"""Files -> Loaded: a schema folder as ``pull`` writes it, or single files that another tool wrote."""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
from graphql import GraphQLError, GraphQLSchema, build_client_schema

from twentyql.errors import SchemaError
from twentyql.introspect.repair import accepted, schema_from_sdl
from twentyql.schema.derive import derive
from twentyql.schema.enrich import enrich
from twentyql.schema.model import SchemaModel

CORE_SDL = "core.graphql"
CORE_INTROSPECTION = "core.introspection.json"
METADATA_SDL = "metadata.graphql"
DATA_MODEL = "objects.json"
WORKSPACE = "workspace.json"


@dataclass(frozen=True)
class Loaded:
    """Stage 1's noun: the GraphQL schema, the data model if it is known, and the model made of both.

    ``metadata_sdl`` is the schema of ``/metadata`` itself, kept for its readers, and ``workspace`` says which workspace
    this is and how often its data model has changed (``metadataVersion``); only `pull` asks for them. ``notes`` say
    what of a published schema had to be repaired.
    """

    schema: GraphQLSchema = field(repr=False)
    model: SchemaModel
    data_model: dict[str, Any] | None = field(default=None, repr=False)
    introspection: dict[str, Any] | None = field(default=None, repr=False)
    metadata_sdl: str | None = field(default=None, repr=False)
    notes: tuple[str, ...] = ()
    workspace: dict[str, Any] | None = field(default=None, repr=False)


def load(path: Path) -> Loaded:
    """Load a schema folder, an introspection ``.json`` or an SDL ``.graphql`` file.

    A folder has ``core.introspection.json`` or ``core.graphql``, and ``objects.json`` where ``/metadata`` was allowed.
    Raises SchemaError naming the file when it is missing or cannot be read.
    """
    with _uncollected():
        if path.is_dir():
            return load_folder(path)
        if not path.exists():
            raise SchemaError(f"There is no {path}.", advice="Write one with `twentyql pull`.")
        schema, introspection, notes = _schema_of(path)
        return Loaded(schema, derive(schema), introspection=introspection, notes=notes)


@contextmanager
def _uncollected() -> Generator[None]:
    """A schema is a large graph that lives on: looking through it for garbage while it is made takes a fifth longer."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def load_folder(folder: Path) -> Loaded:
    """Load the folder that ``pull`` wrote."""
    sources = [folder / name for name in (CORE_INTROSPECTION, CORE_SDL) if (folder / name).exists()]
    if not sources:
        raise SchemaError(
            f"{folder} holds neither {CORE_INTROSPECTION} nor {CORE_SDL}.", advice="Write them with `twentyql pull`."
        )
    schema, introspection, notes = _schema_of(sources[0])
    data_model = _json_of(folder / DATA_MODEL) if (folder / DATA_MODEL).exists() else None
    metadata, workspace = folder / METADATA_SDL, folder / WORKSPACE
    return replace(
        assemble(schema, data_model, introspection),
        metadata_sdl=_text_of(metadata) if metadata.exists() else None,
        notes=notes,
        workspace=_json_of(workspace) if workspace.exists() else None,
    )


def assemble(
    schema: GraphQLSchema, data_model: dict[str, Any] | None, introspection: dict[str, Any] | None = None
) -> Loaded:
    """Derive the model from the types and enrich it with the data model, if there is one."""
    model = derive(schema)
    if data_model:
        model = enrich(model, data_model)
    return Loaded(schema, model, data_model, introspection)


def schema_from_introspection(answer: dict[str, Any], where: str) -> GraphQLSchema:
    """The schema of an introspection answer, with or without its ``data`` envelope."""
    try:
        return accepted(build_client_schema(answer.get("data") or answer), where)[0]  # type: ignore[arg-type]
    except (TypeError, GraphQLError, KeyError, AttributeError) as error:
        raise SchemaError(f"{where} is no introspection answer: {str(error)[:200]}") from error


def _schema_of(path: Path) -> tuple[GraphQLSchema, dict[str, Any] | None, tuple[str, ...]]:
    if path.suffix == ".json":
        answer = _json_of(path)
        return schema_from_introspection(answer, str(path)), answer, ()
    schema, notes = schema_from_sdl(_text_of(path), str(path))
    return schema, None, notes


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SchemaError(f"{path} cannot be read: {error}") from error


def _json_of(path: Path) -> dict[str, Any]:
    try:
        return msgspec.json.decode(_text_of(path).encode(), type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise SchemaError(f"{path} is no JSON object: {error}") from error

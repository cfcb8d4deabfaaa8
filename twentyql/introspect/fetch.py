"""Endpoint -> Loaded: one introspection query on ``/graphql`` and one data-model query on ``/metadata``."""

from __future__ import annotations

from typing import Any, Protocol

from graphql import get_introspection_query, print_schema

from twentyql.errors import AuthenticationError, ConnectError, SchemaError, ServerError
from twentyql.faults import read_answer
from twentyql.introspect.load import Loaded, assemble, schema_from_introspection

DATA_MODEL_QUERY = """{
  objects(paging: {first: 1000}) {
    edges { node {
      id nameSingular namePlural labelSingular labelPlural description icon isSystem isActive isSearchable
      labelIdentifierFieldMetadataId duplicateCriteria
      fieldsList {
        id name type label description isNullable isUnique isActive isSystem defaultValue options settings
        relation {
          type sourceFieldMetadata { id name } targetObjectMetadata { id nameSingular namePlural }
          targetFieldMetadata { id name }
        }
        morphRelations {
          type targetObjectMetadata { id nameSingular namePlural } targetFieldMetadata { id name }
        }
      }
      indexMetadataList { id name isUnique indexFieldMetadataList { fieldMetadataId order } }
    } }
    pageInfo { hasNextPage endCursor }
  }
}"""
WORKSPACE_QUERY = "{ currentWorkspace { id displayName subdomain metadataVersion } }"


class Asks(Protocol):
    """What this stage needs of the transport: a document in, the answer's bytes out."""

    async def post(self, path: str, text: str, variables: dict[str, Any]) -> bytes: ...


async def fetch(server: Asks) -> Loaded:
    """Introspect both endpoints; without a right to ``/metadata`` the model comes from the types alone."""
    introspection = await ask(server, "/graphql", get_introspection_query(descriptions=True))
    schema = schema_from_introspection(introspection, "The server's answer")
    return assemble(schema, await fetch_data_model(server), introspection)


async def fetch_metadata_sdl(server: Asks) -> str | None:
    """The schema of ``/metadata`` as text, or None where the server has none or this key may not read it."""
    try:
        answer = await ask(server, "/metadata", get_introspection_query(descriptions=True))
    except (AuthenticationError, ConnectError):
        raise
    except (ServerError, SchemaError):
        return None
    return print_schema(schema_from_introspection(answer, "The answer of /metadata")) + "\n"


async def fetch_data_model(server: Asks) -> dict[str, Any] | None:
    """The data model of ``/metadata``, or None where the server has none or this key may not read it."""
    try:
        return await ask(server, "/metadata", DATA_MODEL_QUERY)
    except (AuthenticationError, ConnectError):
        raise
    except (ServerError, SchemaError):
        return None


async def fetch_workspace(server: Asks) -> dict[str, Any] | None:
    """``id``, ``displayName``, ``subdomain`` and ``metadataVersion`` of the workspace, or None where unknown."""
    try:
        answer = await ask(server, "/metadata", WORKSPACE_QUERY)
    except (AuthenticationError, ConnectError):
        raise
    except (ServerError, SchemaError):
        return None
    workspace: dict[str, Any] | None = answer["data"].get("currentWorkspace")
    return workspace


async def ask(server: Asks, path: str, text: str) -> dict[str, Any]:
    """One request whose whole answer is wanted as JSON; GraphQL errors raise the matching ServerError."""
    return read_answer(await server.post(path, text, {}))

"""One stored or free operation: prepared here, paced, sent, and its data handed back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from graphql import DocumentNode, GraphQLSchema

from twentyql.build.prepare import prepare
from twentyql.errors import NotGraphQLError, ServerError, ThrottledError
from twentyql.execute.pacer import Pacer
from twentyql.execute.requester import Posts
from twentyql.execute.retry import with_retries
from twentyql.faults import map_graphql_error


async def run_operation(
    document: DocumentNode,
    name: str | None,
    variables: Mapping[str, Any],
    schema: GraphQLSchema,
    transport: Posts,
    pacer: Pacer,
) -> dict[str, Any]:
    """The ``data`` of one operation. Reads are retried, mutations never; any GraphQL error raises its ServerError."""
    ready = prepare(document, name, dict(variables), schema)

    async def once() -> dict[str, Any]:
        async with pacer.turn(len(ready.roots)):
            body = await transport.post("/graphql", ready.text, dict(ready.variables))
        return _data(body, pacer)

    return await once() if ready.is_mutation else await with_retries(once)


def _data(body: bytes, pacer: Pacer) -> dict[str, Any]:
    try:
        answer = msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise NotGraphQLError(f"The answer is no JSON object: {error}") from error
    if answer.get("errors"):
        raise _learned(map_graphql_error(answer["errors"][0]), pacer)
    if not isinstance(answer.get("data"), dict):
        raise NotGraphQLError("The answer has neither data nor errors.")
    data: dict[str, Any] = answer["data"]
    return data


def _learned(error: ServerError, pacer: Pacer) -> ServerError:
    if isinstance(error, ThrottledError):
        pacer.refused(error)
    return error

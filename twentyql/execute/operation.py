"""One stored or free operation: prepared here, paced, sent, and its data handed back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import DocumentNode, GraphQLSchema

from twentyql.build.prepare import prepare
from twentyql.execute.pacer import Pacer
from twentyql.execute.requester import Posts
from twentyql.execute.retry import with_retries
from twentyql.faults import read_answer


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
            data: dict[str, Any] = read_answer(body)["data"]
        return data

    return await once() if ready.is_mutation else await with_retries(once)

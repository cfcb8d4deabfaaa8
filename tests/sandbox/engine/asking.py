"""Asks an engine without HTTP."""

from __future__ import annotations

from typing import Any

from graphql import parse

from twentyql.sandbox.http.direct import operations, read_operation
from twentyql.sandbox.records.engine import Engine
from twentyql.sandbox.root import Refused


def ask(engine: Engine, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
    """The answer of ``engine`` to a document of record roots, in the form of the server."""
    document = parse(query)
    operation = read_operation(document, operations(document)[0], variables or {})
    data: dict[str, Any] = {}
    errors: list[dict[str, Any]] = []
    for call in operation.calls:
        try:
            if isinstance(call.root, Refused):
                raise call.root
            data[call.key] = engine.run(call.root)
        except Refused as refused:
            data[call.key] = None
            errors.append(refused.as_error())
    return {"data": data, "errors": errors} if errors else {"data": data}

"""Asks an engine a recorded request without HTTP, and makes answers comparable the way the replay tool does."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path
from typing import Any

from graphql import parse

from twentyql.sandbox.http.direct import operations, read_operation
from twentyql.sandbox.records.engine import Engine
from twentyql.sandbox.root import Refused

SHARED = Path(__file__).parents[3].parent / "shared"
RECORDED = SHARED / "twenty"


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


@cache
def replay() -> Any:
    """The replay tool as a module."""
    spec = importlib.util.spec_from_file_location("replay", SHARED / "tools" / "replay.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

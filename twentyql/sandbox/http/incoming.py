"""The body of a GraphQL request, read into the operation to be run or the answer that refuses it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import msgspec
from graphql import DocumentNode, GraphQLError, parse

from twentyql.sandbox.http import classic
from twentyql.sandbox.http.answers import Answer, errors_answer, json_answer, rest_error, stack_trace
from twentyql.sandbox.http.direct import Operation, operations, read_operation
from twentyql.sandbox.root import Refused

NO_BATCHES = {"errors": [{"message": "Batching is not supported."}]}
WHICH = "Must provide operation name if query contains multiple operations."


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that can be run: its document and the operation chosen from it."""

    document: DocumentNode
    operation: Operation


def _document_cache() -> Callable[[str], DocumentNode]:
    return lru_cache(maxsize=256)(parse)


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads bodies; the same text is parsed once."""

    parse: Callable[[str], DocumentNode] = field(default_factory=_document_cache)

    def read(self, body: bytes, *, known: bool) -> Asked | Answer:
        """The request in ``body``; ``known`` says that the caller has a key."""
        try:
            asked = msgspec.json.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            return rest_error(400, "BadRequestException", f"The body is no JSON: {error}")
        if isinstance(asked, list):
            return json_answer(NO_BATCHES, 400)
        if not isinstance(asked, dict) or not isinstance(asked.get("query"), str):
            return json_answer({"errors": [{"message": "Must provide query string."}]}, 400)
        variables = asked.get("variables")
        wanted = asked.get("operationName")
        return self.choose(asked["query"], variables if isinstance(variables, dict) else {}, wanted, known=known)

    def choose(self, text: str, variables: Mapping[str, Any], wanted: str | None, *, known: bool) -> Asked | Answer:
        """Parse ``text`` and take the operation called ``wanted``, or the only one."""
        try:
            document = self.parse(text)
        except GraphQLError as error:
            return errors_answer([classic.located(error)])
        found = operations(document)
        if wanted:
            found = [node for node in found if node.name and node.name.value == wanted]
        if len(found) > 1 and known:
            return stack_trace(WHICH)
        if len(found) != 1:
            said = f'Unknown operation named "{wanted}".' if wanted else "Must provide an operation."
            return errors_answer([{"message": WHICH if found else said}])
        return Asked(document, read_operation(document, found[0], variables))


def read_body(body: bytes) -> Any:
    """The body of a REST request; None where it is empty. Raises Refused where it is no JSON."""
    try:
        return msgspec.json.decode(body) if body.strip() else None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Refused(f"The body is no JSON: {error}") from error

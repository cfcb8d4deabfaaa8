"""Stored and free operations of one client: prepared, paced, sent, and their data handed back as the file asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from graphql import DocumentNode, GraphQLError, GraphQLSchema, OperationDefinitionNode, parse

from twentyql.build.operation import Operation, Pages, name_of, variables_of
from twentyql.build.paging import Paging, paging_of
from twentyql.build.prepare import Memo, Prepared, prepare
from twentyql.build.prepare_schema import extend, is_twenty
from twentyql.build.stored import load_operation
from twentyql.errors import QueryError, ThrottledError
from twentyql.execute.answers import document_of, read_operation
from twentyql.execute.paging import Call, OperationPages, raw_call, typed_call
from twentyql.execute.requester import Requester
from twentyql.execute.stream import Stream, until
from twentyql.faults import graphql_errors, map_graphql_error, read_answer

D = TypeVar("D")
N = TypeVar("N")
T = TypeVar("T")
CHANGED = "Was the workspace changed? Pull and generate again."


@dataclass(slots=True)
class _Counts:
    requests: int = 0
    tokens: int = 0
    retries: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """An operation that was found by its name, or parsed from a text, and how it pages, if it does."""

    name: str | None
    document: DocumentNode
    paging: Paging | None


class Operations:
    """Runs the operations of one client. Reads are retried, mutations never; a GraphQL error raises its ServerError."""

    def __init__(self, requester: Requester, schema: GraphQLSchema, page_size: int) -> None:
        self._requester = requester
        self._schema = schema
        self._page_size = page_size
        self._memo = Memo()

    async def run(self, operation: Operation[D]) -> D:
        """The data of a generated operation, typed."""
        kind = type(operation)
        try:
            document = document_of(kind, self._schema)
            ready = prepare(document, name_of(kind), variables_of(operation), self._schema, memo=self._memo)
        except QueryError as error:
            error.advice = error.advice or CHANGED
            raise
        return await self._send(ready, name_of(kind), lambda body: read_operation(body, kind, ready))

    async def run_found(self, found: Found, variables: Mapping[str, Any]) -> dict[str, Any]:
        """The data of an operation as dicts."""
        ready = prepare(found.document, found.name, dict(variables), self._schema)

        def read(body: bytes) -> dict[str, Any]:
            data: dict[str, Any] = read_answer(body)["data"]
            return ready.answer(data)

        return await self._send(ready, found.name or "operation", read)

    def stream(self, operation: Pages[Any, N], timeout: float | None) -> Stream[N]:
        """The nodes of a generated operation that pages, typed."""
        return self._pages(typed_call(operation, self._schema), timeout)

    def stream_found(
        self,
        found: Found,
        variables: Mapping[str, Any],
        timeout: float | None = None,
        on_data: Callable[[dict[str, Any]], None] | None = None,
    ) -> Stream[dict[str, Any]]:
        """The nodes of an operation that pages, as dicts; ``on_data`` hears the data of every page."""
        call = raw_call(found.document, found.name, variables, self._schema, not is_twenty(self._schema), on_data)
        return self._pages(call, timeout)

    def find(self, text: str, folder: Path) -> Found:
        """The operation of that name, in ``folder`` or among those that ship with the package; or a GraphQL text."""
        if "{" not in text:
            stored = load_operation(text, [folder])
            return Found(stored.name, stored.document, paging_of(stored.document, extend(self._schema)))
        try:
            document = parse(text)
        except GraphQLError as error:
            raise QueryError(f"The query is no GraphQL: {error.message}") from error
        count = sum(isinstance(d, OperationDefinitionNode) for d in document.definitions)
        return Found(None, document, paging_of(document, extend(self._schema)) if count == 1 else None)

    async def ask_roots(self, roots: Sequence[str], name: str) -> dict[str, Any]:
        """The whole answer, data and errors, to roots asked together: one that is refused takes none with it."""
        text = f"query {{ {' '.join(roots)} }}"
        return await self._requester.answer(name, text, {}, _either, _Counts(), tokens=len(roots))

    def _pages(self, call: Call, timeout: float | None) -> Stream[Any]:
        pages = OperationPages(call, self._schema, self._requester, self._page_size)
        return Stream(until(pages.batches(), timeout), pages.receipt)

    async def _send(self, ready: Prepared, name: str, decode: Callable[[bytes], T]) -> T:
        tokens, again = len(ready.roots), not ready.is_mutation
        variables = dict(ready.variables)
        return await self._requester.answer(name, ready.text, variables, decode, _Counts(), tokens=tokens, again=again)


def _either(body: bytes) -> dict[str, Any]:
    """An answer with data and errors as it is; one that is only an error raises it."""
    errors = graphql_errors(body)
    answer: dict[str, Any] = msgspec.json.decode(body, type=dict[str, Any])
    named = [map_graphql_error(error) for error in errors]
    throttled = [error for error in named if isinstance(error, ThrottledError)]
    if throttled or (errors and not answer.get("data")):
        raise (throttled or named)[0]
    return answer

"""The bytes of an answer -> the typed data of an operation, in one pass; read leniently where they do not fit."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Generic, TypeVar

import msgspec
from graphql import DocumentNode, GraphQLSchema, Source, SourceLocation, parse

from twentyql.build.lenient import lenient
from twentyql.build.operation import Operation, data_type, name_of, sources_of
from twentyql.build.prepare import Prepared
from twentyql.build.typenames import with_typenames
from twentyql.build.variants import hook
from twentyql.errors import NotGraphQLError
from twentyql.faults import check_answer, map_graphql_error, read_answer

T = TypeVar("T")


class _Answer(msgspec.Struct, Generic[T]):
    data: T | None = None
    errors: list[dict[str, Any]] | None = None


@lru_cache(maxsize=512)
def document_of(operation: type[Operation[Any]], schema: GraphQLSchema) -> DocumentNode:
    """The document of a generated operation: its file's text and that of its fragments, placed in their files."""
    definitions = [
        definition
        for path, line, column, text in sources_of(operation)
        for definition in parse(Source(text, path, SourceLocation(line, column))).definitions
    ]
    return with_typenames(DocumentNode(definitions=tuple(definitions)), schema)


def read_typed(body: bytes, type_: Any, ready: Prepared, what: str) -> Any:
    """The ``data`` of an answer as ``type_``. A GraphQL error raises its ServerError."""
    if ready.aliases is not None:
        return lenient(ready.answer(read_answer(body)["data"]), type_, what)
    try:
        answer = _decoder(type_).decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return lenient(read_answer(body)["data"], type_, what)
    if answer.errors:
        raise map_graphql_error(answer.errors[0])
    if answer.data is None:
        check_answer(body)
        raise NotGraphQLError(f"The answer for {what} has no data.")
    return answer.data


def read_operation(body: bytes, operation: type[Operation[T]], ready: Prepared) -> T:
    """The data of a generated operation."""
    data: T = read_typed(body, data_type(operation), ready, name_of(operation))
    return data


@lru_cache(maxsize=512)
def _decoder(type_: Any) -> msgspec.json.Decoder[_Answer[Any]]:
    generic: Any = _Answer
    return msgspec.json.Decoder(generic[type_], dec_hook=hook)

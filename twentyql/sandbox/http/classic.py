"""The classic path: documents that graphql-js validates and runs, worded as graphql-js words them.

Everything that is not direct execution goes here: requests without a key, ``search``, unknown root fields,
introspection and ``/metadata``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    NoSchemaIntrospectionCustomRule,
    build_schema,
    execute_sync,
    specified_rules,
    validate,
)

from twentyql.sandbox.http.answers import FRIENDLY
from twentyql.sandbox.root import Refused

# What the endpoint has without a workspace: the roots that are no records.
CORE_SDL = """
scalar UUID
scalar ObjectRecordFilterInput
type SearchRecord {
  recordId: UUID! objectNameSingular: String! objectLabelSingular: String! label: String! imageUrl: String
  tsRankCD: Float! tsRank: Float!
}
type SearchResultEdge { node: SearchRecord! cursor: String! }
type SearchResultPageInfo { endCursor: String hasNextPage: Boolean! }
type SearchResultConnection { edges: [SearchResultEdge!]! pageInfo: SearchResultPageInfo! }
type Query {
  search(
    searchInput: String! limit: Int! after: String filter: ObjectRecordFilterInput
    includedObjectNameSingulars: [String!] excludedObjectNameSingulars: [String!]
  ): SearchResultConnection!
}
type Mutation { runWorkflowVersion(workflowVersionId: UUID!): UUID }
"""
Errors = list[dict[str, Any]]


def core_classic_schema() -> GraphQLSchema:
    """The schema of ``/graphql`` without its record roots."""
    return build_schema(CORE_SDL)


def worded(message: str) -> str:
    """A message of graphql-core in the words of graphql-js, which quotes with double quotes."""
    return re.sub(r"'([^']*)'", r'"\1"', message)


def located(error: GraphQLError) -> dict[str, Any]:
    """An error of parsing or validation: message and locations."""
    places = [{"line": place.line, "column": place.column} for place in error.locations or ()]
    return {"message": worded(error.message)} | ({"locations": places} if places else {})


def invalid(schema: GraphQLSchema, document: DocumentNode, *, introspection: bool = True) -> Errors:
    """What validation finds; without ``introspection`` that is refused too, and nothing is suggested."""
    rules = specified_rules if introspection else (*specified_rules, NoSchemaIntrospectionCustomRule)
    return [located(error) for error in validate(schema, document, rules, hide_suggestions=True)]


def run(
    schema: GraphQLSchema,
    document: DocumentNode,
    root: Mapping[str, Any],
    variables: Mapping[str, Any],
    operation: str | None,
) -> dict[str, Any]:
    """Execute a valid document; ``root`` holds values or functions ``(info, **arguments)`` by root field."""
    result = execute_sync(schema, document, root_value=root, variable_values=dict(variables), operation_name=operation)
    answer: dict[str, Any] = {}
    if result.errors:
        answer["errors"] = [_failed(error) for error in result.errors]
    if result.data is not None or result.errors:
        answer["data"] = result.data
    return answer


def _failed(error: GraphQLError) -> dict[str, Any]:
    """An error of execution: a refusal in the server's form, anything else with its place."""
    original = error.original_error
    if isinstance(original, Refused):
        return original.as_error()
    if original is None:
        return located(error)
    return {
        "message": str(original),
        "extensions": {"userFriendlyMessage": FRIENDLY, "code": "INTERNAL_SERVER_ERROR"},
    }

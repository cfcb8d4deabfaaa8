"""Where in a document something is, and the errors that say so."""

from __future__ import annotations

from graphql import GraphQLError, Node, get_location

from twentyql.errors import QueryError

UNNAMED = "GraphQL request"
LONGEST = 400


def place(node: Node) -> str:
    """``queries/A.graphql:3:7``, or ``3:7`` for a document without a file; empty if the node was made here."""
    if node.loc is None:
        return ""
    found = get_location(node.loc.source, node.loc.start)
    return _shown(node.loc.source.name, found.line, found.column)


def problem(node: Node, message: str, advice: str = "") -> QueryError:
    """The QueryError for ``node``: where it is, what is wrong, what to do."""
    where = place(node)
    return QueryError(f"{where}: {message}" if where else message, advice=advice)


def refused(error: GraphQLError, advice: str = "") -> QueryError:
    """The QueryError for what graphql-core found, with the place it gave."""
    message = error.message if len(error.message) <= LONGEST else f"{error.message[:LONGEST]}..."
    if not error.locations:
        return QueryError(message, advice=advice)
    name = error.source.name if error.source else UNNAMED
    where = _shown(name, error.locations[0].line, error.locations[0].column)
    return QueryError(f"{where}: {message}", advice=advice)


def _shown(source: str, line: int, column: int) -> str:
    return f"{line}:{column}" if source == UNNAMED else f"{source}:{line}:{column}"

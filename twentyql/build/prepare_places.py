"""Where in a document something is, and the errors that say so."""

from __future__ import annotations

from graphql import GraphQLError, Node, Source, get_location

from twentyql.errors import QueryError

UNNAMED = "GraphQL request"
LONGEST = 400


def place(node: Node) -> str:
    """``queries/A.graphql:3:7``, or ``3:7`` for a document without a file; empty if the node was made here."""
    if node.loc is None:
        return ""
    found = get_location(node.loc.source, node.loc.start)
    return _shown(node.loc.source, found.line, found.column)


def problem(node: Node, message: str, advice: str = "") -> QueryError:
    """The QueryError for ``node``: where it is, what is wrong, what to do."""
    where = place(node)
    return QueryError(f"{where}: {message}" if where else message, advice=advice)


def refused(error: GraphQLError, advice: str = "") -> QueryError:
    """The QueryError for what graphql-core found, with the place it gave."""
    message = error.message if len(error.message) <= LONGEST else f"{error.message[:LONGEST]}..."
    if not error.locations:
        return QueryError(message, advice=advice)
    where = _shown(error.source, error.locations[0].line, error.locations[0].column)
    return QueryError(f"{where}: {message}", advice=advice)


def _shown(source: Source | None, line: int, column: int) -> str:
    """The place in the file that ``source`` was cut from, wherever in it the text began."""
    if source is None or source.name == UNNAMED:
        return f"{line}:{column}"
    start = source.location_offset
    return f"{source.name}:{line + start.line - 1}:{column + (start.column - 1 if line == 1 else 0)}"

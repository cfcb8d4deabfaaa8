"""What a Twenty server serves but does not introspect, declared, so that it can be validated too."""

from __future__ import annotations

from functools import lru_cache

from graphql import GraphQLSchema, extend_schema, parse

_TYPES = """
extend type Query {
  search(
    searchInput: String!, limit: Int!, after: String, filter: ObjectRecordFilterInput,
    includedObjectNameSingulars: [String!], excludedObjectNameSingulars: [String!]
  ): SearchResultConnection!
}
type SearchResultConnection { edges: [SearchResultEdge!]! pageInfo: SearchResultPageInfo! }
type SearchResultEdge { node: SearchRecord! cursor: String! }
type SearchResultPageInfo { endCursor: String hasNextPage: Boolean! }
type SearchRecord {
  recordId: UUID! objectNameSingular: String! objectLabelSingular: String! label: String! imageUrl: String
  tsRankCD: Float! tsRank: Float!
}
"""
_FILTER = """
input ObjectRecordFilterInput {
  and: [ObjectRecordFilterInput!] or: [ObjectRecordFilterInput!] not: ObjectRecordFilterInput
  id: UUIDFilter createdAt: DateTimeFilter updatedAt: DateTimeFilter deletedAt: DateTimeFilter
}
"""
_NEEDED = {"UUID", "UUIDFilter", "DateTimeFilter"}
_MADE = {"SearchResultConnection", "SearchResultEdge", "SearchResultPageInfo", "SearchRecord"}


def is_twenty(schema: GraphQLSchema) -> bool:
    """Whether these are a Twenty server's types."""
    return "OrderByDirection" in schema.type_map and "UUIDFilter" in schema.type_map


@lru_cache(maxsize=8)
def extend(schema: GraphQLSchema) -> GraphQLSchema:
    """``schema`` with the root ``search`` and its types, where it is Twenty's and lacks them; else itself."""
    query = schema.query_type
    if query is None or query.name != "Query" or "search" in query.fields or not is_twenty(schema):
        return schema
    if not set(schema.type_map) >= _NEEDED or _MADE & set(schema.type_map):
        return schema
    added = _TYPES if "ObjectRecordFilterInput" in schema.type_map else _TYPES + _FILTER
    return extend_schema(schema, parse(added))

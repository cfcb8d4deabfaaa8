"""The part of ``/metadata`` that the sandbox serves: objects with their fields, and the workspace.

The nodes are plain dicts that graphql-core's default resolvers read; the roots get their resolvers from the server.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from graphql import GraphQLSchema, build_schema

METADATA_SDL = '''
type Query {
  objects(
    """Limit or page results."""
    paging: CursorPaging! = {first: 10}

    """Specify to filter the records returned."""
    filter: ObjectFilter! = {}
  ): ObjectConnection!
  object(id: UUID!): Object!
  currentWorkspace: Workspace!
}

"""A UUID scalar type"""
scalar UUID
scalar JSON

"""Cursor for paging through collections"""
scalar ConnectionCursor

input CursorPaging {
  """Paginate before opaque cursor"""
  before: ConnectionCursor

  """Paginate after opaque cursor"""
  after: ConnectionCursor

  """Paginate first"""
  first: Int

  """Paginate last"""
  last: Int
}

input ObjectFilter {
  and: [ObjectFilter!]
  or: [ObjectFilter!]
  id: UUIDFilterComparison
  isActive: BooleanFieldComparison
  isSystem: BooleanFieldComparison
  isSearchable: BooleanFieldComparison
}

input UUIDFilterComparison {
  is: Boolean
  isNot: Boolean
  eq: UUID
  neq: UUID
  gt: UUID
  gte: UUID
  lt: UUID
  lte: UUID
  like: UUID
  notLike: UUID
  iLike: UUID
  notILike: UUID
  in: [UUID!]
  notIn: [UUID!]
}

input BooleanFieldComparison {
  is: Boolean
  isNot: Boolean
}

type ObjectConnection {
  """Paging information"""
  pageInfo: PageInfo!

  """Array of edges."""
  edges: [ObjectEdge!]!
}

type ObjectEdge {
  """The node containing the Object"""
  node: Object!

  """Cursor for this node."""
  cursor: ConnectionCursor!
}

type PageInfo {
  """true if paging forward and there are more records."""
  hasNextPage: Boolean

  """true if paging backwards and there are more records."""
  hasPreviousPage: Boolean

  """The cursor of the first returned record."""
  startCursor: ConnectionCursor

  """The cursor of the last returned record."""
  endCursor: ConnectionCursor
}

type Object {
  id: UUID!
  nameSingular: String!
  namePlural: String!
  labelSingular: String!
  labelPlural: String!
  description: String
  icon: String
  isActive: Boolean!
  isSystem: Boolean!
  isSearchable: Boolean!
  labelIdentifierFieldMetadataId: UUID
  duplicateCriteria: [[String!]!]
  fieldsList: [Field!]!
  indexMetadataList: [Index!]!
}

type Field {
  id: UUID!
  type: FieldMetadataType!
  name: String!
  label: String!
  description: String
  icon: String
  isActive: Boolean
  isSystem: Boolean
  isNullable: Boolean
  isUnique: Boolean
  defaultValue: JSON
  options: JSON
  settings: JSON
  objectMetadataId: UUID!
  relation: Relation
  morphRelations: [Relation!]
  object: Object
}

type Relation {
  type: RelationType!
  sourceObjectMetadata: Object!
  targetObjectMetadata: Object!
  sourceFieldMetadata: Field!
  targetFieldMetadata: Field!
}

"""Relation type"""
enum RelationType {
  ONE_TO_MANY
  MANY_TO_ONE
}

"""Type of the field"""
enum FieldMetadataType {
  ACTOR
  ADDRESS
  ARRAY
  BOOLEAN
  CURRENCY
  DATE
  DATE_TIME
  EMAILS
  FILES
  FULL_NAME
  LINKS
  MORPH_RELATION
  MULTI_SELECT
  NUMBER
  NUMERIC
  PHONES
  POSITION
  RATING
  RAW_JSON
  RELATION
  RICH_TEXT
  SELECT
  TEXT
  TS_VECTOR
  UUID
}

type Index {
  id: UUID!
  name: String!
  isUnique: Boolean!
  indexFieldMetadataList: [IndexField!]!
}

type IndexField {
  fieldMetadataId: UUID!
  order: Float!
}

type Workspace {
  id: UUID!
  displayName: String
  metadataVersion: Float!
  subdomain: String!
}
'''
Node = dict[str, Any]


@cache
def metadata_schema() -> GraphQLSchema:
    """Build the schema, once; the fields of ``Query`` have no resolvers yet."""
    return build_schema(METADATA_SDL)


def linked_nodes(nodes: Iterable[Mapping[str, Any]]) -> list[Node]:
    """Copies of object nodes whose relations hold the whole objects and fields, not only their ids and names.

    A recorded data model has what its query selected; with the links every selection that the schema allows is answered
    (the links make circles, so the result is for resolvers, not for JSON). Dangling ids keep what was recorded.
    """
    objects = {str(node["id"]): dict(node) for node in nodes}
    for copied in objects.values():
        copied["fieldsList"] = [
            {**field, "object": copied, "objectMetadataId": copied["id"]} for field in copied["fieldsList"]
        ]
    fields = {str(field["id"]): field for copied in objects.values() for field in copied["fieldsList"]}
    for field in fields.values():
        if field.get("relation"):
            field["relation"] = _linked(field["relation"], field, objects, fields)
        if field.get("morphRelations"):
            field["morphRelations"] = [_linked(morph, field, objects, fields) for morph in field["morphRelations"]]
    return list(objects.values())


def _linked(relation: Mapping[str, Any], field: Node, objects: Mapping[str, Node], fields: Mapping[str, Node]) -> Node:
    target, back = relation["targetObjectMetadata"], relation["targetFieldMetadata"]
    return {
        "type": relation["type"],
        "sourceObjectMetadata": field["object"],
        "sourceFieldMetadata": field,
        "targetObjectMetadata": objects.get(str(target["id"]), target),
        "targetFieldMetadata": fields.get(str(back["id"]), back),
    }

"""The schema of the part of ``/metadata`` that the sandbox serves, as the real server has it."""

from __future__ import annotations

METADATA_SDL = """
type Query {
  apiKeys: [ApiKey!]!, apiKey(input: GetApiKeyInput!): ApiKey, objectRecordCounts: [ObjectRecordCount!]!
  object(id: UUID!): Object!
  objects(paging: CursorPaging! = { first: 10 }, filter: ObjectFilter! = {  }): ObjectConnection!
  currentWorkspace: Workspace!, field(id: UUID!): Field!
  fields(paging: CursorPaging! = { first: 10 }, filter: FieldFilter! = {  }): FieldConnection!, getRoles: [Role!]!
  webhooks: [Webhook!]!, webhook(id: UUID!): Webhook
}

type ApiKey {
  id: UUID!, name: String!, expiresAt: DateTime!, revokedAt: DateTime, createdAt: DateTime!, updatedAt: DateTime!
  role: Role!
}

scalar UUID
scalar DateTime

type Role {
  id: UUID!, universalIdentifier: UUID, label: String!, description: String, icon: String, isEditable: Boolean!
  canBeAssignedToUsers: Boolean!, canBeAssignedToAgents: Boolean!, canBeAssignedToApiKeys: Boolean!
  canUpdateAllSettings: Boolean!, canAccessAllTools: Boolean!, canReadAllObjectRecords: Boolean!
  canUpdateAllObjectRecords: Boolean!, canSoftDeleteAllObjectRecords: Boolean!, canDestroyAllObjectRecords: Boolean!
}

input GetApiKeyInput {
  id: UUID!
}

type ObjectRecordCount {
  objectNamePlural: String!, totalCount: Int!
}

type Object {
  id: UUID!, universalIdentifier: String!, nameSingular: String!, namePlural: String!, labelSingular: String!
  labelPlural: String!, description: String, icon: String, shortcut: String, color: String, isRemote: Boolean!
  isActive: Boolean!, isSystem: Boolean!, isUIEditable: Boolean!, isUICreatable: Boolean!
  isUIReadOnly: Boolean! @deprecated(reason: "Use isUIEditable"), isSearchable: Boolean!, applicationId: UUID!
  createdAt: DateTime!, updatedAt: DateTime!, labelIdentifierFieldMetadataId: UUID
  imageIdentifierFieldMetadataId: UUID, isLabelSyncedWithName: Boolean!, duplicateCriteria: [[String!]!]
  fieldsList: [Field!]!, indexMetadataList: [Index!]!, searchFieldMetadataList: [SearchField!]!
  fields(paging: CursorPaging! = { first: 10 }, filter: FieldFilter! = {  }): ObjectFieldsConnection!
  indexMetadatas(paging: CursorPaging! = { first: 10 }, filter: IndexFilter! = {  }): ObjectIndexMetadatasConnection!
}

type Field {
  id: UUID!, universalIdentifier: String!, type: FieldMetadataType!, name: String!, label: String!
  description: String, icon: String, isActive: Boolean, isSystem: Boolean, isUIEditable: Boolean
  isUIReadOnly: Boolean @deprecated(reason: "Use isUIEditable"), isNullable: Boolean, isUnique: Boolean
  defaultValue: JSON, options: JSON, settings: JSON, objectMetadataId: UUID!, isLabelSyncedWithName: Boolean
  morphId: UUID, createdAt: DateTime!, updatedAt: DateTime!, applicationId: UUID!, relation: Relation
  morphRelations: [Relation!], object: Object
}

enum FieldMetadataType {
  ACTOR ADDRESS ARRAY BOOLEAN CURRENCY DATE DATE_TIME EMAILS FILES FULL_NAME LINKS MORPH_RELATION MULTI_SELECT
  NUMBER NUMERIC PHONES POSITION RATING RAW_JSON RELATION RICH_TEXT SELECT TEXT TS_VECTOR UUID
}

scalar JSON

type Relation {
  type: RelationType!, sourceObjectMetadata: Object!, targetObjectMetadata: Object!, sourceFieldMetadata: Field!
  targetFieldMetadata: Field!
}

enum RelationType { ONE_TO_MANY MANY_TO_ONE }

type Index {
  id: UUID!, name: String!, isCustom: Boolean, isUnique: Boolean!, indexWhereClause: String, indexType: IndexType!
  createdAt: DateTime!, updatedAt: DateTime!, indexFieldMetadataList: [IndexField!]!
}

enum IndexType { BTREE GIN }

type IndexField {
  id: UUID!, fieldMetadataId: UUID!, order: Float!, subFieldName: String, createdAt: DateTime!, updatedAt: DateTime!
}

type SearchField {
  id: UUID!, fieldMetadataId: UUID!, tsVectorFieldMetadataId: UUID!, position: Float!, createdAt: DateTime!
  updatedAt: DateTime!
}

type ObjectFieldsConnection {
  pageInfo: PageInfo!, edges: [FieldEdge!]!
}

type PageInfo {
  hasNextPage: Boolean, hasPreviousPage: Boolean, startCursor: ConnectionCursor, endCursor: ConnectionCursor
}

scalar ConnectionCursor

type FieldEdge {
  node: Field!, cursor: ConnectionCursor!
}

input CursorPaging {
  before: ConnectionCursor, after: ConnectionCursor, first: Int, last: Int
}

input FieldFilter {
  and: [FieldFilter!], or: [FieldFilter!], id: UUIDFilterComparison, isActive: BooleanFieldComparison
  isSystem: BooleanFieldComparison, isUIEditable: BooleanFieldComparison, isUIReadOnly: BooleanFieldComparison
  objectMetadataId: UUIDFilterComparison
}

input UUIDFilterComparison {
  is: Boolean, isNot: Boolean, eq: UUID, neq: UUID, gt: UUID, gte: UUID, lt: UUID, lte: UUID, like: UUID
  notLike: UUID, iLike: UUID, notILike: UUID, in: [UUID!], notIn: [UUID!]
}

input BooleanFieldComparison {
  is: Boolean, isNot: Boolean
}

type ObjectIndexMetadatasConnection {
  pageInfo: PageInfo!, edges: [IndexEdge!]!
}

type IndexEdge {
  node: Index!, cursor: ConnectionCursor!
}

input IndexFilter {
  and: [IndexFilter!], or: [IndexFilter!], id: UUIDFilterComparison, isCustom: BooleanFieldComparison
}

type ObjectConnection {
  pageInfo: PageInfo!, edges: [ObjectEdge!]!
}

type ObjectEdge {
  node: Object!, cursor: ConnectionCursor!
}

input ObjectFilter {
  and: [ObjectFilter!], or: [ObjectFilter!], id: UUIDFilterComparison, isRemote: BooleanFieldComparison
  isActive: BooleanFieldComparison, isSystem: BooleanFieldComparison, isUIEditable: BooleanFieldComparison
  isUICreatable: BooleanFieldComparison, isUIReadOnly: BooleanFieldComparison, isSearchable: BooleanFieldComparison
}

type Workspace {
  id: UUID!, displayName: String, inviteHash: String, deletedAt: DateTime, createdAt: DateTime!, updatedAt: DateTime!
  trashRetentionDays: Float!, workspaceMembersCount: Float, activationStatus: WorkspaceActivationStatus!
  metadataVersion: Float!, databaseSchema: String, subdomain: String!, customDomain: String
  isGoogleAuthEnabled: Boolean!, isPasswordAuthEnabled: Boolean!, isMicrosoftAuthEnabled: Boolean!, defaultRole: Role
}

enum WorkspaceActivationStatus { ONGOING_CREATION PENDING_CREATION ACTIVE INACTIVE SUSPENDED }

type FieldConnection {
  pageInfo: PageInfo!, edges: [FieldEdge!]!
}

type Webhook {
  id: UUID!, targetUrl: String!, operations: [String!]!, description: String, secret: String!, applicationId: UUID!
  createdAt: DateTime!, updatedAt: DateTime!, deletedAt: DateTime
}

type Mutation {
  createFileUpload(filename: String!, size: Float!, fileFolder: FileFolder!,
    fieldMetadataId: String, fieldMetadataUniversalIdentifier: String): FileUploadTarget!
  completeFileUpload(fileId: String!): FileWithSignedUrl!, createApiKey(input: CreateApiKeyInput!): ApiKey!
  updateApiKey(input: UpdateApiKeyInput!): ApiKey, revokeApiKey(input: RevokeApiKeyInput!): ApiKey
  assignRoleToApiKey(apiKeyId: UUID!, roleId: UUID!): Boolean!, createOneObject(input: CreateOneObjectInput!): Object!
  deleteOneObject(input: DeleteOneObjectInput!): Object!, updateOneObject(input: UpdateOneObjectInput!): Object!
  createOneIndex(input: CreateOneIndexInput!): Index!, deleteOneIndex(input: DeleteOneIndexInput!): Index!
  createOneField(input: CreateOneFieldMetadataInput!): Field!
  updateOneField(input: UpdateOneFieldMetadataInput!): Field!, deleteOneField(input: DeleteOneFieldInput!): Field!
  createWebhook(input: CreateWebhookInput!): Webhook!, updateWebhook(input: UpdateWebhookInput!): Webhook!
  deleteWebhook(id: UUID!): Webhook!, generateApiKeyToken(apiKeyId: UUID!, expiresAt: String!): ApiKeyToken!
}

type FileUploadTarget {
  fileId: UUID!, uploadUrl: String!, contentType: String!, expiresAt: DateTime!
}

enum FileFolder {
  CorePicture AgentChat BuiltLogicFunction BuiltFrontComponent PublicAsset Source FilesField Dependencies
  Workflow EmailAttachment AppTarball GeneratedSdkClient Dpa
}

type FileWithSignedUrl {
  id: UUID!, path: String!, size: Float!, createdAt: DateTime!, url: String!
}

input CreateApiKeyInput {
  name: String!, expiresAt: String!, revokedAt: String, roleId: UUID!
}

input UpdateApiKeyInput {
  id: UUID!, name: String, expiresAt: String, revokedAt: String
}

input RevokeApiKeyInput {
  id: UUID!
}

input CreateOneObjectInput {
  object: CreateObjectInput!
}

input CreateObjectInput {
  nameSingular: String!, namePlural: String!, labelSingular: String!, labelPlural: String!, description: String
  icon: String, shortcut: String, color: String, skipNameField: Boolean, isRemote: Boolean
  primaryKeyColumnType: String, primaryKeyFieldMetadataSettings: JSON, isLabelSyncedWithName: Boolean
}

input DeleteOneObjectInput {
  id: UUID!
}

input UpdateOneObjectInput {
  update: UpdateObjectPayload!, id: UUID!
}

input UpdateObjectPayload {
  labelSingular: String, labelPlural: String, nameSingular: String, namePlural: String, description: String
  icon: String, shortcut: String, color: String, isActive: Boolean, labelIdentifierFieldMetadataId: UUID
  imageIdentifierFieldMetadataId: UUID, isLabelSyncedWithName: Boolean, isSearchable: Boolean
}

input CreateOneIndexInput {
  index: CreateIndexInput!
}

input CreateIndexInput {
  objectMetadataId: UUID!, fields: [CreateIndexFieldInput!]!, indexType: IndexType! = BTREE
}

input CreateIndexFieldInput {
  fieldMetadataId: UUID!, subFieldName: String
}

input DeleteOneIndexInput {
  id: UUID!
}

input CreateOneFieldMetadataInput {
  field: CreateFieldInput!
}

input CreateFieldInput {
  type: FieldMetadataType!, name: String!, label: String!, description: String, icon: String, isActive: Boolean
  isSystem: Boolean, isUIEditable: Boolean, isUIReadOnly: Boolean, isNullable: Boolean, isUnique: Boolean
  defaultValue: JSON, options: JSON, settings: JSON, objectMetadataId: UUID!, isLabelSyncedWithName: Boolean
  isRemoteCreation: Boolean, relationCreationPayload: JSON, morphRelationsCreationPayload: [JSON!]
}

input UpdateOneFieldMetadataInput {
  id: UUID!, update: UpdateFieldInput!
}

input UpdateFieldInput {
  universalIdentifier: String, name: String, label: String, description: String, icon: String, isActive: Boolean
  isSystem: Boolean, isUIEditable: Boolean, isUIReadOnly: Boolean, isNullable: Boolean, isUnique: Boolean
  defaultValue: JSON, options: JSON, settings: JSON, objectMetadataId: UUID, isLabelSyncedWithName: Boolean
  morphRelationsUpdatePayload: [JSON!]
}

input DeleteOneFieldInput {
  id: UUID!
}

input CreateWebhookInput {
  id: UUID, targetUrl: String!, operations: [String!]!, description: String, secret: String
}

input UpdateWebhookInput {
  id: UUID!, update: UpdateWebhookInputUpdates!
}

input UpdateWebhookInputUpdates {
  targetUrl: String, operations: [String!], description: String, secret: String
}

type ApiKeyToken {
  token: String!
}
"""

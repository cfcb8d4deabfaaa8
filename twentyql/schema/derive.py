"""GraphQL types -> SchemaModel: which objects, fields and relations the types alone tell of.

An object is a type whose connection (``edges``/``pageInfo``, Relay's connection specification) a root field lists.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_required_argument,
    is_required_input_field,
    print_schema,
)

from twentyql.errors import SchemaError
from twentyql.schema.kinds import kind_of, options_of
from twentyql.schema.model import (
    Cardinality,
    FieldModel,
    InputFieldModel,
    InputModel,
    ObjectModel,
    RelationModel,
    Roots,
    SchemaModel,
)
from twentyql.schema.relay import derive_relay

MOST_PARTS_DEPTH = 3


def derive(schema: GraphQLSchema) -> SchemaModel:
    """The model that the GraphQL types alone tell; SchemaError if no root field lists a connection."""
    if schema.query_type is None:
        raise SchemaError("The schema has no query type, so nothing can be read from it.")
    model = _derive_twenty(schema, schema.query_type) if _is_twenty(schema) else derive_relay(schema, schema.query_type)
    types = [t for name, t in schema.type_map.items() if not name.startswith("__")]
    return replace(
        model,
        enums={t.name: tuple(t.values) for t in types if isinstance(t, GraphQLEnumType)},
        scalars=tuple(t.name for t in types if isinstance(t, GraphQLScalarType)),
        inputs={t.name: _input(t) for t in types if isinstance(t, GraphQLInputObjectType)},
        digest=hashlib.sha256(print_schema(schema).encode()).hexdigest()[:16],
    )


def _input(of: GraphQLInputObjectType) -> InputModel:
    fields = [
        InputFieldModel(
            name,
            get_named_type(field.type).name,
            is_list=isinstance(get_nullable_type(field.type), GraphQLList),
            required=is_required_input_field(field),
        )
        for name, field in of.fields.items()
    ]
    return InputModel(of.name, tuple(fields))


def _is_twenty(schema: GraphQLSchema) -> bool:
    return "OrderByDirection" in schema.type_map and "UUIDFilter" in schema.type_map


def _derive_twenty(schema: GraphQLSchema, query: GraphQLObjectType) -> SchemaModel:
    listed = dict(_listed_objects(query))
    if not listed:
        raise SchemaError("No root field of the schema is a connection (edges and pageInfo), so it lists no objects.")
    singulars = {record.name: _singular(query, record) for record in listed.values()}
    drafts = [_object(schema, root, record, singulars) for root, record in listed.items()]
    return SchemaModel(tuple(_with_join_columns(draft, {d.singular: d for d in drafts}) for draft in drafts))


def connection_node(output: GraphQLOutputType) -> GraphQLObjectType | None:
    """The record type of a connection type, or None if ``output`` is no connection."""
    named = get_named_type(output)
    if not isinstance(named, GraphQLObjectType) or "edges" not in named.fields or "pageInfo" not in named.fields:
        return None
    edge = get_named_type(named.fields["edges"].type)
    if not isinstance(edge, GraphQLObjectType) or "node" not in edge.fields:
        return None
    node = get_named_type(edge.fields["node"].type)
    return node if isinstance(node, GraphQLObjectType) else None


def _listed_objects(query: GraphQLObjectType) -> Iterator[tuple[str, GraphQLObjectType]]:
    seen: set[str] = set()
    for name, root in query.fields.items():
        record = connection_node(root.type)
        if record and record.name not in seen and not isinstance(get_nullable_type(root.type), GraphQLList):
            seen.add(record.name)
            yield name, record


def _singular(query: GraphQLObjectType, record: GraphQLObjectType) -> str:
    usual = record.name[0].lower() + record.name[1:]
    if usual in query.fields:
        return usual
    named = (n for n, f in query.fields.items() if get_nullable_type(f.type) is record)
    return next(named, usual)


def _object(schema: GraphQLSchema, root: str, record: GraphQLObjectType, singulars: dict[str, str]) -> ObjectModel:
    query = schema.query_type
    assert query is not None
    arguments = query.fields[root].args
    filter_type = get_named_type(arguments["filter"].type) if "filter" in arguments else None
    order_type = get_named_type(arguments["orderBy"].type) if "orderBy" in arguments else None
    fields, relations = _members(record, singulars, filter_type, order_type)
    connection = get_named_type(query.fields[root].type)
    assert isinstance(connection, GraphQLObjectType)
    names = {field.name for field in fields}
    return ObjectModel(
        singular=singulars[record.name],
        plural=root,
        type_name=record.name,
        fields=fields,
        relations=relations,
        roots=_roots(schema, root, singulars[record.name], record.name),
        label=record.name,
        label_plural=root,
        description=record.description or "",
        label_field=next((n for n in ("name", "title", "label", "id") if n in names), None),
        filter_type=filter_type.name if filter_type else None,
        order_type=order_type.name if order_type else None,
        create_type=_type_name(schema, f"{record.name}CreateInput"),
        update_type=_type_name(schema, f"{record.name}UpdateInput"),
        connection_type=connection.name,
        aggregates=tuple(n for n in connection.fields if n not in ("edges", "pageInfo", "nodes")),
    )


def _type_name(schema: GraphQLSchema, name: str) -> str | None:
    return name if name in schema.type_map else None


def _roots(schema: GraphQLSchema, plural: str, singular: str, type_name: str) -> Roots:
    queries = schema.query_type.fields if schema.query_type else {}
    mutations = schema.mutation_type.fields if schema.mutation_type else {}
    many = plural[0].upper() + plural[1:]

    def query(name: str) -> str | None:
        return name if name in queries else None

    def mutation(name: str) -> str | None:
        return name if name in mutations else None

    return Roots(
        many=plural,
        one=query(singular),
        group_by=query(f"{plural}GroupBy"),
        duplicates=query(f"{singular}Duplicates"),
        create=mutation(f"create{type_name}"),
        create_many=mutation(f"create{many}"),
        update=mutation(f"update{type_name}"),
        update_many=mutation(f"update{many}"),
        delete=mutation(f"delete{type_name}"),
        delete_many=mutation(f"delete{many}"),
        destroy=mutation(f"destroy{type_name}"),
        destroy_many=mutation(f"destroy{many}"),
        restore=mutation(f"restore{type_name}"),
        restore_many=mutation(f"restore{many}"),
        merge=mutation(f"merge{many}"),
    )


def _members(
    record: GraphQLObjectType,
    singulars: dict[str, str],
    filter_type: GraphQLNamedType | None,
    order_type: GraphQLNamedType | None,
) -> tuple[tuple[FieldModel, ...], tuple[RelationModel, ...]]:
    fields: list[FieldModel] = []
    relations: list[RelationModel] = []
    for name, source in record.fields.items():
        if any(isinstance(a.type, GraphQLNonNull) and a.default_value is None for a in source.args.values()):
            continue  # a field that needs arguments has no place in a plain selection
        relation = _relation(name, source, singulars)
        if relation:
            relations.append(relation)
        elif value := _field(name, source, filter_type, order_type):
            fields.append(value)
    to_ones = {f"{r.name}Id": r.name for r in relations if not r.is_to_many}
    tied = [_replace_foreign_key(f, to_ones.get(f.name)) for f in fields]
    columns = {f.name for f in fields}
    known = [_own_join_column(r, columns) for r in relations]
    return tuple(tied), tuple(known)


def _replace_foreign_key(field: FieldModel, relation: str | None) -> FieldModel:
    return replace(field, foreign_key_of=relation) if relation else field


def _own_join_column(relation: RelationModel, columns: set[str]) -> RelationModel:
    column = f"{relation.name}Id"
    return replace(relation, join_column=column) if not relation.is_to_many and column in columns else relation


def _relation(name: str, source: GraphQLField, singulars: dict[str, str]) -> RelationModel | None:
    if _needs_arguments(source):
        return None
    record = connection_node(source.type)
    if record:
        if record.name not in singulars:
            return None
        return RelationModel(
            name=name,
            target=singulars[record.name],
            cardinality=Cardinality.TO_MANY,
            nullable=not isinstance(source.type, GraphQLNonNull),
            description=source.description or "",
            connection_type=get_named_type(source.type).name,
        )
    nullable_type = get_nullable_type(source.type)
    if isinstance(nullable_type, GraphQLObjectType) and nullable_type.name in singulars:
        return RelationModel(
            name=name,
            target=singulars[nullable_type.name],
            cardinality=Cardinality.TO_ONE,
            nullable=not isinstance(source.type, GraphQLNonNull),
            description=source.description or "",
        )
    return None


def _needs_arguments(source: GraphQLField) -> bool:
    """Whether a plain selection of the field is refused."""
    return any(is_required_argument(argument) for argument in source.args.values())


def _field(
    name: str,
    source: GraphQLField,
    filter_type: GraphQLNamedType | None,
    order_type: GraphQLNamedType | None,
    depth: int = 0,
) -> FieldModel | None:
    if _needs_arguments(source):
        return None
    nullable_type = get_nullable_type(source.type)
    is_list = isinstance(nullable_type, GraphQLList)
    named = get_named_type(source.type)
    accepted = _input_field(filter_type, name)
    order = _input_field(order_type, name)
    parts: tuple[FieldModel, ...] = ()
    if isinstance(named, GraphQLObjectType):
        if depth >= MOST_PARTS_DEPTH or connection_node(named):
            return None
        drafts = (_field(n, f, accepted, order, depth + 1) for n, f in named.fields.items())
        parts = tuple(p for p in drafts if p)
        if not parts:
            return None  # nothing plain to select below it
    elif not isinstance(named, (GraphQLScalarType, GraphQLEnumType)):
        return None  # interfaces and unions: no plain selection reads them
    is_leaf = isinstance(accepted, GraphQLInputObjectType) and not parts
    return FieldModel(
        name=name,
        kind=kind_of(named, is_list),
        type_name=named.name,
        nullable=not isinstance(source.type, GraphQLNonNull),
        is_list=is_list,
        label=name,
        description=source.description or "",
        options=options_of(named),
        parts=parts,
        operators=tuple(accepted.fields) if is_leaf and isinstance(accepted, GraphQLInputObjectType) else (),
        filter_type=accepted.name if accepted else None,
        sortable=isinstance(order, GraphQLEnumType),
    )


def _input_field(input_type: GraphQLNamedType | None, name: str) -> GraphQLNamedType | None:
    if isinstance(input_type, GraphQLInputObjectType) and name in input_type.fields:
        named: GraphQLNamedType = get_named_type(input_type.fields[name].type)
        return named
    return None


def _with_join_columns(parent: ObjectModel, objects: dict[str, ObjectModel]) -> ObjectModel:
    """Tie each to-many to the column of its target that leads back, where the types leave no doubt."""
    relations = tuple(
        replace(r, inverse=back.name, join_column=back.join_column)
        if r.is_to_many and (back := _way_back(parent, r, objects[r.target]))
        else r
        for r in parent.relations
    )
    return replace(parent, relations=relations)


def _way_back(parent: ObjectModel, relation: RelationModel, target: ObjectModel) -> RelationModel | None:
    ways = [
        r for r in target.relations if not r.is_to_many and r.target == parent.singular and r.join_column is not None
    ]
    if len(ways) == 1:
        rivals = [r for r in parent.relations if r.is_to_many and r.target == target.singular]
        return ways[0] if len(rivals) == 1 else None
    return None

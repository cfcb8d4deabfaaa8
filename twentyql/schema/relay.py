"""GraphQL types of any Relay server -> SchemaModel: every type that a query can reach, not only those that are listed.

An object is a type with an id, with relations, or an interface or union; a type of plain values only is a composite of
the object that holds it. Connections, their edges and PageInfo are how lists come, and no objects themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLType,
    GraphQLUnionType,
    get_named_type,
    get_nullable_type,
    is_required_argument,
)

from twentyql.errors import SchemaError
from twentyql.schema.kinds import kind_of, options_of
from twentyql.schema.model import (
    ArgumentModel,
    Cardinality,
    FieldModel,
    Kind,
    ObjectModel,
    RelationModel,
    Roots,
    SchemaModel,
)

PAGING = frozenset({"first", "after", "last", "before"})
TYPENAME = FieldModel("__typename", Kind.TEXT, "String", nullable=False, label="__typename")
Holder = GraphQLObjectType | GraphQLInterfaceType
Record = GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType


def derive_relay(schema: GraphQLSchema, query: GraphQLObjectType) -> SchemaModel:
    """The model of everything that ``query`` leads to; SchemaError if that is no object at all."""
    records = _records(list(_reached(schema, query)), _listed(schema))
    if not records:
        raise SchemaError("No root field of the schema is a connection or leads to records, so it lists no objects.")
    made = _Made(schema, query, records, _singulars(records))
    objects = tuple(made.object(record) for record in records.values())
    if all(not o.fields and not o.relations for o in objects):
        raise SchemaError("The objects of the schema have no fields that can be read.")
    return SchemaModel(
        objects=objects,
        dialect="relay",
        query=made.query_object(),
        by_id=_by_id(query),
        counted=frozenset(_counted(schema)),
    )


def node_of(output: GraphQLType) -> Record | None:
    """What a connection lists: an object, an interface or a union; None if ``output`` is no connection."""
    named = get_named_type(output)
    if not isinstance(named, GraphQLObjectType) or not {"edges", "pageInfo"} <= named.fields.keys():
        return None
    edge = get_named_type(named.fields["edges"].type)
    if not isinstance(edge, GraphQLObjectType) or "node" not in edge.fields:
        return None
    node = get_named_type(edge.fields["node"].type)
    return node if isinstance(node, GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType) else None


def _reached(schema: GraphQLSchema, query: GraphQLObjectType) -> Iterator[Record]:
    """Every composite type that a query can lead to, in the schema's order, without the machinery of paging."""
    seen: set[str] = set()
    todo: list[GraphQLNamedType] = [query]
    machinery = {"PageInfo", query.name}
    while todo:
        here = todo.pop()
        if here.name in seen:
            continue
        seen.add(here.name)
        if node_of(here) and isinstance(here, GraphQLObjectType):
            machinery |= {here.name, get_named_type(here.fields["edges"].type).name}
        if isinstance(here, GraphQLUnionType | GraphQLInterfaceType):
            todo += schema.get_possible_types(here)
        if isinstance(here, GraphQLObjectType | GraphQLInterfaceType):
            todo += (get_named_type(source.type) for source in here.fields.values())
    for name, type_ in schema.type_map.items():
        wanted = name in seen and name not in machinery and name[:2] != "__"
        if wanted and isinstance(type_, GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType):
            yield type_


def _listed(schema: GraphQLSchema) -> set[str]:
    """The types that connections list."""
    nodes = (node_of(type_) for type_ in schema.type_map.values() if isinstance(type_, GraphQLObjectType))
    return {node.name for node in nodes if node}


def _records(reached: list[Record], listed: set[str]) -> dict[str, Record]:
    """The types that are objects; the others are composites of plain values."""
    return {type_.name: type_ for type_ in reached if type_.name in listed or not _is_plain(type_)}


def _is_plain(type_: Record) -> bool:
    if not isinstance(type_, GraphQLObjectType) or "id" in type_.fields:
        return False
    return all(_is_leaf(get_named_type(source.type)) for source in type_.fields.values())


def _is_leaf(named: GraphQLNamedType | None) -> bool:
    return isinstance(named, GraphQLScalarType | GraphQLEnumType)


def _singulars(records: Mapping[str, Record]) -> dict[str, str]:
    """A singular for each type, different for all: ``PullRequest`` is ``pullRequest``."""
    used: set[str] = set()
    made: dict[str, str] = {}
    for name in records:
        usual = name[0].lower() + name[1:]
        made[name] = usual if usual not in used and (usual == name or usual not in records) else name
        used.add(made[name])
    return made


def plural_of(singular: str) -> str:
    """The name for many of them, where no list of the server gives one."""
    if singular[-1:] == "y" and singular[-2:-1] not in "aeiou":
        return f"{singular[:-1]}ies"
    return f"{singular}es" if singular.endswith(("s", "x", "z", "ch", "sh")) else f"{singular}s"


class _Made:
    """Makes the objects of one schema; a name that is given is not given again."""

    def __init__(
        self,
        schema: GraphQLSchema,
        query: GraphQLObjectType,
        records: Mapping[str, Record],
        singulars: Mapping[str, str],
    ) -> None:
        self._schema = schema
        self._query = query
        self._records = records
        self._singulars = singulars
        self._lists = dict(_lists(query, records))
        self._taken = {*singulars.values(), *records, *self._lists.values()}

    def object(self, record: Record) -> ObjectModel:
        singular = self._singulars[record.name]
        fields, relations = self._members(record)
        names = {field.name for field in fields}
        abstract = not isinstance(record, GraphQLObjectType)
        possible = self._schema.get_possible_types(record) if abstract else ()  # type: ignore[arg-type]
        many = self._lists.get(record.name)
        connection = get_named_type(self._query.fields[many].type) if many else None
        return ObjectModel(
            singular=singular,
            plural=many or self._plural(singular),
            type_name=record.name,
            fields=fields,
            relations=relations,
            roots=Roots(many=many, one=_one(self._query, record)),
            label=record.name,
            label_plural=many or plural_of(record.name),
            description=record.description or "",
            label_field=next((n for n in ("name", "title", "label", "login", "id") if n in names), None),
            connection_type=connection.name if connection else None,
            aggregates=("totalCount",) if connection and "totalCount" in getattr(connection, "fields", {}) else (),
            possible=tuple(sorted(t.name for t in possible if t.name in self._records)),
        )

    def query_object(self) -> ObjectModel:
        """The query type, whose members are the root fields."""
        fields, relations = self._members(self._query)
        name = self._query.name
        return ObjectModel(name, name, name, fields, relations, label=name, label_plural=name)

    def _plural(self, singular: str) -> str:
        wanted = plural_of(singular)
        while wanted in self._taken:
            wanted += "_"
        self._taken.add(wanted)
        return wanted

    def _members(self, holder: Record) -> tuple[tuple[FieldModel, ...], tuple[RelationModel, ...]]:
        fields: list[FieldModel] = [] if isinstance(holder, GraphQLObjectType) else [TYPENAME]
        relations: list[RelationModel] = []
        for name, source in getattr(holder, "fields", {}).items():
            if relation := self._relation(name, source):
                relations.append(relation)
            elif value := _value(name, source, self._records):
                fields.append(value)
        return tuple(fields), tuple(relations)

    def _relation(self, name: str, source: GraphQLField) -> RelationModel | None:
        node = node_of(source.type)
        target = (node or get_named_type(source.type)).name
        if target not in self._records:
            return None
        outer = get_nullable_type(source.type)
        if isinstance(outer, GraphQLList) and (node or isinstance(get_nullable_type(outer.of_type), GraphQLList)):
            return None  # lists of lists
        many = bool(node) or isinstance(outer, GraphQLList)
        return RelationModel(
            name=name,
            target=self._singulars[target],
            cardinality=Cardinality.TO_MANY if many else Cardinality.TO_ONE,
            nullable=not isinstance(source.type, GraphQLNonNull),
            description=source.description or "",
            connection_type=get_named_type(source.type).name if node else None,
            arguments=_arguments(source, PAGING if node else frozenset()),
        )


def _counted(schema: GraphQLSchema) -> Iterator[str]:
    """The connection types that tell how many records they list."""
    for name, type_ in schema.type_map.items():
        if isinstance(type_, GraphQLObjectType) and "totalCount" in type_.fields and node_of(type_):
            yield name


def _lists(query: GraphQLObjectType, records: Mapping[str, Record]) -> Iterator[tuple[str, str]]:
    """For each type, the root field that lists it: the first that needs no argument, or else the first."""
    seen: set[str] = set()
    for name, source in sorted(query.fields.items(), key=lambda item: _needs(item[1])):
        node = node_of(source.type)
        pages = {"first", "after"} <= source.args.keys()
        if node and pages and node.name in records and node.name not in seen:
            seen.add(node.name)
            yield node.name, name


def _one(query: GraphQLObjectType, record: Record) -> str | None:
    """The root field that gives a record by its id alone."""
    found = [
        name
        for name, source in query.fields.items()
        if get_nullable_type(source.type) is record
        and "id" in source.args
        and not any(is_required_argument(a) for n, a in source.args.items() if n != "id")
    ]
    usual = record.name[0].lower() + record.name[1:]
    return usual if usual in found else next(iter(found), None)


def _by_id(query: GraphQLObjectType) -> str | None:
    """``node(id:)``, as Relay's object identification has it."""
    source = query.fields.get("node")
    interface = source and get_nullable_type(source.type)
    return "node" if source and "id" in source.args and isinstance(interface, GraphQLInterfaceType) else None


def _needs(source: GraphQLField) -> bool:
    return any(is_required_argument(argument) for argument in source.args.values())


def _arguments(source: GraphQLField, without: frozenset[str] = frozenset()) -> tuple[ArgumentModel, ...]:
    return tuple(
        ArgumentModel(name, str(argument.type), is_required_argument(argument))
        for name, argument in source.args.items()
        if name not in without
    )


def _value(name: str, source: GraphQLField, records: Mapping[str, Record]) -> FieldModel | None:
    """The field, if it holds values: a scalar, an enum, or a composite of them."""
    named = get_named_type(source.type)
    is_list = isinstance(get_nullable_type(source.type), GraphQLList)
    parts: tuple[FieldModel, ...] = ()
    if isinstance(named, GraphQLObjectType):
        if named.name in records or not _is_plain(named):
            return None
        drafts = (_value(n, f, records) for n, f in named.fields.items() if not _needs(f))
        parts = tuple(part for part in drafts if part)
        if not parts:
            return None
    elif not _is_leaf(named):
        return None
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
        arguments=_arguments(source),
    )

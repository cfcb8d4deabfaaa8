"""Which list an operation pages through, and what must be asked beside it to read that list whole.

An operation pages if one variable feeds the ``after`` of one connection, which every request asks for, and nothing
else: ``people(first: $first, after: $after) { edges { node { ... } } }``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    NameNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    Visitor,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    visit,
)
from graphql.type import is_required_argument

Fragments = Mapping[str, FragmentDefinitionNode]
_Type = GraphQLObjectType | GraphQLInterfaceType


@dataclass(frozen=True, slots=True)
class Paging:
    """The list that an operation pages through.

    ``path`` are the keys that lead to the connection in the answer, ``after`` and ``first`` the variables that move
    and size its pages, ``items`` is ``edges`` or ``nodes``; ``counts`` says that the list knows its total, ``ids``
    that its nodes have an id.
    """

    path: tuple[str, ...]
    after: str
    first: str | None
    items: str
    counts: bool
    ids: bool


@dataclass(frozen=True, slots=True)
class _Place:
    """A field of the operation, with the fields that lead to it from the root."""

    way: tuple[FieldNode, ...]
    type: GraphQLNamedType

    @property
    def field(self) -> FieldNode:
        return self.way[-1]


def paging_of(document: DocumentNode, schema: GraphQLSchema) -> Paging | None:
    """How the operation of ``document`` pages; None if it does not."""
    operation = next(d for d in document.definitions if isinstance(d, OperationDefinitionNode))
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    place = _paged(operation, schema)
    if place is None or not isinstance(place.type, GraphQLObjectType | GraphQLInterfaceType):
        return None
    arguments = {a.name.value: a.value for a in place.field.arguments or ()}
    after, first = arguments["after"], arguments.get("first")
    assert isinstance(after, VariableNode)
    if _uses(document, after.name.value) != 1 or not {"hasNextPage", "endCursor"} <= _fields_of(place.type, "pageInfo"):
        return None
    found = _items(place, fragments)
    if found is None:
        return None
    items, node = found
    has_id = isinstance(node, GraphQLObjectType | GraphQLInterfaceType) and _is_plain(node, "id")
    return Paging(
        path=tuple(_key(field) for field in place.way),
        after=after.name.value,
        first=first.name.value if isinstance(first, VariableNode) else None,
        items=items,
        counts=_is_plain(place.type, "totalCount"),
        ids=has_id,
    )


def with_paging(document: DocumentNode, paging: Paging) -> DocumentNode:
    """``document`` that also asks for what moves the pages and proves them whole: cursor, count and ids."""
    asked = [_asked("pageInfo", "hasNextPage", "endCursor"), *([_asked("totalCount")] if paging.counts else [])]
    if paging.ids:
        node = _asked("id")
        nodes = _field("edges", _field("node", node)) if paging.items == "edges" else _field("nodes", node)
        asked.append(nodes)
    definitions = (
        replace(d, selection_set=_added(d.selection_set, paging.path, asked))
        if isinstance(d, OperationDefinitionNode)
        else d
        for d in document.definitions
    )
    return replace(document, definitions=tuple(definitions))


def _paged(operation: OperationDefinitionNode, schema: GraphQLSchema) -> _Place | None:
    """The one field with a variable for ``after``, if no list and no condition stands on the way to it."""
    roots = operation.selection_set.selections
    if operation.operation.value != "query" or schema.query_type is None or len(roots) != 1:
        return None
    found = list(_places(operation.selection_set, schema.query_type, ()))
    return found[0] if len(found) == 1 else None


def _places(selections: SelectionSetNode, of: GraphQLNamedType, way: tuple[FieldNode, ...]) -> Iterator[_Place]:
    if not isinstance(of, GraphQLObjectType | GraphQLInterfaceType):
        return
    for field in selections.selections:
        if not isinstance(field, FieldNode) or field.directives or field.name.value not in of.fields:
            continue
        type_ = of.fields[field.name.value].type
        if is_list_type(get_nullable_type(type_)) or field.selection_set is None:
            continue
        here = _Place((*way, field), get_named_type(type_))
        if any(a.name.value == "after" and isinstance(a.value, VariableNode) for a in field.arguments or ()):
            yield here
        else:
            yield from _places(field.selection_set, here.type, here.way)


def _items(place: _Place, fragments: Fragments) -> tuple[str, GraphQLNamedType] | None:
    """``edges`` or ``nodes``, whichever is asked for plainly, and the type of the nodes."""
    of = place.type
    assert isinstance(of, GraphQLObjectType | GraphQLInterfaceType)
    here = list(_flat([place.field.selection_set], fragments))
    if any(_key(f) in ("pageInfo", "totalCount", "edges", "nodes") and _is_renamed(f) for f in here):
        return None
    for name in ("edges", "nodes"):
        asked = [f for f in here if f.name.value == name]
        if not asked or name not in of.fields or any(f.directives or _is_renamed(f) for f in asked):
            continue
        inner, type_ = list(_flat([f.selection_set for f in asked], fragments)), get_named_type(of.fields[name].type)
        if name == "edges":
            nodes = [f for f in inner if f.name.value == "node"]
            plain = nodes and not any(_is_renamed(f) or f.directives for f in nodes)
            if not plain or not isinstance(type_, _Type) or any(_key(f) == "node" and _is_renamed(f) for f in inner):
                continue
            inner, type_ = (
                list(_flat([f.selection_set for f in nodes], fragments)),
                get_named_type(type_.fields["node"].type),
            )
        return None if any(_key(f) == "id" and _is_renamed(f) for f in inner) else (name, type_)
    return None


def _flat(sets: Sequence[SelectionSetNode | None], fragments: Fragments) -> Iterator[FieldNode]:
    """The fields of selections, those of their fragments too; one in a conditional fragment counts as conditional."""
    for selection in (s for one in sets if one for s in one.selections):
        if isinstance(selection, FieldNode):
            yield selection
        else:
            inner = _inner(selection, fragments)
            for field in _flat([inner], fragments):
                yield replace(field, directives=selection.directives) if selection.directives else field


def _inner(selection: SelectionNode, fragments: Fragments) -> SelectionSetNode | None:
    if isinstance(selection, InlineFragmentNode):
        return selection.selection_set
    assert isinstance(selection, FragmentSpreadNode)
    found = fragments.get(selection.name.value)
    return found.selection_set if found else None


def _fields_of(of: _Type, name: str) -> set[str]:
    named = get_named_type(of.fields[name].type) if name in of.fields else None
    return set(named.fields) if isinstance(named, GraphQLObjectType) else set()


def _is_plain(of: _Type, name: str) -> bool:
    """Whether the type has a single value of this name that needs no argument."""
    field = of.fields.get(name)
    if field is None or any(is_required_argument(a) for a in field.args.values()):
        return False
    return is_leaf_type(get_nullable_type(field.type))


class _Counter(Visitor):
    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.uses = 0

    def enter_variable_definition(self, *_: object) -> bool:
        return False

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.uses += node.name.value == self.name


def _uses(document: DocumentNode, variable: str) -> int:
    counter = _Counter(variable)
    visit(document, counter)
    return counter.uses


def _key(field: FieldNode) -> str:
    return (field.alias or field.name).value


def _is_renamed(field: FieldNode) -> bool:
    return field.alias is not None and field.alias.value != field.name.value


def _asked(name: str, *inner: str) -> FieldNode:
    return _field(name, *(_field(each) for each in inner))


def _field(name: str, *inner: FieldNode) -> FieldNode:
    return FieldNode(
        name=NameNode(value=name),
        alias=None,
        arguments=(),
        directives=(),
        selection_set=SelectionSetNode(selections=inner) if inner else None,
    )


def _added(selections: SelectionSetNode, path: tuple[str, ...], asked: list[FieldNode]) -> SelectionSetNode:
    if not path:
        return replace(selections, selections=(*selections.selections, *asked))
    made = tuple(
        replace(s, selection_set=_added(s.selection_set, path[1:], asked))
        if isinstance(s, FieldNode) and s.selection_set and _key(s) == path[0]
        else s
        for s in selections.selections
    )
    return replace(selections, selections=made)

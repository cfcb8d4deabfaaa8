"""What a server does not execute as GraphQL says: refused here, because it would answer with plausible wrong data.

Sources: contract.md section 1.4, observed-2.21.md sections 0, 2 and 4.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    TypeInfo,
    TypeInfoVisitor,
    ValueNode,
    VariableNode,
    Visitor,
    get_named_type,
    visit,
)

from twentyql.build.prepare_places import place, problem

ALONE = frozenset({"search", "__typename"})
"""Roots that Twenty refuses beside those of records."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How one kind of server differs from GraphQL.

    ``direct`` says that roots are run one by one, from the text: without nested aliases, defaults, null arguments
    or arguments of nested lists, and with each root only once.
    """

    direct: bool = False
    most_roots: int | None = None


TWENTY_RULES = Rules(direct=True, most_roots=20)
STANDARD_RULES = Rules()
RULES = {"twenty": TWENTY_RULES}


class _Nested(Visitor):
    """Finds the arguments of nested lists, which a Twenty server ignores in silence."""

    def __init__(self, types: TypeInfo, schema: GraphQLSchema) -> None:
        super().__init__()
        self._types = types
        self._tops = (schema.query_type, schema.mutation_type)

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        if self._types.get_parent_type() in self._tops:
            return
        if node.arguments and _is_connection(get_named_type(self._types.get_type())):
            raise problem(
                node,
                f"The arguments of {node.name.value!r} would be ignored: this server gives any 60 of a nested list.",
                "Ask the root list of these records instead, filtered by the id of the parent.",
            )


def _is_connection(type_: Any) -> bool:
    return isinstance(type_, GraphQLObjectType) and {"edges", "pageInfo"} <= set(type_.fields)


def check_nested(document: DocumentNode, schema: GraphQLSchema) -> None:
    """QueryError for the first field below the roots that the server would not answer as it is written."""
    types = TypeInfo(schema)
    visit(document, TypeInfoVisitor(types, _Nested(types, schema)))


def check_roots(roots: Sequence[FieldNode], rules: Rules) -> None:
    """QueryError if the server would refuse these roots together."""
    if rules.most_roots is not None and len(roots) > rules.most_roots:
        raise problem(
            roots[rules.most_roots],
            f"{len(roots)} root fields in one operation; this server runs at most {rules.most_roots}.",
            "Split the operation.",
        )
    if rules.direct:
        _check_once(roots)
        _check_mixed(roots)


def _check_once(roots: Iterable[FieldNode]) -> None:
    first: dict[str, FieldNode] = {}
    for root in roots:
        other = first.setdefault(root.name.value, root)
        if other is not root:
            raise problem(
                root,
                f"{root.name.value!r} is asked twice (first at {place(other)}); this server refuses that.",
                "Join the two, or run two operations: an alias does not help.",
            )


def _check_mixed(roots: Sequence[FieldNode]) -> None:
    alone = [root for root in roots if root.name.value in ALONE]
    if alone and len(roots) > 1:
        raise problem(
            alone[0],
            f"{alone[0].name.value!r} cannot be asked together with other roots on this server.",
            "Give it an operation of its own.",
        )


def check_edges(roots: Iterable[FieldNode], fragments: Mapping[str, Any]) -> None:
    """QueryError for ``edges`` without ``node``, which crashes a Twenty server."""
    for root in roots:
        edges = [f for f in _fields(root.selection_set, fragments) if f.name.value == "edges"]
        below = [f.name.value for e in edges for f in _fields(e.selection_set, fragments)]
        if edges and "node" not in below and root.name.value not in ALONE:
            raise problem(edges[0], "This server cannot answer `edges` without `node`.", "Add `node { id }`.")


def _fields(selections: SelectionSetNode | None, fragments: Mapping[str, Any]) -> Iterable[FieldNode]:
    for selection in selections.selections if selections else ():
        if isinstance(selection, FieldNode):
            yield selection
        elif isinstance(selection, InlineFragmentNode):
            yield from _fields(selection.selection_set, fragments)
        elif isinstance(selection, FragmentSpreadNode):
            yield from _fields(fragments[selection.name.value].selection_set, fragments)


def check_filters(operation: OperationDefinitionNode, roots: Iterable[FieldNode], values: Mapping[str, Any]) -> None:
    """QueryError for a mutation whose filter is empty: it would change or destroy every record."""
    if operation.operation.value != "mutation":
        return
    for root in roots:
        for argument in root.arguments or ():
            if argument.name.value == "filter" and not _says_anything(argument.value, values):
                raise problem(
                    argument,
                    f"The filter of {root.name.value!r} is empty: it would take every record.",
                    "Say which records; to take all, write a condition that all of them meet.",
                )


def _says_anything(value: ValueNode, values: Mapping[str, Any]) -> bool:
    """Whether a filter, as written, holds any condition."""
    if isinstance(value, VariableNode):
        return _holds(values.get(value.name.value))
    if isinstance(value, ObjectValueNode):
        return any(_says_anything(f.value, values) for f in value.fields)
    if isinstance(value, ListValueNode):
        return any(_says_anything(item, values) for item in value.values)
    return True


def _holds(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_holds(item) for item in value.values())
    if isinstance(value, list):
        return any(_holds(item) for item in value)
    return value is not None

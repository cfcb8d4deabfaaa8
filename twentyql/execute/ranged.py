"""A list's document -> the same with ``filter: $filter``, so that it can be asked for ranges of ids."""

from __future__ import annotations

from dataclasses import replace

from graphql import (
    ArgumentNode,
    DocumentNode,
    GraphQLInputObjectType,
    GraphQLSchema,
    NameNode,
    OperationDefinitionNode,
    VariableDefinitionNode,
    VariableNode,
    get_named_type,
    parse,
    parse_type,
    print_ast,
)
from graphql.language import FieldNode


def with_filter(schema: GraphQLSchema, text: str, root: str) -> str | None:
    """``text`` with a filter for its root, or None where that server cannot filter ids by ``gt`` and ``lte``."""
    field = schema.query_type.fields.get(root) if schema.query_type else None
    argument = field.args.get("filter") if field else None
    if argument is None or not _has_ranges(get_named_type(argument.type)):
        return None
    document = parse(text, no_location=True)
    operation = document.definitions[0]
    if not isinstance(operation, OperationDefinitionNode):
        return None
    if any(variable.variable.name.value == "filter" for variable in operation.variable_definitions or ()):
        return text
    variable = VariableNode(name=NameNode(value="filter"))
    declared = VariableDefinitionNode(variable=variable, type=parse_type(str(argument.type)))
    passed = ArgumentNode(name=NameNode(value="filter"), value=variable)
    selections = tuple(
        replace(node, arguments=(*(node.arguments or ()), passed))
        if isinstance(node, FieldNode) and node.name.value == root
        else node
        for node in operation.selection_set.selections
    )
    made = replace(
        operation,
        variable_definitions=(*(operation.variable_definitions or ()), declared),
        selection_set=replace(operation.selection_set, selections=selections),
    )
    return print_ast(DocumentNode(definitions=(made, *document.definitions[1:])))


def _has_ranges(filter_type: object) -> bool:
    if not isinstance(filter_type, GraphQLInputObjectType) or "id" not in filter_type.fields:
        return False
    of_id = get_named_type(filter_type.fields["id"].type)
    return (
        isinstance(of_id, GraphQLInputObjectType)
        and {"gt", "lte"} <= of_id.fields.keys()
        and ("and" in filter_type.fields)
    )

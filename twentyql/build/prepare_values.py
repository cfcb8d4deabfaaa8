"""The values of an operation's variables: checked, in the form that is sent, defaults filled in.

A Twenty server neither coerces values nor applies defaults, so both are done here.
"""

from __future__ import annotations

import enum
import uuid
from collections.abc import Mapping
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    GraphQLString,
    NonNullTypeNode,
    OperationDefinitionNode,
    VariableDefinitionNode,
    get_named_type,
    print_ast,
    type_from_ast,
    value_from_ast_untyped,
)
from graphql.execution.values import get_variable_values
from graphql.type.scalars import GraphQLID

from twentyql.build.inputs import Input
from twentyql.build.operators import json_value
from twentyql.build.prepare_places import place, refused
from twentyql.errors import QueryError, UnknownNameError


def values_of(operation: OperationDefinitionNode, given: Mapping[str, Any], schema: GraphQLSchema) -> dict[str, Any]:
    """What each variable of ``operation`` is sent as; one without a value or a default is left out.

    Raises UnknownNameError for a variable that the operation does not have, and QueryError for one that is missing
    or has a value that its type does not allow.
    """
    definitions = {d.variable.name.value: d for d in operation.variable_definitions or ()}
    called = operation.name.value if operation.name else "this query"
    for name in given:
        if name not in definitions:
            raise UnknownNameError("variable", name, definitions, where=f"in {called}")
    sent = {name: _json(value, f"${name}") for name, value in given.items()}
    for name, definition in definitions.items():
        _check_given(name, definition, sent, called)
        if name not in sent and definition.default_value is not None:
            sent[name] = value_from_ast_untyped(definition.default_value)
    _check(definitions, sent, schema)
    return {name: shaped(sent[name], _type(schema, definitions[name])) for name in definitions if name in sent}


def _type(schema: GraphQLSchema, definition: VariableDefinitionNode) -> GraphQLInputType:
    found: Any = type_from_ast(schema, definition.type)
    return found  # type: ignore[no-any-return]


def _check_given(name: str, definition: VariableDefinitionNode, sent: Mapping[str, Any], called: str) -> None:
    if not isinstance(definition.type, NonNullTypeNode) or sent.get(name) is not None:
        return
    if name in sent or definition.default_value is None:
        type_ = print_ast(definition.type)
        raise QueryError(
            f"{place(definition)}: {called} needs the variable {name!r}, a {type_}.",
            advice=f"Give it a value: {{{name!r}: ...}}, or -v {name}=... on the command line.",
        )


def _check(definitions: Mapping[str, VariableDefinitionNode], sent: dict[str, Any], schema: GraphQLSchema) -> None:
    """QueryError for the first value that its type does not allow."""
    found = get_variable_values(schema, tuple(definitions.values()), sent, max_errors=1)
    if not isinstance(found, list):
        return
    error: GraphQLError = found[0]
    wrong = next((d for n, d in definitions.items() if f"'${n}'" in error.message), None)
    text = wrong is not None and get_named_type(_type(schema, wrong)) in (GraphQLString, GraphQLID)
    raise refused(error, "A text goes in quotes: -v 'name=\"123\"'." if text else "") from error


def shaped(value: Any, type_: GraphQLInputType) -> Any:
    """``value`` as GraphQL reads it for ``type_``: a single item where a list belongs becomes a list, an id a text."""
    if isinstance(type_, GraphQLNonNull):
        return shaped(value, type_.of_type)
    if value is None:
        return None
    if isinstance(type_, GraphQLList):
        items = value if isinstance(value, list) else [value]
        return [shaped(item, type_.of_type) for item in items]
    if isinstance(type_, GraphQLInputObjectType) and isinstance(value, dict):
        return {name: shaped(item, type_.fields[name].type) for name, item in value.items()}
    return str(value) if type_ is GraphQLID and not isinstance(value, str) else value


def _json(value: Any, where: str) -> Any:
    """``value`` as JSON holds it: also moments, days, Decimals, UUIDs and options."""
    if isinstance(value, Input):
        return _json(value.to_json(), where)
    if isinstance(value, Mapping):
        return {str(key): _json(item, f"{where}.{key}") for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_json(item, where) for item in value]
    if isinstance(value, set | frozenset):
        return [_json(item, where) for item in sorted(value, key=repr)]
    if isinstance(value, enum.Enum):
        return _json(value.value, where)
    if value is None or isinstance(value, uuid.UUID):
        return value if value is None else str(value)
    try:
        return json_value(value)
    except (TypeError, ValueError) as error:
        raise QueryError(
            f"{where} cannot be sent as it is: it is a {type(value).__name__}.",
            advice="Give what JSON holds, or a date, or a datetime with a time zone.",
        ) from error

"""SDL text -> GraphQL schema, with what other servers publish wrongly repaired, and said.

GitHub's own file defines two fields twice. The first definition of a field stays, the others go, and a note names
both lines; every other fault of a schema is refused.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from graphql import (
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    InputObjectTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    Node,
    ObjectTypeDefinitionNode,
    TypeDefinitionNode,
    build_ast_schema,
    parse,
    print_ast,
    validate_schema,
)

from twentyql.errors import SchemaError

Holder = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode | InputObjectTypeDefinitionNode | EnumTypeDefinitionNode


def schema_from_sdl(text: str, where: str) -> tuple[GraphQLSchema, tuple[str, ...]]:
    """The schema of an SDL text, and a note for each repair; SchemaError naming ``where`` if it is no schema."""
    try:
        document = parse(text)
        notes: list[str] = []
        repaired = replace(document, definitions=tuple(_once(d, notes) for d in document.definitions))
        _check_names(repaired)
        schema, more = accepted(build_ast_schema(repaired, assume_valid_sdl=True), where)
        return schema, (*notes, *more)
    except (GraphQLError, TypeError, RecursionError) as error:
        raise SchemaError(f"{where} is no valid schema: {str(error)[:300]}") from error


def accepted(schema: GraphQLSchema, where: str) -> tuple[GraphQLSchema, tuple[str, ...]]:
    """``schema`` ready for validation, with a note if its only faults are of deprecation, which no query meets.

    SchemaError names the first other fault.
    """
    faults = [error.message for error in validate_schema(schema)]
    grave = [message for message in faults if not message.endswith("must not be deprecated.")]
    if grave:
        raise SchemaError(f"{where} is no valid schema: {grave[0][:300]}")
    if not faults:
        return schema, ()
    kwargs: dict[str, Any] = {**schema.to_kwargs(), "assume_valid": True}
    return GraphQLSchema(**kwargs), (f"{len(faults)} fields are deprecated though their interface's are not: let be",)


def _check_names(document: DocumentNode) -> None:
    """What the rules of SDL ask of names and takes them long: no type, and no argument of a field, twice.

    Unknown types fail when the schema is built, everything else when it is validated as a whole.
    """
    types = Counter(d.name.value for d in document.definitions if isinstance(d, TypeDefinitionNode))
    if doubles := [name for name, times in types.items() if times > 1]:
        raise TypeError(f"There can be only one type named '{doubles[0]}'.")
    for definition in document.definitions:
        if isinstance(definition, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
            for field in definition.fields or ():
                names = [argument.name.value for argument in field.arguments or ()]
                if len(set(names)) < len(names):
                    raise TypeError(f"{definition.name.value}.{field.name.value} has an argument twice.")


def _once(definition: Any, notes: list[str]) -> Any:
    """``definition`` with each of its members once."""
    if not isinstance(definition, Holder):
        return definition
    members = "values" if isinstance(definition, EnumTypeDefinitionNode) else "fields"
    there = getattr(definition, members) or ()
    names = [member.name.value for member in there]
    if len(set(names)) == len(names):
        return definition
    kept = {member.name.value: member for member in reversed(there)}
    notes += (_note(definition.name.value, kept[m.name.value], m) for m in there if kept[m.name.value] is not m)
    found = tuple(member for member in there if kept[member.name.value] is member)
    changed: dict[str, Any] = {members: found}
    return replace(definition, **changed)


def _note(holder: str, first: Node, again: Node) -> str:
    lines = [node.loc.start_token.line if node.loc else 0 for node in (first, again)]
    name = first.name.value  # type: ignore[attr-defined]
    alike = _signature(first) == _signature(again)
    differs = "they agree" if alike else "they differ"
    return f"{holder}.{name} is defined twice, in lines {lines[0]} and {lines[1]} ({differs}): the first one is kept"


def _signature(node: Node) -> str:
    if not isinstance(node, FieldDefinitionNode):
        return print_ast(node)
    arguments = [f"{a.name.value}: {print_ast(a.type)}" for a in node.arguments or ()]
    return f"{node.name.value}({', '.join(arguments)}): {print_ast(node.type)}"

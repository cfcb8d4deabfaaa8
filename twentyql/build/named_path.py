"""Steps of a path as text, with arguments as GraphQL writes them: ``repository(owner: "o", name: "n").issues``.

Arguments are checked against the schema, and their values are sent as variables. An alias tells the same field with
other arguments apart: ``open: issues(states: [OPEN]).title``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from graphql import FieldNode, GraphQLError, OperationDefinitionNode, parse, value_from_ast_untyped

from twentyql.build.steps import Argument, On, field_of, step
from twentyql.errors import QueryError, UnknownNameError
from twentyql.schema.model import FieldModel, ObjectModel, RelationModel, SchemaModel

_PLAIN = re.compile(r"[_A-Za-z][_0-9A-Za-z]*\Z", re.ASCII)


def is_path(name: str) -> bool:
    """Whether ``name`` is more than a name."""
    return not _PLAIN.match(name)


def read_path(name: object, model: SchemaModel, of: ObjectModel) -> tuple[str, ...]:
    """The steps that ``name`` says, from ``of`` down; names are checked where the path is used."""
    path = list[str]()
    here: ObjectModel | None = of
    for text in _split(name):
        found = _step(text, model, here) if here else text
        path.append(found)
        here = _next(model, here, found)
    return tuple(path)


def _next(model: SchemaModel, here: ObjectModel | None, name: str) -> ObjectModel | None:
    """The object that a step leads to; None where it leads to none."""
    if isinstance(name, On):
        return model.object(name)
    relations = here.relations if here else ()
    return next((model.object(r.target) for r in relations if r.name == field_of(name)), None)


def _split(name: object) -> tuple[str, ...]:
    """The texts of a path's steps: parted by the dots outside of brackets and strings."""
    steps = tuple(text.strip() for text in _steps(name)) if isinstance(name, str) else ()
    if not steps or not all(steps):
        raise QueryError(f"{name!r} is no field name.", advice="Give names such as 'name' or 'accountOwner.name'.")
    return steps


def _steps(path: str) -> Iterator[str]:
    depth, quoted, begun = 0, False, 0
    for at, char in enumerate(path):
        if char == '"' and path[at - 1 : at] != "\\":
            quoted = not quoted
        elif quoted:
            continue
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        elif char == "." and depth == 0:
            yield path[begun:at]
            begun = at + 1
    yield path[begun:]


def _step(text: str, model: SchemaModel, of: ObjectModel) -> str:
    """One step on ``of``: a field's name, a field with arguments, or one of the types that ``of`` can be."""
    if _PLAIN.match(text) or ("(" not in text and ":" not in text):
        is_type = text in of.possible and not any(text == m.name for m in of.members)
        return On(text) if is_type else text
    try:
        document = parse(f"{{ {text} }}", no_location=True)
    except GraphQLError as error:
        raise QueryError(f"{text!r} is no field: {error.message}", advice="Write issues(states: [OPEN]).") from error
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    fields = operation.selection_set.selections
    node = fields[0]
    if len(fields) != 1 or not isinstance(node, FieldNode) or node.selection_set or node.directives:
        raise QueryError(f"{text!r} is no single field.", advice="Write issues(states: [OPEN]).")
    member = of.member(node.name.value)
    given = tuple(_argument(of, member, a.name.value, value_from_ast_untyped(a.value)) for a in node.arguments or ())
    return step(member.name, given, node.alias.value if node.alias else member.name)


def _argument(of: ObjectModel, member: FieldModel | RelationModel, name: str, value: object) -> Argument:
    known = {a.name: a for a in member.arguments}
    if name not in known:
        raise UnknownNameError("argument", name, known, where=f"of {of.type_name}.{member.name}")
    return Argument(name, known[name].type, value)


def read_start(text: str, model: SchemaModel) -> tuple[ObjectModel, tuple[str, ...]]:
    """The path from the query type that ``text`` names, and the object of the records there."""
    if model.query is None:
        raise QueryError("A query starts at a path only on servers whose root fields take arguments.")
    here, path = model.query, list[str]()
    for part in _split(text):
        name = _step(part, model, here)
        path.append(name)
        if isinstance(name, On):
            here = model.object(name)
            continue
        member = here.member(field_of(name))
        if isinstance(member, FieldModel):
            raise QueryError(f"{text!r} ends at a value, where no query starts.", advice="Select it as a field.")
        here = model.object(member.target)
    return here, tuple(path)

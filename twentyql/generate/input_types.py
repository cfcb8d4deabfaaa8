"""Types of variables -> annotations, and the input objects among them as TypedDicts in GraphQL's own names.

A key that is absent is not sent, ``None`` is null, and any name that GraphQL allows is a key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    get_named_type,
    is_enum_type,
)
from graphql.type import is_required_input_field

from twentyql.generate.names import checked
from twentyql.generate.selection_types import SCALARS

VARIABLES = SCALARS | {
    "ID": "_o.Id",
    "UUID": "_o.Id",
    "BigFloat": "_o.Exact",
    "Decimal": "_o.Exact",
    "PositiveDecimal": "_o.Exact",
    "Position": "_o.Anything",
}
"""What a variable takes for a scalar; a position is a number, ``"first"`` or ``"last"``."""


@dataclass(frozen=True, slots=True)
class InputKey:
    name: str
    annotation: str


@dataclass(frozen=True, slots=True)
class InputShape:
    """One input object: its keys, each with its annotation."""

    name: str
    keys: tuple[InputKey, ...]


@dataclass(frozen=True, slots=True)
class InputNames:
    """What the enums and the input objects of the schema are in Python; ``written`` are classes for the same."""

    enums: Mapping[str, str]
    inputs: Mapping[str, str]
    written: Mapping[str, str] = field(default_factory=dict[str, str])


def variable_type(type_: Any, names: InputNames, inputs: str = "_i.") -> str:
    """The annotation for a value of ``type_``; ``inputs`` is how the module of the input objects is called there."""
    if isinstance(type_, GraphQLNonNull):
        return _bare(type_.of_type, names, inputs)
    bare = _bare(type_, names, inputs)
    return bare if bare == "_o.Anything" else f"{bare} | None"


def _bare(type_: Any, names: InputNames, inputs: str) -> str:
    if isinstance(type_, GraphQLList):
        return f"_o.Seq[{variable_type(type_.of_type, names, inputs)}]"
    if is_enum_type(type_):
        return f"_e.{names.enums[type_.name]}"
    if isinstance(type_, GraphQLInputObjectType):
        also = f" | _{names.written[type_.name]}" if type_.name in names.written else ""
        return f"{inputs}{names.inputs[type_.name]}{also}"
    return VARIABLES.get(type_.name, "_o.Anything")


def reached_inputs(types: Iterable[Any]) -> tuple[list[GraphQLInputObjectType], set[str]]:
    """The input objects that variables of ``types`` lead to, by name, and the enums in them."""
    found: dict[str, GraphQLInputObjectType] = {}
    enums: set[str] = set()
    waiting = [get_named_type(type_) for type_ in types]
    while waiting:
        type_ = waiting.pop()
        if is_enum_type(type_):
            enums.add(type_.name)
        elif isinstance(type_, GraphQLInputObjectType) and type_.name not in found:
            found[type_.name] = type_
            waiting += [get_named_type(f.type) for f in type_.fields.values()]
    return [found[name] for name in sorted(found)], enums


def input_shape(type_: GraphQLInputObjectType, names: InputNames) -> InputShape:
    """The TypedDict of one input object."""
    keys: list[InputKey] = []
    for name, of in type_.fields.items():
        annotation = variable_type(of.type, names, "")
        required = is_required_input_field(of)
        keys.append(InputKey(checked(name, "field"), f"_o.Required[{annotation}]" if required else annotation))
    return InputShape(names.inputs[type_.name], tuple(keys))


def input_types(schema: GraphQLSchema) -> list[str]:
    """The names of all input objects of the schema, sorted."""
    return sorted(t.name for t in schema.type_map.values() if isinstance(t, GraphQLInputObjectType))

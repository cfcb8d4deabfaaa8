"""Stored operations -> the package ``queries``: a typed class an operation, in a module that is loaded at first use.

Fragments get modules of their own, so that what several operations answer alike has one class.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

from graphql import (
    FragmentDefinitionNode,
    GraphQLEnumType,
    GraphQLNamedType,
    GraphQLSchema,
    NonNullTypeNode,
    OperationDefinitionNode,
    get_location,
    type_from_ast,
)

from twentyql.build.operation import Source
from twentyql.build.paging import paging_of
from twentyql.build.prepare_places import problem
from twentyql.build.prepare_schema import is_twenty
from twentyql.build.stored import StoredOperation
from twentyql.generate import layout
from twentyql.generate.context import natural
from twentyql.generate.input_types import (
    InputNames,
    input_shape,
    input_types,
    reached_inputs,
    variable_type,
)
from twentyql.generate.names import assign, checked, class_name, module_name, renamed
from twentyql.generate.operation_code import (
    NOQA,
    ModuleContext,
    OperationCode,
    Variable,
    operation_class,
    source_call,
    struct_class,
    typed_dicts,
    variants_alias,
)
from twentyql.generate.render import render
from twentyql.generate.selection_types import ROOT, Known, Shaper, Shapes, member_name

RESERVED = ("SOURCE", "Literal")
MODULES = ("enums", "inputs")
"""Modules of the package that hold no operation."""


@dataclass(frozen=True)
class Names:
    """What operations, fragments, enums and input objects are called in Python, by their GraphQL names."""

    operations: dict[str, str]
    operation_modules: dict[str, str]
    fragments: dict[str, tuple[str, str]]
    enums: dict[str, str]
    inputs: dict[str, str]

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """A line for each operation and fragment that is not simply called what GraphQL calls it."""
        fragments = {name: made for name, (_, made) in self.fragments.items()}
        told = [("operation", self.operations), ("fragment", fragments)]
        return tuple(f"The {what} {name} is {made} here." for what, names in told for name, made in _renamed(names))


def _renamed(names: dict[str, str]) -> Iterable[tuple[str, str]]:
    return renamed(names, lambda name: name)


def operation_names(operations: Iterable[str], fragments: Iterable[str], schema: GraphQLSchema) -> Names:
    """The names of all that the package has: the same for the same operations and schema."""
    enums = sorted(t.name for t in schema.type_map.values() if isinstance(t, GraphQLEnumType))
    own = assign(operations, class_name, RESERVED)
    modules = assign(own.values(), module_name, MODULES)
    shared = assign(fragments, class_name, (*own.values(), *RESERVED))
    shared_modules = assign(shared.values(), module_name, (*modules.values(), *MODULES))
    return Names(
        operations=own,
        operation_modules={name: modules[made] for name, made in own.items()},
        fragments={name: (shared_modules[made], made) for name, made in shared.items()},
        enums=assign(enums, class_name),
        inputs=assign(input_types(schema), class_name, ["TypedDict"]),
    )


class OperationClasses:
    """Makes the files of ``queries`` for operations that are valid by ``schema``.

    ``shared`` are the fragments that may be used by any of them. Places in ``folder`` are told from its name on, so
    that the code is the same wherever it is generated from. After `files`, ``attributes`` maps each field of the
    schema (``Person.city``) to the attributes that hold it.
    """

    def __init__(
        self,
        operations: Mapping[str, StoredOperation],
        shared: Mapping[str, FragmentDefinitionNode],
        schema: GraphQLSchema,
        inputs: Mapping[str, str] | None = None,
        folder: str = "",
    ) -> None:
        self._folder = folder
        self._written = inputs or {}
        self._operations = operations
        self._schema = schema
        reached = [(f, o) for o in operations.values() for f in _fragments(o) if shared.get(f.name.value) is f]
        self._users = {fragment.name.value: operation for fragment, operation in reached}
        self._shared = dict(sorted({f.name.value: f for f, _ in reached}.items()))
        self.names = operation_names(operations, self._shared, schema)
        self._enums: set[str] = set()
        self.attributes: dict[str, list[str]] = {}
        self._variables: list[Any] = []

    def files(self) -> dict[str, str]:
        """Path (relative to the generated package) -> text, without headers."""
        made = {self.names.operation_modules[n]: self._operation(o) for n, o in self._operations.items()}
        made |= {self.names.fragments[name][0]: self._fragment(f) for name, f in self._shared.items()}
        files = {f"{module}.py": render("operation.py.j2", module=context) for module, context in made.items()}
        inputs, enums = reached_inputs(self._variables)
        self._enums |= enums
        names = InputNames(self.names.enums, self.names.inputs)
        shapes = [input_shape(type_, names) for type_ in inputs]
        files["inputs.py"] = render(
            "operation_inputs.py.j2",
            inputs=typed_dicts(shapes),
            use_enums=any("_e." in key.annotation for shape in shapes for key in shape.keys),
        )
        files["enums.py"] = render("operation_enums.py.j2", enums=[self._enum(name) for name in sorted(self._enums)])
        files["__init__.py"] = self._init()
        return {f"queries/{path}": text for path, text in files.items()}

    def _init(self) -> str:
        names = self.names
        homes = {made: names.operation_modules[name] for name, made in names.operations.items()}
        homes |= {made: module for module, made in names.fragments.values()}
        by_name = sorted(homes, key=natural)
        return render(
            "operation_init.py.j2",
            by_module=sorted(((module, name) for name, module in homes.items()), key=lambda pair: natural(pair[0])),
            by_name=[(name, homes[name]) for name in by_name],
            all_names=layout.sequence("__all__ = ", tuple(layout.string(name) for name in by_name)),
            notes=names.notes,
        )

    def _enum(self, name: str) -> dict[str, Any]:
        type_ = self._schema.type_map[name]
        assert isinstance(type_, GraphQLEnumType)
        values = [layout.string(checked(value, "option")) for value in type_.values]
        return {"name": self.names.enums[name], "values": values}

    def _known(self, fragments: Iterable[FragmentDefinitionNode]) -> Known:
        return Known(
            schema=self._schema,
            fragments={f.name.value: f for f in fragments},
            classes={f.name.value: self.names.fragments[f.name.value] for f in fragments if self._is_shared(f)},
            enums=self.names.enums,
            roots_answer=is_twenty(self._schema),
        )

    def _is_shared(self, fragment: FragmentDefinitionNode) -> bool:
        return self._shared.get(fragment.name.value) is fragment

    def _operation(self, stored: StoredOperation) -> ModuleContext:
        operation = stored.document.definitions[0]
        assert isinstance(operation, OperationDefinitionNode)
        own, fragments = self.names.operations[stored.name], _fragments(stored)
        root = self._schema.get_root_type(operation.operation)
        if root is None or operation.operation.value == "subscription":
            raise problem(
                operation, "A subscription cannot be run.", "Poll with a filter on updatedAt, or use webhooks."
            )
        shaper = Shaper(self._known(fragments), [own, *RESERVED])
        data = shaper.root(operation.selection_set, root, f"{own}{ROOT}")
        variables = self._variables_of(operation)
        local = [f for f in fragments if not self._is_shared(f)]
        sources = [
            ("SOURCE", self._source(operation)),
            *((f"SOURCE_{n}", self._source(f)) for n, f in enumerate(local, 2)),
        ]
        taken = sorted(self.names.fragments[f.name.value][0] for f in fragments if self._is_shared(f))
        code = OperationCode(
            class_name=own,
            name=stored.name,
            about=stored.about,
            variables=variables,
            data=data,
            node=_node(shaper.made, data, paging) if (paging := paging_of(stored.document, self._schema)) else None,
            sources=(*(name for name, _ in sources), *(f"_{module}.SOURCE" for module in taken)),
        )
        context = self._module(f"The operation {stored.name}, and what it answers.", shaper.made, taken, variables)
        return replace(
            context,
            sources=tuple((name, source_call(source)) for name, source in sources),
            blocks=(operation_class(code), *context.blocks),
        )

    def _fragment(self, fragment: FragmentDefinitionNode) -> ModuleContext:
        own = self.names.fragments[fragment.name.value][1]
        others = [f for f in _fragments(self._users[fragment.name.value]) if f is not fragment]
        shaper = Shaper(self._known(others), RESERVED)
        of: GraphQLNamedType = self._schema.type_map[fragment.type_condition.name.value]
        made = shaper.root(fragment.selection_set, of, own)
        context = self._module(f"The fragment {fragment.name.value}.", shaper.made, sorted(shaper.made.modules), ())
        alias = [] if made == own else [f"{own}: _o.TypeAlias = {made}"]
        blocks = (*alias, *context.blocks)
        return replace(context, sources=(("SOURCE", source_call(self._source(fragment))),), blocks=blocks)

    def _source(self, node: OperationDefinitionNode | FragmentDefinitionNode) -> Source:
        """The definition as its file has it."""
        assert node.loc is not None
        source, start = node.loc.source, node.loc.start
        at = get_location(source, start)
        name = source.name
        if self._folder and name.startswith(f"{self._folder}/"):
            name = PurePosixPath(self._folder).name + name.removeprefix(self._folder)
        return Source(name, at.line, at.column, source.body[start : node.loc.end])

    def _variables_of(self, operation: OperationDefinitionNode) -> tuple[Variable, ...]:
        definitions = operation.variable_definitions or ()
        attributes = assign([d.variable.name.value for d in definitions], member_name)
        names = InputNames(self.names.enums, self.names.inputs, self._written)
        made: list[Variable] = []
        for definition in definitions:
            name, type_ = definition.variable.name.value, type_from_ast(self._schema, definition.type)
            self._variables.append(type_)
            required = isinstance(definition.type, NonNullTypeNode) and definition.default_value is None
            made.append(Variable(attributes[name], name, variable_type(type_, names), required))
        return tuple(made)

    def _module(
        self, about: str, shapes: Shapes, modules: Iterable[str], variables: tuple[Variable, ...]
    ) -> ModuleContext:
        self._enums |= shapes.enums
        for shape in shapes.structs:
            for field in shape.fields:
                self.attributes.setdefault(field.origin, []).append(f"queries.{shape.name}.{field.attribute}")
        in_variables = " ".join(v.annotation for v in variables)
        enums = "from . import enums as _e"
        typed = ["    from . import enums as _e"] if "_e." in in_variables and not shapes.enums else []
        typed += ["    from . import inputs as _i"] if "_i." in in_variables else []
        used = sorted(c for c in self._written.values() if re.search(rf"\b_{c}\b", in_variables))
        typed = [*(_import(c, "..", 4) for c in used), *typed]
        imports = [*([enums] if shapes.enums else []), *(_import(m) for m in sorted(set(modules), key=natural))]
        literal = any("Literal[" in f.annotation for shape in shapes.structs for f in shape.fields)
        names = {"TYPE_CHECKING": bool(typed or shapes.variants), "Literal": literal}
        return ModuleContext(
            about=about,
            imports=tuple(sorted(imports, key=natural)),
            typing_imports=tuple(typed),
            typing_names=tuple(name for name, used in names.items() if used),
            blocks=(*map(struct_class, shapes.structs), *map(variants_alias, shapes.variants)),
        )


def _fragments(stored: StoredOperation) -> list[FragmentDefinitionNode]:
    return [d for d in stored.document.definitions if isinstance(d, FragmentDefinitionNode)]


def _import(name: str, package: str = ".", indent: int = 0) -> str:
    """``from . import name as _name``, as a formatter lays it out."""
    space = " " * indent
    flat = f"{space}from {package} import {name} as _{name}"
    if len(flat) <= layout.WIDTH:
        return flat
    inner = f"{space}    {name} as _{name},"
    return f"{space}from {package} import (\n{inner}{NOQA if len(inner) > layout.WIDTH else ''}\n{space})"


def _node(shapes: Shapes, data: str, paging: Any) -> str | None:
    """The class of one node of the list that the operation pages through; None if the shapes do not tell."""
    structs = {shape.name: shape for shape in shapes.structs}
    here = data
    for key in (*paging.path, *(("edges", "node") if paging.items == "edges" else ("nodes",))):
        found = next((f for f in structs[here].fields if f.key == key), None) if here in structs else None
        if found is None:
            return None
        here = found.annotation.removeprefix("_o.List[").replace("]", "").replace(" | None", "")
    return here

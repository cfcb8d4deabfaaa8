"""What changes of a schema touch: stored operations, with file and line, and attributes of generated code. Pure."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from graphql import (
    EnumValueNode,
    FieldNode,
    GraphQLSchema,
    InlineFragmentNode,
    Node,
    ObjectFieldNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableDefinitionNode,
    Visitor,
    get_named_type,
    type_from_ast,
    visit,
)

from twentyql.build.prepare import check
from twentyql.build.prepare_places import place
from twentyql.build.prepare_schema import extend
from twentyql.build.stored import StoredOperation, read_folder
from twentyql.errors import QueryError
from twentyql.generate.input_types import reached_inputs
from twentyql.generate.names import class_name
from twentyql.generate.operation_classes import OperationClasses
from twentyql.schema.diff import Change
from twentyql.schema.model import SchemaModel


@dataclass(frozen=True, slots=True)
class Touched:
    """One change with what it touches: ``places`` in stored operations, ``attributes`` of generated classes."""

    change: Change
    places: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Impact:
    """All changes, breaking first, and the faults that stored operations now have and had not before."""

    touched: tuple[Touched, ...]
    broken: tuple[str, ...]

    @property
    def breaking(self) -> bool:
        return bool(self.broken) or any(t.change.breaking for t in self.touched)


@dataclass(slots=True)
class _Uses:
    """Where operations name what of the schema: place -> the operations that reach it, by coordinate."""

    found: dict[str, dict[str, set[str]]] = field(default_factory=dict[str, dict[str, set[str]]])

    def add(self, coordinate: str, node: Node, operation: str) -> None:
        self.found.setdefault(coordinate, {}).setdefault(place(node), set()).add(operation)

    def places(self, change: Change) -> tuple[str, ...]:
        """``queries/fragments/PersonFields.graphql:7:3 (ListPeople, GetPerson and 3 more)``."""
        at = self.found.get(change.coordinate, {})
        if "." not in change.coordinate:
            at = {
                p: o
                for c, places in self.found.items()
                if c.split(".")[0] == change.coordinate
                for p, o in places.items()
            }
            at = _first_of_each_file(at)
        return tuple(f"{where} ({_few(sorted(operations))})" for where, operations in sorted(at.items()))


def impact(
    changes: Sequence[Change],
    old: tuple[SchemaModel, GraphQLSchema],
    new: GraphQLSchema,
    texts: Mapping[PurePath, str],
    package: Mapping[str, str],
) -> Impact:
    """What ``changes`` touch of the stored operations in ``texts`` and of the generated modules in ``package``."""
    model, schema = old[0], extend(old[1])
    folder = read_folder(texts)
    uses = _Uses()
    for stored in folder.operations.values():
        visit(stored.document, TypeInfoVisitor(info := TypeInfo(schema), _Collector(info, schema, uses, stored.name)))
    valid = {n: o for n, o in folder.operations.items() if _fault(o, old[1]) is None}
    classes = OperationClasses(valid, folder.fragments, schema)
    classes.files()
    attributes = {**classes.attributes}
    for coordinate, name in _attributes(package, model):
        attributes.setdefault(coordinate, []).insert(0, name)
    known = {change.coordinate for change in changes}
    every = sorted([*changes, *(c for c in _others(uses, schema, extend(new)) if c.coordinate not in known)])
    touched = (Touched(c, uses.places(c), tuple(dict.fromkeys(attributes.get(c.coordinate, ())))) for c in every)
    broken = (fault for stored in valid.values() if (fault := _fault(stored, new)))
    return Impact(tuple(touched), tuple(dict.fromkeys(broken)))


def _fault(stored: StoredOperation, schema: GraphQLSchema) -> str | None:
    try:
        check(stored.document, schema)
    except QueryError as fault:
        return str(fault)
    return None


class _Collector(Visitor):
    """Collects what one operation uses."""

    def __init__(self, types: TypeInfo, schema: GraphQLSchema, uses: _Uses, name: str) -> None:
        super().__init__()
        self._types = types
        self._schema = schema
        self._uses = uses
        self._name = name

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        if parent := self._types.get_parent_type():
            self._uses.add(f"{parent.name}.{node.name.value}", node, self._name)

    def enter_inline_fragment(self, node: InlineFragmentNode, *_: Any) -> None:
        if node.type_condition:
            self._uses.add(node.type_condition.name.value, node, self._name)

    def enter_object_field(self, node: ObjectFieldNode, *_: Any) -> None:
        if parent := get_named_type(self._types.get_parent_input_type()):
            self._uses.add(f"{parent.name}.{node.name.value}", node, self._name)

    def enter_enum_value(self, node: EnumValueNode, *_: Any) -> None:
        if enum := get_named_type(self._types.get_input_type()):
            self._uses.add(f"{enum.name}.{node.value}", node, self._name)

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: Any) -> None:
        type_: Any = type_from_ast(self._schema, node.type)
        if type_ is None:
            return
        inputs, enums = reached_inputs([type_])
        for input_ in inputs:
            for name in input_.fields:
                self._uses.add(f"{input_.name}.{name}", node, self._name)
        for enum in enums:
            self._uses.add(enum, node, self._name)


def _others(uses: _Uses, old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Change]:
    """Changes of what operations use that no object has: arguments, inputs, types of other servers."""
    for coordinate in uses.found:
        holder, _, name = coordinate.partition(".")
        before, after = _typed(old, holder, name), _typed(new, holder, name)
        if before is None or before == after:
            continue
        what = "removed" if after is None else f"was {before}, is {after}"
        yield Change(after is not None and after == before, coordinate, what, coordinate)


def _typed(schema: GraphQLSchema, holder: str, name: str) -> str | None:
    of: Any = schema.type_map.get(holder)
    if of is None or not name:
        return None if of is None else "there"
    if hasattr(of, "values") and not hasattr(of, "fields"):
        return "there" if name in of.values else None
    found = getattr(of, "fields", {}).get(name)
    if found is None:
        return None
    arguments = ", ".join(f"{a}: {t.type}" for a, t in getattr(found, "args", {}).items())
    return f"{found.type}({arguments})" if arguments else str(found.type)


def _attributes(package: Mapping[str, str], model: SchemaModel) -> Iterator[tuple[str, str]]:
    """Coordinate and name of every attribute of the generated objects and composites, as their code says."""
    composites = {class_name(f.type_name): f.type_name for o in model for f in o.fields if f.parts}
    types = {o.singular: o.type_name for o in model}
    for path, text in sorted(package.items()):
        for node in ast.parse(text, path).body:
            if not isinstance(node, ast.ClassDef):
                continue
            wire = next((k.value for k in node.keywords if k.arg == "wire"), None)
            known = isinstance(wire, ast.Constant) and isinstance(wire.value, str)
            type_ = (
                types.get(str(wire.value)) if known and isinstance(wire, ast.Constant) else composites.get(node.name)
            )
            if type_ is not None:
                yield type_, node.name
                yield from ((f"{type_}.{name}", f"{node.name}.{at}") for at, name in _members(node))


def _members(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for line in node.body:
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name) and isinstance(line.value, ast.Call):
            first = line.value.args[0] if line.value.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield line.target.id, first.value


def _first_of_each_file(at: Mapping[str, set[str]]) -> dict[str, set[str]]:
    files: dict[str, tuple[str, set[str]]] = {}
    for where, operations in sorted(at.items(), key=lambda pair: _order(pair[0])):
        files.setdefault(where.rsplit(":", 2)[0], (where, operations))
    return dict(files.values())


def _order(where: str) -> tuple[str, int, int]:
    file, line, column = where.rsplit(":", 2) if where.count(":") >= 2 else (where, "0", "0")
    return file, int(line), int(column)


def _few(names: list[str], most: int = 4) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


__all__ = ["Impact", "Touched", "impact"]

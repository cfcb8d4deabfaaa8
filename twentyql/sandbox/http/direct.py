"""Direct execution: a document is parsed, never validated, and read root by root.

What the real server's readers do is done here too: nested aliases and nested arguments vanish, fragments are merged,
variables come from the body alone (defaults are ignored, absent ones drop their argument), null root arguments are
dropped, ``@skip`` and ``@include`` with a variable break their root.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    BooleanValueNode,
    DocumentNode,
    EnumValueNode,
    FieldNode,
    FloatValueNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    StringValueNode,
    ValueNode,
    VariableNode,
)

from twentyql.sandbox.root import Refused, Root, Selection

MOST_CORE_ROOTS = 20
Fragments = Mapping[str, FragmentDefinitionNode]
_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Call:
    """One root field of an operation: the key of its answer, its name, and what to run or why not."""

    key: str
    name: str
    root: Root | Refused
    node: FieldNode


@dataclass(frozen=True, slots=True)
class Operation:
    """The operation of a request that is to be run."""

    node: OperationDefinitionNode
    fragments: Fragments
    variables: Mapping[str, Any]
    calls: tuple[Call, ...]

    @property
    def kind(self) -> str:
        """``query``, ``mutation`` or ``subscription``."""
        return self.node.operation.value

    @property
    def name(self) -> str | None:
        """The name of the operation, where it has one."""
        return self.node.name.value if self.node.name else None


def operations(document: DocumentNode) -> list[OperationDefinitionNode]:
    """The operations of a document, in order."""
    return [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]


def read_operation(document: DocumentNode, node: OperationDefinitionNode, variables: Mapping[str, Any]) -> Operation:
    """Read one operation of ``document`` into its root calls."""
    fragments = {found.name.value: found for found in document.definitions if isinstance(found, FragmentDefinitionNode)}
    spread: Counter[str] = Counter()
    roots = _roots(node.selection_set, fragments, frozenset(), spread)
    calls = tuple(_call(field, fragments, variables) for field in roots)
    return Operation(node, fragments, variables, calls)


def check_roots(operation: Operation, most: int) -> None:
    """Refuse a root field that comes twice, and more than ``most`` roots. Raises Refused."""
    seen: set[str] = set()
    for call in operation.calls:
        if call.name in seen:
            raise Refused(f'Duplicate root resolver: "{call.name}"')
        seen.add(call.name)
    if len(seen) > most:
        raise Refused(
            f"Query too complex - Too many root resolvers requested: {len(seen)} - "
            f"Maximum allowed root resolvers: {most}"
        )


def _roots(
    selections: SelectionSetNode, fragments: Fragments, above: frozenset[str], spread: Counter[str]
) -> Iterator[FieldNode]:
    """The root fields. Twice in a fragment is as good as often: roots that repeat are refused."""
    for node in selections.selections:
        if isinstance(node, FieldNode):
            yield node
        elif isinstance(node, InlineFragmentNode):
            yield from _roots(node.selection_set, fragments, above, spread)
        elif isinstance(node, FragmentSpreadNode):
            name = node.name.value
            if name in fragments and name not in above and spread[name] < 2:
                spread[name] += 1
                yield from _roots(fragments[name].selection_set, fragments, above | {name}, spread)


def _call(field: FieldNode, fragments: Fragments, variables: Mapping[str, Any]) -> Call:
    name = field.name.value
    key = field.alias.value if field.alias else name
    try:
        reader = _SelectionReader(fragments, variables)
        root: Root | Refused = Root(name, _arguments(field, variables), reader.read(field.selection_set))
    except Refused as refused:
        root = refused
    return Call(key, name, root, field)


def _arguments(field: FieldNode, variables: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a root; null and absent ones are dropped."""
    read = {node.name.value: _value(node.value, variables) for node in field.arguments or ()}
    return {name: value for name, value in read.items() if value is not _ABSENT and value is not None}


def _value(node: ValueNode, variables: Mapping[str, Any]) -> Any:
    """A value as it stands in the document: an enum is its name, nothing is coerced."""
    match node:
        case VariableNode():
            return variables.get(node.name.value, _ABSENT)
        case IntValueNode():
            return int(node.value)
        case FloatValueNode():
            return float(node.value)
        case StringValueNode() | EnumValueNode() | BooleanValueNode():
            return node.value
        case ListValueNode():
            values = (_value(item, variables) for item in node.values)
            return [None if value is _ABSENT else value for value in values]
        case ObjectValueNode():
            pairs = ((item.name.value, _value(item.value, variables)) for item in node.fields)
            return {name: value for name, value in pairs if value is not _ABSENT}
        case NullValueNode():
            return None
        case _:
            return _ABSENT


@dataclass(frozen=True, slots=True)
class _SelectionReader:
    """Reads selection sets the way the server's reader of field names does."""

    fragments: Fragments
    variables: Mapping[str, Any]
    seen: set[tuple[int, str]] = field(default_factory=set[tuple[int, str]])

    def read(self, selections: SelectionSetNode | None) -> Selection:
        """The names selected, merged."""
        found: dict[str, Any] = {}
        self._gather(selections, found, frozenset())
        return found

    def _gather(self, selections: SelectionSetNode | None, found: dict[str, Any], above: frozenset[str]) -> None:
        for node in selections.selections if selections else ():
            if not _wanted(node):
                continue
            if isinstance(node, FieldNode):
                self._gather(node.selection_set, found.setdefault(node.name.value, {}), above)
            elif isinstance(node, InlineFragmentNode):
                self._gather(node.selection_set, found, above)
            elif isinstance(node, FragmentSpreadNode):
                self._spread(node.name.value, found, above)

    def _spread(self, name: str, found: dict[str, Any], above: frozenset[str]) -> None:
        if name in above:
            raise Refused("Maximum call stack size exceeded", "INTERNAL_SERVER_ERROR")
        if name in self.fragments and (id(found), name) not in self.seen:  # a second time adds nothing
            self.seen.add((id(found), name))
            self._gather(self.fragments[name].selection_set, found, above | {name})


def _wanted(node: SelectionNode) -> bool:
    """Whether ``@skip`` and ``@include`` let a selection through; one with a variable breaks the root."""
    wanted = True
    for directive in node.directives or ():
        if directive.name.value not in ("skip", "include") or not directive.arguments:
            continue
        value = directive.arguments[0].value
        if isinstance(value, VariableNode):
            broken = f"Cannot read properties of undefined (reading '{value.name.value}')"
            raise Refused(broken, "INTERNAL_SERVER_ERROR")
        holds = bool(getattr(value, "value", False))
        wanted = wanted and (holds if directive.name.value == "include" else not holds)
    return wanted

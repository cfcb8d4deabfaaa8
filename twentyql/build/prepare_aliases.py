"""Nested aliases on a server that drops them: the real names are sent, and the answer gets its aliases back here.

Source: observed-2.21.md section 0 (nested aliases are dropped, that of a root works).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, cast

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
)

Fragments = Mapping[str, FragmentDefinitionNode]
_Sets = tuple[SelectionSetNode, ...]


class Aliases:
    """The names that an operation gives to the fields below its roots, to be put into what the server answers.

    What was not asked is left out. With ``kept`` the server answered under the aliases, so that this is all there is
    to do.
    """

    def __init__(self, roots: SelectionSetNode, fragments: Fragments, kept: bool = False) -> None:
        self._kept = kept
        self._roots = roots
        self._fragments = fragments
        self._known: dict[tuple[int, ...], list[tuple[str, str, _Sets]]] = {}

    def applied(self, data: Any) -> Any:
        """``data`` as the operation spells it: every field under its alias."""
        sets: dict[str, list[SelectionSetNode]] = {}
        for root in _fields(self._roots, self._fragments):
            if root.selection_set is not None:
                sets.setdefault(_key(root), []).append(root.selection_set)
        return {key: self._value(value, tuple(sets.get(key, ()))) for key, value in data.items()}

    def _value(self, value: Any, sets: _Sets) -> Any:
        if isinstance(value, list):
            return [self._value(item, sets) for item in value]
        if not isinstance(value, dict) or not sets:
            return value
        answered = cast(dict[str, Any], value)
        names = self._names(sets)
        return {key: self._value(answered[real], below) for key, real, below in names if real in answered}

    def _names(self, sets: _Sets) -> list[tuple[str, str, _Sets]]:
        """Key, real name and inner selections of each field of ``sets``."""
        at = tuple(map(id, sets))
        if at not in self._known:
            found: dict[str, tuple[str, list[SelectionSetNode]]] = {}
            for field in (f for s in sets for f in _fields(s, self._fragments)):
                real = _key(field) if self._kept else field.name.value
                _, below = found.setdefault(_key(field), (real, []))
                below += [field.selection_set] if field.selection_set else []
            self._known[at] = [(key, real, tuple(below)) for key, (real, below) in found.items()]
        return self._known[at]


def real_names(
    operation: OperationDefinitionNode, fragments: Fragments
) -> tuple[OperationDefinitionNode, dict[str, FragmentDefinitionNode], Aliases | None]:
    """``operation`` and ``fragments`` without aliases below the roots, and the `Aliases` that were there, if any."""
    roots = tuple(_below(root) for root in operation.selection_set.selections)
    bare = {name: replace(f, selection_set=_bare_set(f.selection_set)) for name, f in fragments.items()}
    made = replace(operation, selection_set=replace(operation.selection_set, selections=roots))
    before = DocumentNode(definitions=(operation, *fragments.values()))
    if DocumentNode(definitions=(made, *bare.values())) == before:
        return operation, dict(fragments), None
    return made, bare, Aliases(operation.selection_set, fragments)


def _below(selection: SelectionNode) -> SelectionNode:
    if isinstance(selection, FieldNode | InlineFragmentNode) and selection.selection_set:
        return replace(selection, selection_set=_bare_set(selection.selection_set))
    return selection


def _bare_set(selections: SelectionSetNode) -> SelectionSetNode:
    made = (replace(s, alias=None) if isinstance(s, FieldNode) and s.alias else s for s in selections.selections)
    return replace(selections, selections=tuple(_below(selection) for selection in made))


def _fields(selections: SelectionSetNode, fragments: Fragments) -> Iterator[FieldNode]:
    for selection in selections.selections:
        if isinstance(selection, FieldNode):
            yield selection
        elif isinstance(selection, InlineFragmentNode):
            yield from _fields(selection.selection_set, fragments)
        elif isinstance(selection, FragmentSpreadNode):
            yield from _fields(fragments[selection.name.value].selection_set, fragments)


def _key(field: FieldNode) -> str:
    return (field.alias or field.name).value

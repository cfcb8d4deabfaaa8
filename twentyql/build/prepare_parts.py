"""The optional parts of an operation, decided here: ``@include`` and ``@skip`` do not reach the server.

GraphQL text with the values of its variables -> the selections that remain, without these directives.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
)

from twentyql.build.prepare_places import problem
from twentyql.errors import QueryError

DECIDED = ("include", "skip")


class Parts:
    """One decision over one operation; ``fragments`` holds, by and by, those that remain in use."""

    def __init__(self, definitions: Mapping[str, FragmentDefinitionNode], values: Mapping[str, Any]) -> None:
        self._definitions = definitions
        self._values = values
        self._left: dict[str, FragmentDefinitionNode | None] = {}

    @property
    def fragments(self) -> dict[str, FragmentDefinitionNode]:
        """The fragments that the decided operation uses, as decided."""
        return {name: made for name, made in sorted(self._left.items()) if made is not None}

    def operation(self, operation: OperationDefinitionNode) -> OperationDefinitionNode:
        """``operation`` with what its variables leave of it; QueryError if that is nothing."""
        kept = self._kept(operation.selection_set)
        if kept is None:
            raise problem(operation, "With these variables, nothing is left to ask.", "Include at least one part.")
        return replace(operation, selection_set=kept)

    def _kept(self, selections: SelectionSetNode) -> SelectionSetNode | None:
        included = [s for s in selections.selections if self._included(s)]
        made = [m for s in included if (m := self._selection(s)) is not None]
        answered = {_key(s) for s in made if isinstance(s, FieldNode)}
        for lost in included:
            if isinstance(lost, FieldNode) and _key(lost) not in answered:
                raise _nothing_left(lost)
        return replace(selections, selections=tuple(made)) if made else None

    def _selection(self, selection: SelectionNode) -> SelectionNode | None:
        directives = tuple(d for d in selection.directives or () if d.name.value not in DECIDED)
        if isinstance(selection, FragmentSpreadNode):
            used = self._fragment(selection.name.value)
            return replace(selection, directives=directives) if used else None
        if isinstance(selection, InlineFragmentNode):
            kept = self._kept(selection.selection_set)
            return replace(selection, directives=directives, selection_set=kept) if kept else None
        assert isinstance(selection, FieldNode)
        if selection.selection_set is None:
            return replace(selection, directives=directives)
        kept = self._kept(selection.selection_set)
        return replace(selection, directives=directives, selection_set=kept) if kept else None

    def _fragment(self, name: str) -> FragmentDefinitionNode | None:
        if name not in self._left:
            definition = self._definitions[name]
            kept = self._kept(definition.selection_set)
            self._left[name] = replace(definition, selection_set=kept) if kept else None
        return self._left[name]

    def _included(self, selection: SelectionNode) -> bool:
        return all(
            self._condition(d) is (d.name.value == "include")
            for d in selection.directives or ()
            if d.name.value in DECIDED
        )

    def _condition(self, directive: DirectiveNode) -> bool:
        value = next(a.value for a in directive.arguments or () if a.name.value == "if")
        found = self._boolean(value)
        if found is None:
            raise problem(directive, f"@{directive.name.value} needs true or false.", "Give the variable a value.")
        return found

    def _boolean(self, value: ValueNode) -> bool | None:
        if isinstance(value, BooleanValueNode):
            return value.value
        found = self._values.get(value.name.value) if isinstance(value, VariableNode) else None
        return found if isinstance(found, bool) else None


def _nothing_left(field: FieldNode) -> QueryError:
    if field.selection_set and not field.selection_set.selections:
        return problem(field, f"Nothing is asked of {field.name.value!r}.", "Name the fields that you want inside.")
    return problem(
        field,
        f"With these variables, nothing is left to ask of {field.name.value!r}.",
        "Put @include or @skip on the field itself, or keep one field inside, such as id.",
    )


def _key(field: FieldNode) -> str:
    """The key that the field has in the answer."""
    return (field.alias or field.name).value


def inlined(selections: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode]) -> tuple[FieldNode, ...]:
    """The fields of ``selections`` with those of its fragments in their place: for roots, which have one type only."""
    found: list[FieldNode] = []
    for selection in selections.selections:
        if isinstance(selection, FieldNode):
            found.append(selection)
        elif isinstance(selection, FragmentSpreadNode):
            found += inlined(fragments[selection.name.value].selection_set, fragments)
        elif isinstance(selection, InlineFragmentNode):
            found += inlined(selection.selection_set, fragments)
    return tuple(found)

"""The arguments of root fields in the form that a Twenty server executes: no null, and no half-said condition.

A variable without a value leaves its condition out: ``filter: {stage: {eq: $stage}}`` is no filter without ``$stage``.
Only in queries: in a mutation a condition left out would reach more records, so there it is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from graphql import (
    ArgumentNode,
    FieldNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    ValueNode,
    VariableNode,
)

from twentyql.build.prepare_places import problem


def without_nulls(root: FieldNode, values: Mapping[str, Any], is_mutation: bool) -> FieldNode:
    """``root`` without the arguments that are null or have no value."""
    keep = _written if is_mutation else _said
    kept = [(argument, keep(argument.value, values)) for argument in root.arguments or () if _given(argument, values)]
    made = tuple(replace(argument, value=value) for argument, value in kept if value is not None)
    return replace(root, arguments=made)


def _given(argument: ArgumentNode, values: Mapping[str, Any]) -> bool:
    value = argument.value
    if isinstance(value, VariableNode):
        return values.get(value.name.value) is not None
    return not isinstance(value, NullValueNode)


def _said(value: ValueNode, values: Mapping[str, Any]) -> ValueNode | None:
    """``value`` without what lacks a value, None if nothing is left; what was written empty stays empty."""
    if isinstance(value, VariableNode):
        return value if values.get(value.name.value) is not None else None
    if isinstance(value, ObjectValueNode):
        fields = [(f, _said(f.value, values)) for f in value.fields]
        left = tuple(replace(f, value=v) for f, v in fields if v is not None)
        return replace(value, fields=left) if left or not value.fields else None
    if isinstance(value, ListValueNode):
        items = tuple(v for item in value.values if (v := _said(item, values)) is not None)
        return replace(value, values=items) if items or not value.values else None
    return value


def _written(value: ValueNode, values: Mapping[str, Any], path: tuple[str, ...] = ()) -> ValueNode:
    """``value`` without the fields whose variable has no value, as GraphQL says; QueryError inside a filter."""
    if isinstance(value, ObjectValueNode):
        kept = [f for f in value.fields if not _lacks(f.value, values)]
        return replace(value, fields=tuple(replace(f, value=_written(f.value, values)) for f in kept))
    if isinstance(value, ListValueNode):
        return replace(value, values=tuple(_written(item, values) for item in value.values))
    return value


def _lacks(value: ValueNode, values: Mapping[str, Any]) -> bool:
    return isinstance(value, VariableNode) and value.name.value not in values


def check_whole(root: FieldNode, values: Mapping[str, Any]) -> None:
    """QueryError if a variable inside the filter of a mutation has no value."""
    for argument in root.arguments or ():
        if argument.name.value == "filter":
            _check_value(argument.value, values, root.name.value)


def _check_value(value: ValueNode, values: Mapping[str, Any], root: str) -> None:
    if isinstance(value, VariableNode) and values.get(value.name.value) is None:
        raise problem(
            value,
            f"${value.name.value} has no value, and without it the filter of {root!r} would reach more records.",
            "Give the variable a value.",
        )
    if isinstance(value, ObjectValueNode):
        for field in value.fields:
            _check_value(field.value, values, root)
    if isinstance(value, ListValueNode):
        for item in value.values:
            _check_value(item, values, root)

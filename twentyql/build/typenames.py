"""``__typename`` asked wherever the answer may be of several types that are asked different things."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    NameNode,
    SelectionSetNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    is_abstract_type,
    visit,
)

TYPENAME = "__typename"
_ASKED = FieldNode(name=NameNode(value=TYPENAME), alias=None, arguments=(), directives=(), selection_set=None)


class _Adding(Visitor):
    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self._types = types

    def leave_selection_set(self, node: SelectionSetNode, *_: Any) -> SelectionSetNode | None:
        if not is_abstract_type(self._types.get_parent_type()):
            return None
        narrows = any(isinstance(s, InlineFragmentNode | FragmentSpreadNode) for s in node.selections)
        asked = any(isinstance(s, FieldNode) and (s.alias or s.name).value == TYPENAME for s in node.selections)
        return replace(node, selections=(*node.selections, _ASKED)) if narrows and not asked else None


def with_typenames(document: DocumentNode, schema: GraphQLSchema) -> DocumentNode:
    """``document`` that also asks for the type of every object that may be one of several."""
    if not any(is_abstract_type(type_) for name, type_ in schema.type_map.items() if not name.startswith("__")):
        return document
    types = TypeInfo(schema)
    made: DocumentNode = visit(document, TypeInfoVisitor(types, _Adding(types)))
    return made

"""How much a document of ``/metadata`` asks for: how many fields, and how deep they lie."""

from __future__ import annotations

from graphql import FieldNode, FragmentSpreadNode, InlineFragmentNode, SelectionSetNode

from twentyql.sandbox.http.direct import Operation
from twentyql.sandbox.root import Refused

MOST_FIELDS = 2000
DEEPEST = 10
INTROSPECTION = frozenset({"__schema", "__type"})


def check_complexity(operation: Operation) -> None:
    """Refuse more than 2,000 fields, and more than 10 inside each other; introspection is free. Raises Refused."""
    if any(call.name in INTROSPECTION for call in operation.calls):
        return
    fields, depth = _measure(operation)
    if depth > DEEPEST:
        told = f"Too many nested fields requested: {depth} - Maximum allowed nested fields: {DEEPEST}"
        raise Refused(f"Query too complex - {told}")
    if fields > MOST_FIELDS:
        told = f"Too many fields requested: {fields} - Maximum allowed fields: {MOST_FIELDS}"
        raise Refused(f"Query too complex - {told}")


def _measure(operation: Operation) -> tuple[int, int]:
    """The number of fields, those of a fragment wherever it is spread, and the depth of the deepest."""

    known: dict[str, tuple[int, int]] = {}

    def of_fragment(name: str) -> tuple[int, int]:
        if name not in known:
            known[name] = (0, 0)  # of a fragment that spreads itself; validation refuses it later
            fragment = operation.fragments.get(name)
            known[name] = measure(fragment.selection_set) if fragment else (0, 0)
        return known[name]

    def measure(selections: SelectionSetNode | None) -> tuple[int, int]:
        count = depth = 0
        for node in selections.selections if selections else ():
            if isinstance(node, FieldNode):
                fields, inner = measure(node.selection_set)
                fields, inner = fields + 1, inner + 1
            elif isinstance(node, InlineFragmentNode):
                fields, inner = measure(node.selection_set)
            elif isinstance(node, FragmentSpreadNode):
                fields, inner = of_fragment(node.name.value)
            else:
                fields, inner = 0, 0
            count, depth = count + fields, max(depth, inner)
        return count, depth

    return measure(operation.node.selection_set)

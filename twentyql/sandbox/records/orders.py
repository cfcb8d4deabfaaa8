"""Orders: ``orderBy`` as SQL, with the server's own ways.

The id always comes last, ascending, whatever was asked of it; a foreign key is accepted and not sorted by.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from twentyql.sandbox.model import Slot
from twentyql.sandbox.records.layout import ENUMS, Layout, Layouts, Leaf
from twentyql.sandbox.records.operators import rank
from twentyql.sandbox.records.sources import Expression, Source, itself, through
from twentyql.sandbox.root import Refused

OrderBy = Sequence[Mapping[str, Any]]
DIRECTIONS = ("AscNullsFirst", "AscNullsLast", "DescNullsFirst", "DescNullsLast")
INPUT = "INVALID_QUERY_INPUT"
_LISTED = ", ".join(DIRECTIONS)


def with_id(order_by: Any) -> OrderBy:
    """``orderBy`` as a list, with the id at its end."""
    wanted = order_by if isinstance(order_by, list) else [order_by] if order_by else []
    return [*(item for item in wanted if isinstance(item, dict)), {"id": "AscNullsFirst"}]


def order(layouts: Layouts, layout: Layout, order_by: OrderBy, *, forward: bool = True) -> list[Expression]:
    """The ``ORDER BY`` of a read; backward turns every direction, but not where NULL goes. Raises Refused."""
    found: dict[tuple[str, ...], Expression] = {}
    for item in order_by:
        for name, value in item.items():
            for path, expression, direction in _terms(layouts, layout, name, value):
                found[path] = directed(expression, direction, forward)
    return list(found.values())


def directed(expression: Expression, direction: str, forward: bool = True) -> Expression:
    """An expression with one of the four directions."""
    ascending = direction.startswith("Asc") == forward
    turned = expression.asc() if ascending else expression.desc()
    return turned.nulls_first() if direction.endswith("First") else turned.nulls_last()


def sort_value(source: Source, leaf: Leaf) -> Expression:
    """What a leaf sorts by."""
    expression = source.expression(leaf)
    return rank(leaf, expression) if leaf.type in ENUMS else expression


Term = tuple[tuple[str, ...], Expression, str]


def _terms(layouts: Layouts, layout: Layout, name: str, value: Any) -> Iterator[Term]:
    slot = layout.record.by_name.get(name)
    if slot is None or slot.kind == "many":
        raise Refused(f'Field "{name}" does not exist or is not sortable', sub_code="FIELD_NOT_FOUND")
    source = itself(layout)
    if slot.kind == "one":
        yield from _relation(layouts, source, slot, value)
    elif slot.kind == "composite":
        yield from _composite(source, slot, value, ())
    else:
        if value not in DIRECTIONS:
            raise Refused(f'Scalar field "{name}" requires a direction value ({_LISTED})', sub_code=INPUT)
        if slot.kind == "scalar":
            yield (name,), sort_value(source, layout.leaves[(name,)]), value


def _composite(source: Source, slot: Slot, value: Any, above: tuple[str, ...]) -> Iterator[Term]:
    if not isinstance(value, dict):
        example = f"{{ {slot.name}: {{ subFieldName: 'AscNullsFirst' }} }}"
        raise Refused(f'Composite field "{slot.name}" requires subfield ordering (e.g., {example})', sub_code=INPUT)
    for name, direction in value.items():
        leaf = source.layout.leaves.get((slot.name, name))
        if leaf is None:
            message = f"Sub field metadata not found for composite type: {slot.type}"
            raise Refused(message, "INTERNAL_SERVER_ERROR")
        if direction not in DIRECTIONS:
            message = f"Sub field order by value must be of type OrderByDirection, but got: {direction}"
            raise Refused(message, "INTERNAL_SERVER_ERROR")
        yield (*above, slot.name, name), sort_value(source, leaf), direction


def _relation(layouts: Layouts, source: Source, slot: Slot, value: Any) -> Iterator[Term]:
    if not isinstance(value, dict):
        example = f"{{ {slot.name}: {{ fieldName: 'AscNullsFirst' }} }}"
        raise Refused(f'Relation field "{slot.name}" requires nested field ordering (e.g., {example})', sub_code=INPUT)
    target = through(layouts, source, slot)
    for name, direction in list(value.items())[:1]:
        inner = target.layout.record.by_name.get(name)
        if inner is None or inner.kind == "key":
            message = f'Nested field "{name}" not found in target object "{target.layout.record.singular}"'
            raise Refused(message, sub_code="FIELD_NOT_FOUND")
        if inner.kind == "composite":
            yield from _composite(target, inner, direction, (slot.name,))
        elif inner.kind == "scalar" and direction in DIRECTIONS:
            yield (slot.name, name), sort_value(target, target.layout.leaves[(name,)]), direction

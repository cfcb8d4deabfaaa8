"""Orders written as text or as the server's JSON, checked against the schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from twentyql.build.query import Order
from twentyql.errors import QueryError
from twentyql.schema.model import FieldModel, ObjectModel, SchemaModel

DIRECTIONS = ("AscNullsFirst", "AscNullsLast", "DescNullsFirst", "DescNullsLast")


def parse_order(model: SchemaModel, object_name: str, order: str | Mapping[str, Any]) -> Order[Any]:
    """One key of an order: ``"name.firstName"``, ``"-createdAt"`` or ``{"name": {"firstName": "AscNullsLast"}}``."""
    if isinstance(order, str):
        path, direction = tuple(order.removeprefix("-").split(".")), "Desc" if order.startswith("-") else "Asc"
        return _checked(model, model.object(object_name), path, f"{direction}NullsLast")
    path, direction = _unfold(order)
    return _checked(model, model.object(object_name), path, direction)


def _unfold(order: Any) -> tuple[tuple[str, ...], str]:
    path: tuple[str, ...] = ()
    while isinstance(order, Mapping):
        entries = list(cast("Mapping[str, Any]", order).items())
        if len(entries) != 1:
            raise QueryError(
                f"An order has one field a key, not {len(entries)}.", advice="Give several keys one after the other."
            )
        path, order = (*path, entries[0][0]), entries[0][1]
    if order not in DIRECTIONS:
        raise QueryError(f"{order!r} is no direction.", advice=f"Use one of {', '.join(DIRECTIONS)}.")
    return path, cast(str, order)


def _checked(model: SchemaModel, of: ObjectModel, path: tuple[str, ...], direction: str) -> Order[Any]:
    here, field = of, None
    for at, name in enumerate(path):
        if field is not None:
            field = field.part(name, f"in {'.'.join(path[:at])}")
            continue
        member = here.member(name)
        if isinstance(member, FieldModel):
            field = member
        elif member.is_to_many:
            raise QueryError(f"{'.'.join(path[: at + 1])} is a list, and records cannot be sorted by a list.")
        else:
            here = model.object(member.target)
    if field is None or field.parts:
        known = [part.name for part in field.parts] if field else [f.name for f in here.fields]
        raise QueryError(
            f"{'.'.join(path)} is no single value to sort by.", advice=f"Add one of {', '.join(known[:12])}."
        )
    return Order(path, direction)

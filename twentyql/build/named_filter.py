"""Filter JSON, written by hand, into the condition tree: every name and operator checked against the schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from twentyql.build.operators import json_value
from twentyql.build.query import All, Compare, Condition, Either, Negation
from twentyql.errors import QueryError, UnknownNameError, nearest
from twentyql.schema.model import FieldModel, Kind, ObjectModel, RelationModel, SchemaModel

_REFUSED = {
    Kind.TEXT: frozenset({"regex", "iregex"}),
    Kind.SELECT: frozenset({"containsAny", "isEmptyArray"}),
    Kind.RATING: frozenset({"containsAny", "isEmptyArray"}),
    Kind.MULTI_SELECT: frozenset({"eq", "neq", "in"}),
}
"""Operators that Twenty's schema lists and its server refuses (contract 2.3, recorded)."""


def accepted(field: FieldModel) -> tuple[str, ...]:
    """The operators that the server takes for a field, in the schema's order."""
    refused = _REFUSED.get(Kind.TEXT if field.type_name == "String" else field.kind, frozenset())
    return tuple(name for name in field.operators if name not in refused)


_LISTED = frozenset({"in", "containsAny", "contains", "notContains"})
_JOINS = ("and", "or", "not")


def parse_where(model: SchemaModel, object_name: str, mapping: Mapping[str, Any]) -> Condition[Any]:
    """The condition that the filter JSON ``mapping`` says about the records of an object."""
    return _object(model, model.object(object_name), mapping, ())


Path = tuple[str, ...]


def _object(model: SchemaModel, of: ObjectModel, mapping: Any, path: Path) -> Condition[Any]:
    items = [_item(model, of, name, value, path) for name, value in _entries(mapping, path, f"fields of {of.plural}")]
    return items[0] if len(items) == 1 else All(tuple(items))


def _item(model: SchemaModel, of: ObjectModel, name: str, value: Any, path: Path) -> Condition[Any]:
    if name in _JOINS and not (of.has_field(name) and not _is_join(name, value)):
        return _join(model, of, name, value, path)
    member = _member(of, name, path)
    if isinstance(member, RelationModel):
        return _relation(model, member, value, path)
    return _field(member, value, (*path, name))


def _is_join(name: str, value: Any) -> bool:
    return isinstance(value, (list, tuple)) or name == "not"


def _join(model: SchemaModel, of: ObjectModel, name: str, value: Any, path: Path) -> Condition[Any]:
    if name == "not":
        return Negation(_object(model, of, value, path))
    listed: list[Any] = list(cast("list[Any]", value)) if isinstance(value, (list, tuple)) else [value]
    items = tuple(_object(model, of, item, path) for item in listed)
    return All(items) if name == "and" else Either(items)


def _member(of: ObjectModel, name: str, path: Path) -> FieldModel | RelationModel:
    try:
        return of.member(name)
    except UnknownNameError:
        known = [*(f.name for f in of.fields), *(r.name for r in of.relations), *_JOINS]
        raise UnknownNameError("field or relation", name, known, where=f"on {of.plural}{_in(path)}") from None


def _relation(model: SchemaModel, relation: RelationModel, value: Any, path: Path) -> Condition[Any]:
    target = model.object(relation.target)
    if relation.is_to_many:
        raise QueryError(
            f"{_dotted((*path, relation.name))} is a list, and lists cannot be filtered by.",
            advice=f"Query {target.plural} with a filter of their own.",
        )
    if path:
        raise QueryError(
            f"{_dotted((*path, relation.name))} goes through two relations; a filter can go through one.",
            advice=f"Read the {target.plural} first, and filter by their ids.",
        )
    return _object(model, target, value, (*path, relation.name))


def _field(field: FieldModel, value: Any, path: Path) -> Condition[Any]:
    if field.parts:
        entries = _entries(value, path, "parts")
        items = [_field(field.part(n, f"in {_dotted(path)}"), v, (*path, n)) for n, v in entries]
    else:
        items = [_compare(field, operator, v, path) for operator, v in _entries(value, path, "operators")]
    return items[0] if len(items) == 1 else All(tuple(items))


def _compare(field: FieldModel, operator: str, value: Any, path: Path) -> Condition[Any]:
    allowed = accepted(field)
    if operator not in allowed:
        near = nearest(operator, allowed)
        hint = f"Did you mean {' or '.join(map(repr, near))}? " if near else ""
        raise QueryError(
            f"{_dotted(path)} has no operator {operator!r}.",
            advice=f"{hint}It takes: {', '.join(allowed) or 'none; it cannot be filtered by'}.",
        )
    return Compare(path, operator, _value(field, operator, value, path))


def _value(field: FieldModel, operator: str, value: Any, path: Path) -> Any:
    if operator == "is":
        if value not in ("NULL", "NOT_NULL"):
            raise QueryError(f"{_dotted(path)}: 'is' takes 'NULL' or 'NOT_NULL', not {value!r}.")
        return value
    if operator in _LISTED:
        if not isinstance(value, (list, tuple, set, frozenset)):
            raise QueryError(f"{_dotted(path)}: {operator!r} takes a list, not {value!r}.")
        return [_one(field, item, path) for item in cast("list[Any]", value)]
    return value if operator == "isEmptyArray" else _one(field, value, path)


def _one(field: FieldModel, value: Any, path: Path) -> Any:
    if value is None:
        raise QueryError(f"{_dotted(path)}: nothing compares with None.", advice="Use {'is': 'NULL'} or 'NOT_NULL'.")
    try:
        made = json_value(value)
    except (TypeError, ValueError) as error:
        raise QueryError(f"{_dotted(path)}: {error}") from error
    options = [option.value for option in field.options]
    if options and field.kind in (Kind.SELECT, Kind.MULTI_SELECT, Kind.RATING) and made not in options:
        raise UnknownNameError("option", str(made), options, where=f"of {_dotted(path)} ({', '.join(options)})")
    return made


def _entries(mapping: Any, path: Path, what: str) -> Iterator[tuple[str, Any]]:
    entries: Any = mapping
    if not isinstance(mapping, Mapping):
        place = _dotted(path) if path else "A filter"
        raise QueryError(f"{place} takes an object with {what}, not {mapping!r}.")
    for name, value in entries.items():
        if not isinstance(name, str):
            raise QueryError(f"{name!r} is no name{_in(path)}.")
        yield name, value


def _dotted(path: Path) -> str:
    return ".".join(path)


def _in(path: Path) -> str:
    return f", in {_dotted(path)}" if path else ""

"""The same Query from names, checked against the schema: for a notebook, a first look, the command line.

::

    select(model, "companies", "name", "accountOwner.name.firstName", "people.emails.primaryEmail")

Names are GraphQL names joined by dots. A path through to-one relations is one Column; a to-many relation is a Nested
selection. A composite's name alone means all of its parts; a relation's name alone its id and label field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from twentyql.build.named_filter import parse_where
from twentyql.build.named_order import parse_order
from twentyql.build.named_path import is_path, read_path, read_start
from twentyql.build.query import Column, Condition, DictRows, Nested, Order, Query, Selection
from twentyql.build.steps import On, field_of, plain
from twentyql.errors import QueryError, UnknownNameError
from twentyql.schema.model import FieldModel, ObjectModel, RelationModel, SchemaModel


@dataclass(frozen=True, slots=True)
class NamedQuery(Query[Any, dict[str, Any]]):
    """A Query that also takes conditions as filter JSON and orders as text. It needs its model to check them."""

    model: SchemaModel | None = None

    def where(self, *conditions: Condition[Any] | Mapping[str, Any]) -> NamedQuery:
        """Keep only the records that meet every condition: a Condition, or the server's filter JSON."""
        made = [self._condition(condition) for condition in conditions]
        return replace(self, conditions=(*self.conditions, *made))

    def order_by(self, *orders: Order[Any] | str | Mapping[str, Any]) -> NamedQuery:
        """Sort by these keys: ``"name"``, ``"-createdAt"``, ``{"name": {"firstName": "AscNullsLast"}}`` or an Order."""
        return replace(self, orders=tuple(self._order(order) for order in orders))

    def limit(self, most: int) -> NamedQuery:
        """Read at most ``most`` records, and the children of those only."""
        if most < 0:
            raise ValueError(f"a limit is 0 or more, not {most}")
        return replace(self, most=most)

    def _condition(self, condition: Condition[Any] | Mapping[str, Any]) -> Condition[Any]:
        if isinstance(condition, Condition):
            return condition
        return parse_where(self._model(), self.selection.object, condition)

    def _order(self, order: Order[Any] | str | Mapping[str, Any]) -> Order[Any]:
        if isinstance(order, Order):
            return order
        return parse_order(self._model(), self.selection.object, order)

    def _model(self) -> SchemaModel:
        if self.model is None:
            raise QueryError("This query has no schema to check names against.")
        return self.model


def select(model: SchemaModel, object_name: str, *names: str) -> NamedQuery:
    """The query for all records of an object with the fields called ``names``; its id and label when there are none.

    On servers whose root fields take arguments, ``object_name`` may be a path to the records instead:
    ``repository(owner: "o", name: "n").issues(states: [OPEN])``.
    """
    of, start = read_start(object_name, model) if is_path(object_name) else (model.object(object_name), ())
    paths = [read_path(name, model, of) for name in names] or [(name,) for name in _label(of)]
    return NamedQuery(_selection(model, of, (), paths), start=start, model=model)


def _selection(model: SchemaModel, of: ObjectModel, before: tuple[str, ...], paths: Sequence[tuple[str, ...]]) -> Any:
    """The selection of ``of`` for ``paths``; ``before`` is the way to it, for messages only."""
    columns: dict[tuple[str, ...], Column] = {}
    children: dict[tuple[str, ...], tuple[RelationModel, list[tuple[str, ...]]]] = {}
    for path in paths:
        for found, relation, rest in _resolve(model, of, before, path):
            if relation is None:
                columns[found] = Column(".".join(plain(found)), found)
            else:
                children.setdefault(found, (relation, []))[1].extend(rest)
    nested = tuple(
        Nested(found[0], found[0], _selection(model, model.object(r.target), (*before, *found), rest), many=True)
        for found, (r, rest) in children.items()
    )
    return Selection(of.singular, _without_covered(columns), nested, DictRows())


Found = tuple[tuple[str, ...], RelationModel | None, list[tuple[str, ...]]]


def _resolve(model: SchemaModel, of: ObjectModel, before: tuple[str, ...], path: tuple[str, ...]) -> list[Found]:
    """What ``path`` means: columns as (path, None, []), a to-many as (path, relation, paths below it)."""
    here, at = of, 0
    while True:
        if isinstance(path[at], On) and at + 1 < len(path):
            here, at = model.object(path[at]), at + 1
            continue
        member = _member(here, path, at, before)
        if isinstance(member, FieldModel):
            _check_parts(member, path, at, before)
            return [(path, None, [])]
        target = model.object(member.target)
        rest = path[at + 1 :]
        if member.is_to_many:
            if at:
                raise QueryError(
                    f"{_show(before, path)!r} goes through the to-one {'.'.join(path[:at])!r} into a list.",
                    advice=f"Select {target.plural} in a query of their own.",
                )
            return [(path[: at + 1], member, [rest] if rest else [(name,) for name in _label(target)])]
        if not rest:
            return [((*path, name), None, []) for name in _label(target)]
        here, at = target, at + 1


def _member(here: ObjectModel, path: tuple[str, ...], at: int, before: tuple[str, ...]) -> FieldModel | RelationModel:
    try:
        return here.member(field_of(path[at]))
    except UnknownNameError:
        known = [*(f.name for f in here.fields), *(r.name for r in here.relations)]
        where = f"on {here.plural}" + (f", in {_show(before, path)!r}" if before or len(path) > 1 else "")
        raise UnknownNameError("field or relation", path[at], known, where=where) from None


def _check_parts(field: FieldModel, path: tuple[str, ...], at: int, before: tuple[str, ...]) -> None:
    for name in path[at + 1 :]:
        if not field.parts:
            raise QueryError(f"{field.name!r} has no parts, in {_show(before, path)!r}.")
        field = field.part(name, f"in {field.name}, in {_show(before, path)!r}")


def _label(of: ObjectModel) -> list[str]:
    """The id and the label field of an object, as far as it has them."""
    names = ["id", of.label_field or "name"]
    found = [name for name in names if of.has_field(name)]
    return found or [of.fields[0].name]


def _without_covered(columns: dict[tuple[str, ...], Column]) -> tuple[Column, ...]:
    """The columns but those below a composite that is selected whole."""
    return tuple(c for p, c in columns.items() if not any(p[:n] in columns for n in range(1, len(p))))


def _show(before: tuple[str, ...], path: tuple[str, ...]) -> str:
    return ".".join((*before, *path))


__all__ = ["NamedQuery", "parse_order", "parse_where", "select"]

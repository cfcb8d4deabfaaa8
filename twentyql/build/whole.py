"""Objects and relations by name -> the query that reads whole records: every field of each, one list an object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from twentyql.build.named import NamedQuery
from twentyql.build.query import Column, DictRows, Nested, Selection
from twentyql.errors import QueryError, UnknownNameError
from twentyql.schema.model import ObjectModel, SchemaModel

Tree = dict[str, "Tree"]


def whole_query(
    model: SchemaModel,
    name: str,
    relations: Sequence[str] = (),
    fields: Sequence[str] = (),
    where: Mapping[str, Any] | None = None,
) -> NamedQuery:
    """The query for all records of an object, and of those that ``relations`` (``people.noteTargets``) lead to.

    ``fields`` narrows the object's own fields; its id always stays. Every other list has all of its fields.
    UnknownNameError names the nearest field or relation.
    """
    tree: Tree = {}
    for path in relations:
        below = tree
        for step in path.split("."):
            below = below.setdefault(step, {})
    query = NamedQuery(_selection(model, model.object(name), tree, fields), model=model)
    return query.where(where) if where else query


def has_relation(model: SchemaModel, name: str, path: str) -> bool:
    """Whether the first step of ``path`` is a relation of the object."""
    return any(r.name == path.split(".")[0] for r in model.object(name).relations)


def _selection(model: SchemaModel, of: ObjectModel, tree: Tree, fields: Sequence[str] = ()) -> Selection:
    return Selection(
        object=of.singular,
        columns=tuple(Column(field, (field,)) for field in column_names(of, fields)),
        nested=tuple(_nested(model, of, step, below) for step, below in tree.items()),
        rows=DictRows(),
    )


def column_names(of: ObjectModel, fields: Sequence[str] = ()) -> tuple[str, ...]:
    """The fields of a whole record in schema order, or those of them that are wanted and the id."""
    wanted = {of.field(name).name for name in fields}
    return tuple(
        field.name
        for field in of.fields
        if field.name in wanted or field.name == "id" or (not wanted and not field.needs_arguments)
    )


def _nested(model: SchemaModel, of: ObjectModel, step: str, below: Tree) -> Nested:
    if not step:
        raise QueryError("A relation path has an empty step.", advice="Write people.noteTargets.")
    try:
        relation = of.relation(step)
    except UnknownNameError:
        if of.has_field(step):
            raise QueryError(
                f"{of.plural}.{step} is a field, not a relation.", advice="It is exported with its record already."
            ) from None
        raise
    return Nested(step, step, _selection(model, model.object(relation.target), below), many=True)

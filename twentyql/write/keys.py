"""What makes a record of an object the only one: the leaves that no two records share, and keys given by a person."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from graphql import GraphQLInputObjectType, GraphQLSchema

from twentyql.errors import QueryError
from twentyql.schema.model import FieldModel, Kind, ObjectModel

Path = tuple[str, ...]
ID: Path = ("id",)
# The part of a composite that its unique index holds (contract section 2.2).
_LEADING = {
    Kind.EMAILS: "primaryEmail",
    Kind.LINKS: "primaryLinkUrl",
    Kind.PHONES: "primaryPhoneNumber",
    Kind.CURRENCY: "amountMicros",
    Kind.RICH_TEXT: "markdown",
}


def leaf_of(of: ObjectModel, name: str) -> tuple[Path, FieldModel]:
    """The leaf that ``name`` (``code``, ``emails``, ``domainName.primaryLinkUrl``) means, and its field.

    Raises UnknownNameError, and QueryError for a composite that has no leading part.
    """
    head, *rest = name.split(".")
    field = of.field(head)
    path: Path = (head,)
    for step in rest:
        field = field.part(step, f"in {'.'.join(path)}")
        path = (*path, step)
    if field.parts:
        leading = _LEADING.get(field.kind)
        if leading is None:
            parts = ", ".join(f"{name}.{part.name}" for part in field.parts)
            raise QueryError(f"{name} has several parts.", advice=f"Name one of them: {parts}.")
        return (*path, leading), field.part(leading)
    return path, field


@lru_cache(maxsize=512)
def unique_leaves(of: ObjectModel, schema: GraphQLSchema) -> tuple[Path, ...]:
    """The leaves that are unique by themselves, beside the id: what ``connect`` and ``upsert`` find a record by.

    The schema lists them (``XWhereUniqueInput``); an index over several fields is among them, so only a lone entry is
    believed, or one that the data model calls unique.
    """
    told = schema.type_map.get(f"{of.type_name}WhereUniqueInput")
    names = (
        [n for n in told.fields if n != "id" and of.has_field(n)] if isinstance(told, GraphQLInputObjectType) else []
    )
    fields = [of.field(name) for name in names]
    unique = [field for field in of.fields if field.is_unique and field.name != "id"]
    return tuple(leaf_of(of, field.name)[0] for field in unique or (fields if len(fields) == 1 else []))


def value_at(data: Mapping[str, Any], path: Path) -> Any:
    """The value of a leaf in a record or input; None where it is not there."""
    found: Any = data
    for step in path:
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def normal(path: Path, value: Any) -> Any:
    """``value`` as the server keeps and compares it: e-mail addresses in lower case."""
    if isinstance(value, str) and path[-1] == "primaryEmail":
        return value.lower()
    return value.lower() if path == ID and isinstance(value, str) else value


def nested(path: Path, value: Any) -> dict[str, Any]:
    """``{"a": {"b": value}}`` for the path ``("a", "b")``."""
    for step in reversed(path):
        value = {step: value}
    return value  # type: ignore[no-any-return]

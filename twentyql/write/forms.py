"""One record as a person writes it -> the data of a mutation, every name and value checked.

Names may be GraphQL's (``jobTitle``), Python's (``job_title``) or dotted (``name.firstName``, ``company.domainName``);
a relation takes an id, a record, or a key of its target.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from graphql import GraphQLInputObjectType, GraphQLSchema

from twentyql.errors import QueryError, UnknownNameError
from twentyql.schema.model import FieldModel, ObjectModel, RelationModel, SchemaModel
from twentyql.write.composites import Form, composite, part_name
from twentyql.write.keys import ID, Path, leaf_of, nested, normal, unique_leaves
from twentyql.write.scalars import is_uuid, refuse, scalar

_RELATION_WORDS = frozenset({"connect", "disconnect", "create"})


@dataclass(frozen=True, slots=True)
class Reference:
    """A relation given by a leaf of its target: ``company`` by ``domainName``. ``join`` takes the id that is found.

    Where the leaf is unique the server finds it itself (``connect``); else it is looked up here.
    """

    relation: str
    join: str
    target: str
    path: Path
    value: Any
    connects: bool


@dataclass(frozen=True, slots=True)
class Formed:
    """One record ready to send, but for the ``references`` that have to be looked up first."""

    data: dict[str, Any]
    references: tuple[Reference, ...] = ()


Put = Callable[[dict[str, Any], list[Reference], Any], None]


class Forms:
    """The forms of one object. Names are resolved once each, so that a long import pays for them once."""

    def __init__(
        self,
        model: SchemaModel,
        schema: GraphQLSchema,
        of: ObjectModel,
        *,
        form: Form | None = None,
        update: bool = False,
    ) -> None:
        self.of = of
        self._model = model
        self._schema = schema
        self._form = form or Form()
        type_name = of.update_type if update else of.create_type
        if type_name is None:
            raise QueryError(f"This server does not let {of.plural} be written.")
        input_type = schema.type_map.get(type_name)
        self._writable = set(input_type.fields) if isinstance(input_type, GraphQLInputObjectType) else None
        self._puts: dict[str, Put] = {}
        self._folded = {_fold(name): name for name in reversed(self._names())}

    def record(self, given: Any) -> Formed:
        """The data of one record. Raises UnknownNameError and ValueRefusedError."""
        data: dict[str, Any] = {}
        references: list[Reference] = []
        for name, value in mapping_of(given).items():
            self._put(name)(data, references, value)
        return Formed(data, tuple(references))

    def check(self, name: str) -> None:
        """Raise UnknownNameError or QueryError unless ``name`` can be written."""
        self._put(name)

    def member(self, name: str) -> FieldModel | RelationModel:
        """The field or relation that the first step of ``name`` means. Raises UnknownNameError."""
        head = name.partition(".")[0]
        found = self._folded.get(_fold(head))
        if head in self._names():
            found = head
        elif found is None and self.of.has_field(f"{head}V2"):
            found = f"{head}V2"
        if found is None and any(relation.name == head for relation in self.of.relations):
            found = head
        if found is None:
            raise UnknownNameError("field", name, self._names(), where=f"to write on {self.of.plural}")
        return self.of.member(found)

    def _names(self) -> list[str]:
        names = [*(f.name for f in self.of.fields), *(r.name for r in self.of.relations)]
        return [name for name in names if self._writable is None or name in self._writable]

    def _put(self, name: Any) -> Put:
        if name not in self._puts:
            if not isinstance(name, str):
                raise QueryError(f"{name!r} is no field name.")
            self._puts[name] = self._resolve(name)
        return self._puts[name]

    def _resolve(self, name: str) -> Put:
        member = self._named(name)
        rest = name.partition(".")[2]
        if isinstance(member, RelationModel):
            return self._relation(member, rest)
        if rest:
            return self._part(member, rest)
        if member.parts and not member.is_list:
            return self._composite(member)
        return self._scalar(member)

    def _named(self, name: str) -> FieldModel | RelationModel:
        member = self.member(name)
        if isinstance(member, RelationModel) and member.is_to_many:
            raise QueryError(
                f"{self.of.plural}.{member.name} is a list, which cannot be written.",
                advice=f"Write {self._model.object(member.target).plural} that lead to this record instead.",
            )
        return member

    def _scalar(self, field: FieldModel) -> Put:
        name, loose = field.name, self._form.loose

        def put(data: dict[str, Any], _: list[Reference], value: Any) -> None:
            data[name] = scalar(field, value, name, loose=loose)

        return put

    def _composite(self, field: FieldModel) -> Put:
        name, form = field.name, self._form

        def put(data: dict[str, Any], _: list[Reference], value: Any) -> None:
            found = composite(field, value, name, form)
            known = data.get(name)
            data[name] = {**known, **found} if known and found else found

        return put

    def _part(self, field: FieldModel, rest: str) -> Put:
        if not field.parts:
            raise QueryError(f"{field.name!r} has no parts.", advice=f"Write {field.name} itself.")
        money = field.part("amountMicros") if any(p.name == "amountMicros" for p in field.parts) else None
        in_units = money is not None and rest in ("amount", "value")
        part = rest if in_units else part_name(field, rest, field.name)
        form = self._form

        def put(data: dict[str, Any], _: list[Reference], value: Any) -> None:
            found = composite(field, {part: value}, field.name, form)
            data[field.name] = {**(data.get(field.name) or {}), **(found or {})}

        return put

    def _relation(self, relation: RelationModel, rest: str) -> Put:
        target = self._model.object(relation.target)
        join = relation.join_column
        if join is None:
            raise QueryError(f"The schema does not tell the key behind {self.of.plural}.{relation.name}.")

        def put(data: dict[str, Any], references: list[Reference], value: Any) -> None:
            if rest:
                if value is not None:
                    references.append(self.reference(relation, target, rest, value))
                return
            self._related(data, references, relation, target, value)

        if rest:
            leaf_of(target, self._key_name(target, rest))
        return put

    def _related(
        self,
        data: dict[str, Any],
        references: list[Reference],
        relation: RelationModel,
        target: ObjectModel,
        value: Any,
    ) -> None:
        """A relation by an id, a record, ``{"connect": ...}`` or a key of the target."""
        assert relation.join_column is not None
        identity = getattr(value, "id", None) if not isinstance(value, (str, Mapping)) else value
        if isinstance(value, Mapping):
            given = cast("Mapping[str, Any]", value)
            if given and given.keys() <= _RELATION_WORDS:
                data[relation.name] = dict(given)
                return
            if "id" not in given and len(given) == 1:
                ((key, wanted),) = given.items()
                references.append(self.reference(relation, target, key, wanted))
                return
            identity = given.get("id")
        if value is None:
            data[relation.join_column] = None
        elif is_uuid(identity if identity is not None else value):
            data[relation.join_column] = str(identity if identity is not None else value).lower()
        else:
            keys = [".".join(path) for path in unique_leaves(target, self._schema)] or [target.label_field or "id"]
            raise refuse(
                relation.name,
                f"the id of a {target.singular} is wanted.",
                advice=f"Or name it by a key: '{relation.name}.{keys[0]}'.",
            )

    def reference(self, relation: RelationModel, target: ObjectModel, key: str, value: Any) -> Reference:
        """A relation to the record of ``target`` whose leaf ``key`` is ``value``. Raises ValueRefusedError."""
        path, leaf = leaf_of(target, self._key_name(target, key))
        where = f"{relation.name}.{key}"
        found = normal(path, scalar(leaf, value, where, loose=self._form.loose))
        if found is None:
            raise refuse(where, "a key cannot be empty.")
        assert relation.join_column is not None
        unique = path == ID or path in unique_leaves(target, self._schema)
        return Reference(relation.name, relation.join_column, target.singular, path, found, unique)

    def _key_name(self, target: ObjectModel, key: str) -> str:
        """The GraphQL path of a key: its first step may be written in snake_case."""
        head, dot, rest = key.partition(".")
        names = {_fold(field.name): field.name for field in target.fields}
        return f"{names.get(_fold(head), head)}{dot}{rest}"


def mapping_of(given: Any) -> Mapping[str, Any]:
    """The mapping of a record given as one, or as a generated input (`twentyql.build.inputs`). Raises QueryError."""
    if isinstance(given, Mapping):
        return cast("Mapping[str, Any]", given)
    if hasattr(given, "to_json"):
        return cast("Mapping[str, Any]", given.to_json())
    raise QueryError(f"A record is a mapping or a generated input, not a {type(given).__name__}.")


def connected(formed: Formed) -> dict[str, Any]:
    """The data of a record with its unique references as ``connect``; the others must be looked up before."""
    data = dict(formed.data)
    for reference in formed.references:
        if reference.connects:
            data[reference.relation] = {"connect": {"where": nested(reference.path, reference.value)}}
    return data


def _fold(name: str) -> str:
    return name.replace("_", "").casefold()

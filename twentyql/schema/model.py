"""The neutral model in the middle: what a workspace can be asked, as frozen data.

Everything downstream (generation, building, planning) reads this and nothing else of the server's schema. It is
derived from the GraphQL types (`derive.py`) and enriched with the data model of ``/metadata`` where that is known
(`enrich.py`), so every model has the same form whichever way it came.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from twentyql.errors import QueryError, UnknownNameError


class Kind(enum.StrEnum):
    """What a field holds: Twenty's own field types (contract section 2.1), and two for other servers."""

    UUID = "UUID"
    TEXT = "TEXT"
    DATE_TIME = "DATE_TIME"
    DATE = "DATE"
    BOOLEAN = "BOOLEAN"
    NUMBER = "NUMBER"
    NUMERIC = "NUMERIC"
    POSITION = "POSITION"
    RATING = "RATING"
    SELECT = "SELECT"
    MULTI_SELECT = "MULTI_SELECT"
    ARRAY = "ARRAY"
    RAW_JSON = "RAW_JSON"
    TS_VECTOR = "TS_VECTOR"
    FILES = "FILES"
    FULL_NAME = "FULL_NAME"
    EMAILS = "EMAILS"
    PHONES = "PHONES"
    LINKS = "LINKS"
    CURRENCY = "CURRENCY"
    ADDRESS = "ADDRESS"
    ACTOR = "ACTOR"
    RICH_TEXT = "RICH_TEXT"
    OBJECT = "OBJECT"  # a composite that Twenty's list does not name
    SCALAR = "SCALAR"  # a scalar that the toolkit does not know: its value arrives raw


class Cardinality(enum.StrEnum):
    """How many records a relation leads to, seen from the object that has the field."""

    TO_ONE = "MANY_TO_ONE"
    TO_MANY = "ONE_TO_MANY"


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a SELECT, MULTI_SELECT or RATING field."""

    value: str
    label: str = ""
    color: str | None = None
    position: int = 0


@dataclass(frozen=True, slots=True)
class ArgumentModel:
    """An argument of a field. ``type`` is its GraphQL type as text: ``[IssueState!]``."""

    name: str
    type: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class FieldModel:
    """A field of a record that holds a value: a scalar, a list of scalars, or a composite with ``parts``.

    ``type_name`` is the named GraphQL type (``String``, ``FullName``, ``PersonWorkPreferenceEnum``), ``is_list``
    whether the value is a list of it. A foreign key such as ``companyId`` is a field whose ``foreign_key_of`` names
    the relation it belongs to. ``operators`` are the names that the field's filter input accepts, in schema order.
    ``arguments`` are what the field takes on servers whose fields take any.
    """

    name: str
    kind: Kind
    type_name: str
    nullable: bool = True
    is_list: bool = False
    label: str = ""
    description: str = ""
    options: tuple[Option, ...] = ()
    parts: tuple[FieldModel, ...] = ()
    operators: tuple[str, ...] = ()
    filter_type: str | None = None
    sortable: bool = False
    foreign_key_of: str | None = None
    is_unique: bool = False
    is_system: bool = False
    arguments: tuple[ArgumentModel, ...] = ()

    @property
    def needs_arguments(self) -> bool:
        """Whether a plain selection of the field is refused."""
        return any(argument.required for argument in self.arguments)

    def part(self, name: str, where: str = "") -> FieldModel:
        """The part of this composite called ``name``; UnknownNameError with the nearest names otherwise."""
        for part in self.parts:
            if part.name == name:
                return part
        raise UnknownNameError("part", name, [p.name for p in self.parts], where=where or f"in {self.name}")


@dataclass(frozen=True, slots=True)
class RelationModel:
    """A field of a record that leads to other records.

    ``target`` is the singular name of the object it leads to. ``join_column`` is the foreign key that ties the two:
    on this object for a to-one (``companyId``), on the target for a to-many. It is None where the schema does not
    tell. ``inverse`` is the field of the target that leads back; ``morph`` the shared name of a morph relation
    (``target`` for ``targetCompany``, ``targetPerson``). ``arguments`` are what the field takes beside those of paging.
    A to-many without a ``connection_type`` is a plain list, which comes whole.
    """

    name: str
    target: str
    cardinality: Cardinality
    join_column: str | None = None
    inverse: str | None = None
    morph: str | None = None
    nullable: bool = True
    label: str = ""
    description: str = ""
    connection_type: str | None = None
    arguments: tuple[ArgumentModel, ...] = ()

    @property
    def needs_arguments(self) -> bool:
        """Whether a plain selection of the relation is refused."""
        return any(argument.required for argument in self.arguments)

    @property
    def is_to_many(self) -> bool:
        return self.cardinality is Cardinality.TO_MANY


@dataclass(frozen=True, slots=True)
class InputFieldModel:
    """One field of an input: its named GraphQL type, whether it takes a list of it, and whether it must be given."""

    name: str
    type_name: str
    is_list: bool = False
    required: bool = False


@dataclass(frozen=True, slots=True)
class InputModel:
    """What a GraphQL input object takes."""

    name: str
    fields: tuple[InputFieldModel, ...]

    def field(self, name: str) -> InputFieldModel | None:
        return next((field for field in self.fields if field.name == name), None)


@dataclass(frozen=True, slots=True)
class Roots:
    """The root fields that serve an object; None where the schema has no such field."""

    many: str | None = None
    one: str | None = None
    group_by: str | None = None
    duplicates: str | None = None
    create: str | None = None
    create_many: str | None = None
    update: str | None = None
    update_many: str | None = None
    delete: str | None = None
    delete_many: str | None = None
    destroy: str | None = None
    destroy_many: str | None = None
    restore: str | None = None
    restore_many: str | None = None
    merge: str | None = None


@dataclass(frozen=True)
class ObjectModel:
    """One object of the workspace: its names, fields, relations and root fields.

    ``singular`` is the key everywhere in the toolkit (``person``), ``plural`` names its list root and its files
    (``people``), ``type_name`` the GraphQL type of its records (``Person``). An interface or union is an object too:
    ``possible`` are the types that its records can have.
    """

    singular: str
    plural: str
    type_name: str
    fields: tuple[FieldModel, ...]
    relations: tuple[RelationModel, ...]
    roots: Roots = Roots()
    label: str = ""
    label_plural: str = ""
    description: str = ""
    label_field: str | None = None
    filter_type: str | None = None
    order_type: str | None = None
    create_type: str | None = None
    update_type: str | None = None
    connection_type: str | None = None
    aggregates: tuple[str, ...] = ()
    is_system: bool = False
    possible: tuple[str, ...] = ()

    @property
    def members(self) -> tuple[FieldModel | RelationModel, ...]:
        """The fields, then the relations."""
        return (*self.fields, *self.relations)

    @cached_property
    def _by_name(self) -> dict[str, FieldModel | RelationModel]:
        return {f.name: f for f in self.fields} | {r.name: r for r in self.relations}

    def member(self, name: str) -> FieldModel | RelationModel:
        """The field or relation called ``name``; UnknownNameError with the nearest names otherwise."""
        try:
            return self._by_name[name]
        except KeyError:
            raise UnknownNameError("field or relation", name, self._by_name, where=f"on {self.plural}") from None

    def field(self, name: str) -> FieldModel:
        """The field called ``name``; UnknownNameError with the nearest names otherwise."""
        member = self._by_name.get(name)
        if isinstance(member, FieldModel):
            return member
        raise UnknownNameError("field", name, [f.name for f in self.fields], where=f"on {self.plural}")

    def relation(self, name: str) -> RelationModel:
        """The relation called ``name``; UnknownNameError with the nearest names otherwise."""
        member = self._by_name.get(name)
        if isinstance(member, RelationModel):
            return member
        raise UnknownNameError("relation", name, [r.name for r in self.relations], where=f"on {self.plural}")

    def has_field(self, name: str) -> bool:
        return isinstance(self._by_name.get(name), FieldModel)


@dataclass(frozen=True, repr=False)
class SchemaModel:
    """Everything that one workspace (or Relay server) can be asked.

    ``objects`` are in the schema's order. ``enums`` maps an enum type to its values, ``inputs`` an input type
    to its fields, ``scalars`` lists the custom scalars. ``dialect`` names the entry of `dialects.py` that describes
    the server. ``digest`` is a hash of the GraphQL schema: equal digests mean that the same documents are valid.
    ``query`` is the query type itself, on servers whose root fields take arguments of their own: its members are the
    root fields. ``by_id`` is the root field that gives any record by its id, where there is one, and ``counted`` are
    the connection types that tell how many records they list.
    """

    objects: tuple[ObjectModel, ...]
    enums: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    scalars: tuple[str, ...] = ()
    inputs: dict[str, InputModel] = field(default_factory=dict[str, InputModel])
    dialect: str = "twenty"
    digest: str = ""
    query: ObjectModel | None = None
    by_id: str | None = None
    counted: frozenset[str] = frozenset()

    @cached_property
    def _by_name(self) -> dict[str, ObjectModel]:
        by_type = {o.type_name: o for o in (*self.objects, *((self.query,) if self.query else ()))}
        by_plural = {o.plural: o for o in self.objects}
        return by_type | by_plural | {o.singular: o for o in self.objects}

    def object(self, name: str) -> ObjectModel:
        """The object called ``name``: its singular, plural or type name; UnknownNameError otherwise."""
        try:
            return self._by_name[name]
        except KeyError:
            raise UnknownNameError("object", name, self._by_name, where="in this workspace") from None

    def __iter__(self) -> Iterator[ObjectModel]:
        return iter(self.objects)

    def __repr__(self) -> str:
        return f"<SchemaModel of {len(self.objects)} objects, {self.dialect}, digest {self.digest or 'unknown'}>"


def options_of(model: SchemaModel, name: str) -> tuple[Option, ...]:
    """The options of the field called ``object.field``; UnknownNameError, or QueryError where it has none."""
    of, dot, field_name = name.partition(".")
    if not dot:
        raise QueryError(f"{name!r} names no field.", advice="Write object.field, such as opportunity.stage.")
    field = model.object(of).field(field_name)
    if not field.options:
        having = [f.name for f in model.object(of).fields if f.options]
        raise QueryError(f"{name} has no options.", advice=f"On {of} these have: {', '.join(having) or 'none'}.")
    return field.options

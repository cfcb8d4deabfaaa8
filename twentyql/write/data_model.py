"""The data model of a workspace, changed from Python: objects, fields of every creatable type, relations, options."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self, cast

from twentyql.errors import EverythingError, QueryError, UnknownNameError
from twentyql.introspect.fetch import DATA_MODEL_QUERY
from twentyql.schema.enrich import object_nodes
from twentyql.schema.model import Kind, Option
from twentyql.write.metadata import Metadata

CREATABLE = tuple(kind.value for kind in Kind if kind not in (Kind.OBJECT, Kind.SCALAR, Kind.TS_VECTOR, Kind.POSITION))
COLORS = ("green", "turquoise", "sky", "blue", "purple", "pink", "red", "orange", "yellow", "gray")
MOST_FILES = 10
_QUOTED = frozenset({"TEXT", "SELECT", "RATING", "DATE", "DATE_TIME", "UUID"})
_WORDS = frozenset({"now", "uuid"})
_OBJECT = "{ id nameSingular namePlural labelSingular labelPlural isActive }"
_FIELD = "{ id name type label isActive isUnique isNullable defaultValue options settings }"
Options = Sequence["str | tuple[str, str] | Option | Mapping[str, Any]"]


@dataclass(frozen=True)
class DataModel:
    """Reads and changes the data model. ``changed`` is awaited after every change: a client learns its schema anew.

    Names are GraphQL names: an object by its singular or plural, a field by its name. Everything raises
    UnknownNameError for a name that is not there and RequestRefusedError for what the server does not allow.
    """

    metadata: Metadata
    count: Callable[[str], Awaitable[int]]
    changed: Callable[[], Awaitable[object]]
    _held: list[str] = field(default_factory=list[str])

    @asynccontextmanager
    async def together(self) -> AsyncGenerator[Self]:
        """Inside the ``async with`` many changes are made, and only at its end the schema is learnt anew."""
        self._held.append("changes are held")
        try:
            yield self
        finally:
            self._held.pop()
            await self._tell()

    async def objects(self) -> tuple[dict[str, Any], ...]:
        """Every object with its fields, as the metadata API gives them."""
        return tuple(dict(node) for node in object_nodes(await self.metadata.read(DATA_MODEL_QUERY)))

    async def object(self, name: str) -> dict[str, Any]:
        """One object by its singular or plural name."""
        nodes = await self.objects()
        by_name = {n: node for node in nodes for n in (node["nameSingular"], node["namePlural"])}
        if name not in by_name:
            raise UnknownNameError("object", name, by_name, where="in this workspace")
        return by_name[name]

    async def field(self, object: str, name: str) -> dict[str, Any]:
        """One field of an object."""
        return _field_of(await self.object(object), name)

    async def create_object(
        self,
        singular: str,
        plural: str,
        *,
        label: str | None = None,
        label_plural: str | None = None,
        description: str | None = None,
        icon: str | None = None,
    ) -> dict[str, Any]:
        """Create a custom object: ``create_object("invoice", "invoices")``."""
        given = {
            "nameSingular": singular,
            "namePlural": plural,
            "labelSingular": label or _label(singular),
            "labelPlural": label_plural or _label(plural),
            **_given(description=description, icon=icon),
        }
        text = f"mutation($input: CreateOneObjectInput!) {{ createOneObject(input: $input) {_OBJECT} }}"
        return await self._change(text, "createOneObject", {"object": given})

    async def update_object(
        self,
        name: str,
        *,
        label: str | None = None,
        label_plural: str | None = None,
        description: str | None = None,
        icon: str | None = None,
        active: bool | None = None,
        label_field: str | None = None,
    ) -> dict[str, Any]:
        """Change what is given of an object. An inactive one is hidden, and keeps its records."""
        node = await self.object(name)
        label_id = _field_of(node, label_field)["id"] if label_field else None
        update = _given(
            labelSingular=label,
            labelPlural=label_plural,
            description=description,
            icon=icon,
            isActive=active,
            labelIdentifierFieldMetadataId=label_id,
        )
        text = f"mutation($input: UpdateOneObjectInput!) {{ updateOneObject(input: $input) {_OBJECT} }}"
        return await self._change(text, "updateOneObject", {"id": node["id"], "update": _some(update)})

    async def delete_object(self, name: str, *, everything: bool = False) -> dict[str, Any]:
        """Delete a custom object. This is final, and takes its records with it.

        Raises EverythingError, with their number, where there are some, unless ``everything``.
        """
        node = await self.object(name)
        await self._guard(node, f"delete {node['namePlural']}", everything=everything)
        text = f"mutation($input: DeleteOneObjectInput!) {{ deleteOneObject(input: $input) {_OBJECT} }}"
        return await self._change(text, "deleteOneObject", {"id": node["id"]})

    async def create_field(
        self,
        object: str,
        name: str,
        type: str | Kind,
        *,
        label: str | None = None,
        options: Options = (),
        default: Any = None,
        unique: bool | None = None,
        nullable: bool | None = None,
        description: str | None = None,
        icon: str | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Create a field of any creatable type but a relation (`create_relation`, `create_morph_relation`).

        ``options`` of a SELECT or MULTI_SELECT are labels, ``(label, colour)``, or mappings with value, label, colour.
        ``default`` is a plain value: ``"NEW"``, 5, True, ``{"currencyCode": "EUR"}``.
        """
        kind = str(type)
        if kind not in CREATABLE:
            advice = "Use create_relation or create_morph_relation." if "RELATION" in kind else ""
            if not advice:
                raise UnknownNameError("field type", kind, CREATABLE, where="that can be created")
            raise QueryError(f"A {kind} is not made by its type alone.", advice=advice)
        if kind == Kind.FILES and settings is None:
            settings = {"maxNumberOfValues": MOST_FILES}
        node = await self.object(object)
        given = {
            "objectMetadataId": node["id"],
            "name": name,
            "label": label or _label(name),
            "type": kind,
            **_given(description=description, icon=icon, isUnique=unique, isNullable=nullable, settings=settings),
            **({"options": _options(options)} if options else {}),
            **({"defaultValue": _default(kind, default)} if default is not None else {}),
        }
        return await self._create_field(given)

    async def create_relation(
        self,
        object: str,
        name: str,
        to: str,
        *,
        many: bool = False,
        label: str | None = None,
        inverse_label: str | None = None,
        icon: str | None = None,
        inverse_icon: str = "IconLink",
    ) -> dict[str, Any]:
        """Create a relation from an object to one record of another, or with ``many`` to any number of them."""
        node, target = await self.object(object), await self.object(to)
        inverse = inverse_label or (node["labelSingular"] if many else node["labelPlural"])
        payload = {
            "type": "ONE_TO_MANY" if many else "MANY_TO_ONE",
            "targetObjectMetadataId": target["id"],
            "targetFieldLabel": inverse,
            "targetFieldIcon": inverse_icon,
        }
        given = {"objectMetadataId": node["id"], "name": name, "label": label or _label(name), "type": "RELATION"}
        return await self._create_field({**given, **_given(icon=icon), "relationCreationPayload": payload})

    async def create_morph_relation(
        self,
        object: str,
        name: str,
        to: Sequence[str],
        *,
        label: str | None = None,
        inverse_label: str | None = None,
        icon: str | None = None,
        inverse_icon: str = "IconLink",
    ) -> dict[str, Any]:
        """Create a relation that leads to one record of any of several objects."""
        node = await self.object(object)
        payloads = [
            {
                "type": "MANY_TO_ONE",
                "targetObjectMetadataId": (await self.object(one))["id"],
                "targetFieldLabel": inverse_label or node["labelPlural"],
                "targetFieldIcon": inverse_icon,
            }
            for one in to
        ]
        given = {"objectMetadataId": node["id"], "name": name, "label": label or _label(name), "type": "MORPH_RELATION"}
        return await self._create_field({**given, **_given(icon=icon), "morphRelationsCreationPayload": payloads})

    async def update_field(
        self,
        object: str,
        name: str,
        *,
        label: str | None = None,
        options: Options | None = None,
        default: Any = None,
        unique: bool | None = None,
        nullable: bool | None = None,
        description: str | None = None,
        icon: str | None = None,
        active: bool | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Change what is given of a field. ``options`` are all of them: one that is left out is removed.

        Options keep their ids by their values, so that records keep their choice.
        """
        known = await self.field(object, name)
        update = _given(
            label=label,
            description=description,
            icon=icon,
            isUnique=unique,
            isNullable=nullable,
            isActive=active,
            settings=settings,
            options=None if options is None else _options(options, known.get("options") or ()),
            defaultValue=None if default is None else _default(known["type"], default),
        )
        text = f"mutation($input: UpdateOneFieldMetadataInput!) {{ updateOneField(input: $input) {_FIELD} }}"
        return await self._change(text, "updateOneField", {"id": known["id"], "update": _some(update)})

    async def add_options(self, object: str, name: str, options: Options) -> dict[str, Any]:
        """Add options to a SELECT or MULTI_SELECT field, after those it has."""
        known = await self.field(object, name)
        return await self.update_field(object, name, options=[*(known.get("options") or ()), *options])

    async def delete_field(self, object: str, name: str, *, everything: bool = False) -> dict[str, Any]:
        """Delete a custom field. This is final, and takes its values with it.

        Raises EverythingError, with the number of records, where there are some, unless ``everything``.
        """
        node = await self.object(object)
        known = _field_of(node, name)
        await self._guard(node, f"delete the {name} of {node['namePlural']}", everything=everything)
        text = f"mutation($input: DeleteOneFieldInput!) {{ deleteOneField(input: $input) {_FIELD} }}"
        return await self._change(text, "deleteOneField", {"id": known["id"]})

    async def _create_field(self, given: Mapping[str, Any]) -> dict[str, Any]:
        text = f"mutation($input: CreateOneFieldMetadataInput!) {{ createOneField(input: $input) {_FIELD} }}"
        return await self._change(text, "createOneField", {"field": dict(given)})

    async def _change(self, text: str, root: str, given: Mapping[str, Any]) -> dict[str, Any]:
        data = await self.metadata.change(text, {"input": dict(given)})
        await self._tell()
        return cast("dict[str, Any]", data[root])

    async def _tell(self) -> None:
        if not self._held:
            await self.changed()

    async def _guard(self, node: Mapping[str, Any], what: str, *, everything: bool) -> None:
        if everything:
            return
        count = await self.count(node["nameSingular"])
        if count:
            message = f"There are {count:,} records: this would {what} for good."
            raise EverythingError(message, count=count)


def _options(given: Options, known: Iterable[Mapping[str, Any]] = ()) -> list[dict[str, Any]]:
    """Options as they are sent: values made of labels, colours in turn, places in order, ids kept by value."""
    ids = {option["value"]: option.get("id") for option in known}
    made: list[dict[str, Any]] = []
    for place, one in enumerate(given):
        option = _option(one, COLORS[place % len(COLORS)])
        identity = option.get("id") or ids.get(option["value"])
        made.append({**option, "position": place, **({"id": identity} if identity else {})})
    values = [option["value"] for option in made]
    if len(set(values)) != len(values):
        raise QueryError("Two options have one value.", advice=f"They are: {', '.join(values)}.")
    return made


def _option(one: Any, color: str) -> dict[str, Any]:
    if isinstance(one, Option):
        return {"value": one.value, "label": one.label or one.value, "color": one.color or color}
    if isinstance(one, Mapping):
        label = str(one.get("label") or one.get("value"))
        return {"color": color, **one, "value": one.get("value") or option_value(label), "label": label}
    label, given = one if isinstance(one, tuple) else (one, color)
    if given not in COLORS:
        raise UnknownNameError("colour", given, COLORS, where="of an option")
    return {"value": option_value(label), "label": label, "color": given}


def option_value(label: str) -> str:
    """``In progress`` -> ``IN_PROGRESS``. Raises QueryError for a label without a letter or digit."""
    value = re.sub(r"[^A-Z0-9]+", "_", label.upper()).strip("_")
    if not value:
        raise QueryError(f"No value can be made of the label {label!r}.", advice='Give {"value": ..., "label": ...}.')
    return f"_{value}" if value[0].isdigit() else value


def _default(kind: str, default: Any) -> Any:
    """A default as the server wants it: texts in single quotes inside their own."""
    if kind == "MULTI_SELECT":
        return [_quoted(each) for each in default]
    if isinstance(default, Mapping):
        return {name: _quoted(value) if isinstance(value, str) else value for name, value in default.items()}
    return _quoted(default) if kind in _QUOTED and isinstance(default, str) and default not in _WORDS else default


def _quoted(text: str) -> str:
    return text if text.startswith("'") and text.endswith("'") and len(text) > 1 else f"'{text}'"


def _field_of(node: Mapping[str, Any], name: str) -> dict[str, Any]:
    fields = {each["name"]: each for each in node["fieldsList"]}
    if name not in fields:
        raise UnknownNameError("field", name, fields, where=f"on {node['namePlural']}")
    return cast("dict[str, Any]", fields[name])


def _given(**named: Any) -> dict[str, Any]:
    return {name: value for name, value in named.items() if value is not None}


def _some(update: dict[str, Any]) -> dict[str, Any]:
    if not update:
        raise QueryError("There is nothing to change.")
    return update


def _label(name: str) -> str:
    """``invoiceLine`` -> ``Invoice line``."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|_", " ", name).strip()
    return words[:1].upper() + words[1:].lower()

"""SchemaModel + data model of ``/metadata`` -> SchemaModel with labels, options and exact relations.

The data model only adds: what can be asked is decided by the GraphQL types (contract section 8). Where the two
disagree, as for the join columns of morph relations, the types win (observed-2.21, "Morph relations").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from twentyql.errors import SchemaError
from twentyql.schema.model import FieldModel, Kind, ObjectModel, Option, RelationModel, SchemaModel

Node = Mapping[str, Any]


def enrich(model: SchemaModel, data_model: Node) -> SchemaModel:
    """``model`` with what the answer to the data-model query (`introspect.fetch.DATA_MODEL_QUERY`) adds."""
    nodes = {node["nameSingular"]: node for node in object_nodes(data_model)}
    objects = tuple(_object(o, nodes[o.singular], model) if o.singular in nodes else o for o in model.objects)
    return replace(model, objects=objects)


def object_nodes(data_model: Node) -> list[Node]:
    """The object nodes of a data model, with or without its ``data`` envelope; SchemaError if it has none."""
    try:
        return [edge["node"] for edge in (data_model.get("data") or data_model)["objects"]["edges"]]
    except (KeyError, TypeError, AttributeError) as error:
        raise SchemaError(
            f"The data model has no objects.edges ({type(error).__name__}: {error}).",
            advice="Pull it again with `twentyql pull`.",
        ) from error


def _object(drafted: ObjectModel, node: Node, model: SchemaModel) -> ObjectModel:
    sources: dict[str, Node] = {source["name"]: source for source in node.get("fieldsList") or ()}
    by_id = {source.get("id"): name for name, source in sources.items()}
    label_field = by_id.get(node.get("labelIdentifierFieldMetadataId"))
    return replace(
        drafted,
        fields=tuple(_field(f, sources[f.name]) if f.name in sources else f for f in drafted.fields),
        relations=tuple(_relation(r, sources, model) for r in drafted.relations),
        label=node.get("labelSingular") or drafted.label,
        label_plural=node.get("labelPlural") or drafted.label_plural,
        description=node.get("description") or drafted.description,
        label_field=label_field if label_field and drafted.has_field(label_field) else drafted.label_field,
        is_system=bool(node.get("isSystem")),
    )


def _field(drafted: FieldModel, source: Node) -> FieldModel:
    kind = drafted.kind
    if source.get("type") in Kind.__members__:
        kind = Kind(source["type"])
    return replace(
        drafted,
        kind=kind,
        label=source.get("label") or drafted.label,
        description=source.get("description") or drafted.description,
        options=_options(drafted, source),
        is_unique=bool(source.get("isUnique")),
        is_system=bool(source.get("isSystem")),
    )


def _options(drafted: FieldModel, source: Node) -> tuple[Option, ...]:
    given = {
        o["value"]: Option(o["value"], o.get("label") or o["value"], o.get("color"), int(o.get("position") or 0))
        for o in source.get("options") or ()
        if isinstance(o, Mapping) and "value" in o
    }
    ranked = (given.get(option.value, option) for option in drafted.options)
    return tuple(sorted(ranked, key=lambda option: option.position)) if given else drafted.options


def _relation(drafted: RelationModel, sources: Mapping[str, Node], model: SchemaModel) -> RelationModel:
    source = sources.get(drafted.name)
    if source is None:
        return replace(drafted, morph=_morph_of(drafted, sources))
    told = source.get("relation") or {}
    labelled = replace(
        drafted,
        label=source.get("label") or drafted.label,
        description=source.get("description") or drafted.description,
    )
    inverse = (told.get("targetFieldMetadata") or {}).get("name")
    if not inverse or drafted.inverse or not drafted.is_to_many:
        return labelled if drafted.inverse else replace(labelled, inverse=inverse)
    back = {r.name: r for r in model.object(drafted.target).relations}.get(inverse)
    return replace(labelled, inverse=inverse, join_column=back.join_column if back else None)


def _morph_of(drafted: RelationModel, sources: Mapping[str, Node]) -> str | None:
    """The morph relation behind a field such as ``targetCompany``: its name starts the field's."""
    morphs = (name for name, source in sources.items() if source.get("morphRelations"))
    return next((name for name in morphs if drafted.name.startswith(name)), None)

"""``/rest/open-api/core``: what ``/rest`` serves for a workspace, as an OpenAPI document made of its data model."""

from __future__ import annotations

from typing import Any

from twentyql.sandbox.composites import LISTS_IN_JSON, SubField
from twentyql.sandbox.model import Model, RecordType, Slot, pascal

Schema = dict[str, Any]
TYPES: dict[str, Schema] = {
    "UUID": {"type": "string", "format": "uuid"},
    "DATE_TIME": {"type": "string", "format": "date-time"},
    "DATE": {"type": "string", "format": "date"},
    "BOOLEAN": {"type": "boolean"},
    "NUMERIC": {"type": "number"},
    "POSITION": {"type": "number"},
    "ARRAY": {"type": "array", "items": {"type": "string"}},
    "RAW_JSON": {"type": "object"},
}
FILE = {"type": "object", "properties": {name: {"type": "string"} for name in ("fileId", "label", "extension", "url")}}
QUERY = {
    "filter": "field[op]:value, joined by commas; or(...), and(...), not(...)",
    "order_by": "field[AscNullsFirst], joined by commas",
    "limit": "How many records; at most 200, 60 where it is not given",
    "depth": "0: the record alone; 1: its relations too",
    "starting_after": "The endCursor of the page before",
    "ending_before": "The startCursor of the page after",
}


def open_api(model: Model, url: str) -> Schema:
    """The document for the server at ``url``."""
    paths: dict[str, Any] = {}
    for record in model.objects:
        paths |= _paths(record)
    about = {"title": "Twenty Api", "version": "v0.1", "description": "What this sandbox serves."}
    return {
        "openapi": "3.1.1",
        "info": about,
        "servers": [{"url": f"{url}/rest", "description": "Sandbox"}],
        "security": [{"bearerAuth": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"bearerAuth": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
            "schemas": {record.name: _schema(record) for record in model.objects},
        },
    }


def _paths(record: RecordType) -> dict[str, Any]:
    one, many = record.name, pascal(record.plural)
    by_id, body, some = [_parameter("id", "path")], _body({"$ref": _ref(record)}), _parameters("filter", "depth")
    listed = {"type": "array", "items": {"$ref": _ref(record)}}
    found = {
        f"/{record.plural}": {
            "get": _operation(record, f"findMany{many}", _parameters(*QUERY)),
            "post": _operation(record, f"createOne{one}", _parameters("depth"), body, "201"),
            "patch": _operation(record, f"updateMany{many}", some, body),
            "delete": _operation(record, f"deleteMany{many}", _parameters("filter")),
        },
        f"/batch/{record.plural}": {
            "post": _operation(record, f"createMany{many}", _parameters("depth"), _body(listed), "201")
        },
        f"/{record.plural}/{{id}}": {
            "get": _operation(record, f"findOne{one}", [*by_id, *_parameters("depth")]),
            "patch": _operation(record, f"UpdateOne{one}", [*by_id, *_parameters("depth")], body),
            "delete": _operation(record, f"deleteOne{one}", [*by_id, _parameter("soft_delete", "query")]),
        },
        f"/restore/{record.plural}": {"patch": _operation(record, f"restoreMany{many}", some)},
        f"/restore/{record.plural}/{{id}}": {"patch": _operation(record, f"restoreOne{one}", by_id)},
        f"/{record.plural}/groupBy": {"get": _operation(record, f"groupBy{many}", _parameters("filter", "order_by"))},
    }
    if record.raw.get("duplicateCriteria"):
        found[f"/{record.plural}/duplicates"] = {"post": _operation(record, f"find{one}Duplicates", [], _body({}))}
        found[f"/{record.plural}/merge"] = {"patch": _operation(record, f"mergeMany{many}", [], _body({}))}
    return found


def _operation(
    record: RecordType, name: str, parameters: list[Schema], body: Schema | None = None, status: str = "200"
) -> Schema:
    more = {"requestBody": body} if body else {}
    responses = {status: {"description": "Successful operation"}, "400": {"description": "Bad request"}}
    return {"tags": [record.plural], "operationId": name, "parameters": parameters, **more, "responses": responses}


def _parameters(*names: str) -> list[Schema]:
    return [_parameter(name, "query") for name in names]


def _parameter(name: str, place: str) -> Schema:
    told = {"description": QUERY[name]} if name in QUERY else {}
    return {"name": name, "in": place, "required": place == "path", "schema": {"type": "string"}, **told}


def _body(schema: Schema) -> Schema:
    return {"required": True, "content": {"application/json": {"schema": schema or {"type": "object"}}}}


def _ref(record: RecordType) -> str:
    return f"#/components/schemas/{record.name}"


def _schema(record: RecordType) -> Schema:
    properties = {slot.name: _value(slot) for slot in record.stored}
    required = [slot.name for slot in record.stored if not slot.nullable and slot.default is None]
    return {
        "type": "object",
        "description": record.description or None,
        "properties": properties,
        **({"required": required} if required else {}),
    }


def _value(slot: Slot) -> Schema:
    if slot.kind == "composite":
        return {"type": "object", "properties": {sub.name: _part(sub) for sub in slot.composite.fields}}
    if slot.type in ("SELECT", "RATING"):
        return {"type": "string", "enum": list(slot.options)}
    if slot.type == "MULTI_SELECT":
        return {"type": "array", "items": {"type": "string", "enum": list(slot.options)}}
    if slot.type == "FILES":
        return {"type": "array", "items": FILE}
    if slot.type == "NUMBER":
        return {"type": "number" if slot.settings.get("dataType", "float") == "float" else "integer"}
    return TYPES.get(slot.type, {"type": "string"})


def _part(sub: SubField) -> Schema:
    return {"type": "array", "items": {}} if sub.name in LISTS_IN_JSON else TYPES.get(sub.type, {"type": "string"})

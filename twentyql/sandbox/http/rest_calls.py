"""A REST request read into the root field that answers it, the key of its answer and its status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from twentyql.sandbox.http.rest_arguments import list_arguments, read_depth, read_filter
from twentyql.sandbox.model import Model, RecordType, Slot, pascal
from twentyql.sandbox.records.operands import is_uuid
from twentyql.sandbox.root import Refused, Root, Selection

Shape = Literal["page", "one", "many", "duplicates", "groups"]
PAGE_INFO = ("startCursor", "endCursor", "hasNextPage", "hasPreviousPage")
EXAMPLES = "Valid examples: /rest/companies/id or /rest/companies or /rest/batch/companies"
GROUPS = (
    "Invalid group_by query parameter - should be a valid array of objects - ex: "
    '[{"firstField": true}, {"secondField": {"subField": true}}, {"dateField": {"granularity": \'DAY\'}}]'
)
AGGREGATES = 'Invalid aggregate query parameter - should be a valid array of strings - ex: ["totalCount"]'


@dataclass(frozen=True, slots=True)
class Request:
    """What a REST call is read from: method, the parts of its path below ``/rest``, query string and decoded body."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Any = None

    @property
    def parts(self) -> list[str]:
        """The parts of the path below ``/rest``."""
        return [part for part in self.path.removeprefix("/rest").split("/") if part]


@dataclass(frozen=True, slots=True)
class RestCall:
    """The root field to run, and the form of its answer."""

    root: Root
    key: str
    shape: Shape
    status: int = 200


def read_call(model: Model, request: Request) -> RestCall:
    """The root field of a core call. Raises Refused for what cannot be read."""
    parts = request.parts
    if len(parts) > 1 and parts[0] == {"POST": "batch", "PATCH": "restore"}.get(request.method):
        action, parts = parts[0], parts[1:]
    else:
        action = _action(request.method, parts)
        parts = [part for part in parts if not action or part != action]
    if not 1 <= len(parts) <= 2:
        raise Refused(f"Query path '{request.path}' invalid. {EXAMPLES}")
    record, identity = find_object(model, parts[0]), parts[1] if len(parts) == 2 else None
    if identity is not None and not is_uuid(identity):
        raise Refused(f"'{identity}' is not a valid UUID")
    return _Reader(model, request, record, identity).read(action)


def _action(method: str, parts: list[str]) -> str:
    """What the last part of a path asks for, where it is no id."""
    known = {"GET": {"groupBy"}, "POST": {"duplicates"}, "PATCH": {"merge", "restore"}}
    return parts[-1] if len(parts) > 1 and parts[-1] in known.get(method, ()) else ""


def find_object(model: Model, name: str) -> RecordType:
    """The object with a plural name. Raises Refused, with a hint where it is a singular one."""
    if name in model.by_plural:
        return model.by_plural[name]
    singular = model.by_singular.get(name)
    hint = f"Did you mean '{singular.plural}'?" if singular else "eg: companies"
    raise Refused(f"object '{name}' not found. {hint}")


@dataclass(frozen=True)
class _Reader:
    model: Model
    request: Request
    record: RecordType
    identity: str | None

    def read(self, action: str) -> RestCall:
        method = self.request.method
        match method, action:
            case "POST", "batch":
                return self._create("many")
            case "PATCH", "restore":
                return self._one_or_many("restore", "restore", self._selection())
            case "GET", "groupBy":
                return self._groups()
            case "POST", "duplicates":
                return self._duplicates()
            case "PATCH", "merge":
                return self._merge()
            case "GET", "":
                return self._read()
            case "POST", "" if self.identity is None:
                return self._create("one")
            case (("PATCH" | "PUT"), ""):
                return self._one_or_many("update", "update", self._selection(), {"data": self._body()})
            case "DELETE", "":
                verb = "delete" if self.request.query.get("soft_delete") == "true" else "destroy"
                return self._one_or_many(verb, "delete", {"id": {}})
            case _:
                raise Refused(f"Cannot {method} {self.request.path}", "NOT_FOUND")

    def _selection(self) -> Selection:
        return record_selection(self.model, self.record, read_depth(self.request.query))

    def _body(self) -> Any:
        if not isinstance(self.request.body, dict):
            raise Refused("The body must be a JSON object.")
        return self.request.body

    def _read(self) -> RestCall:
        selection, record = self._selection(), self.record
        if self.identity is not None:
            where = {"filter": {"id": {"eq": self.identity}}}
            return RestCall(Root(record.singular, where, selection), record.singular, "one")
        page: Selection = {name: {} for name in PAGE_INFO}
        wanted: Selection = {"edges": {"node": selection}, "pageInfo": page, "totalCount": {}}
        root = Root(record.plural, list_arguments(record, self.request.query), wanted)
        return RestCall(root, record.plural, "page")

    def _create(self, shape: Shape) -> RestCall:
        name = f"create{pascal(self.record.plural) if shape == 'many' else self.record.name}"
        data = self.request.body
        if shape == "many" and not isinstance(data, list):
            raise Refused("The body of a batch must be a JSON array of records.")
        upsert = {"upsert": True} if self.request.query.get("upsert") == "true" else {}
        root = Root(name, {"data": data if shape == "many" else self._body(), **upsert}, self._selection())
        return RestCall(root, name, shape, 201)

    def _one_or_many(
        self, verb: str, shown: str, selection: Selection, data: Mapping[str, Any] | None = None
    ) -> RestCall:
        """A change of the record in the path, or of those under the filter, which must be there."""
        more = data or {}
        if self.identity is not None:
            root = Root(f"{verb}{self.record.name}", {"id": self.identity, **more}, selection)
            return RestCall(root, f"{shown}{self.record.name}", "one")
        if not self.request.query.get("filter"):
            said = "Please provide at least one filter to prevent accidental"
            done = {"delete": "deletion", "update": "update", "restore": "restoration"}[shown]
            raise Refused(f"Filters are mandatory for bulk {shown} operations. {said} {done} of all records.")
        where = read_filter(self.record, self.request.query["filter"])
        plural = pascal(self.record.plural)
        return RestCall(Root(f"{verb}{plural}", {"filter": where, **more}, selection), f"{shown}{plural}", "many")

    def _duplicates(self) -> RestCall:
        given = {name: value for name, value in self._body().items() if name in ("ids", "data")}
        page: Selection = {name: {} for name in PAGE_INFO[:3]}
        wanted: Selection = {"edges": {"node": self._selection()}, "pageInfo": page, "totalCount": {}}
        name = f"{self.record.singular}Duplicates"
        return RestCall(Root(name, given, wanted), name, "duplicates")

    def _merge(self) -> RestCall:
        known = ("ids", "conflictPriorityIndex", "dryRun")
        given = {name: value for name, value in self._body().items() if name in known}
        root = Root(f"merge{pascal(self.record.plural)}", given, self._selection())
        return RestCall(root, f"merge{self.record.name}", "one")

    def _groups(self) -> RestCall:
        query = self.request.query
        given: dict[str, Any] = {"groupBy": _json_list(query.get("group_by"), GROUPS, dict)}
        if query.get("filter"):
            given["filter"] = read_filter(self.record, query["filter"])
        if query.get("order_by"):
            given["orderBy"] = _json_list(query["order_by"], "Invalid order_by query parameter", dict)
        if query.get("limit"):
            given["limit"] = list_arguments(self.record, {"limit": query["limit"]})["first"]
        names = _json_list(query["aggregate"], AGGREGATES, str) if query.get("aggregate") else ["totalCount"]
        wanted: Selection = {name: {} for name in [*names, "groupByDimensionValues"]}
        name = f"{self.record.plural}GroupBy"
        return RestCall(Root(name, given, wanted), name, "groups")


def _json_list(text: str | None, refusal: str, kind: type) -> list[Any]:
    try:
        found = msgspec.json.decode(text or "")
    except (msgspec.MsgspecError, RecursionError) as error:
        raise Refused(refusal) from error
    if not isinstance(found, list) or not all(isinstance(item, kind) for item in found):
        raise Refused(refusal)
    return found


def record_selection(model: Model, record: RecordType, depth: int) -> Selection:
    """All that REST shows of a record: every own field, and at depth 1 the own fields of its relations."""
    selection: dict[str, Selection] = {slot.name: _own(slot) for slot in record.stored}
    if depth:
        for slot in record.slots:
            if slot.kind in ("one", "many"):
                inner = record_selection(model, model.target(slot), depth - 1)
                selection[slot.name] = inner if slot.kind == "one" else {"edges": {"node": inner}}
    return selection


def _own(slot: Slot) -> Selection:
    return {sub.name: {} for sub in slot.composite.fields} if slot.kind == "composite" else {}

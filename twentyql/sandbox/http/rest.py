"""``/rest``: reads in the REST form, through the same root fields and tokens as ``/graphql``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from twentyql.sandbox.http.answers import Answer, json_answer, rest_error
from twentyql.sandbox.http.auth import Caller
from twentyql.sandbox.http.rest_arguments import DEFAULT_LIMIT, list_arguments, read_depth
from twentyql.sandbox.model import Model, RecordType, Slot
from twentyql.sandbox.root import Refused, Root, Selection

STATUSES = {
    "LIMIT_REACHED": (429, "HttpException"),
    "RATE_LIMITED": (429, "HttpException"),
    "NOT_FOUND": (404, "NotFoundException"),
    "FORBIDDEN": (403, "ForbiddenException"),
    "INTERNAL_SERVER_ERROR": (500, "InternalServerErrorException"),
}
PAGE_INFO = ("startCursor", "endCursor", "hasNextPage", "hasPreviousPage")
Run = Callable[[Root], Awaitable[Any]]


@dataclass(frozen=True)
class Rest:
    """The endpoint: ``run`` runs a root field as ``/graphql`` does."""

    model: Model
    objects: Sequence[Mapping[str, Any]]
    run: Run

    def root(self, path: str, query: Mapping[str, str]) -> Root | None:
        """The root field of a core read; None for the metadata. Raises Refused for what cannot be read."""
        parts = [part for part in path.removeprefix("/rest/").split("/") if part]
        if parts[:1] == ["metadata"]:
            return None
        record = self._record(parts[0] if parts else "")
        depth = read_depth(query)
        selection = record_selection(self.model, record, depth)
        if len(parts) == 1:
            page: Selection = {name: {} for name in PAGE_INFO}
            wanted: Selection = {"edges": {"node": selection}, "pageInfo": page, "totalCount": {}}
            return Root(record.plural, list_arguments(record, query), wanted)
        return Root(record.singular, {"filter": {"id": {"eq": parts[1]}}}, selection)

    async def answer(self, path: str, query: Mapping[str, str], root: Root | None) -> Answer:
        """Answer a read whose caller has a key."""
        try:
            if root is None:
                return json_answer(self._metadata(path, query))
            value = await self.run(root)
        except Refused as refused:
            return refused_answer(refused)
        if root.name in self.model.by_plural:
            rows = [flat(edge["node"]) for edge in value["edges"]]
            rest = {"totalCount": value["totalCount"], "pageInfo": value["pageInfo"]}
            return json_answer({"data": {root.name: rows}, **rest})
        return json_answer({"data": {root.name: flat(value)}})

    def _record(self, name: str) -> RecordType:
        if name in self.model.by_plural:
            return self.model.by_plural[name]
        singular = self.model.by_singular.get(name)
        hint = f"Did you mean '{singular.plural}'?" if singular else "eg: companies"
        raise Refused(f"object '{name}' not found. {hint}")

    def _metadata(self, path: str, query: Mapping[str, str]) -> dict[str, Any]:
        parts = [part for part in path.removeprefix("/rest/metadata/").split("/") if part]
        if parts[:1] != ["objects"]:
            raise Refused(f"The sandbox serves no /rest/metadata/{'/'.join(parts)}.", "NOT_FOUND")
        if len(parts) > 1:
            return {"data": {"object": _object(self._one(parts[1]))}}
        return self._object_page(query)

    def _one(self, wanted: str) -> Mapping[str, Any]:
        found = next((node for node in self.objects if node["id"] == wanted), None)
        if found is None:
            raise Refused(f"Object {wanted} not found", "NOT_FOUND")
        return found

    def _object_page(self, query: Mapping[str, str]) -> dict[str, Any]:
        ids = [node["id"] for node in self.objects]
        after = query.get("starting_after")
        if after and after not in ids:
            raise Refused(f"Invalid cursor: {after}")
        start = ids.index(after) + 1 if after else 0
        limit = query.get("limit", str(DEFAULT_LIMIT))
        stop = start + (int(limit) if limit.isdecimal() else DEFAULT_LIMIT)
        shown = ids[start:stop]
        info = {
            "hasNextPage": stop < len(ids),
            "startCursor": shown[0] if shown else None,
            "endCursor": shown[-1] if shown else None,
        }
        page = [_object(node) for node in self.objects[start:stop]]
        return {"data": {"objects": page}, "pageInfo": info, "totalCount": len(ids)}


def stranger(caller: Caller) -> Answer:
    """The answer to a caller without a key, or with a bad one."""
    if caller is Caller.NOBODY:
        return rest_error(403, "FORBIDDEN_EXCEPTION", "Missing authentication token")
    return rest_error(401, "UNAUTHENTICATED", "Token invalid.")


def refused_answer(refused: Refused) -> Answer:
    """A refusal in the REST form; the newer throttle says how long to wait."""
    status, name = next(
        (STATUSES[code] for code in (refused.sub_code, refused.code) if code in STATUSES), (400, "BadRequestException")
    )
    answer = rest_error(status, name, refused.message)
    codes = (refused.sub_code or refused.code,)
    return replace(answer, headers=_wait_headers(refused.extensions), codes=codes)


def _wait_headers(extensions: Mapping[str, Any]) -> dict[str, str]:
    wait = extensions.get("retryAfterMs")
    if wait is None:
        return {}
    return {
        "Retry-After": str(-(-wait // 1000)),
        "X-RateLimit-Limit": str(extensions["limit"]),
        "X-RateLimit-Remaining": str(extensions["remaining"]),
    }


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


def flat(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record in the REST form: to-many relations are lists."""
    return {name: _flat_value(value) for name, value in record.items()}


def _flat_value(value: Any) -> Any:
    if isinstance(value, dict) and isinstance(value.get("edges"), list):
        return [flat(edge["node"]) for edge in value["edges"]]
    return value


def _object(node: Mapping[str, Any]) -> dict[str, Any]:
    """An object of the data model in the REST form: what is null is left out, fields have no relations."""
    own = {name: value for name, value in node.items() if name not in _GRAPHQL_ONLY and value is not None}
    return own | {"fields": [_field(field) for field in node["fieldsList"]]}


def _field(field: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in field.items() if name not in _GRAPHQL_ONLY and value is not None}


_GRAPHQL_ONLY = frozenset({"fieldsList", "indexMetadataList", "duplicateCriteria", "relation", "morphRelations"})

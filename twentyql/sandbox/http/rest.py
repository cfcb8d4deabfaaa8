"""``/rest``: records in the REST form, through the same root fields and tokens as ``/graphql``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from twentyql.sandbox.http.answers import REVOKED, Answer, json_answer, rest_error
from twentyql.sandbox.http.auth import Caller
from twentyql.sandbox.http.rest_arguments import DEFAULT_LIMIT
from twentyql.sandbox.http.rest_calls import Request, RestCall, read_call
from twentyql.sandbox.http.rest_objects import rest_object
from twentyql.sandbox.root import Refused, Root
from twentyql.sandbox.workspace.served import Workspace

STATUSES = {
    "LIMIT_REACHED": (429, "HttpException"),
    "RATE_LIMITED": (429, "HttpException"),
    "NOT_FOUND": (404, "NotFoundException"),
    "FORBIDDEN": (403, "ForbiddenException"),
    "INTERNAL_SERVER_ERROR": (500, "InternalServerErrorException"),
}
Run = Callable[[Root, bool], Awaitable[Any]]


@dataclass(frozen=True)
class Rest:
    """The endpoint: ``run`` runs a root field as ``/graphql`` does, for nothing where the second argument is true."""

    workspace: Workspace
    run: Run

    def call(self, request: Request) -> RestCall | None:
        """What a core call runs; None for the metadata. Raises Refused for what cannot be read."""
        return None if request.parts[:1] == ["metadata"] else read_call(self.workspace.model, request)

    async def answer(self, request: Request, call: RestCall | None, *, free: bool = False) -> Answer:
        """Answer a request whose caller has a key; ``free`` says that it is not throttled."""
        try:
            if call is None:
                return json_answer(self._metadata(request.path, request.query))
            return json_answer(_shaped(call, await self.run(call.root, free)), call.status)
        except Refused as refused:
            return refused_answer(refused)

    def _metadata(self, path: str, query: Mapping[str, str]) -> dict[str, Any]:
        parts = [part for part in path.removeprefix("/rest/metadata/").split("/") if part]
        if parts[:1] != ["objects"]:
            raise Refused(f"The sandbox serves no /rest/metadata/{'/'.join(parts)}.", "NOT_FOUND")
        if len(parts) > 1:
            return {"data": {"object": rest_object(self._one(parts[1]), self.workspace.info)}}
        return self._object_page(query)

    def _one(self, wanted: str) -> Mapping[str, Any]:
        found = next((node for node in self.workspace.model.nodes if node["id"] == wanted), None)
        if found is None:
            raise Refused(f"Object {wanted} not found", "NOT_FOUND")
        return found

    def _object_page(self, query: Mapping[str, str]) -> dict[str, Any]:
        ids = [node["id"] for node in self.workspace.model.nodes]
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
        model = self.workspace.model
        page = [rest_object(node, model.workspace) for node in model.nodes[start:stop]]
        return {"data": {"objects": page}, "pageInfo": info, "totalCount": len(ids)}


def stranger(caller: Caller) -> Answer:
    """The answer to a caller without a key, or with a bad one."""
    match caller:
        case Caller.NOBODY:
            return rest_error(403, "FORBIDDEN_EXCEPTION", "Missing authentication token")
        case Caller.REVOKED:
            return rest_error(403, "FORBIDDEN_EXCEPTION", REVOKED)
        case Caller.EXPIRED:
            return rest_error(401, "UNAUTHENTICATED", "Token has expired.")
        case _:
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


def _shaped(call: RestCall, value: Any) -> Any:
    match call.shape:
        case "page":
            return {"data": {call.key: _rows(value)}, "totalCount": value["totalCount"], "pageInfo": value["pageInfo"]}
        case "one":
            return {"data": {call.key: flat(value)}}
        case "many":
            return {"data": {call.key: [flat(record) for record in value]}}
        case "duplicates":
            pages = ({call.key: _rows(page), **{k: page[k] for k in ("totalCount", "pageInfo")}} for page in value)
            return {"data": list(pages)}
        case "groups":
            return value


def _rows(page: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [flat(edge["node"]) for edge in page["edges"]]


def flat(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record in the REST form: to-many relations are lists."""
    return {name: _flat_value(value) for name, value in record.items()}


def _flat_value(value: Any) -> Any:
    if isinstance(value, dict) and isinstance(value.get("edges"), list):
        return [flat(edge["node"]) for edge in value["edges"]]
    return value

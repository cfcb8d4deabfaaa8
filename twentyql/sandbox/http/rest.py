"""``/rest``: records in the REST form, through the same root fields and tokens as ``/graphql``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from twentyql.sandbox.http.answers import REVOKED, Answer, json_answer, rest_error
from twentyql.sandbox.http.auth import Caller
from twentyql.sandbox.http.open_api import open_api
from twentyql.sandbox.http.rest_calls import Request, RestCall, read_call
from twentyql.sandbox.http.rest_metadata import RestMetadata
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
    metadata: RestMetadata
    origin: Callable[[], str]
    work: Callable[[Callable[[], Any]], Awaitable[Any]]

    def call(self, request: Request) -> RestCall | None:
        """What a core call runs; None for what is no record. Raises Refused for what cannot be read."""
        other = request.parts[:1] in (["metadata"], ["open-api"])
        return None if other else read_call(self.workspace.model, request)

    async def answer(self, request: Request, call: RestCall | None, *, free: bool = False) -> Answer:
        """Answer a request whose caller has a key; ``free`` says that it is not throttled."""
        try:
            if call is None:
                answer: Answer = await self.work(partial(self._other, request))
                return answer
            return json_answer(_shaped(call, await self.run(call.root, free)), call.status)
        except Refused as refused:
            return refused_answer(refused)

    def _other(self, request: Request) -> Answer:
        if request.parts[0] == "metadata":
            return self.metadata.answer(request)
        if request.method == "GET" and request.parts == ["open-api", "core"]:
            return json_answer(open_api(self.workspace.model, self.origin()))
        raise Refused(f"Cannot {request.method} {request.path}", "NOT_FOUND")


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
    wait = refused.extensions.get("retryAfterMs")
    more = {} if wait is None else {"retryAfterSeconds": -(-wait // 1000)}
    answer = rest_error(status, name, *_messages(refused), **more)
    codes = (refused.sub_code or refused.code,)
    return replace(answer, headers=_wait_headers(refused.extensions, more), codes=codes)


def _messages(refused: Refused) -> list[str]:
    """What is wrong; of a data model, each thing."""
    failed = [one for many in refused.extensions.get("errors", {}).values() for one in many]
    return [error["message"] for one in failed for error in one["errors"]] or [refused.message]


def _wait_headers(extensions: Mapping[str, Any], wait: Mapping[str, int]) -> dict[str, str]:
    if not wait:
        return {}
    seconds = str(wait["retryAfterSeconds"])
    told = {"Limit": extensions["limit"], "Remaining": extensions["remaining"], "Reset": seconds}
    return {"Retry-After": seconds, **{f"X-RateLimit-{name}": str(value) for name, value in told.items()}}


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

"""REST, for what GraphQL lacks: the same key, pace, retries and errors; what old guides teach is answered here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

import msgspec

from twentyql import habits
from twentyql.errors import (
    EverythingError,
    NotGraphQLError,
    QueryError,
    RecordNotFoundError,
    RequestRefusedError,
    ServerError,
    ThrottledError,
)
from twentyql.execute.pacer import Pacer
from twentyql.execute.retry import with_retries
from twentyql.refusals import refusal
from twentyql.schema.model import SchemaModel
from twentyql.write.documents import counting
from twentyql.write.sender import Sender, WriteTally

METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")
_STATUS = re.compile(r"HTTP (\d{3}): (.*)", re.DOTALL)


class Rests(Protocol):
    """What this module needs of the transport."""

    async def rest(self, method: str, path: str, query: Mapping[str, str], payload: Any | None) -> bytes: ...


@dataclass(frozen=True)
class Rest:
    """Sends REST requests of one client."""

    transport: Rests
    model: SchemaModel
    pacer: Pacer
    sender: Sender

    async def send(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        data: Any | None = None,
        *,
        everything: bool = False,
    ) -> Any:
        """The JSON of an answer. Reads are tried again; a write only where the server refused it by its throttle.

        Raises QueryError for what REST does not do, EverythingError for a change or removal without a filter.
        """
        verb, where, parameters = _checked(method, path, query or {})
        if not everything:
            await self._guard(verb, where, parameters)
        tokens = 0 if where.startswith(("/rest/metadata", "/rest/open-api")) else 1

        async def once() -> Any:
            async with self.pacer.turn(tokens):
                try:
                    body = await self.transport.rest(verb, where, parameters, data)
                except ServerError as error:
                    raise _mapped(error) from error.__cause__
            return _read(body)

        async def careful() -> Any:
            try:
                return await once()
            except ServerError as error:
                if error.retryable and not isinstance(error, ThrottledError):
                    error.retryable = False  # it may have been done: sending it again is the caller's choice
                raise

        return await with_retries(once if verb == "GET" else careful)

    async def _guard(self, verb: str, path: str, parameters: Mapping[str, str]) -> None:
        """Refuse to change or remove all records of an object. DELETE destroys, unless soft_delete is true."""
        steps = path.split("/")[2:]
        if steps[:1] == ["restore"]:
            steps = steps[1:]
        if verb not in ("DELETE", "PATCH", "PUT") or len(steps) != 1 or parameters.get("filter", "").strip():
            return
        of = next((o for o in self.model.objects if o.plural == steps[0]), None)
        if of is None:
            return
        given = await self.sender.read(counting(of), {}, WriteTally())
        count = int(given["totalCount"])
        raise EverythingError(f"This has no filter: it would {verb.lower()} all {count:,} {of.plural}.", count=count)


def _checked(method: str, path: str, query: Mapping[str, Any]) -> tuple[str, str, dict[str, str]]:
    """Method, path under ``/rest`` and parameters, those of the path too. Raises QueryError."""
    verb = method.upper()
    if verb not in METHODS:
        raise QueryError(f"REST has no {method!r}.", advice=f"It has {', '.join(METHODS)}.")
    parts = urlsplit(path)
    if parts.scheme or parts.netloc or not parts.path.startswith("/") or ".." in parts.path.split("/"):
        raise QueryError(f"{path!r} is no path.", advice="Give one under the server's address: /rest/companies.")
    given = {name: _text(value) for name, value in query.items() if value is not None}
    for pair in filter(None, parts.query.split("&")):
        name, _, value = pair.partition("=")
        given.setdefault(unquote(name), unquote(value.replace("+", " ")))
    where = parts.path if parts.path.startswith("/rest/") else f"/rest{parts.path}"
    if wrong := habits.of_rest(where, frozenset(given), given.get("filter")):
        raise QueryError(f"{verb} {where} does not do that.", advice=wrong)
    return verb, where.rstrip("/"), given


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return msgspec.json.encode(value).decode() if isinstance(value, (dict, list)) else str(value)


def _mapped(error: ServerError) -> ServerError:
    """A refusal of REST as the error that GraphQL would have given for it."""
    told = _STATUS.match(error.message)
    if type(error) is not RequestRefusedError or told is None:
        return error
    if told[1] == "404":
        return RecordNotFoundError(told[2], code="NOT_FOUND", details=error.details)
    return refusal(told[2], code=error.code, sub_code=error.sub_code, details=error.details)


def _read(body: bytes) -> Any:
    if not body.strip():
        return None
    try:
        return msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise NotGraphQLError(f"The answer ({len(body)} bytes) is no JSON.") from error

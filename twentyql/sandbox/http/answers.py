"""HTTP answers as values: status, body, content type and the error codes inside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from twentyql.sandbox.root import Refused

JSON = "application/json; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
HTML = "text/html; charset=utf-8"
FRIENDLY = "An error occurred."
REVOKED = "This API Key is revoked"
MUST_LOG_IN = {"id": "z+7x/s", "message": "You must be authenticated to perform this action."}


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer. ``content_type`` None sends none, as the server does with some errors."""

    body: bytes
    status: int = 200
    content_type: str | None = JSON
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    codes: tuple[str, ...] = ()


def json_answer(value: Any, status: int = 200, content_type: str | None = JSON) -> Answer:
    """``value`` as JSON; the codes of its ``errors`` go along for the ledger."""
    return Answer(msgspec.json.encode(value), status, content_type, codes=codes_of(value))


def codes_of(value: Any) -> tuple[str, ...]:
    """The most precise code of each entry of ``errors``; "?" where an entry has none."""
    errors: Iterable[Mapping[str, Any]] = value.get("errors") or () if isinstance(value, dict) else ()
    return tuple(_code(error.get("extensions") or {}) for error in errors)


def _code(extensions: Mapping[str, Any]) -> str:
    return str(extensions.get("subCode") or extensions.get("code") or "?")


def errors_answer(errors: Sequence[Mapping[str, Any]], **more: Any) -> Answer:
    """A GraphQL answer that is ``errors`` and nothing else (but ``data`` where given)."""
    return json_answer({**more, "errors": list(errors)})


def whole_refusal(refused: Refused) -> Answer:
    """A request that is refused before any root ran: empty data and one error with its code alone."""
    return errors_answer([{"message": refused.message, "extensions": {"code": refused.code}}], data={})


def unauthenticated(message: str) -> Answer:
    """The answer of a GraphQL endpoint to a bad token; it has no content type."""
    extensions = {"userFriendlyMessage": MUST_LOG_IN, "subCode": "UNAUTHENTICATED", "code": "UNAUTHENTICATED"}
    return json_answer({"errors": [{"message": message, "extensions": extensions}]}, content_type=None)


def revoked() -> Answer:
    """The answer of a GraphQL endpoint to a token of a revoked key; it has no content type either."""
    extensions = {"userFriendlyMessage": FRIENDLY, "subCode": "FORBIDDEN_EXCEPTION", "code": "FORBIDDEN"}
    return json_answer({"errors": [{"message": REVOKED, "extensions": extensions}]}, content_type=None)


def rest_error(status: int, error: str, *messages: str, **more: Any) -> Answer:
    """The error of a REST endpoint."""
    answer = json_answer({"statusCode": status, "error": error, "messages": list(messages), **more}, status)
    return Answer(answer.body, status, answer.content_type, codes=(error,))


def stack_trace(message: str) -> Answer:
    """HTTP 500 in plain text, with what looks like a stack trace."""
    text = f"Error: {message}\n    at directExecution (/app/dist/main.js:1:1)\n    at process.processTicksAndRejections"
    return Answer(text.encode(), 500, TEXT, codes=("INTERNAL_SERVER_ERROR",))

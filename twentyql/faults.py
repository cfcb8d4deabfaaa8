"""What a server says when it says no, mapped to the error tree: pure functions, no HTTP library.

GraphQL errors arrive with HTTP 200 and a code (`map_graphql_error`); proxies and old endpoints answer with a status
(`map_status`). Messages are the server's own, bounded and escaped; localised texts are never matched.
"""

from __future__ import annotations

import email.utils
import re
import time
from collections.abc import Mapping, Sequence
from typing import Any, cast

import msgspec

from twentyql.errors import (
    AuthenticationError,
    ConnectError,
    NotGraphQLError,
    PermissionDeniedError,
    RecordNotFoundError,
    RequestRefusedError,
    ServerError,
    ServerFaultError,
    ThrottledError,
)
from twentyql.refusals import refusal

KEY_ADVICE = "Set TWENTY_API_KEY to a living key of this workspace (in Twenty: Settings, APIs & Webhooks)."
ROLE_ADVICE = "Give the role of the key in TWENTY_API_KEY this right, or use another key."
URL_ADVICE = "Is TWENTY_API_URL the address of the server itself, such as https://your-twenty-host?"
_THROTTLES = {"LIMIT_REACHED", "RATE_LIMITED", "QUOTA_EXHAUSTED", "TOO_MANY_REQUESTS"}
_FAULTS = {"INTERNAL_SERVER_ERROR", "TIMEOUT", "SERVICE_UNAVAILABLE", "BAD_GATEWAY"}
_MISSING = {"NOT_FOUND", "RECORD_NOT_FOUND"}
_LIMIT = re.compile(r"\((\d+) tokens per (\d+) ms\)")
_SECRET = re.compile(r"eyJ[\w-]{8,}(?:\.[\w-]*)*|(?<=Bearer )\S+", re.IGNORECASE)
_DROPPED = {"code", "subCode", "userFriendlyMessage", "stacktrace", "exception"}


class _Errors(msgspec.Struct):
    data: msgspec.Raw = msgspec.Raw()  # skipped, not decoded
    errors: list[dict[str, Any]] | None = None


_ERRORS = msgspec.json.Decoder(_Errors)


def graphql_errors(body: bytes) -> list[dict[str, Any]]:
    """The ``errors`` of an answer; NotGraphQLError when the body is no whole GraphQL answer."""
    try:
        answer = _ERRORS.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise NotGraphQLError(f"The answer ({len(body)} bytes) is cut, or no GraphQL: {error}.") from error
    if answer.errors is None and bytes(answer.data) in (b"", b"null"):
        raise NotGraphQLError("The answer has neither data nor errors.", advice=URL_ADVICE)
    return answer.errors or []


def check_answer(body: bytes) -> None:
    """Raise the first GraphQL error of an answer as its own ServerError, or NotGraphQLError for no answer at all."""
    for error in graphql_errors(body):
        raise map_graphql_error(error)


def read_answer(body: bytes) -> dict[str, Any]:
    """An answer whole, its ``data`` an object; raises like `check_answer`."""
    check_answer(body)
    answer = msgspec.json.decode(body, type=dict[str, Any])
    if not isinstance(answer.get("data"), dict):
        raise NotGraphQLError("The answer has neither data nor errors.", advice=URL_ADVICE)
    return answer


class _Roots(msgspec.Struct):
    data: dict[str, msgspec.Raw] | None = None
    errors: list[dict[str, Any]] | None = None


_ROOTS = msgspec.json.Decoder(_Roots)


def read_roots(body: bytes) -> dict[str, bytes]:
    """The JSON of each root field of an answer that came; the others failed, and errors have no path to tell how.

    Raises the first error where it is a throttle, where no root came, and where not each has a null root that it may
    be of: then it may be of a part of one that came.
    """
    try:
        answer = _ROOTS.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise NotGraphQLError(f"The answer ({len(body)} bytes) is cut, or no GraphQL: {error}.") from error
    roots = {name: bytes(raw) for name, raw in (answer.data or {}).items() if bytes(raw) != b"null"}
    errors = [map_graphql_error(each) for each in answer.errors or ()]
    failed = len(answer.data or ()) - len(roots)
    for fault in errors:
        if not roots or len(errors) > failed or isinstance(fault, ThrottledError):
            raise fault
    if not roots or (not errors and failed):
        raise NotGraphQLError("The answer has a root field with neither data nor errors.", advice=URL_ADVICE)
    return roots


def map_graphql_error(error: Mapping[str, Any]) -> ServerError:
    """One entry of ``errors`` as an error of the tree, by ``extensions.subCode`` and ``extensions.code``."""
    extensions = _mapping(error.get("extensions"))
    code = _name(extensions.get("code")) or _name(error.get("type"))  # GitHub has a type and no extensions
    sub_code = _name(extensions.get("subCode"))
    said = clean(error.get("message"), 400) or "The server gave no message."
    names = {code, sub_code}
    details = {name: value for name, value in extensions.items() if name not in _DROPPED}
    if names & _THROTTLES:
        return _throttled(said, details, _milliseconds(extensions.get("retryAfterMs")), code, sub_code)
    kind, advice = _kind(names, said)
    if kind is RequestRefusedError:
        return refusal(said, advice=advice, code=code, sub_code=sub_code, details=details)
    return kind(said, advice=advice, code=code, sub_code=sub_code, details=details)


def _kind(names: set[str | None], said: str) -> tuple[type[ServerError], str]:
    """The class of an error that is no throttle, and the advice that goes with it."""
    if "UNAUTHENTICATED" in names or "API Key is revoked" in said:
        return AuthenticationError, KEY_ADVICE
    if names & {"FORBIDDEN", "PERMISSION_DENIED"}:
        return PermissionDeniedError, ROLE_ADVICE
    if names & _MISSING:
        return RecordNotFoundError, ""
    if names & _FAULTS:
        return ServerFaultError, ""
    if names == {None} and said.startswith("Cannot query field"):
        return RequestRefusedError, f"A server answers so to a request without a valid key. {KEY_ADVICE}"
    return RequestRefusedError, ""


def map_status(status: int, headers: Mapping[str, str], body: bytes) -> ServerError | None:
    """What an HTTP status other than 2xx means, or None when the body is an answer to be read.

    A GraphQL error in the body says more than the status and wins; a redirect is never followed.
    """
    if 200 <= status < 300:
        return None if looks_like_json(body) else not_graphql(status, headers, body)
    if 300 <= status < 400:
        return redirected(status, headers)
    mapped = _from_body(body)
    if mapped is not None and type(mapped) is not RequestRefusedError:
        if isinstance(mapped, ThrottledError) and mapped.retry_after is None:
            mapped.retry_after = retry_after(headers.get("Retry-After"))
        return mapped
    return _by_status(status, headers, body) or mapped or _neither(status, headers, body)


def _by_status(status: int, headers: Mapping[str, str], body: bytes) -> ServerError | None:
    """The error of a status that speaks for itself."""
    said = _said(body)
    text = f"HTTP {status}: {said}" if said else f"HTTP {status}, {_sample(headers, body)}."
    wait = retry_after(headers.get("Retry-After"))
    if status == 429:
        return _throttled(text, {}, wait, None, None)
    if status == 401:
        return AuthenticationError(text, advice=KEY_ADVICE)
    if status == 403:
        return PermissionDeniedError(text, advice=ROLE_ADVICE)
    if status >= 500 or status == 408:
        return ServerFaultError(text, details={} if wait is None else {"retry_after": wait})
    return None


def _neither(status: int, headers: Mapping[str, str], body: bytes) -> ServerError:
    """The error of any other 4xx: the server's words where it gave some, else a wrong address."""
    said = _said(body)
    return RequestRefusedError(f"HTTP {status}: {said}") if said else not_graphql(status, headers, body)


def redirected(status: int, headers: Mapping[str, str]) -> ServerError:
    """A redirect is refused, because the key is bound to the address it was given for."""
    place = re.match(r"(https?)://(?:[^/?#@]*@)?([^/?#]+)", headers.get("Location", ""), re.IGNORECASE)
    target = clean(f"{place[1].lower()}://{place[2]}", 200) if place else "another path of the same server"
    advice = f"Set TWENTY_API_URL to {target} if you trust it." if place else URL_ADVICE
    return final(
        ConnectError(f"The server redirects (HTTP {status}) to {target}; the key does not follow.", advice=advice)
    )


def not_graphql(status: int, headers: Mapping[str, str], body: bytes) -> ServerError:
    """An answer that is no JSON object: the web page of the front end, a proxy's message, nothing at all.

    A web page under 2xx or 4xx is there the next time too, so only the other forms are worth a retry.
    """
    error = NotGraphQLError(f"The answer is no GraphQL: HTTP {status}, {_sample(headers, body)}.", advice=URL_ADVICE)
    is_page = "html" in headers.get("Content-Type", "").lower() or body.lstrip()[:1] == b"<"
    return final(error) if is_page or status >= 400 else error


def final(error: ServerError) -> ServerError:
    """The same error, marked as one that a retry cannot help."""
    error.retryable = False
    return error


def looks_like_json(body: bytes) -> bool:
    """Whether the body begins as a JSON object: servers omit the content type of some GraphQL errors."""
    return body[:64].lstrip().startswith(b"{")


def clean(value: object, most: int) -> str:
    """Text of a server for a message: one bounded line, control characters escaped, tokens hidden."""
    if not isinstance(value, str):
        return ""
    value = _SECRET.sub("***", value[: most * 4])
    line = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in value.strip().replace("\n", " "))
    return line if len(line) <= most else line[: most - 3] + "..."


def retry_after(value: str | None) -> float | None:
    """Seconds of a Retry-After header, which is a number or a date; None where it is neither."""
    if value is None:
        return None
    if re.fullmatch(r"\s*\d{1,9}(\.\d{1,9})?\s*", value):
        return float(value)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None


def _throttled(
    said: str, details: dict[str, Any], wait: float | None, code: str | None, sub_code: str | None
) -> ThrottledError:
    """A throttle, with ``details["limit"]`` tokens per ``details["window"]`` seconds where the server told them."""
    limit, window = details.get("limit"), details.get("windowSeconds")
    if told := _LIMIT.search(said):
        limit, window = int(told[1]), int(told[2]) / 1000
    details = {name: value for name, value in details.items() if name != "limit"}
    if _positive(limit) and _positive(window):
        details |= {"limit": limit, "window": window}
    return ThrottledError(
        said,
        retry_after=wait,
        advice="Wait, or lower the pace.",
        code=code,
        sub_code=sub_code,
        details=details,
    )


def _from_body(body: bytes) -> ServerError | None:
    try:
        errors = graphql_errors(body)
    except NotGraphQLError:
        return None
    return map_graphql_error(errors[0]) if errors else None


def _said(body: bytes) -> str:
    """The message of a REST-like error body: ``{"messages": [...]}`` or ``{"message": ...}``."""
    try:
        answer: Any = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return ""
    answer = _mapping(answer)
    for said in (_first(answer.get("messages")), answer.get("message"), _first(answer.get("errors"))):
        if text := clean(said, 400) or clean(_mapping(said).get("message"), 400):
            return text
    return ""


def _first(values: object) -> Any:
    return next(iter(cast("Sequence[Any]", values)), None) if isinstance(values, list) else None


def _sample(headers: Mapping[str, str], body: bytes) -> str:
    """Content type and first characters of an answer, so that its owner recognises it."""
    if not body:
        return "empty body"
    kind = clean(headers.get("Content-Type", ""), 60) or "no content type"
    return f"{kind}, beginning {clean(body[:400].decode('utf-8', 'replace'), 80)!r}"


def _mapping(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _name(value: object) -> str | None:
    return clean(value, 80) if isinstance(value, str) else None


def _positive(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < float("inf")


def _milliseconds(value: object) -> float | None:
    return float(cast("float", value)) / 1000 if _positive(value) else None

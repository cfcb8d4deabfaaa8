"""Every error the toolkit raises, as one tree.

::

    TwentyqlError
    ├── UsageError                 the caller asked for something that cannot be (exit code 2)
    │   ├── ConfigError            address, key or settings missing or unsafe
    │   ├── UnknownNameError       an object, field, relation or operation that the schema does not have
    │   ├── QueryError             a selection, condition, order or stored operation that is malformed
    │   ├── EverythingError        a bulk write that would touch every record, without everything=True
    │   └── MissingExtraError      an optional library is not installed
    ├── SchemaError                a schema, data model or snapshot that cannot be read or used
    ├── GenerateError              code cannot be generated, or would overwrite what the user wrote
    ├── OutputError                a file or folder cannot be written
    ├── ServerError                the server was asked and said no, or said nothing usable
    │   ├── ConnectError           no server, wrong address, connection broken
    │   ├── NotGraphQLError        the answer is no GraphQL: HTML, truncated JSON, a wrong content type
    │   │   └── MisfitError        a whole answer with a value that the schema does not allow
    │   ├── AuthenticationError    the key is missing, dead or unknown
    │   ├── PermissionDeniedError  the key's role may not do this
    │   ├── ThrottledError         the workspace's tokens are used up and waiting was not possible
    │   ├── RecordNotFoundError    no record under this id or filter
    │   ├── RequestRefusedError    a GraphQL error: bad filter, bad value, too complex
    │   │   ├── DuplicateError     a record with this id or unique value exists; tells its id
    │   │   ├── ValueRefusedError  a value that its field does not take; tells the field and the valid ones
    │   │   └── MissingTargetError a relation to a record that does not exist
    │   └── ServerFaultError       HTTP 5xx or INTERNAL_SERVER_ERROR
    ├── WebhookRefusedError        a delivery that is forged, altered, stale, replayed or malformed
    └── IncompleteError            a read that must be whole is not; carries the receipt

    TwentyqlWarning                what the toolkit dealt with: a value newer than the generated code, say

Foreign errors (aiohttp, gql, graphql-core, msgspec, OSError) are mapped to these where they are caught, with the
original kept as ``__cause__``. Messages say what went wrong, where, and what to do; they never hold a key.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from twentyql import habits


class TwentyqlError(Exception):
    """Base of every error that the toolkit raises on purpose.

    ``advice`` is one sentence that says what to do; it is part of the printed message.
    """

    def __init__(self, message: str, *, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.message} {self.advice}".strip()


class TwentyqlWarning(UserWarning):
    """Something that loses nothing and that the caller should know."""


class UsageError(TwentyqlError):
    """The caller asked for something that cannot be; nothing was sent."""


class ConfigError(UsageError):
    """An address, key or setting is missing, malformed or unsafe."""


class UnknownNameError(UsageError):
    """A name that the schema does not have; the message offers the nearest ones."""

    def __init__(self, what: str, name: str, known: Iterable[str], *, where: str = "") -> None:
        self.name = name
        self.suggestions = nearest(name, known)
        place = f" {where}" if where else ""
        hint = f"Did you mean {' or '.join(repr(s) for s in self.suggestions)}?" if self.suggestions else ""
        hint = habits.of_name(name) or hint
        super().__init__(f"There is no {what} {name!r}{place}.", advice=hint)


class QueryError(UsageError):
    """A selection, condition, order or stored operation that is malformed."""


class EverythingError(UsageError):
    """A bulk write whose filter is empty or leaves nothing out; nothing was written. ``count`` is how many it meets."""

    def __init__(self, message: str, *, count: int) -> None:
        super().__init__(message, advice="Pass everything=True (--everything) if that is meant.")
        self.count = count


class MissingExtraError(UsageError):
    """An optional library is not installed; the message names the extra that brings it."""

    def __init__(self, library: str, extra: str) -> None:
        super().__init__(
            f"This needs {library}, which is not installed.", advice=f"Install it with: pip install 'twentyql[{extra}]'"
        )


class SchemaError(TwentyqlError):
    """A schema, data model or snapshot that cannot be read or used."""


class GenerateError(TwentyqlError):
    """Code cannot be generated, or would overwrite a file that the user wrote."""


class OutputError(TwentyqlError):
    """A file or folder cannot be written."""


class ServerError(TwentyqlError):
    """The server was asked and said no, or said nothing usable.

    ``code`` and ``sub_code`` are the server's ``extensions.code`` and ``extensions.subCode`` where it gave them;
    ``details`` holds the remaining extensions, for example ``conflictingRecordId``.
    """

    retryable = False

    def __init__(
        self,
        message: str,
        *,
        advice: str = "",
        code: str | None = None,
        sub_code: str | None = None,
        details: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message, advice=advice)
        self.code = code
        self.sub_code = sub_code
        self.details = details or {}


class ConnectError(ServerError):
    """No server, a wrong address, or a connection that broke."""

    retryable = True


class NotGraphQLError(ServerError):
    """The answer is no GraphQL: HTML, truncated JSON, a wrong content type."""

    retryable = True


class MisfitError(NotGraphQLError):
    """A whole answer with a value that the schema does not allow: the workspace was changed since it was pulled."""

    retryable = False


class AuthenticationError(ServerError):
    """The key is missing, dead or unknown to the server."""


class PermissionDeniedError(ServerError):
    """The key's role may not do this."""


class ThrottledError(ServerError):
    """The workspace's tokens are used up.

    ``retry_after`` is the wait in seconds where the server said one.
    """

    retryable = True

    def __init__(self, message: str, *, retry_after: float | None = None, **kwargs: Any) -> None:
        super().__init__(message, **kwargs)
        self.retry_after = retry_after


class RecordNotFoundError(ServerError):
    """No record under this id or filter."""


class RequestRefusedError(ServerError):
    """The server refused the request itself: bad filter, bad value, too complex."""


class DuplicateError(RequestRefusedError):
    """A record with this id or unique value exists already.

    ``conflicting_id`` and ``conflicting_object`` name it where the server does: for a unique field, not for an id.
    """

    @property
    def conflicting_id(self) -> str | None:
        found = self.details.get("conflictingRecordId")
        return found if isinstance(found, str) else None

    @property
    def conflicting_object(self) -> str | None:
        found = self.details.get("conflictingObjectNameSingular")
        return found if isinstance(found, str) else None


class ValueRefusedError(RequestRefusedError):
    """A value that its field does not take: refused by the server, or here by the same rule before sending.

    ``field`` is the GraphQL path of the field, ``valid`` the values that it takes where they are few.
    """

    def __init__(self, message: str, *, field: str | None = None, valid: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(message, **kwargs)
        self.field = field
        self.valid = tuple(valid)


class MissingTargetError(RequestRefusedError):
    """A relation to a record that does not exist; ``field`` names the relation where it is known."""

    def __init__(self, message: str, *, field: str | None = None, **kwargs: Any) -> None:
        super().__init__(message, **kwargs)
        self.field = field


class ServerFaultError(ServerError):
    """The server failed: HTTP 5xx or INTERNAL_SERVER_ERROR."""

    retryable = True


class WebhookRefusedError(TwentyqlError):
    """A delivery that is not believed; ``why`` is unsigned, forged, stale, replayed or malformed."""

    def __init__(self, message: str, *, why: str, advice: str = "") -> None:
        super().__init__(message, advice=advice)
        self.why = why


class IncompleteError(TwentyqlError):
    """A read that had to be whole is not; ``receipt`` says what is missing."""

    def __init__(self, message: str, *, receipt: Any = None, advice: str = "") -> None:
        super().__init__(message, advice=advice)
        self.receipt = receipt


def nearest(name: str, known: Iterable[str], most: int = 3) -> tuple[str, ...]:
    """The names in ``known`` that look most like ``name``, best first, compared without case."""
    by_folded = {candidate.lower(): candidate for candidate in known}
    import difflib  # only where a name is wrong

    close = difflib.get_close_matches(name.lower(), by_folded, n=most, cutoff=0.6)
    return tuple(by_folded[folded] for folded in close)

"""A refused write as its own error: a duplicate, a value that its field does not take, a target that is not there.

Twenty tells these apart by its English messages alone (write recordings 2 to 9 and 37); a message that is not known
stays a RequestRefusedError.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from twentyql.errors import DuplicateError, MissingTargetError, RequestRefusedError, ValueRefusedError

_VALUE = re.compile(r"Invalid .*? for (?:[\w-]+ )*?field \"([\w.]+)[^\"]*\"")
_VALID = re.compile(r"Valid values are: (.+)$")
_UNKNOWN = re.compile(r"Object \w+ doesn't have any \"([^\"]+)\" field")
_CONNECT = re.compile(r"Expected 1 record to connect to (\w+), but found 0")
_MANY = re.compile(r"^(?:Maximum number of records to upsert is|Cannot update more than) (\d+)")


def refusal(said: str, **rest: Any) -> RequestRefusedError:
    """The most precise error for a refusal in the server's words."""
    if rest.get("code") == "METADATA_VALIDATION_FAILED":
        said = "; ".join(_problems(rest.get("details") or {})) or said
    if said.startswith("A duplicate entry was detected") or rest.get("code") == "CONFLICT":
        return DuplicateError(said, **rest)
    if "violates foreign key constraint" in said:
        return MissingTargetError(said, **rest)
    if found := _CONNECT.search(said):
        return MissingTargetError(said, field=found[1], **rest)
    if found := _VALUE.search(said) or _UNKNOWN.search(said):
        valid = _VALID.search(said)
        return ValueRefusedError(said, field=found[1], valid=valid[1].split(", ") if valid else (), **rest)
    return RequestRefusedError(said, **rest)


def _problems(details: Mapping[str, Any]) -> Iterator[str]:
    """The messages inside a refusal of the metadata API: ``errors: {kind: [{errors: [{message}]}]}``."""
    errors = details.get("errors")
    groups = errors.values() if isinstance(errors, Mapping) else ()
    for each in (one for group in groups if isinstance(group, list) for one in group):
        for problem in each.get("errors") or () if isinstance(each, Mapping) else ():
            if isinstance(problem, Mapping) and isinstance(problem.get("message"), str):
                yield problem["message"][:300]


def most_records(error: RequestRefusedError) -> int | None:
    """How many records the server takes at once, where the refusal is that these were too many; 0 if untold."""
    told = _MANY.match(error.message)
    if told:
        return int(told[1])
    return 0 if error.sub_code == "TOO_MANY_RECORDS_TO_UPDATE" else None

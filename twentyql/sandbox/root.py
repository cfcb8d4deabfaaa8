"""One root field as the server runs it: its name, its arguments and the names selected below it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Selection = Mapping[str, "Selection"]


@dataclass(frozen=True, slots=True)
class Root:
    """One root field of an operation, read the way direct execution reads it.

    ``selection`` maps each selected field to the selection below it (empty for a leaf): nested aliases and nested
    arguments are gone, fragments are merged in. Null arguments are dropped, variables are filled in, uncoerced.
    """

    name: str
    arguments: Mapping[str, Any]
    selection: Selection


@dataclass(eq=False)
class Refused(Exception):
    """The answer to a root field that the server refuses: what goes into ``errors``, and null into ``data``."""

    message: str
    code: str = "BAD_USER_INPUT"
    sub_code: str | None = None
    extensions: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def as_error(self) -> dict[str, Any]:
        """The entry of ``errors``: no ``path`` and no ``locations``, as observed."""
        sub = {"subCode": self.sub_code} if self.sub_code else {}
        friendly = "An error occurred."
        return {
            "message": self.message,
            "extensions": {**sub, **self.extensions, "userFriendlyMessage": friendly, "code": self.code},
        }

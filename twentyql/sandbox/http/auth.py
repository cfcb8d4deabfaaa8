"""Who may ask: the bearer key of a request."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from enum import Enum


class Caller(Enum):
    """What the ``Authorization`` header of a request amounts to."""

    NOBODY = "no key"
    KNOWN = "a good key"
    UNKNOWN = "a key that this sandbox does not take"


@dataclass(frozen=True, slots=True)
class Access:
    """The key that is taken, or None for any that is not empty."""

    key: str | None = None

    def caller(self, header: str | None) -> Caller:
        """Judge an ``Authorization`` header."""
        scheme, _, token = (header or "").strip().partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            return Caller.NOBODY
        good = self.key is None or hmac.compare_digest(token.encode(), self.key.encode())
        return Caller.KNOWN if good else Caller.UNKNOWN

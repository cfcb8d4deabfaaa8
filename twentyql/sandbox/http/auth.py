"""Who may ask: the bearer key of a request."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from enum import Enum

from twentyql.sandbox.records.changes import ACTING
from twentyql.sandbox.workspace.keys import Keys, Standing


class Caller(Enum):
    """What the ``Authorization`` header of a request amounts to."""

    NOBODY = "no key"
    KNOWN = "a good key"
    SESSION = "a logged-in user, who is not throttled"
    UNKNOWN = "a key that this sandbox does not take"
    EXPIRED = "a token whose time is over"
    REVOKED = "a token of a revoked key"

    @property
    def good(self) -> bool:
        """Whether the caller is answered."""
        return self in (Caller.KNOWN, Caller.SESSION)


STANDINGS = {
    Standing.KEY: Caller.KNOWN,
    Standing.SESSION: Caller.SESSION,
    Standing.EXPIRED: Caller.EXPIRED,
    Standing.REVOKED: Caller.REVOKED,
}


@dataclass(frozen=True, slots=True)
class Access:
    """The key that is taken, or None for any that is not empty; and the tokens of the workspace's own keys."""

    key: str | None
    keys: Keys

    def caller(self, header: str | None) -> Caller:
        """Judge an ``Authorization`` header; what it does from now on is done in the name of its key."""
        scheme, _, token = (header or "").strip().partition(" ")
        token = token.strip()
        ACTING.set(None)
        if scheme.lower() != "bearer" or not token:
            return Caller.NOBODY
        if self.key is not None and hmac.compare_digest(token.encode(), self.key.encode()):
            return Caller.KNOWN
        ACTING.set(self.keys.actor(token))
        standing = self.keys.standing(token)
        if standing is not Standing.FOREIGN:
            return STANDINGS[standing]
        return Caller.KNOWN if self.key is None else Caller.UNKNOWN

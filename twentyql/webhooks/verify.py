"""Whether a delivery is the server's own, whole, fresh and new. Pure but for its clock and its memory.

The signature is the HMAC-SHA256 of ``{timestamp}:{raw body}``, in hex. The nonce is not signed, so whoever has seen one
delivery can send it again under another nonce: it is the signature that is remembered.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping

from twentyql.config import Secret
from twentyql.errors import ConfigError, WebhookRefusedError

TIMESTAMP = "X-Twenty-Webhook-Timestamp"
SIGNATURE = "X-Twenty-Webhook-Signature"
WINDOW = 300.0


class Verifier:
    """Checks deliveries against one secret, or several while it is changed.

    ``window`` is how many seconds a delivery may be old, or ahead. Signatures are remembered as long as they could pass
    again; only true ones are, so that nobody else can fill the memory.
    """

    def __init__(
        self,
        secret: str | Secret | Iterable[str | Secret],
        *,
        window: float = WINDOW,
        clock: Callable[[], float] = time.time,
    ) -> None:
        given = [secret] if isinstance(secret, (str, Secret)) else list(secret)
        self._secrets = tuple(Secret.of(one) for one in given)
        if not self._secrets or not all(self._secrets):
            raise ConfigError("A webhook is verified by its secret.", advice="Set one in Twenty, and give it here.")
        if not 0 < window < float("inf"):
            raise ConfigError(f"A window is some seconds, not {window}.")
        self._window = window
        self._clock = clock
        self._seen: set[bytes] = set()
        self._old: deque[tuple[float, bytes]] = deque()

    def check(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Raise WebhookRefusedError unless the delivery is believed. ``body`` is as received, before any decoding."""
        given = {name.lower(): value for name, value in headers.items()}
        timestamp, signature = given.get(TIMESTAMP.lower(), ""), given.get(SIGNATURE.lower(), "")
        if not timestamp or not signature:
            raise WebhookRefusedError(
                "The delivery is not signed.", why="unsigned", advice="Give the webhook a secret in Twenty."
            )
        told = self._true(timestamp, signature, body)
        now = self._clock()
        sent = int(timestamp) / 1000
        if abs(now - sent) > self._window:
            raise WebhookRefusedError(
                f"The delivery is {abs(now - sent):.0f} s {'old' if now > sent else 'ahead'}.",
                why="stale",
                advice="Are the clocks of both machines right?",
            )
        self._forget(now)
        if told in self._seen:
            raise WebhookRefusedError("This delivery came before.", why="replayed")
        self._seen.add(told)
        self._old.append((max(now, sent), told))

    def _true(self, timestamp: str, signature: str, body: bytes) -> bytes:
        """The signature as bytes, where one of the secrets made it; every secret is tried, in constant time each."""
        try:
            told = bytes.fromhex(signature)
        except ValueError:
            told = b""
        signed = timestamp.encode("utf-8", "replace") + b":" + body
        true = [
            hmac.compare_digest(told, hmac.new(secret.reveal().encode(), signed, hashlib.sha256).digest())
            for secret in self._secrets
        ]
        if not any(true) or not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 16):
            raise WebhookRefusedError(
                "The signature is not of this body and secret: forged or altered.",
                why="forged",
                advice="Is it the secret of this webhook, and the body as it came, before any decoding?",
            )
        return told

    def _forget(self, now: float) -> None:
        """Drop the signatures that would be stale if they came again."""
        while self._old and self._old[0][0] < now - self._window - 1:
            self._seen.discard(self._old.popleft()[1])

    @property
    def remembered(self) -> int:
        """How many signatures are remembered now."""
        return len(self._seen)


def sign(secret: str, timestamp: int, body: bytes) -> str:
    """The signature of a body at ``timestamp`` (milliseconds), as the server makes it: for tests of receivers."""
    return hmac.new(secret.encode(), f"{timestamp}:".encode() + body, hashlib.sha256).hexdigest()

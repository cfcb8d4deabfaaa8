"""What a workspace signs with its secret: tokens as JSON Web Tokens (HS256), and links with an end."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Any

import msgspec

from twentyql.sandbox.workspace.served import Workspace

Claims = dict[str, Any]


class Signer:
    """Signs in the name of a workspace; the secret is kept beside its rows."""

    def __init__(self, workspace: Workspace) -> None:
        known = workspace.engine.kept("secret")
        if not isinstance(known, str):
            known = secrets.token_hex(32)
            workspace.engine.keep("secret", known)
        self._secret = known.encode()

    def token(self, claims: Mapping[str, Any]) -> str:
        """``claims`` as a signed token."""
        body = f"{_encoded({'alg': 'HS256', 'typ': 'JWT'})}.{_encoded(claims)}"
        return f"{body}.{self._signature(body)}"

    def claims(self, token: str) -> Claims | None:
        """The claims of a token that was signed here; None for any other text."""
        body, _, signature = token.rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(body).encode()):
            return None
        try:
            found = msgspec.json.decode(base64.urlsafe_b64decode(body.partition(".")[2] + "=="))
        except (ValueError, msgspec.MsgspecError):
            return None
        return found if isinstance(found, dict) else None

    def _signature(self, text: str) -> str:
        return _text(hmac.new(self._secret, text.encode(), hashlib.sha256).digest())


def _encoded(value: Mapping[str, Any]) -> str:
    return _text(msgspec.json.encode(value))


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

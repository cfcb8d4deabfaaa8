"""The API keys of a workspace: created, given tokens, revoked; and what a token amounts to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import Enum
from typing import Any
from uuid import NAMESPACE_OID, uuid4, uuid5

from twentyql.sandbox.records.values import as_time, normal_time
from twentyql.sandbox.root import Refused
from twentyql.sandbox.workspace.served import Workspace, not_found
from twentyql.sandbox.workspace.signing import Signer

Key = dict[str, Any]
LONG = timedelta(days=365 * 100)


class Standing(Enum):
    """What a token amounts to."""

    FOREIGN = "not signed here"
    KEY = "an API key"
    SESSION = "a logged-in user"
    EXPIRED = "an expired token"
    REVOKED = "a revoked API key"


class Keys:
    """The API keys, kept beside the rows. To be changed in the engine's thread; `standing` may be asked in any."""

    def __init__(self, workspace: Workspace, signer: Signer) -> None:
        self._workspace = workspace
        self._signer = signer
        self.every: list[Key] = workspace.engine.kept("apiKeys") or []

    @property
    def role(self) -> Key:
        """The one role that there is: it may do everything."""
        may = ("UpdateAllSettings", "AccessAllTools", "ReadAllObjectRecords", "UpdateAllObjectRecords")
        more = ("SoftDeleteAllObjectRecords", "DestroyAllObjectRecords", "BeAssignedToUsers", "BeAssignedToAgents")
        identity = str(uuid5(NAMESPACE_OID, str(self._workspace.info["id"])))
        rights = {f"can{right}": True for right in (*may, *more, "BeAssignedToApiKeys")}
        about = {"label": "Admin", "description": "Admin role", "icon": "IconUserCog", "isEditable": False}
        return {"id": identity, "universalIdentifier": identity, **about, **rights}

    def create(self, given: Mapping[str, Any]) -> Key:
        """Add a key. Raises Refused."""
        self._check_role(given["roleId"])
        moment = self._workspace.moment()
        made: Key = {
            "id": str(uuid4()),
            "name": given["name"],
            "expiresAt": _time(given["expiresAt"]),
            "revokedAt": _time(given["revokedAt"]) if given.get("revokedAt") else None,
            "createdAt": moment,
            "updatedAt": moment,
        }
        self._keep([*self.every, made])
        return self._shown(made)

    def update(self, identity: str, given: Mapping[str, Any]) -> Key:
        """Change a key's name or end. Raises Refused."""
        known = self._known(identity)
        changes = {"name": given["name"]} if given.get("name") else {}
        changes |= {name: _time(given[name]) for name in ("expiresAt", "revokedAt") if given.get(name)}
        changed: Key = {**known, **changes, "updatedAt": self._workspace.moment()}
        self._keep([changed if each is known else each for each in self.every])
        return self._shown(changed)

    def revoke(self, identity: str) -> Key:
        """Let a key and its tokens be worth nothing from now on. Raises Refused."""
        return self.update(identity, {"revokedAt": self._workspace.moment()})

    def generate(self, identity: str, expires: str) -> dict[str, str]:
        """A token of a key. Raises Refused."""
        self._known(identity)
        return {"token": self._token("API_KEY", datetime.fromisoformat(_time(expires)), jti=identity)}

    def session(self, email: str = "tim@apple.dev") -> str:
        """A token as a logged-in user has one: calls with it are not throttled."""
        return self._token("ACCESS", self._workspace.now() + LONG, userEmail=email)

    def _token(self, kind: str, expires: datetime, **more: str) -> str:
        home = str(self._workspace.info["id"])
        now = self._workspace.now()
        times = {"iat": int(now.timestamp()), "exp": int(expires.timestamp())}
        return self._signer.token({"sub": home, "type": kind, "workspaceId": home, **times, **more})

    def standing(self, token: str) -> Standing:
        """What ``token`` amounts to."""
        claims = self._signer.claims(token)
        if claims is None:
            return Standing.FOREIGN
        if float(claims.get("exp") or 0) <= self._workspace.now().timestamp():
            return Standing.EXPIRED
        if claims.get("type") == "ACCESS":
            return Standing.SESSION
        key = next((key for key in self.every if key["id"] == claims.get("jti")), None)
        if key is None or key["revokedAt"]:
            return Standing.REVOKED
        return Standing.KEY

    def actor(self, token: str) -> tuple[str, str] | None:
        """The source and name that rows are written by with ``token``; None for one that was not signed here."""
        claims = self._signer.claims(token)
        if claims is None:
            return None
        key = next((key for key in self.every if key["id"] == claims.get("jti")), None)
        return ("API", str(key["name"])) if key else ("MANUAL", "")

    def _known(self, identity: str) -> Key:
        found = next((key for key in self.every if key["id"] == identity), None)
        if found is None:
            raise not_found("ApiKeyEntity", identity)
        return found

    def _check_role(self, role: str) -> None:
        if role != self.role["id"]:
            raise Refused(f"Role {role} not found", "NOT_FOUND")

    def _assign(self, identity: str, role: str) -> bool:
        self._known(identity)
        self._check_role(role)
        return True

    def _keep(self, keys: list[Key]) -> None:
        self._workspace.engine.keep("apiKeys", keys)
        self.every = keys

    def _shown(self, key: Key) -> Key:
        return {**key, "role": self.role}

    def listed(self) -> list[Key]:
        """The keys that are not revoked, as the server lists them."""
        return [self._shown(key) for key in self.every if not key["revokedAt"]]

    def find(self, identity: str) -> Key | None:
        """The key with this id, revoked or not."""
        return next((self._shown(key) for key in self.every if key["id"] == identity), None)

    def roots(self) -> Mapping[str, Any]:
        """The root fields of ``/metadata``."""
        return {
            "getRoles": lambda info: [self.role],
            "apiKeys": lambda info: self.listed(),
            "apiKey": lambda info, input: self.find(input["id"]),
            "createApiKey": lambda info, input: self.create(input),
            "updateApiKey": lambda info, input: self.update(input["id"], input),
            "revokeApiKey": lambda info, input: self.revoke(input["id"]),
            "generateApiKeyToken": lambda info, apiKeyId, expiresAt: self.generate(apiKeyId, expiresAt),
            "assignRoleToApiKey": lambda info, apiKeyId, roleId: self._assign(apiKeyId, roleId),
        }


def _time(text: str) -> str:
    found = normal_time(text)
    if found is None:
        raise Refused(f"Invalid date: {text}")
    return as_time(datetime.fromisoformat(found))

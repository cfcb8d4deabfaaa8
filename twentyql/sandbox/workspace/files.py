"""Files: an upload is announced, put to a signed address, completed and written to a FILES field; reads give links.

The content is kept beside the rows. Links and addresses are on the sandbox's own origin, signed, and end after a while.
"""

from __future__ import annotations

import base64
import mimetypes
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath
from typing import Any
from uuid import uuid4

from twentyql.sandbox.model import Model, Slot, pascal
from twentyql.sandbox.records.values import as_time
from twentyql.sandbox.root import Refused, Root, Selection
from twentyql.sandbox.types.metadata import universal
from twentyql.sandbox.workspace.served import Derived, Workspace
from twentyql.sandbox.workspace.signing import Signer

MOST_BYTES = 100 * 1024 * 1024
UPLOAD_ENDS = timedelta(minutes=15)
FOLDERS: Mapping[str, str] = {
    "CorePicture": "core-picture",
    "FilesField": "files-field",
    "AgentChat": "agent-chat",
    "EmailAttachment": "email-attachment",
}
Stored = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Content:
    """A file to be downloaded."""

    data: bytes
    kind: str
    name: str


class Files:
    """The files of a workspace. To be used in the engine's thread; ``origin`` tells the sandbox's address."""

    def __init__(self, workspace: Workspace, signer: Signer, origin: Callable[[], str]) -> None:
        self._workspace = workspace
        self._signer = signer
        self._origin = origin
        self._written = Derived(_written)
        self._names = Derived(_names)

    def announce(self, given: Mapping[str, Any]) -> Stored:
        """Take note of an upload; where its bytes are to be put. Raises Refused."""
        size, name = given["size"], str(given["filename"])
        if not name.strip() or "/" in name or "\0" in name:
            raise Refused("Invalid filename")
        if size != int(size) or not 0 < size <= MOST_BYTES:
            raise Refused(f"File size must be a whole number from 1 to {MOST_BYTES} bytes")
        if given["fileFolder"] == "FilesField":
            self._check_field(given.get("fieldMetadataId"), given.get("fieldMetadataUniversalIdentifier"))
        identity, ends = str(uuid4()), self._workspace.now() + UPLOAD_ENDS
        folder = FOLDERS.get(given["fileFolder"], str(given["fileFolder"]).lower())
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        stored = {"name": name, "size": int(size), "folder": folder, "kind": kind, "data": None, "complete": False}
        self._keep(identity, {**stored, "createdAt": self._workspace.moment()})
        link = self._link("upload", identity, ends)
        return {"fileId": identity, "uploadUrl": link, "contentType": kind, "expiresAt": as_time(ends)}

    def _check_field(self, identity: str | None, universally: str | None) -> None:
        fields = (field for node in self._workspace.model.nodes for field in node["fieldsList"])
        found = (field for field in fields if identity == field["id"] or universally == universal(field))
        if not any(field["type"] == "FILES" for field in found):
            raise Refused("fieldMetadataId must be the id of a FILES field")

    def put(self, identity: str, token: str, data: bytes) -> None:
        """Take the bytes of an announced upload. Raises Refused."""
        self._check_link("upload", identity, token)
        stored = self._stored(identity)
        if len(data) != stored["size"]:
            raise Refused(f"{stored['size']} bytes were announced, {len(data)} came")
        self._keep(identity, {**stored, "data": base64.b64encode(data).decode()})

    def complete(self, identity: str) -> Stored:
        """Make an uploaded file ready for use. Raises Refused."""
        stored = self._stored(identity)
        if stored["data"] is None:
            raise Refused("File has not been uploaded")
        self._keep(identity, {**stored, "complete": True})
        shown = {"id": identity, "path": f"{stored['folder']}/{identity}{_suffix(stored['name'])}"}
        return {**shown, "size": stored["size"], "createdAt": stored["createdAt"], "url": self.url(identity)}

    def content(self, identity: str, token: str) -> Content:
        """What a signed link leads to. Raises Refused."""
        self._check_link("download", identity, token)
        stored = self._stored(identity)
        if not stored["complete"]:
            raise Refused("File not found", "NOT_FOUND")
        return Content(base64.b64decode(stored["data"]), stored["kind"], stored["name"])

    def url(self, identity: str) -> str:
        """A signed link to a file, the same all day long."""
        today = self._workspace.now().astimezone(UTC).date()
        return self._link("download", identity, datetime(today.year, today.month, today.day, tzinfo=UTC) + timedelta(2))

    def _link(self, purpose: str, identity: str, ends: datetime) -> str:
        token = self._signer.token({"sub": identity, "type": f"FILE_{purpose}", "exp": int(ends.timestamp())})
        way = "file/files-field" if purpose == "download" else "files/upload"
        return f"{self._origin()}/{way}/{identity}?token={token}"

    def _check_link(self, purpose: str, identity: str, token: str) -> None:
        claims: Mapping[str, Any] = self._signer.claims(token) or {}
        if claims.get("sub") != identity or claims.get("type") != f"FILE_{purpose}":
            raise Refused("Invalid file token", "FORBIDDEN")
        if float(claims["exp"]) <= self._workspace.now().timestamp():
            raise Refused("The link has expired", "FORBIDDEN")

    def _stored(self, identity: str) -> Stored:
        found = self._workspace.engine.kept(f"file:{identity}")
        if not isinstance(found, dict):
            raise Refused("File not found", "NOT_FOUND")
        return found

    def _keep(self, identity: str, stored: Stored) -> None:
        self._workspace.engine.keep(f"file:{identity}", stored)

    def check(self, root: Root) -> None:
        """Refuse a write of files that are not here, or too many of them. Raises Refused."""
        slots = self._written(self._workspace.model).get(root.name, ())
        data = root.arguments.get("data")
        items: list[Any] = data if isinstance(data, list) else [data]
        for item in items if slots else ():
            told: Mapping[str, Any] = item if isinstance(item, dict) else {}
            for slot in slots:
                if isinstance(told.get(slot.name), list):
                    self._check_value(slot, told[slot.name])

    def _check_value(self, slot: Slot, value: list[Any]) -> None:
        most = slot.settings.get("maxNumberOfValues")
        if isinstance(most, int) and len(value) > most:
            raise Refused(f'Max number of files is {most} for field "{slot.name}"', sub_code="INVALID_ARGS_DATA")
        for file in value:
            told: Mapping[str, Any] = file if isinstance(file, dict) else {}
            identity = told.get("fileId")
            if not isinstance(identity, str) or not isinstance(told.get("label"), str):
                said = f'Invalid value for field "{slot.name}": files are objects with fileId and label'
                raise Refused(said, sub_code="INVALID_ARGS_DATA")
            stored = self._workspace.engine.kept(f"file:{identity}")
            if not isinstance(stored, dict) or not stored["complete"]:
                raise Refused(f"File not found: {identity}", sub_code="INVALID_ARGS_DATA")

    def signed(self, value: Any, selection: Selection) -> Any:
        """An answer with the links and extensions of its files."""
        names = self._names(self._workspace.model)
        return self._with_links(value, names) if any(True for _ in _mentioned(selection, names)) else value

    def record(self, record: Mapping[str, Any]) -> Mapping[str, Any]:
        """A whole record with the links of its files."""
        found: Mapping[str, Any] = self._with_links(record, self._names(self._workspace.model))
        return found

    def _with_links(self, value: Any, names: frozenset[str]) -> Any:
        if isinstance(value, list):
            return [self._with_links(item, names) for item in value]
        if not isinstance(value, Mapping):
            return value
        return {
            name: [self._linked(file) for file in inner]
            if name in names and isinstance(inner, list)
            else self._with_links(inner, names)
            for name, inner in value.items()
        }

    def _linked(self, file: Any) -> Any:
        if not isinstance(file, dict) or not isinstance(file.get("fileId"), str):
            return file
        stored = self._workspace.engine.kept(f"file:{file['fileId']}")
        name = stored["name"] if isinstance(stored, dict) else str(file.get("label") or "")
        extension = file.get("extension") or _suffix(name).removeprefix(".")
        return {**file, "extension": extension, "url": self.url(file["fileId"])}

    def roots(self) -> Mapping[str, Any]:
        """The root fields of ``/metadata``."""
        return {
            "createFileUpload": lambda info, **given: self.announce(given),
            "completeFileUpload": lambda info, fileId: self.complete(fileId),
        }


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _written(model: Model) -> dict[str, list[Slot]]:
    """The FILES fields that a mutation may write, by its name."""
    found: dict[str, list[Slot]] = {}
    for record in model.objects:
        slots = [slot for slot in record.stored if slot.type == "FILES"]
        for verb in ("create", "update") if slots else ():
            found |= {f"{verb}{record.name}": slots, f"{verb}{pascal(record.plural)}": slots}
    return found


def _names(model: Model) -> frozenset[str]:
    """The names of all FILES fields."""
    return frozenset(slot.name for record in model.objects for slot in record.stored if slot.type == "FILES")


def _mentioned(selection: Selection, names: frozenset[str]) -> Iterator[str]:
    for name, below in selection.items():
        if name in names:
            yield name
        yield from _mentioned(below, names)

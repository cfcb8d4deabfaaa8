"""Files: uploaded to a FILES field, attached to a record, downloaded. The key goes to the server's own origin only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from twentyql.errors import QueryError, UsageError
from twentyql.schema.model import Kind
from twentyql.write.data_model import DataModel
from twentyql.write.metadata import Metadata
from twentyql.write.sender import Sender
from twentyql.write.single import Record, create

MOST_BYTES = 100 * 1024 * 1024


class Carries(Protocol):
    """What this module needs of the transport."""

    async def put(self, url: str, data: bytes, content_type: str) -> None: ...

    async def download(self, url: str) -> bytes: ...


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file that is on the server, to be written to a FILES field."""

    id: str
    label: str

    @property
    def wire(self) -> dict[str, str]:
        """The form that a FILES field takes."""
        return {"fileId": self.id, "label": self.label}


@dataclass(frozen=True)
class Files:
    """The files of one workspace, as ``client.files``."""

    transport: Carries
    metadata: Metadata
    data_model: DataModel
    sender: Sender

    async def upload(self, file: Path | bytes, field: str, *, name: str | None = None) -> UploadedFile:
        """Upload a file for a FILES field (``person.avatarFile``); write what it gives to that field of a record.

        ``name`` is what the file is called, else its own name. Raises QueryError for a field that holds no files.
        """
        data, called = _content(file, name)
        of, _, field_name = field.partition(".")
        known = await self.data_model.field(of, field_name or field)
        if known["type"] != Kind.FILES:
            raise QueryError(
                f"{field} holds no files.", advice="Files go to a field of type FILES, such as attachment.file."
            )
        text = (
            "mutation($filename: String!, $size: Float!, $fileFolder: FileFolder!, $fieldMetadataId: String) { "
            "createFileUpload(filename: $filename, size: $size, fileFolder: $fileFolder, "
            "fieldMetadataId: $fieldMetadataId) { fileId uploadUrl contentType } }"
        )
        given = {"filename": called, "size": len(data), "fileFolder": "FilesField", "fieldMetadataId": known["id"]}
        target = (await self.metadata.change(text, given))["createFileUpload"]
        await self.transport.put(target["uploadUrl"], data, target["contentType"])
        done = "mutation($fileId: String!) { completeFileUpload(fileId: $fileId) { id } }"
        await self.metadata.change(done, {"fileId": target["fileId"]})
        return UploadedFile(target["fileId"], called)

    async def attach(self, file: Path | bytes, to: str, id: str, *, name: str | None = None) -> Record:
        """Upload a file and attach it to a record: ``attach(Path("offer.pdf"), "company", id)``; gives it."""
        of, target = self.sender.model.object("attachment"), self.sender.model.object(to)
        leading = (r for r in of.relations if r.target == target.singular and not r.is_to_many)
        relation = next(leading, None)
        if relation is None:
            raise QueryError(f"Nothing can be attached to {target.plural}.")
        uploaded = await self.upload(file, "attachment.file", name=name)
        given = {"name": uploaded.label, "file": [uploaded], relation.name: id}
        return await create(self.sender, of, given, fields=("id", "name", "file", f"{relation.name}.id"))

    async def download(self, file: str | Mapping[str, Any]) -> bytes:
        """The bytes of a file: an item of a FILES field, or its url. A signed url of another origin gets no key."""
        url = file if isinstance(file, str) else file.get("url")
        if not isinstance(url, str) or not url:
            raise QueryError("This is no file with a url.", advice="Read the FILES field again: its urls expire.")
        return await self.transport.download(url)


def _content(file: Path | bytes, name: str | None) -> tuple[bytes, str]:
    if isinstance(file, bytes):
        if not name:
            raise UsageError("Bytes have no name.", advice="Pass name=, with its ending.")
        return file, name
    try:
        data = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror or error}") from error
    return data, name or file.name

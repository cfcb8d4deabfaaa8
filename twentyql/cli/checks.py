"""The checks of ``doctor``: each says what it found and, where something is to be done, what."""

from __future__ import annotations

import base64
import binascii
import platform
import re
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

import msgspec

from twentyql.build.prepare import check
from twentyql.build.stored import read_folder, texts_of
from twentyql.client import Client
from twentyql.config import Settings
from twentyql.errors import QueryError, SchemaError, TwentyqlError
from twentyql.generate.made_from import MadeFrom, read_made_from
from twentyql.introspect.load import load
from twentyql.schema.diff import diff
from twentyql.schema.model import ObjectModel

State = Literal["ok", "note", "withheld", "bad"]
ROOTS_AT_ONCE = 20
MOST_NAMED = 5
_EXTRA = re.compile(r"^([\w.-]+).*;\s*extra\s*==\s*['\"](\w+)['\"]", re.ASCII)
_NO_FEATURE = ("dev", "all")


@dataclass(frozen=True, slots=True)
class Check:
    """One finding. ``todo`` says what to do about it."""

    state: State
    about: str
    said: str
    todo: str = ""


def installed() -> Iterator[Check]:
    """The versions that are installed, and the extras that are not."""
    python = f"Python {platform.python_version()} on {sys.platform}"
    yield Check("ok", "installed", f"twentyql {metadata.version('twentyql')}, {python}")
    wanted: dict[str, list[str]] = {}
    for line in metadata.requires("twentyql") or ():
        if (found := _EXTRA.match(line)) and found[2] not in _NO_FEATURE and not found[1].startswith("twentyql"):
            wanted.setdefault(found[2], []).append(found[1])
    for extra, libraries in wanted.items():
        versions = {library: _version(library) for library in libraries}
        missing = [library for library, version in versions.items() if version is None]
        said = ", ".join(f"{library} {version}" for library, version in versions.items() if version)
        if missing:
            yield Check("note", f"extra {extra}", "not installed", f"pip install 'twentyql[{extra}]' if you need it")
        else:
            yield Check("ok", f"extra {extra}", said)


def _version(library: str) -> str | None:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return None


def address(settings: Settings) -> Iterator[Check]:
    """The address, and what the key says of itself; the key is not shown."""
    profile = f", profile {settings.profile}" if settings.profile else ""
    yield Check("ok", "address", f"{settings.url}{profile}")
    claims = _claims(settings.api_key.reveal())
    ends = claims.get("exp")
    if not isinstance(ends, int | float):
        yield Check("ok", "key", "set; it does not say when it expires")
        return
    left = ends - time.time()
    when = datetime.fromtimestamp(ends, UTC).date().isoformat() if 0 < ends < 2**40 else "in a far future"
    if left <= 0:
        yield Check("bad", "key", f"expired on {when}", "Make a new one in Twenty: Settings, APIs & Webhooks.")
    else:
        soon = "Make a new one soon." if left < 14 * 86400 else ""
        yield Check("note" if soon else "ok", "key", f"set, expires on {when}", soon)


def _claims(key: str) -> dict[str, Any]:
    """What a JSON web token says of itself; nothing is verified, and any other key says nothing."""
    try:
        body = key.split(".")[1]
        claims = msgspec.json.decode(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (IndexError, ValueError, binascii.Error, msgspec.DecodeError):
        return {}
    return claims if isinstance(claims, dict) else {}


def server(client: Client, workspace: Mapping[str, Any], seconds: float) -> Iterator[Check]:
    """What the server is, and what is known of its limits."""
    model, dialect = client.model, client.dialect
    yield Check("ok", "server", f"answers as {dialect.name}, introspected in {seconds:.1f} s")
    if workspace:
        version = MadeFrom.of("", workspace).metadata_version
        said = f"{workspace.get('displayName')}, {len(model.objects)} objects, metadataVersion {version}"
        yield Check("ok", "workspace", said)
    elif dialect.name == "twenty":
        todo = "Give the key's role the right to read the data model."
        yield Check("note", "workspace", "/metadata is not served to this key", todo)
    if dialect.burst and dialect.window:
        limit = f"stock: {dialect.burst} tokens in {dialect.window:.0f} s, one a root field; the real one is learnt"
        yield Check("ok", "limits", f"{limit} when it is met. Pages of {dialect.page_size} or more")


async def rights(client: Client) -> list[Check]:
    """Which objects the key may read, asked of the server itself: one token an object."""
    records = [o for o in client.model if o.roots.many and "totalCount" in o.aggregates]
    refused: dict[str, str] = {}
    withheld: list[str] = []
    for start in range(0, len(records), ROOTS_AT_ONCE):
        part = records[start : start + ROOTS_AT_ONCE]
        answer = await client.operations.ask_roots([_probe(o) for o in part], "doctor")
        messages = [str(e.get("message", "")) for e in answer.get("errors") or ()]
        data = answer.get("data") or {}
        for record in part:
            found = data.get(record.roots.many)
            if found is None:
                refused[record.plural] = next(iter(messages), "no answer")
            elif (found.get("totalCount") or 0) > 0 and not found.get("edges"):
                withheld.append(record.plural)
    readable = len(records) - len(refused) - len(withheld)
    made = [Check("ok", "rights", f"{readable} of {len(records)} objects can be read ({len(records)} tokens)")]
    if refused:
        todo = "Give the key's role the right to read them, or leave them out."
        made.append(Check("note", "rights", f"refused: {_few(refused)} ({next(iter(refused.values()))[:120]})", todo))
    if withheld:
        todo = "Reads of them end with the verdict `withheld` and exit code 3; the role decides."
        made.append(Check("withheld", "rights", f"counted but withheld: {_few(withheld)}", todo))
    return made


def _probe(record: ObjectModel) -> str:
    return f"{record.roots.many}(first: 1) {{ totalCount edges {{ node {{ id }} }} }}"


def age(client: Client, workspace: Mapping[str, Any], schema: Path, package: Path) -> list[Check]:
    """Whether the schema folder and the generated package are as old as the server's schema."""
    now = MadeFrom.of(client.model.digest, workspace)
    made: list[Check] = []
    changes = ""
    if schema.exists():
        try:
            loaded = load(schema)
        except SchemaError as error:
            made.append(Check("bad", "schema", str(error), "Run `twentyql pull`."))
        else:
            changed = diff(loaded.model, client.model)
            breaking = sum(change.breaking for change in changed)
            changes = f": {len(changed)} changes, {breaking} breaking" if changed else ""
            pulled = MadeFrom.of(loaded.model.digest, loaded.workspace)
            made.append(_age("schema", f"{schema}/", pulled, now, changes, "Run `twentyql pull`."))
    else:
        made.append(Check("note", "schema", f"there is no {schema}/", "Run `twentyql pull`."))
    told = read_made_from(package) if package.is_dir() else None
    if told is not None:
        made.append(_age("package", f"{package}/", told, now, changes, "Run `twentyql pull` and `twentyql generate`."))
    elif package.is_dir():
        said = f"{package}/ does not say what it was made from"
        made.append(Check("note", "package", said, "Run `twentyql generate`."))
    else:
        made.append(Check("note", "package", f"there is no {package}/", "Run `twentyql generate`."))
    return made


def _age(about: str, what: str, told: MadeFrom, now: MadeFrom, changes: str, todo: str) -> Check:
    """One of the two, compared by workspace, then by the types themselves; the version says how far apart."""
    versions = f"metadataVersion {told.metadata_version}, the server has {now.metadata_version}"
    if told.workspace and now.workspace and told.workspace != now.workspace:
        return Check("bad", about, f"{what} is of another workspace ({told.workspace})", todo)
    if told.digest == now.digest:
        at = f", metadataVersion {now.metadata_version}" if now.metadata_version is not None else ""
        return Check("ok", about, f"{what} is up to date{at}")
    return Check("bad", about, f"{what} is older than the server's schema ({versions}){changes}", todo)


def operations(client: Client, queries: Path) -> list[Check]:
    """Whether the stored operations are valid by the server's schema; nothing if there are none."""
    if not queries.is_dir():
        return []
    try:
        read = read_folder(texts_of(queries))
    except TwentyqlError as error:
        return [Check("bad", "operations", str(error))]
    faults = [str(fault) for fault in read.faults]
    for stored in read.operations.values():
        try:
            check(stored.document, client.schema.schema)
        except QueryError as error:
            faults.append(str(error))
    faults = list(dict.fromkeys(faults))
    if not faults:
        return [Check("ok", "operations", f"{len(read.operations)} in {queries}/, all valid here")]
    made = [Check("bad", "operations", fault) for fault in faults[:MOST_NAMED]]
    if len(faults) > MOST_NAMED:
        made.append(Check("bad", "operations", f"and {len(faults) - MOST_NAMED} more faults"))
    return made


def _few(names: Any) -> str:
    listed = list(names)
    more = f" and {len(listed) - MOST_NAMED} more" if len(listed) > MOST_NAMED else ""
    return ", ".join(listed[:MOST_NAMED]) + more

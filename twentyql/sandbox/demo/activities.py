"""The tasks, notes and attachments of the demo, and what they are about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from twentyql.sandbox.demo.objects import FILE_KINDS, TARGETS, TASK_STATES
from twentyql.sandbox.demo.values import Maker, Row, stamp
from twentyql.sandbox.demo.words import NOTES, TASKS
from twentyql.sandbox.model import pascal

SHARED_PREFIX = "20202020"  # as in real demo workspaces, ids of activities are not spread evenly
HUB_SHARE = 0.12
STATES = (None, *(value for value, _, _ in TASK_STATES))
KINDS = tuple(value for value, _, _ in FILE_KINDS)
EXTENSIONS = {"IMAGE": "png", "TEXT_DOCUMENT": "pdf", "OTHER": "bin"}
Tables = Mapping[str, Sequence[Row]]  # by singular name


def task_rows(make: Maker, count: int) -> list[Row]:
    """The tasks, some without a due date, a status or somebody to do them."""
    rows = []
    for index in range(count):
        title = f"{make.pick(TASKS)} {index}"
        rows.append(make.base(index, title, SHARED_PREFIX))
        rows[-1] |= {
            "title": title,
            "bodyV2": make.rich_text(),
            "dueAt": None if make.chance(0.3) else stamp(make.moment(ahead=90)),
            "status": make.pick(STATES),
            "assigneeId": make.pick(make.members)["id"] if make.chance(0.8) else None,
        }
    return rows


def note_rows(make: Maker, count: int) -> list[Row]:
    """The notes; a few have no title."""
    rows = []
    for index in range(count):
        title = "" if make.chance(0.05) else make.pick(NOTES)
        rows.append(make.base(index, title, SHARED_PREFIX) | {"title": title, "bodyV2": make.rich_text()})
    return rows


def target_rows(make: Maker, owner: str, owners: Sequence[Row], tables: Tables, prefix: str = "") -> list[Row]:
    """What tasks or notes (``owner``) are about: one record or two, of four kinds, and often the hub."""
    rows: list[Row] = []
    for activity in owners:
        for _ in range(2 if make.chance(0.2) else 1):
            base = make.base(len(rows), "", prefix)
            rows.append(base | {f"{owner}Id": activity["id"]} | _target(make, TARGETS, tables))
    return rows


def attachment_rows(make: Maker, count: int, tables: Tables) -> list[Row]:
    """The attachments: names of files that nobody can fetch."""
    rows: list[Row] = []
    for index in range(count):
        kind = make.pick(KINDS)
        name = f"file {index}.{EXTENSIONS[kind]}"
        rows.append(make.base(index, "") | {"name": name, "file": [_file(make, name)], "fileCategory": kind})
        rows[-1] |= _target(make, (*TARGETS, "task", "note"), tables)
    return rows


def _file(make: Maker, name: str) -> Row:
    identity = make.uuid()
    return {
        "fileId": identity,
        "label": name,
        "extension": name.rpartition(".")[2],
        "url": f"https://files.example/{identity}",
    }


def _target(make: Maker, kinds: Sequence[str], tables: Tables) -> Row:
    """The foreign keys of a morph relation: one is set, the others are null."""
    keys: Row = {f"target{pascal(kind)}Id": None for kind in kinds}
    filled = [kind for kind in kinds if tables[kind]]
    kind = "company" if make.chance(HUB_SHARE) else make.pick(filled)
    record = tables["company"][0] if kind == "company" and make.chance(0.6) else make.pick(tables[kind])
    keys[f"target{pascal(kind)}Id"] = record["id"]
    return keys

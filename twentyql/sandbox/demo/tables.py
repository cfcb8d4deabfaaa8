"""How the demo's data model is written down: objects, fields, links and morph relations as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Choice = tuple[str, str, str]  # value, label, colour


@dataclass(frozen=True, slots=True)
class Field:
    """One field with a value of its own."""

    name: str
    type: str
    label: str
    description: str = ""
    nullable: bool = True
    unique: bool = False
    system: bool = False
    default: Any = None
    settings: Mapping[str, Any] | None = None
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A to-one relation, and the to-many relation ``back`` that it gives the target."""

    name: str
    label: str
    target: str
    back: str
    back_label: str
    description: str = ""
    on_delete: str = "SET_NULL"


@dataclass(frozen=True, slots=True)
class Morph:
    """A relation to a record of one of several objects, each of which gets the to-many relation ``back``."""

    name: str
    label: str
    targets: tuple[str, ...]
    back: str
    back_label: str
    description: str = ""


Member = Field | Link | Morph


@dataclass(frozen=True, slots=True)
class Thing:
    """One object of the data model; ``title`` is the field that names a record."""

    singular: str
    plural: str
    label: str
    label_plural: str
    description: str
    icon: str
    title: str
    members: tuple[Member, ...]
    system: bool = False
    searchable: bool = True
    duplicates: tuple[tuple[str, ...], ...] | None = field(default=None)


HIDDEN_ACTOR = {"name": "'System'", "source": "'MANUAL'", "workspaceMemberId": None}
RELATIVE = {"displayFormat": "RELATIVE"}
HEAD = (
    Field("id", "UUID", "Id", "The record's id", nullable=False, system=True, default="uuid"),
    Field(
        "createdAt", "DATE_TIME", "Created", "When it was created", False, system=True, default="now", settings=RELATIVE
    ),
    Field(
        "updatedAt",
        "DATE_TIME",
        "Updated",
        "When it last changed",
        False,
        system=True,
        default="now",
        settings=RELATIVE,
    ),
    Field("deletedAt", "DATE_TIME", "Deleted", "When it was deleted", system=True, settings=RELATIVE),
)
TAIL = (
    Field("position", "POSITION", "Position", "Place in a list", nullable=False, system=True, default=0),
    Field("createdBy", "ACTOR", "Created by", "Who created it", nullable=False, system=True, default=HIDDEN_ACTOR),
    Field("updatedBy", "ACTOR", "Updated by", "Who last changed it", nullable=False, system=True, default=HIDDEN_ACTOR),
    Field("searchVector", "TS_VECTOR", "Search vector", "What a search looks at", system=True),
)

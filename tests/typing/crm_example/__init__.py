"""The objects of the workspace, as typed classes. Written by `twentyql generate`; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .company import Company as Company
    from .note_target import NoteTarget as NoteTarget
    from .opportunity import Opportunity as Opportunity
    from .person import Person as Person
    from .workspace_member import WorkspaceMember as WorkspaceMember

_MODULES = {
    "Company": "company",
    "NoteTarget": "note_target",
    "Opportunity": "opportunity",
    "Person": "person",
    "WorkspaceMember": "workspace_member",
}

__all__ = ["Company", "NoteTarget", "Opportunity", "Person", "WorkspaceMember"]


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    found: object = getattr(import_module(f".{_MODULES[name]}", __name__), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)

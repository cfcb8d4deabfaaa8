"""The objects of the workspace, as typed classes. Written by `twentyql generate`; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._inputs._parts import ActorInput as ActorInput
    from ._inputs._parts import AddressInput as AddressInput
    from ._inputs._parts import CurrencyInput as CurrencyInput
    from ._inputs._parts import EmailsInput as EmailsInput
    from ._inputs._parts import FileItemInput as FileItemInput
    from ._inputs._parts import FullNameInput as FullNameInput
    from ._inputs._parts import LinksInput as LinksInput
    from ._inputs._parts import PhonesInput as PhonesInput
    from ._inputs.company import CompanyCreate as CompanyCreate
    from ._inputs.company import CompanyUpdate as CompanyUpdate
    from ._inputs.note_target import NoteTargetCreate as NoteTargetCreate
    from ._inputs.note_target import NoteTargetUpdate as NoteTargetUpdate
    from ._inputs.opportunity import OpportunityCreate as OpportunityCreate
    from ._inputs.opportunity import OpportunityUpdate as OpportunityUpdate
    from ._inputs.person import PersonCreate as PersonCreate
    from ._inputs.person import PersonUpdate as PersonUpdate
    from ._inputs.workspace_member import WorkspaceMemberCreate as WorkspaceMemberCreate
    from ._inputs.workspace_member import WorkspaceMemberUpdate as WorkspaceMemberUpdate
    from .company import Company as Company
    from .note_target import NoteTarget as NoteTarget
    from .opportunity import Opportunity as Opportunity
    from .person import Person as Person
    from .workspace_member import WorkspaceMember as WorkspaceMember

_MODULES = {
    "ActorInput": "_inputs._parts",
    "AddressInput": "_inputs._parts",
    "Company": "company",
    "CompanyCreate": "_inputs.company",
    "CompanyUpdate": "_inputs.company",
    "CurrencyInput": "_inputs._parts",
    "EmailsInput": "_inputs._parts",
    "FileItemInput": "_inputs._parts",
    "FullNameInput": "_inputs._parts",
    "LinksInput": "_inputs._parts",
    "NoteTarget": "note_target",
    "NoteTargetCreate": "_inputs.note_target",
    "NoteTargetUpdate": "_inputs.note_target",
    "Opportunity": "opportunity",
    "OpportunityCreate": "_inputs.opportunity",
    "OpportunityUpdate": "_inputs.opportunity",
    "Person": "person",
    "PersonCreate": "_inputs.person",
    "PersonUpdate": "_inputs.person",
    "PhonesInput": "_inputs._parts",
    "WorkspaceMember": "workspace_member",
    "WorkspaceMemberCreate": "_inputs.workspace_member",
    "WorkspaceMemberUpdate": "_inputs.workspace_member",
}

__all__ = [
    "ActorInput",
    "AddressInput",
    "Company",
    "CompanyCreate",
    "CompanyUpdate",
    "CurrencyInput",
    "EmailsInput",
    "FileItemInput",
    "FullNameInput",
    "LinksInput",
    "NoteTarget",
    "NoteTargetCreate",
    "NoteTargetUpdate",
    "Opportunity",
    "OpportunityCreate",
    "OpportunityUpdate",
    "Person",
    "PersonCreate",
    "PersonUpdate",
    "PhonesInput",
    "WorkspaceMember",
    "WorkspaceMemberCreate",
    "WorkspaceMemberUpdate",
]


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    found: object = getattr(import_module(f".{_MODULES[name]}", __name__), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)

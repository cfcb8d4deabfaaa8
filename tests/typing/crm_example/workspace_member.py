"""WorkspaceMember: workspaceMembers of the workspace. Written by `twentyql generate`; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twentyql.build import fields as _f

if TYPE_CHECKING:
    from . import _composites as _c
    from .company import Company


class WorkspaceMember(_f.Object[_f.P, "WorkspaceMember"], wire="workspaceMember", plural="workspaceMembers"):
    id: _f.Uuid[WorkspaceMember, _f.Str] = _f.Uuid("id", False)
    created_at: _f.DateTime[WorkspaceMember, _f.Moment] = _f.DateTime("createdAt", False)
    updated_at: _f.DateTime[WorkspaceMember, _f.Moment] = _f.DateTime("updatedAt", False)
    deleted_at: _f.DateTime[WorkspaceMember, _f.OptMoment] = _f.DateTime("deletedAt", True)
    position: _f.Position[WorkspaceMember, _f.Num] = _f.Position("position", False)
    created_by: _f.Parts[_c.Actor[WorkspaceMember, _c.ActorValue], _c.Actor[_f.Anything, _c.ActorValue | None]] = (
        _f.Parts("createdBy", False, "Actor")
    )
    search_vector: _f.Vector[WorkspaceMember, _f.OptStr] = _f.Vector("searchVector", True)
    name: _f.Parts[
        _c.FullName[WorkspaceMember, _c.FullNameValue], _c.FullName[_f.Anything, _c.FullNameValue | None]
    ] = _f.Parts("name", False, "FullName")
    user_email: _f.Text[WorkspaceMember, _f.OptStr] = _f.Text("userEmail", True)
    calendar_start_day: _f.Integer[WorkspaceMember, _f.Int] = _f.Integer("calendarStartDay", False)
    account_owner_for_companies: _f.ToMany[WorkspaceMember, Company] = _f.ToMany("accountOwnerForCompanies", "Company")

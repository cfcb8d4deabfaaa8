"""What can be written of workspaceMembers. Written by `twentyql generate`; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twentyql.build import fields as _f

if TYPE_CHECKING:
    from .. import _enums as _e
    from . import _parts as _p


class WorkspaceMemberCreate(
    _f.Input,
    frozen=True,
    kw_only=True,
    rename={
        "created_at": "createdAt",
        "updated_at": "updatedAt",
        "deleted_at": "deletedAt",
        "color_scheme": "colorScheme",
        "avatar_url": "avatarUrl",
        "user_email": "userEmail",
        "job_title": "jobTitle",
        "calendar_start_day": "calendarStartDay",
        "user_id": "userId",
        "time_zone": "timeZone",
        "date_format": "dateFormat",
        "time_format": "timeFormat",
        "number_format": "numberFormat",
        "created_by": "createdBy",
        "updated_by": "updatedBy",
    },
):
    id: _f.Given[_f.Str] = _f.UNSET
    created_at: _f.Given[_f.Moment] = _f.UNSET
    updated_at: _f.Given[_f.Moment] = _f.UNSET
    deleted_at: _f.Maybe[_f.Moment] = _f.UNSET
    position: _f.Given[_f.Place] = _f.UNSET
    name: _p.FullNameInput
    color_scheme: _f.Maybe[_f.Str] = _f.UNSET
    locale: _f.Maybe[_f.Str] = _f.UNSET
    avatar_url: _f.Maybe[_f.Str] = _f.UNSET
    user_email: _f.Maybe[_f.Str] = _f.UNSET
    job_title: _f.Maybe[_f.Str] = _f.UNSET
    calendar_start_day: _f.Given[_f.Int] = _f.UNSET
    user_id: _f.Str
    time_zone: _f.Maybe[_f.Str] = _f.UNSET
    date_format: _f.Maybe[_e.WorkspaceMemberDateFormatEnum] = _f.UNSET
    time_format: _f.Maybe[_e.WorkspaceMemberTimeFormatEnum] = _f.UNSET
    number_format: _f.Maybe[_e.WorkspaceMemberNumberFormatEnum] = _f.UNSET
    created_by: _f.Given[_p.ActorInput] = _f.UNSET
    updated_by: _f.Maybe[_p.ActorInput] = _f.UNSET


class WorkspaceMemberUpdate(
    _f.Input,
    frozen=True,
    kw_only=True,
    rename={
        "created_at": "createdAt",
        "updated_at": "updatedAt",
        "deleted_at": "deletedAt",
        "color_scheme": "colorScheme",
        "avatar_url": "avatarUrl",
        "user_email": "userEmail",
        "job_title": "jobTitle",
        "calendar_start_day": "calendarStartDay",
        "user_id": "userId",
        "time_zone": "timeZone",
        "date_format": "dateFormat",
        "time_format": "timeFormat",
        "number_format": "numberFormat",
        "created_by": "createdBy",
        "updated_by": "updatedBy",
    },
):
    id: _f.Given[_f.Str] = _f.UNSET
    created_at: _f.Given[_f.Moment] = _f.UNSET
    updated_at: _f.Given[_f.Moment] = _f.UNSET
    deleted_at: _f.Maybe[_f.Moment] = _f.UNSET
    position: _f.Given[_f.Place] = _f.UNSET
    name: _f.Given[_p.FullNameInput] = _f.UNSET
    color_scheme: _f.Maybe[_f.Str] = _f.UNSET
    locale: _f.Maybe[_f.Str] = _f.UNSET
    avatar_url: _f.Maybe[_f.Str] = _f.UNSET
    user_email: _f.Maybe[_f.Str] = _f.UNSET
    job_title: _f.Maybe[_f.Str] = _f.UNSET
    calendar_start_day: _f.Given[_f.Int] = _f.UNSET
    user_id: _f.Maybe[_f.Str] = _f.UNSET
    time_zone: _f.Maybe[_f.Str] = _f.UNSET
    date_format: _f.Maybe[_e.WorkspaceMemberDateFormatEnum] = _f.UNSET
    time_format: _f.Maybe[_e.WorkspaceMemberTimeFormatEnum] = _f.UNSET
    number_format: _f.Maybe[_e.WorkspaceMemberNumberFormatEnum] = _f.UNSET
    created_by: _f.Given[_p.ActorInput] = _f.UNSET
    updated_by: _f.Maybe[_p.ActorInput] = _f.UNSET

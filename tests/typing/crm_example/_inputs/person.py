"""What can be written of people. Written by `twentyql generate`; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twentyql.build import fields as _f

if TYPE_CHECKING:
    from .. import _enums as _e
    from ..company import Company
    from . import _parts as _p


class PersonCreate(
    _f.Input,
    frozen=True,
    kw_only=True,
    rename={
        "created_at": "createdAt",
        "updated_at": "updatedAt",
        "deleted_at": "deletedAt",
        "linkedin_link": "linkedinLink",
        "job_title": "jobTitle",
        "avatar_url": "avatarUrl",
        "avatar_file": "avatarFile",
        "created_by": "createdBy",
        "updated_by": "updatedBy",
        "company_id": "companyId",
        "work_preference": "workPreference",
        "performance_rating": "performanceRating",
    },
    relations={
        "company": ["id", "domainName.primaryLinkUrl"],
    },
):
    id: _f.Given[_f.Str] = _f.UNSET
    created_at: _f.Given[_f.Moment] = _f.UNSET
    updated_at: _f.Given[_f.Moment] = _f.UNSET
    deleted_at: _f.Maybe[_f.Moment] = _f.UNSET
    name: _f.Maybe[_p.FullNameInput] = _f.UNSET
    emails: _f.Maybe[_p.EmailsInput] = _f.UNSET
    linkedin_link: _f.Maybe[_p.LinksInput] = _f.UNSET
    job_title: _f.Maybe[_f.Str] = _f.UNSET
    phones: _f.Maybe[_p.PhonesInput] = _f.UNSET
    avatar_url: _f.Maybe[_f.Str] = _f.UNSET
    avatar_file: _f.Maybe[_f.List[_p.FileItemInput]] = _f.UNSET
    position: _f.Given[_f.Place] = _f.UNSET
    created_by: _f.Given[_p.ActorInput] = _f.UNSET
    updated_by: _f.Maybe[_p.ActorInput] = _f.UNSET
    company_id: _f.Maybe[_f.Str] = _f.UNSET
    company: _f.Maybe[_f.Connect[Company]] = _f.UNSET
    intro: _f.Maybe[_f.Str] = _f.UNSET
    whatsapp: _f.Maybe[_p.PhonesInput] = _f.UNSET
    work_preference: _f.Maybe[_f.List[_e.PersonWorkPreferenceEnum]] = _f.UNSET
    performance_rating: _f.Maybe[_e.PersonPerformanceRatingEnum] = _f.UNSET


class PersonUpdate(
    _f.Input,
    frozen=True,
    kw_only=True,
    rename={
        "created_at": "createdAt",
        "updated_at": "updatedAt",
        "deleted_at": "deletedAt",
        "linkedin_link": "linkedinLink",
        "job_title": "jobTitle",
        "avatar_url": "avatarUrl",
        "avatar_file": "avatarFile",
        "created_by": "createdBy",
        "updated_by": "updatedBy",
        "company_id": "companyId",
        "work_preference": "workPreference",
        "performance_rating": "performanceRating",
    },
    relations={
        "company": ["id", "domainName.primaryLinkUrl"],
    },
):
    id: _f.Given[_f.Str] = _f.UNSET
    created_at: _f.Given[_f.Moment] = _f.UNSET
    updated_at: _f.Given[_f.Moment] = _f.UNSET
    deleted_at: _f.Maybe[_f.Moment] = _f.UNSET
    name: _f.Maybe[_p.FullNameInput] = _f.UNSET
    emails: _f.Maybe[_p.EmailsInput] = _f.UNSET
    linkedin_link: _f.Maybe[_p.LinksInput] = _f.UNSET
    job_title: _f.Maybe[_f.Str] = _f.UNSET
    phones: _f.Maybe[_p.PhonesInput] = _f.UNSET
    avatar_url: _f.Maybe[_f.Str] = _f.UNSET
    avatar_file: _f.Maybe[_f.List[_p.FileItemInput]] = _f.UNSET
    position: _f.Given[_f.Place] = _f.UNSET
    created_by: _f.Given[_p.ActorInput] = _f.UNSET
    updated_by: _f.Maybe[_p.ActorInput] = _f.UNSET
    company_id: _f.Maybe[_f.Str] = _f.UNSET
    company: _f.Maybe[_f.Connect[Company]] = _f.UNSET
    intro: _f.Maybe[_f.Str] = _f.UNSET
    whatsapp: _f.Maybe[_p.PhonesInput] = _f.UNSET
    work_preference: _f.Maybe[_f.List[_e.PersonWorkPreferenceEnum]] = _f.UNSET
    performance_rating: _f.Maybe[_e.PersonPerformanceRatingEnum] = _f.UNSET

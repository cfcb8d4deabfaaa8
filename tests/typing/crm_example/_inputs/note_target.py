"""What can be written of noteTargets. Written by `twentyql generate`; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twentyql.build import fields as _f

if TYPE_CHECKING:
    from ..company import Company
    from ..opportunity import Opportunity
    from ..person import Person
    from . import _parts as _p


class NoteTargetCreate(
    _f.Input,
    frozen=True,
    kw_only=True,
    rename={
        "created_at": "createdAt",
        "updated_at": "updatedAt",
        "deleted_at": "deletedAt",
        "created_by": "createdBy",
        "updated_by": "updatedBy",
        "target_company_id": "targetCompanyId",
        "target_company": "targetCompany",
        "note_id": "noteId",
        "target_person_id": "targetPersonId",
        "target_person": "targetPerson",
        "target_opportunity_id": "targetOpportunityId",
        "target_opportunity": "targetOpportunity",
        "target_survey_result_id": "targetSurveyResultId",
        "target_project_id": "targetProjectId",
    },
    relations={
        "targetCompany": ["id", "domainName.primaryLinkUrl"],
        "targetPerson": ["id", "emails.primaryEmail"],
        "targetOpportunity": ["id"],
    },
):
    id: _f.Given[_f.Str] = _f.UNSET
    created_at: _f.Given[_f.Moment] = _f.UNSET
    updated_at: _f.Maybe[_f.Moment] = _f.UNSET
    deleted_at: _f.Maybe[_f.Moment] = _f.UNSET
    created_by: _f.Maybe[_p.ActorInput] = _f.UNSET
    updated_by: _f.Maybe[_p.ActorInput] = _f.UNSET
    position: _f.Maybe[_f.Place] = _f.UNSET
    target_company_id: _f.Maybe[_f.Str] = _f.UNSET
    target_company: _f.Maybe[_f.Connect[Company]] = _f.UNSET
    note_id: _f.Maybe[_f.Str] = _f.UNSET
    target_person_id: _f.Maybe[_f.Str] = _f.UNSET
    target_person: _f.Maybe[_f.Connect[Person]] = _f.UNSET
    target_opportunity_id: _f.Maybe[_f.Str] = _f.UNSET
    target_opportunity: _f.Maybe[_f.Connect[Opportunity]] = _f.UNSET
    target_survey_result_id: _f.Maybe[_f.Str] = _f.UNSET
    target_project_id: _f.Maybe[_f.Str] = _f.UNSET


class NoteTargetUpdate(
    _f.Input,
    frozen=True,
    kw_only=True,
    rename={
        "created_at": "createdAt",
        "updated_at": "updatedAt",
        "deleted_at": "deletedAt",
        "created_by": "createdBy",
        "updated_by": "updatedBy",
        "target_company_id": "targetCompanyId",
        "target_company": "targetCompany",
        "note_id": "noteId",
        "target_person_id": "targetPersonId",
        "target_person": "targetPerson",
        "target_opportunity_id": "targetOpportunityId",
        "target_opportunity": "targetOpportunity",
        "target_survey_result_id": "targetSurveyResultId",
        "target_project_id": "targetProjectId",
    },
    relations={
        "targetCompany": ["id", "domainName.primaryLinkUrl"],
        "targetPerson": ["id", "emails.primaryEmail"],
        "targetOpportunity": ["id"],
    },
):
    id: _f.Given[_f.Str] = _f.UNSET
    created_at: _f.Given[_f.Moment] = _f.UNSET
    updated_at: _f.Maybe[_f.Moment] = _f.UNSET
    deleted_at: _f.Maybe[_f.Moment] = _f.UNSET
    created_by: _f.Maybe[_p.ActorInput] = _f.UNSET
    updated_by: _f.Maybe[_p.ActorInput] = _f.UNSET
    position: _f.Maybe[_f.Place] = _f.UNSET
    target_company_id: _f.Maybe[_f.Str] = _f.UNSET
    target_company: _f.Maybe[_f.Connect[Company]] = _f.UNSET
    note_id: _f.Maybe[_f.Str] = _f.UNSET
    target_person_id: _f.Maybe[_f.Str] = _f.UNSET
    target_person: _f.Maybe[_f.Connect[Person]] = _f.UNSET
    target_opportunity_id: _f.Maybe[_f.Str] = _f.UNSET
    target_opportunity: _f.Maybe[_f.Connect[Opportunity]] = _f.UNSET
    target_survey_result_id: _f.Maybe[_f.Str] = _f.UNSET
    target_project_id: _f.Maybe[_f.Str] = _f.UNSET

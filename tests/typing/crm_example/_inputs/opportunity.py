"""What can be written of opportunities. Written by `twentyql generate`; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twentyql.build import fields as _f

if TYPE_CHECKING:
    from .. import _enums as _e
    from ..company import Company
    from ..person import Person
    from . import _parts as _p


class OpportunityCreate(
    _f.Input,
    frozen=True,
    kw_only=True,
    rename={
        "created_at": "createdAt",
        "updated_at": "updatedAt",
        "deleted_at": "deletedAt",
        "close_date": "closeDate",
        "created_by": "createdBy",
        "updated_by": "updatedBy",
        "company_id": "companyId",
        "point_of_contact_id": "pointOfContactId",
        "point_of_contact": "pointOfContact",
        "owner_id": "ownerId",
    },
    relations={
        "company": ["id", "domainName.primaryLinkUrl"],
        "pointOfContact": ["id", "emails.primaryEmail"],
    },
):
    id: _f.Given[_f.Str] = _f.UNSET
    created_at: _f.Given[_f.Moment] = _f.UNSET
    updated_at: _f.Given[_f.Moment] = _f.UNSET
    deleted_at: _f.Maybe[_f.Moment] = _f.UNSET
    name: _f.Maybe[_f.Str] = _f.UNSET
    amount: _f.Maybe[_p.CurrencyInput] = _f.UNSET
    close_date: _f.Maybe[_f.Moment] = _f.UNSET
    stage: _f.Given[_e.OpportunityStageEnum] = _f.UNSET
    position: _f.Maybe[_f.Place] = _f.UNSET
    created_by: _f.Maybe[_p.ActorInput] = _f.UNSET
    updated_by: _f.Maybe[_p.ActorInput] = _f.UNSET
    company_id: _f.Maybe[_f.Str] = _f.UNSET
    company: _f.Maybe[_f.Connect[Company]] = _f.UNSET
    point_of_contact_id: _f.Maybe[_f.Str] = _f.UNSET
    point_of_contact: _f.Maybe[_f.Connect[Person]] = _f.UNSET
    owner_id: _f.Maybe[_f.Str] = _f.UNSET


class OpportunityUpdate(
    _f.Input,
    frozen=True,
    kw_only=True,
    rename={
        "created_at": "createdAt",
        "updated_at": "updatedAt",
        "deleted_at": "deletedAt",
        "close_date": "closeDate",
        "created_by": "createdBy",
        "updated_by": "updatedBy",
        "company_id": "companyId",
        "point_of_contact_id": "pointOfContactId",
        "point_of_contact": "pointOfContact",
        "owner_id": "ownerId",
    },
    relations={
        "company": ["id", "domainName.primaryLinkUrl"],
        "pointOfContact": ["id", "emails.primaryEmail"],
    },
):
    id: _f.Given[_f.Str] = _f.UNSET
    created_at: _f.Given[_f.Moment] = _f.UNSET
    updated_at: _f.Given[_f.Moment] = _f.UNSET
    deleted_at: _f.Maybe[_f.Moment] = _f.UNSET
    name: _f.Maybe[_f.Str] = _f.UNSET
    amount: _f.Maybe[_p.CurrencyInput] = _f.UNSET
    close_date: _f.Maybe[_f.Moment] = _f.UNSET
    stage: _f.Given[_e.OpportunityStageEnum] = _f.UNSET
    position: _f.Maybe[_f.Place] = _f.UNSET
    created_by: _f.Maybe[_p.ActorInput] = _f.UNSET
    updated_by: _f.Maybe[_p.ActorInput] = _f.UNSET
    company_id: _f.Maybe[_f.Str] = _f.UNSET
    company: _f.Maybe[_f.Connect[Company]] = _f.UNSET
    point_of_contact_id: _f.Maybe[_f.Str] = _f.UNSET
    point_of_contact: _f.Maybe[_f.Connect[Person]] = _f.UNSET
    owner_id: _f.Maybe[_f.Str] = _f.UNSET

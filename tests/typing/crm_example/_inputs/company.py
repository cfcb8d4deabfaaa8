"""What can be written of companies. Written by `twentyql generate`; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twentyql.build import fields as _f

if TYPE_CHECKING:
    from .. import _enums as _e
    from ..workspace_member import WorkspaceMember
    from . import _parts as _p


class CompanyCreate(
    _f.Input,
    frozen=True,
    kw_only=True,
    rename={
        "created_at": "createdAt",
        "updated_at": "updatedAt",
        "deleted_at": "deletedAt",
        "domain_name": "domainName",
        "linkedin_link": "linkedinLink",
        "annual_revenue": "annualRevenue",
        "created_by": "createdBy",
        "updated_by": "updatedBy",
        "account_owner_id": "accountOwnerId",
        "account_owner": "accountOwner",
        "intro_video": "introVideo",
        "work_policy": "workPolicy",
        "visa_sponsorship": "visaSponsorship",
    },
    relations={
        "accountOwner": ["id", "userEmail"],
    },
):
    id: _f.Given[_f.Str] = _f.UNSET
    created_at: _f.Given[_f.Moment] = _f.UNSET
    updated_at: _f.Given[_f.Moment] = _f.UNSET
    deleted_at: _f.Maybe[_f.Moment] = _f.UNSET
    name: _f.Maybe[_f.Str] = _f.UNSET
    domain_name: _f.Maybe[_p.LinksInput] = _f.UNSET
    address: _f.Maybe[_p.AddressInput] = _f.UNSET
    linkedin_link: _f.Maybe[_p.LinksInput] = _f.UNSET
    annual_revenue: _f.Maybe[_p.CurrencyInput] = _f.UNSET
    position: _f.Given[_f.Place] = _f.UNSET
    created_by: _f.Given[_p.ActorInput] = _f.UNSET
    updated_by: _f.Maybe[_p.ActorInput] = _f.UNSET
    account_owner_id: _f.Maybe[_f.Str] = _f.UNSET
    account_owner: _f.Maybe[_f.Connect[WorkspaceMember]] = _f.UNSET
    employees: _f.Maybe[_f.Num] = _f.UNSET
    tagline: _f.Given[_f.Str] = _f.UNSET
    intro_video: _f.Maybe[_p.LinksInput] = _f.UNSET
    work_policy: _f.Maybe[_f.List[_e.CompanyWorkPolicyEnum]] = _f.UNSET
    visa_sponsorship: _f.Maybe[_f.Bool] = _f.UNSET


class CompanyUpdate(
    _f.Input,
    frozen=True,
    kw_only=True,
    rename={
        "created_at": "createdAt",
        "updated_at": "updatedAt",
        "deleted_at": "deletedAt",
        "domain_name": "domainName",
        "linkedin_link": "linkedinLink",
        "annual_revenue": "annualRevenue",
        "created_by": "createdBy",
        "updated_by": "updatedBy",
        "account_owner_id": "accountOwnerId",
        "account_owner": "accountOwner",
        "intro_video": "introVideo",
        "work_policy": "workPolicy",
        "visa_sponsorship": "visaSponsorship",
    },
    relations={
        "accountOwner": ["id", "userEmail"],
    },
):
    id: _f.Given[_f.Str] = _f.UNSET
    created_at: _f.Given[_f.Moment] = _f.UNSET
    updated_at: _f.Given[_f.Moment] = _f.UNSET
    deleted_at: _f.Maybe[_f.Moment] = _f.UNSET
    name: _f.Maybe[_f.Str] = _f.UNSET
    domain_name: _f.Maybe[_p.LinksInput] = _f.UNSET
    address: _f.Maybe[_p.AddressInput] = _f.UNSET
    linkedin_link: _f.Maybe[_p.LinksInput] = _f.UNSET
    annual_revenue: _f.Maybe[_p.CurrencyInput] = _f.UNSET
    position: _f.Given[_f.Place] = _f.UNSET
    created_by: _f.Given[_p.ActorInput] = _f.UNSET
    updated_by: _f.Maybe[_p.ActorInput] = _f.UNSET
    account_owner_id: _f.Maybe[_f.Str] = _f.UNSET
    account_owner: _f.Maybe[_f.Connect[WorkspaceMember]] = _f.UNSET
    employees: _f.Maybe[_f.Num] = _f.UNSET
    tagline: _f.Given[_f.Str] = _f.UNSET
    intro_video: _f.Maybe[_p.LinksInput] = _f.UNSET
    work_policy: _f.Maybe[_f.List[_e.CompanyWorkPolicyEnum]] = _f.UNSET
    visa_sponsorship: _f.Maybe[_f.Bool] = _f.UNSET

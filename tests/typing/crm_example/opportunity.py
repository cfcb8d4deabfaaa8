"""Opportunity: opportunities of the workspace. Written by `twentyql generate`; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twentyql.build import fields as _f

if TYPE_CHECKING:
    from . import _composites as _c
    from . import _enums as _e
    from .company import Company
    from .person import Person


class Opportunity(_f.Object[_f.P, "Opportunity"], wire="opportunity", plural="opportunities"):
    id: _f.Uuid[Opportunity, _f.Str] = _f.Uuid("id", False)
    created_at: _f.DateTime[Opportunity, _f.Moment] = _f.DateTime("createdAt", False)
    updated_at: _f.DateTime[Opportunity, _f.Moment] = _f.DateTime("updatedAt", False)
    deleted_at: _f.DateTime[Opportunity, _f.OptMoment] = _f.DateTime("deletedAt", True)
    name: _f.Text[Opportunity, _f.OptStr] = _f.Text("name", True)
    amount: _f.Parts[
        _c.Currency[Opportunity, _c.CurrencyValue | None], _c.Currency[_f.Anything, _c.CurrencyValue | None]
    ] = _f.Parts("amount", True, "Currency")
    close_date: _f.DateTime[Opportunity, _f.OptMoment] = _f.DateTime("closeDate", True)
    stage: _f.Select[Opportunity, _e.OpportunityStageEnum, _e.OpportunityStageEnum] = _f.Select(
        "stage", False, "OpportunityStageEnum"
    )
    company_id: _f.Uuid[Opportunity, _f.OptStr] = _f.Uuid("companyId", True)
    point_of_contact_id: _f.Uuid[Opportunity, _f.OptStr] = _f.Uuid("pointOfContactId", True)
    company: _f.ToOne[Company[Opportunity], Company] = _f.ToOne("company", "Company")
    point_of_contact: _f.ToOne[Person[Opportunity], Person] = _f.ToOne("pointOfContact", "Person")

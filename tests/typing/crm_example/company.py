"""Company: companies of the workspace. Written by `twentyql generate`; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twentyql.build import fields as _f

if TYPE_CHECKING:
    from . import _composites as _c
    from . import _enums as _e
    from .opportunity import Opportunity
    from .person import Person
    from .workspace_member import WorkspaceMember


class Company(_f.Object[_f.P, "Company"], wire="company", plural="companies"):
    id: _f.Uuid[Company, _f.Str] = _f.Uuid("id", False)
    created_at: _f.DateTime[Company, _f.Moment] = _f.DateTime("createdAt", False)
    updated_at: _f.DateTime[Company, _f.Moment] = _f.DateTime("updatedAt", False)
    deleted_at: _f.DateTime[Company, _f.OptMoment] = _f.DateTime("deletedAt", True)
    position: _f.Position[Company, _f.Num] = _f.Position("position", False)
    created_by: _f.Parts[_c.Actor[Company, _c.ActorValue], _c.Actor[_f.Anything, _c.ActorValue | None]] = _f.Parts(
        "createdBy", False, "Actor"
    )
    search_vector: _f.Vector[Company, _f.OptStr] = _f.Vector("searchVector", True)
    name: _f.Text[Company, _f.OptStr] = _f.Text("name", True)
    domain_name: _f.Parts[_c.Links[Company, _c.LinksValue | None], _c.Links[_f.Anything, _c.LinksValue | None]] = (
        _f.Parts("domainName", True, "Links")
    )
    address: _f.Parts[_c.Address[Company, _c.AddressValue | None], _c.Address[_f.Anything, _c.AddressValue | None]] = (
        _f.Parts("address", True, "Address")
    )
    annual_revenue: _f.Parts[
        _c.Currency[Company, _c.CurrencyValue | None], _c.Currency[_f.Anything, _c.CurrencyValue | None]
    ] = _f.Parts("annualRevenue", True, "Currency")
    employees: _f.Float[Company, _f.OptNum] = _f.Float("employees", True)
    tagline: _f.Text[Company, _f.Str] = _f.Text("tagline", False)
    work_policy: _f.MultiSelect[Company, _e.CompanyWorkPolicyEnum, _f.List[_e.CompanyWorkPolicyEnum] | None] = (
        _f.MultiSelect("workPolicy", True, "CompanyWorkPolicyEnum")
    )
    visa_sponsorship: _f.Boolean[Company, _f.OptBool] = _f.Boolean("visaSponsorship", True)
    account_owner_id: _f.Uuid[Company, _f.OptStr] = _f.Uuid("accountOwnerId", True)
    account_owner: _f.ToOne[WorkspaceMember[Company], WorkspaceMember] = _f.ToOne("accountOwner", "WorkspaceMember")
    people: _f.ToMany[Company, Person] = _f.ToMany("people", "Person")
    opportunities: _f.ToMany[Company, Opportunity] = _f.ToMany("opportunities", "Opportunity")

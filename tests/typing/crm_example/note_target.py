"""NoteTarget: noteTargets of the workspace. Written by `twentyql generate`; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twentyql.build import fields as _f

if TYPE_CHECKING:
    from .company import Company
    from .opportunity import Opportunity
    from .person import Person


class NoteTarget(_f.Object[_f.P, "NoteTarget"], wire="noteTarget", plural="noteTargets"):
    id: _f.Uuid[NoteTarget, _f.Str] = _f.Uuid("id", False)
    created_at: _f.DateTime[NoteTarget, _f.Moment] = _f.DateTime("createdAt", False)
    target_company_id: _f.Uuid[NoteTarget, _f.OptStr] = _f.Uuid("targetCompanyId", True)
    target_person_id: _f.Uuid[NoteTarget, _f.OptStr] = _f.Uuid("targetPersonId", True)
    target_opportunity_id: _f.Uuid[NoteTarget, _f.OptStr] = _f.Uuid("targetOpportunityId", True)
    target_company: _f.ToOne[Company[NoteTarget], Company] = _f.ToOne("targetCompany", "Company")
    target_person: _f.ToOne[Person[NoteTarget], Person] = _f.ToOne("targetPerson", "Person")
    target_opportunity: _f.ToOne[Opportunity[NoteTarget], Opportunity] = _f.ToOne("targetOpportunity", "Opportunity")
    target: _f.Morph[NoteTarget, Company | Person | Opportunity] = _f.Morph(
        "target", ("targetCompany", "Company"), ("targetPerson", "Person"), ("targetOpportunity", "Opportunity")
    )

"""Person: people of the workspace. Written by `twentyql generate`; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twentyql.build import fields as _f

if TYPE_CHECKING:
    from . import _composites as _c
    from . import _enums as _e
    from .company import Company


class Person(_f.Object[_f.P, "Person"], wire="person", plural="people"):
    id: _f.Uuid[Person, _f.Str] = _f.Uuid("id", False)
    created_at: _f.DateTime[Person, _f.Moment] = _f.DateTime("createdAt", False)
    updated_at: _f.DateTime[Person, _f.Moment] = _f.DateTime("updatedAt", False)
    deleted_at: _f.DateTime[Person, _f.OptMoment] = _f.DateTime("deletedAt", True)
    position: _f.Position[Person, _f.Num] = _f.Position("position", False)
    created_by: _f.Parts[_c.Actor[Person, _c.ActorValue], _c.Actor[_f.Anything, _c.ActorValue | None]] = _f.Parts(
        "createdBy", False, "Actor"
    )
    search_vector: _f.Vector[Person, _f.OptStr] = _f.Vector("searchVector", True)
    name: _f.Parts[_c.FullName[Person, _c.FullNameValue | None], _c.FullName[_f.Anything, _c.FullNameValue | None]] = (
        _f.Parts("name", True, "FullName")
    )
    emails: _f.Parts[_c.Emails[Person, _c.EmailsValue | None], _c.Emails[_f.Anything, _c.EmailsValue | None]] = (
        _f.Parts("emails", True, "Emails")
    )
    phones: _f.Parts[_c.Phones[Person, _c.PhonesValue | None], _c.Phones[_f.Anything, _c.PhonesValue | None]] = (
        _f.Parts("phones", True, "Phones")
    )
    job_title: _f.Text[Person, _f.OptStr] = _f.Text("jobTitle", True)
    performance_rating: _f.Select[Person, _e.PersonPerformanceRatingEnum, _e.PersonPerformanceRatingEnum | None] = (
        _f.Select("performanceRating", True, "PersonPerformanceRatingEnum")
    )
    company_id: _f.Uuid[Person, _f.OptStr] = _f.Uuid("companyId", True)
    company: _f.ToOne[Company[Person], Company] = _f.ToOne("company", "Company")

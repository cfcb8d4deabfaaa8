"""Inputs: unset is not null, related records are found by unique fields only, and mistakes are named."""

from __future__ import annotations

import copy
import datetime
import pickle
import uuid
from typing import Any

import msgspec
import pytest
from crm_example import Company, CompanyUpdate, FullNameInput, OpportunityCreate, Person, PersonCreate
from hypothesis import given
from hypothesis import strategies as st

from twentyql.build.inputs import existing
from twentyql.errors import QueryError

ID = "20202020-b000-4485-94de-70c2a98daef2"


@given(
    st.fixed_dictionaries({}, optional={"name": st.none() | st.text(), "tagline": st.text(), "employees": st.none()})
)
def test_only_what_was_given_is_sent(values: dict[str, Any]) -> None:
    made = CompanyUpdate(**values)
    assert made.to_json() == values
    assert all(getattr(made, name) is msgspec.UNSET for name in {"name", "tagline", "employees"} - values.keys())
    assert pickle.loads(pickle.dumps(made)) == copy.deepcopy(made) == made


def test_names_and_forms_are_the_servers() -> None:
    key = uuid.UUID(ID)
    made = PersonCreate(id=key, name=FullNameInput(first_name="A"), job_title="x")  # type: ignore[arg-type]
    assert made.to_json() == {"id": str(key), "name": {"firstName": "A"}, "jobTitle": "x"}
    assert repr(made).startswith("PersonCreate(id=UUID(")
    assert "UNSET" not in repr(made)


def test_related_records_are_found_by_unique_fields_only() -> None:
    with pytest.raises(QueryError, match=r"PersonCreate.company cannot be found by name, .* by id or domainName.prim"):
        PersonCreate(company=existing(Company.name == "Acme"))
    with pytest.raises(QueryError, match="takes the value of a unique field"):
        existing(Company.name.in_(["x"]))
    with pytest.raises(QueryError, match="takes the value of a unique field"):
        existing((Company.id == ID) | (Company.name == "y"))
    with pytest.raises(TypeError, match="an id goes to company_id"):
        PersonCreate(company=ID)  # type: ignore[arg-type]
    both = existing((Person.emails.primary_email == "a") & (Person.id == ID))
    assert both.to_json() == {"connect": {"where": {"emails": {"primaryEmail": "a"}, "id": ID}}}


def test_what_cannot_be_sent_is_named() -> None:
    with pytest.raises(ValueError, match=r"OpportunityCreate.close_date cannot be sent: .* no time zone"):
        OpportunityCreate(close_date=datetime.datetime(2026, 1, 1)).to_json()
    with pytest.raises(TypeError, match=r"CompanyUpdate.name cannot be sent"):
        CompanyUpdate(name=object()).to_json()  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="nmae"):
        CompanyUpdate(nmae="x")  # type: ignore[call-arg]
    with pytest.raises(AttributeError):
        CompanyUpdate(name="x").name = "y"  # type: ignore[misc]


def test_what_cannot_be_written_is_not_there() -> None:
    fields = set(PersonCreate.__struct_fields__)
    assert not fields & {"search_vector", "people", "note_targets"}
    assert {"company", "company_id", "created_by", "performance_rating"} <= fields

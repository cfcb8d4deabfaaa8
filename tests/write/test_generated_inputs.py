"""Generated inputs, written as mappings are."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from twentyql import existing
from twentyql.client import Client
from twentyql.generate import generate
from twentyql.generate.write import write
from twentyql.introspect.load import Loaded


@pytest.fixture
def crm(loaded: Loaded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The package that `generate` writes for this workspace."""
    write(generate(loaded.model, loaded.schema).package, tmp_path / "crm_of_writing")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield import_module("crm_of_writing")
    for name in [name for name in sys.modules if name.startswith("crm_of_writing")]:
        del sys.modules[name]


async def test_inputs_are_written_as_mappings_are(client: Client, crm: Any) -> None:
    company = await client[crm.Company].create(
        crm.CompanyCreate(name="Typed", domain_name=crm.LinksInput(primary_link_url="typed.example"))
    )
    people = client[crm.Person]
    ada = crm.PersonCreate(
        name=crm.FullNameInput(first_name="Ada", last_name="Typed"),
        company=existing(crm.Company.domain_name.primary_link_url == "typed.example"),
        job_title=None,
    )
    made = await people.create(ada, fields=("name", "company.id", "jobTitle"))
    assert made["company"]["id"] == company["id"]
    assert made["name"]["lastName"] == "Typed"
    receipt = await people.create_many([ada, {"name": "Bob Typed"}])
    assert receipt.created == 2
    changed = await people.update(made["id"], crm.PersonUpdate(job_title="CTO"), fields=("jobTitle", "name"))
    assert (changed["jobTitle"], changed["name"]["firstName"]) == ("CTO", "Ada")
    condition = crm.Person.name.last_name == "Typed"
    assert (await people.update_where(condition, crm.PersonUpdate(job_title="All"))).updated == 3
    assert (await people.delete_where(condition)).deleted == 3

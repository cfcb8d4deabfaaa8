"""The example package `crm_example`: some members of five recorded objects. Run this to write it again.

It is kept in the repository so that the tests of types and rows need no recorded workspace.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from twentyql.generate.package import package
from twentyql.introspect.load import load
from twentyql.schema.model import ObjectModel, SchemaModel

FOLDER = Path(__file__).parent / "crm_example"
MEMBERS = {
    "company": """
        id createdAt updatedAt deletedAt position createdBy searchVector name
        domainName address annualRevenue employees tagline workPolicy visaSponsorship accountOwnerId
        accountOwner people opportunities
    """,
    "person": """
        id createdAt updatedAt deletedAt position createdBy searchVector name
        emails phones jobTitle performanceRating companyId company
    """,
    "workspaceMember": """
        id createdAt updatedAt deletedAt position createdBy searchVector name
        userEmail calendarStartDay accountOwnerForCompanies
    """,
    "opportunity": """
        id createdAt updatedAt deletedAt name amount closeDate stage
        companyId company pointOfContactId pointOfContact
    """,
    "noteTarget": """
        id createdAt targetCompanyId targetPersonId targetOpportunityId targetCompany targetPerson targetOpportunity
    """,
}


def example(model: SchemaModel) -> dict[str, str]:
    """The files of the package, without the header that marks generated files."""
    objects = tuple(_object(model.object(name), members.split()) for name, members in MEMBERS.items())
    made = package(replace(model, objects=objects))
    return {path: text.split("\n", 1)[1] for path, text in made.items() if path.endswith(".py")}


def _object(whole: ObjectModel, names: list[str]) -> ObjectModel:
    fields = tuple(whole.field(n) for n in names if whole.has_field(n))
    return replace(whole, fields=fields, relations=tuple(whole.relation(n) for n in names if not whole.has_field(n)))


if __name__ == "__main__":
    for path, text in example(load(Path(__file__).parents[3] / "shared" / "twenty").model).items():
        place = FOLDER / path
        place.parent.mkdir(exist_ok=True)
        place.write_text(text)

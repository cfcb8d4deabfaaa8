"""The composite field types of Twenty and their sub-fields, as one table."""

from __future__ import annotations

from dataclasses import dataclass

ACTOR_SOURCES = (
    "EMAIL",
    "CALENDAR",
    "WORKFLOW",
    "AGENT",
    "API",
    "IMPORT",
    "MANUAL",
    "SYSTEM",
    "WEBHOOK",
    "APPLICATION",
)


@dataclass(frozen=True, slots=True)
class SubField:
    """One sub-field of a composite type.

    ``empty_text`` says that a missing value is answered as ``""`` rather than null.
    """

    name: str
    type: str
    empty_text: bool = False
    writable: bool = True
    unique: bool = False


@dataclass(frozen=True, slots=True)
class Composite:
    """A composite type: its GraphQL name and its sub-fields in order."""

    graphql: str
    fields: tuple[SubField, ...]

    def sub(self, name: str) -> SubField | None:
        """The sub-field called ``name``."""
        return next((field for field in self.fields if field.name == name), None)


def _texts(*names: str) -> tuple[SubField, ...]:
    return tuple(SubField(name, "TEXT", empty_text=True) for name in names)


COMPOSITES: dict[str, Composite] = {
    "FULL_NAME": Composite("FullName", _texts("firstName", "lastName")),
    "EMAILS": Composite(
        "Emails",
        (SubField("primaryEmail", "TEXT", empty_text=True, unique=True), SubField("additionalEmails", "RAW_JSON")),
    ),
    "PHONES": Composite(
        "Phones",
        (
            SubField("primaryPhoneNumber", "TEXT", empty_text=True, unique=True),
            SubField("primaryPhoneCountryCode", "TEXT", empty_text=True, unique=True),
            SubField("primaryPhoneCallingCode", "TEXT", empty_text=True, unique=True),
            SubField("additionalPhones", "RAW_JSON"),
        ),
    ),
    "LINKS": Composite(
        "Links",
        (
            SubField("primaryLinkLabel", "TEXT", empty_text=True),
            SubField("primaryLinkUrl", "TEXT", empty_text=True, unique=True),
            SubField("secondaryLinks", "RAW_JSON"),
        ),
    ),
    "CURRENCY": Composite("Currency", (SubField("amountMicros", "NUMERIC"), SubField("currencyCode", "TEXT"))),
    "ADDRESS": Composite(
        "Address",
        (
            *_texts("addressStreet1", "addressStreet2", "addressCity"),
            *_texts("addressPostcode", "addressState", "addressCountry"),
            SubField("addressLat", "NUMERIC"),
            SubField("addressLng", "NUMERIC"),
        ),
    ),
    "ACTOR": Composite(
        "Actor",
        (
            SubField("source", "SELECT"),
            SubField("workspaceMemberId", "UUID", writable=False),
            SubField("name", "TEXT", empty_text=True, writable=False),
            SubField("context", "RAW_JSON"),
        ),
    ),
    "RICH_TEXT": Composite("RichText", (SubField("blocknote", "TEXT"), SubField("markdown", "TEXT"))),
}
COMPOSITES["RICH_TEXT_V2"] = COMPOSITES["RICH_TEXT"]
LISTS_IN_JSON = frozenset({"additionalEmails", "additionalPhones", "secondaryLinks"})

"""Which names objects and fields may have, and the name that a label becomes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

LONGEST = 63
SHAPE = re.compile(r"[a-z][a-zA-Z0-9]*")
WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_TAKEN = """
approvedAccessDomain appToken billingCustomer billingEntitlement billingMeter billingProduct billingSubscription
billingSubscriptionItem featureFlag job keyValuePair pageLayout pageLayoutTab pageLayoutWidget postgresCredential
twoFactorMethod user userWorkspace workspace role userWorkspaceRole plan event field link relation object type
"""
RESERVED = frozenset(
    {form for name in _TAKEN.split() for form in (name, f"{name}s")}
    | {"currency", "currencies", "fullNames", "address", "addresses", "index", "aggregate"}
)


def camel(text: str) -> str:
    """``text`` in camelCase, by its words: runs of letters, of capitals, of digits."""
    words: list[str] = WORDS.findall(text)
    first, *rest = words or [""]
    return first.lower() + "".join(word[:1].upper() + word[1:].lower() for word in rest)


def name_of_label(label: str) -> str:
    """The name that the server gives to a field with this label."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode()
    name = camel(plain)
    name = f"n{name}" if name[:1].isdigit() else name
    return f"{name}Custom" if name in RESERVED else name


def name_problems(name: str) -> Iterator[str]:
    """What is wrong with a name, in the server's words."""
    if len(name) > LONGEST:
        yield "Name is too long"
    if not name:
        yield "Name is too short"
    if name != camel(name):
        yield "Name should be in camelCase"
    if not SHAPE.fullmatch(name):
        yield "Name is not valid: it must start with lowercase letter and contain only alphanumeric letters"
    if name in RESERVED:
        yield "The name is not available"

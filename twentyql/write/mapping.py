"""Columns of a file -> fields of an object: guessed from names and values, shown, or given by the user. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from twentyql.errors import TwentyqlError, UsageError, ValueRefusedError
from twentyql.schema.model import FieldModel, Kind, ObjectModel, RelationModel, SchemaModel
from twentyql.write.forms import Forms
from twentyql.write.scalars import is_uuid

SERVERS = frozenset({"searchVector", "updatedAt", "updatedBy", "createdBy", "position", "deletedAt"})
"""Fields that the server keeps itself: a column of this name is left out, unless the user maps it."""
REJECT_COLUMNS = frozenset({"row", "field", "reason"})
MOSTLY = 0.8

_PARTS = {
    Kind.FULL_NAME: {
        "firstName": "firstname givenname forename vorname prenom",
        "lastName": "lastname surname familyname nachname nom",
    },
    Kind.ADDRESS: {
        "addressStreet1": "street street1 addressline1 strasse",
        "addressStreet2": "street2 addressline2",
        "addressCity": "city town ort",
        "addressPostcode": "zip zipcode postcode postalcode plz",
        "addressState": "state province region",
        "addressCountry": "country land",
    },
}
_WHOLE = {
    Kind.FULL_NAME: "fullname contact contactname",
    Kind.EMAILS: "email emails mail emailaddress primaryemail",
    Kind.PHONES: "phone phones tel telephone phonenumber mobile cell",
    Kind.RICH_TEXT: "body text content description",
}
_LINKS = {"domainName": "website domain url homepage web", "linkedinLink": "linkedin linkedinurl linkedinprofile"}
_LOOKS: dict[Kind, re.Pattern[str]] = {
    Kind.EMAILS: re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+\Z"),
    Kind.LINKS: re.compile(r"(https?://\S+|(www\.)?[\w-]+(\.[\w-]+)*\.[a-z]{2,})\Z", re.IGNORECASE),
    Kind.PHONES: re.compile(r"\+\d[\d\s().\-/]{6,20}\Z"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column and the field it goes to (None: left out). ``how`` says why; ``misfits`` counts of a sample."""

    name: str
    target: str | None
    how: str
    misfits: int = 0
    sampled: int = 0


@dataclass(frozen=True)
class Columns:
    """The columns of a file and where they go."""

    columns: tuple[Column, ...]

    def as_dict(self) -> dict[str, str | None]:
        """Target by column, as a map file has it."""
        return {column.name: column.target for column in self.columns}

    def relations(self) -> set[str]:
        """The first steps of the targets that have more than one, and the targets themselves."""
        return {column.target.partition(".")[0] for column in self.columns if column.target}

    def record(self, row: Any) -> dict[str, Any]:
        """A row under the names of its fields; blank cells are not sent. Raises ValueRefusedError."""
        if isinstance(row, ValueRefusedError):
            raise row
        found: dict[str, Any] = {}
        for column in self.columns:
            value = row.get(column.name) if column.target else None
            if value is not None and not (isinstance(value, str) and not value.strip()):
                found[column.target] = value  # type: ignore[index]
        if not found:
            raise ValueRefusedError("the row has no value in any column that is imported")
        return found


def given(columns: Sequence[str], told: Mapping[str, Any], forms: Forms) -> Columns:
    """The mapping that the user gave: column to field, null to leave it out. Raises UsageError and UnknownNameError."""
    missing = [name for name in told if name not in columns]
    if missing:
        raise UsageError(f"The map names a column {missing[0]!r} that the file does not have.")
    for target in told.values():
        if target is not None:
            forms.check(target)
    made = [Column(name, told.get(name), "map" if name in told else "not in the map") for name in columns]
    _once(made)
    return Columns(tuple(made))


def guess(columns: Sequence[str], sample: Sequence[Mapping[str, Any]], forms: Forms, model: SchemaModel) -> Columns:
    """Guess where each column goes, by its name first, then by what its values look like."""
    known = _names(forms)
    found: dict[str, tuple[str | None, str]] = {}
    for name in columns:
        found[name] = _by_name(name, known, forms)
    taken = {target for target, _ in found.values() if target}
    for name in columns:
        values = _values(name, sample)
        target, how = found[name]
        if target is None and how == "no such field":
            target, how = _by_values(values, taken, forms.of) or (target, how)
        elif target is not None and "." not in target:
            target = _relation_key(target, values, forms.of, model)
        if target is not None:
            taken.add(target)
        found[name] = (target, how)
    made = [_tried(Column(name, *found[name]), _values(name, sample), forms) for name in columns]
    return Columns(tuple(_first_of_each(made)))


def _names(forms: Forms) -> dict[str, tuple[str, str]]:
    """What a folded column name means: the target and why. Earlier entries win."""
    of = forms.of
    found: dict[str, tuple[str, str]] = {}

    def add(names: Iterable[str], target: str, how: str) -> None:
        for name in names:
            found.setdefault(_fold(name), (target, how))

    members: list[FieldModel | RelationModel] = [*of.fields, *(r for r in of.relations if not r.is_to_many)]
    for member in members:
        add([member.name], member.name, "name")
    for member in members:
        add([member.label] if member.label else [], member.name, "label")
    for field in of.fields:
        for part in field.parts:
            bare = part.name.removeprefix("address")
            names = [f"{field.name}{part.name}", f"{field.name}{bare}", f"{field.label}{part.name}"]
            add(names, f"{field.name}.{part.name}", "name of a part")
    for field in _alone(of):
        for part_name, words in _PARTS.get(field.kind, {}).items():
            add(words.split(), f"{field.name}.{part_name}", "usual name")
        add(_WHOLE.get(field.kind, "").split(), field.name, "usual name")
    for name, words in _LINKS.items():
        if of.has_field(name):
            add(words.split(), name, "usual name")
    return found


def _alone(of: ObjectModel) -> list[FieldModel]:
    """The first field of each kind: the one that a usual name means."""
    kinds: dict[Kind, FieldModel] = {}
    for field in of.fields:
        kinds.setdefault(field.kind, field)
    return list(kinds.values())


def _by_name(name: str, known: Mapping[str, tuple[str, str]], forms: Forms) -> tuple[str | None, str]:
    if name in REJECT_COLUMNS and not forms.of.has_field(name):
        return None, "of a reject file"
    told = known.get(_fold(name))
    target, how = told or (name, "name")
    if target.partition(".")[0] in SERVERS:
        return None, "the server keeps it"
    try:
        forms.check(target)
    except TwentyqlError:
        return None, "no such field"
    return target, how


def _by_values(values: Sequence[Any], taken: set[str], of: ObjectModel) -> tuple[str | None, str] | None:
    texts = [value.strip() for value in values if isinstance(value, str)]
    if not texts:
        return None
    for kind, looks in _LOOKS.items():
        if sum(bool(looks.match(text)) for text in texts) >= MOSTLY * len(values):
            free = [f.name for f in of.fields if f.kind is kind and not any(t.startswith(f.name) for t in taken)]
            if free:
                return free[0], "values"
    return None


def _relation_key(target: str, values: Sequence[Any], of: ObjectModel, model: SchemaModel) -> str:
    """A relation named alone: by id, by a unique e-mail or link of its target, else by its label."""
    relation = next((r for r in of.relations if r.name == target), None)
    if relation is None or not values or isinstance(values[0], Mapping):
        return target
    to = model.object(relation.target)
    if sum(is_uuid(value) for value in values) >= MOSTLY * len(values):
        return target
    for field in to.fields:
        looks = _LOOKS.get(field.kind) if field.is_unique else None
        if looks and sum(bool(looks.match(str(value).strip())) for value in values) >= MOSTLY * len(values):
            return f"{target}.{field.name}"
    label = to.label_field or "name"
    return f"{target}.{label}" if to.has_field(label) and not to.field(label).parts else target


def _tried(column: Column, values: Sequence[Any], forms: Forms) -> Column:
    """The column with how many values of the sample its field does not take."""
    if column.target is None:
        return column
    misfits = sum(not _fits(forms.record, {column.target: value}) for value in values)
    return Column(column.name, column.target, column.how, misfits, len(values))


def _fits(record: Callable[[Any], Any], row: Mapping[str, Any]) -> bool:
    try:
        record(row)
    except TwentyqlError:
        return False
    return True


def _first_of_each(columns: Sequence[Column]) -> list[Column]:
    """Two columns cannot go to one field: the first that goes by its own name wins."""
    best: dict[str, Column] = {}
    for column in sorted(columns, key=lambda c: c.how != "name"):
        if column.target:
            best.setdefault(column.target, column)
    return [
        c if c.target is None or best[c.target] is c else Column(c.name, None, f"{best[c.target].name!r} goes there")
        for c in columns
    ]


def _once(columns: Sequence[Column]) -> None:
    targets = [column.target for column in columns if column.target]
    doubled = [target for target in targets if targets.count(target) > 1]
    if doubled:
        raise UsageError(f"The map sends two columns to {doubled[0]!r}.")


def _values(name: str, sample: Sequence[Mapping[str, Any]]) -> list[Any]:
    values = (row.get(name) for row in sample)
    return [value for value in values if value is not None and not (isinstance(value, str) and not value.strip())]


def _fold(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())

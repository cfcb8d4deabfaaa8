"""The aggregates that every connection of an object has, and the inputs that order groups by them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import GraphQLFloat, GraphQLInt, GraphQLOutputType

from twentyql.sandbox.model import RecordType, Slot, pascal
from twentyql.sandbox.types.fields import DATES
from twentyql.sandbox.types.shared import SCALARS


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One aggregate: its name, its type and what it says of itself."""

    name: str
    type: GraphQLOutputType
    description: str


TOTAL = Aggregate("totalCount", GraphQLInt, "Total number of records in the connection")
COUNTS = (
    ("countUniqueValues", GraphQLInt, "Number of unique values for"),
    ("countEmpty", GraphQLInt, "Number of empty values for"),
    ("countNotEmpty", GraphQLInt, "Number of non-empty values for"),
    ("percentageEmpty", GraphQLFloat, "Percentage of empty values for"),
    ("percentageNotEmpty", GraphQLFloat, "Percentage of non-empty values for"),
)
SPECIAL = {
    "BOOLEAN": (
        ("countTrue{}", GraphQLInt, "Count of true values in the field"),
        ("countFalse{}", GraphQLInt, "Count of false values in the field"),
    ),
    "NUMBER": (
        ("min{}", GraphQLFloat, "Minimum amount contained in the field"),
        ("max{}", GraphQLFloat, "Maximum amount contained in the field"),
        ("avg{}", GraphQLFloat, "Average amount contained in the field"),
        ("sum{}", GraphQLFloat, "Sum of amounts contained in the field"),
    ),
    "CURRENCY": (
        ("min{}AmountMicros", GraphQLFloat, "Minimum amount contained in the field"),
        ("max{}AmountMicros", GraphQLFloat, "Maximal amount contained in the field"),
        ("sum{}AmountMicros", GraphQLFloat, "Sum of amounts contained in the field"),
        ("avg{}AmountMicros", GraphQLFloat, "Average amount contained in the field"),
    ),
}
SPECIAL["NUMERIC"] = SPECIAL["NUMBER"]


def is_morph(record: RecordType, slot: Slot) -> bool:
    """Whether a to-one slot is one target of a morph relation (it is no field of the data model by itself)."""
    return slot.kind == "one" and all(field["name"] != slot.name for field in record.raw["fieldsList"])


def aggregates(record: RecordType) -> Iterator[Aggregate]:
    """The aggregates of an object, in the order of its fields."""
    yield TOTAL
    for slot in record.slots:
        yield from _counts(slot) if is_morph(record, slot) else aggregates_of(slot)


def aggregates_of(slot: Slot) -> Iterator[Aggregate]:
    """The aggregates of one slot that has a value of its own; none of a relation or key."""
    if slot.kind in ("scalar", "composite"):
        yield from _counts(slot)
        yield from _of_type(slot)


def _counts(slot: Slot) -> Iterator[Aggregate]:
    for name, kind, text in COUNTS:
        yield Aggregate(f"{name}{pascal(slot.name)}", kind, f"{text} {slot.name}")


def _of_type(slot: Slot) -> Iterator[Aggregate]:
    if slot.type in DATES:
        kind = SCALARS["DateTime"]  # of a DATE too
        yield Aggregate(f"min{pascal(slot.name)}", kind, f"Earliest date contained in the field {slot.name}")
        yield Aggregate(f"max{pascal(slot.name)}", kind, f"Latest date contained in the field {slot.name}")
    for name, number, text in SPECIAL.get(slot.type, ()):
        yield Aggregate(name.format(pascal(slot.name)), number, f"{text} {slot.name}")

"""The one namespace of generated code: ``from twentyql.build import fields as _f``.

Generated modules name nothing else of the library and no builtin, since a field may be called ``str`` or ``list``.
"""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Mapping
from typing import Any, Literal, TypeAlias, TypeVar

from msgspec import UNSET, UnsetType

from twentyql.build.calls import given
from twentyql.build.dates import Date, DateTime
from twentyql.build.inputs import Connect, Input
from twentyql.build.kinds import (
    Array,
    Boolean,
    Files,
    Json,
    MultiSelect,
    Raw,
    Select,
    Text,
    Uuid,
    Vector,
)
from twentyql.build.numbers import Float, Integer, Money, Numeric
from twentyql.build.objects import (
    Abstract,
    Call,
    Composite,
    MoneyValue,
    Morph,
    Object,
    Parts,
    Root,
    ToAny,
    ToMany,
    ToOne,
    Value,
)
from twentyql.build.operators import P, V

_Item = TypeVar("_Item")

Position = Float
"""A record's place in its list."""
Rating = Select
"""A rating is one option of several."""

Anything: TypeAlias = Any
Str: TypeAlias = str
OptStr: TypeAlias = str | None
Bool: TypeAlias = bool
OptBool: TypeAlias = bool | None
Int: TypeAlias = int
OptInt: TypeAlias = int | None
Num: TypeAlias = float
OptNum: TypeAlias = float | None
Dec: TypeAlias = decimal.Decimal
OptDec: TypeAlias = decimal.Decimal | None
Moment: TypeAlias = datetime.datetime
OptMoment: TypeAlias = datetime.datetime | None
Day: TypeAlias = datetime.date
OptDay: TypeAlias = datetime.date | None
Strs: TypeAlias = list[str]
OptStrs: TypeAlias = list[str] | None
List: TypeAlias = list[_Item]
Arguments: TypeAlias = Mapping[str, Any]
"""An input object, by the GraphQL names of its fields."""
Amount: TypeAlias = decimal.Decimal | int
Place: TypeAlias = float | Literal["first", "last"]
Maybe: TypeAlias = _Item | UnsetType | None
"""A value of an input that may be null, or not be given at all."""
Given: TypeAlias = _Item | UnsetType
"""A value of an input that is not null, but need not be given."""

__all__ = [
    "UNSET",
    "Abstract",
    "Amount",
    "Anything",
    "Arguments",
    "Array",
    "Bool",
    "Boolean",
    "Call",
    "Composite",
    "Connect",
    "Date",
    "DateTime",
    "Day",
    "Dec",
    "Files",
    "Float",
    "Given",
    "Input",
    "Int",
    "Integer",
    "Json",
    "List",
    "Literal",
    "Maybe",
    "Moment",
    "Money",
    "MoneyValue",
    "Morph",
    "MultiSelect",
    "Num",
    "Numeric",
    "Object",
    "OptBool",
    "OptDay",
    "OptDec",
    "OptInt",
    "OptMoment",
    "OptNum",
    "OptStr",
    "OptStrs",
    "P",
    "Parts",
    "Place",
    "Position",
    "Rating",
    "Raw",
    "Root",
    "Select",
    "Str",
    "Strs",
    "Text",
    "ToAny",
    "ToMany",
    "ToOne",
    "Uuid",
    "V",
    "Value",
    "Vector",
    "given",
]

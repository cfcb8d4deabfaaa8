# pyright: reportPrivateUsage=false
"""Values over many records: what a Group can have besides what it groups by.

``count()`` counts records, `count_unique` and its like look at one field; ``sum``, ``avg``, ``min`` and ``max`` are
methods of the fields that have them. A date becomes something to group by with ``.by("MONTH", zone=...)``.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, Never, Self, TypeAlias, cast, get_args, overload

from twentyql.build.grouping import AGGREGATE, BucketOrder
from twentyql.build.operators import Field, Path, T
from twentyql.build.query import O, Order
from twentyql.errors import QueryError, nearest

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from twentyql.build.objects import Composite
    from twentyql.build.row import Row

Periods: TypeAlias = Literal["DAY", "WEEK", "MONTH", "QUARTER", "YEAR"]
Cycles: TypeAlias = Literal["DAY_OF_THE_WEEK", "MONTH_OF_THE_YEAR", "QUARTER_OF_THE_YEAR"]
WeekStart: TypeAlias = Literal["MONDAY", "SUNDAY", "SATURDAY"]
PERIODS: tuple[str, ...] = get_args(Periods)
CYCLES: tuple[str, ...] = get_args(Cycles)


class Aggregate(Generic[O, T]):
    """One value over the records of a group: an expression on the Group class, the value on its rows."""

    _f_is_entry: ClassVar[bool] = True

    def __init__(self, name: str, root: Any, read: Callable[[Any], Any]) -> None:
        self._f_name = name
        self._f_root = root
        self._f_value = read

    @overload
    def __get__(self, obj: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, obj: Row[Any], owner: Any) -> T: ...
    def __get__(self, obj: Any, owner: Any) -> Any:
        return self

    def __set__(self, obj: Any, value: Never) -> None:
        raise AttributeError("rows are read-only")

    def __repr__(self) -> str:
        return f"{getattr(self._f_root, '__name__', '')}:{self._f_name}"

    def asc(self) -> Order[O]:
        """Smallest first, nulls last."""
        return Order((AGGREGATE, self._f_name), "AscNullsLast")

    def desc(self) -> Order[O]:
        """Largest first, nulls last."""
        return Order((AGGREGATE, self._f_name), "DescNullsLast")


class Bucket(Generic[O, T]):
    """A date cut to a period (its first day) or to its place in a cycle (``Monday``, ``January``, ``Q1``)."""

    _f_is_entry: ClassVar[bool] = True

    def __init__(self, of: Any, granularity: str, zone: str, week_start: str | None) -> None:
        self._f_root = of._f_root
        self._f_path: tuple[str, ...] = of._f_path
        self._f_granularity = granularity
        self._f_zone = zone
        self._f_week_start = week_start

    @overload
    def __get__(self, obj: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, obj: Row[Any], owner: Any) -> T: ...
    def __get__(self, obj: Any, owner: Any) -> Any:
        return self

    def __set__(self, obj: Any, value: Never) -> None:
        raise AttributeError("rows are read-only")

    def __repr__(self) -> str:
        return f"{self._f_root.__name__}:{'.'.join(self._f_path)}.by({self._f_granularity!r})"

    def asc(self) -> Order[O]:
        """Earliest first, nulls last; cycles in the alphabet's order."""
        return BucketOrder(self._f_path, "AscNullsLast", self._f_granularity)

    def desc(self) -> Order[O]:
        """Latest first, nulls last."""
        return BucketOrder(self._f_path, "DescNullsLast", self._f_granularity)

    def _f_value(self, value: Any) -> Any:
        return bucket_value(value, self._f_granularity)


def bucket(of: Any, granularity: str, zone: str | ZoneInfo, week_start: str | None = None) -> Bucket[Any, Any]:
    """The bucket of a date field; QueryError for a granularity or a zone that there is not."""
    known = (*PERIODS, *CYCLES)
    if granularity not in known:
        near = nearest(str(granularity), known)
        raise QueryError(
            f"{of!r} cannot be cut to {granularity!r}.",
            advice=f"Did you mean {near[0]!r}?" if near else f"Use one of {', '.join(known)}.",
        )
    if week_start not in (None, *get_args(WeekStart)):
        raise QueryError(f"A week starts on {', '.join(get_args(WeekStart))}, not {week_start!r}.")
    return Bucket(of, granularity, zone_name(zone), week_start)


def zone_name(zone: str | ZoneInfo) -> str:
    """The name of a time zone; QueryError if there is none such."""
    import zoneinfo  # here, since few programs need it

    name = zone.key if isinstance(zone, zoneinfo.ZoneInfo) else zone
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError, TypeError) as error:
        raise QueryError(f"There is no time zone {zone!r}.", advice="Use a name such as 'Europe/Berlin'.") from error
    return name


def bucket_value(value: Any, granularity: str) -> Any:
    """A bucket's value in a row: the first day of a period as a date, the name of a place in a cycle as text."""
    if isinstance(value, str) and granularity in PERIODS:
        return datetime.date.fromisoformat(value[:10])
    return value


def count() -> Aggregate[Any, int]:
    """How many records the group has."""
    return Aggregate("totalCount", None, _whole)


def count_unique(field: Field[O, Any] | Composite[O, Any]) -> Aggregate[O, int]:
    """How many different values the field has."""
    return _of(field, "countUniqueValues", _whole)


def count_empty(field: Field[O, Any] | Composite[O, Any]) -> Aggregate[O, int]:
    """In how many records the field is empty."""
    return _of(field, "countEmpty", _whole)


def count_not_empty(field: Field[O, Any] | Composite[O, Any]) -> Aggregate[O, int]:
    """In how many records the field has a value."""
    return _of(field, "countNotEmpty", _whole)


def percentage_empty(field: Field[O, Any] | Composite[O, Any]) -> Aggregate[O, float | None]:
    """The share of records in which the field is empty, from 0 to 1."""
    return _of(field, "percentageEmpty", _itself)


def percentage_not_empty(field: Field[O, Any] | Composite[O, Any]) -> Aggregate[O, float | None]:
    """The share of records in which the field has a value, from 0 to 1."""
    return _of(field, "percentageNotEmpty", _itself)


def _of(field: Any, function: str, read: Callable[[Any], Any]) -> Aggregate[Any, Any]:
    if not isinstance(field, (Field, Path)) or not getattr(field, "_f_path", None):
        raise TypeError(f"{function} takes a field such as Company.name, not {field!r}.")
    return aggregate(field, function, read)


def aggregate(of: Any, function: str, read: Callable[[Any], Any]) -> Aggregate[Any, Any]:
    """The aggregate ``function`` of a field of the object itself, in the server's name for it."""
    path = cast("tuple[str, ...]", of._f_path)
    if getattr(of, "_f_hops", 0):
        raise QueryError(
            f"{function} of {'.'.join(path)} looks at another object.",
            advice=f"Aggregates are of the fields of {of._f_root.__name__} itself.",
        )
    return Aggregate(function + "".join(name[:1].upper() + name[1:] for name in path), of._f_root, read)


def _whole(value: Any) -> int:
    return int(value or 0)  # a count over no records is null


def _itself(value: Any) -> Any:
    return value

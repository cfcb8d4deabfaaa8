# pyright: reportPrivateUsage=false
"""The kinds of fields that hold moments and days, with what they can be grouped by."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, Generic, Self, overload

from twentyql.build.aggregates import Aggregate, Bucket, Cycles, Periods, WeekStart, aggregate, bucket
from twentyql.build.operators import Ordered, P, T
from twentyql.build.query import O

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from twentyql.build.objects import Composite, Object
    from twentyql.build.row import Row


class DateTime(Ordered[O, datetime.datetime, T], Generic[O, T]):
    """A moment, with its time zone."""

    __hash__ = object.__hash__
    value_type = datetime.datetime
    operands = (datetime.datetime,)

    @overload
    def __get__(self, obj: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, obj: Object[P, Any], owner: Any) -> DateTime[P, T | None]: ...
    @overload
    def __get__(self, obj: Composite[P, Any], owner: Any) -> DateTime[P, T]: ...
    @overload
    def __get__(self, obj: Row[Any], owner: Any) -> T: ...
    def __get__(self, obj: Any, owner: Any) -> Any:
        return self._f_read(obj)

    @overload
    def by(
        self, granularity: Periods, *, zone: str | ZoneInfo, week_start: WeekStart | None = None
    ) -> Bucket[O, datetime.date | None]: ...
    @overload
    def by(self, granularity: Cycles, *, zone: str | ZoneInfo) -> Bucket[O, str | None]: ...
    def by(self, granularity: str, *, zone: str | ZoneInfo, week_start: str | None = None) -> Any:
        """To group by: the period, or the place in a cycle, that the field falls in.

        Which day a moment belongs to depends on the time ``zone``, so it must be said.

        ``DAY``, ``WEEK`` (which starts on Monday unless said), ``MONTH``, ``QUARTER`` and ``YEAR`` give dates;
        ``DAY_OF_THE_WEEK``, ``MONTH_OF_THE_YEAR`` and ``QUARTER_OF_THE_YEAR`` give ``Monday``, ``January``, ``Q1``.
        """
        return bucket(self, granularity, zone, week_start)

    def min(self) -> Aggregate[O, datetime.datetime | None]:
        """The earliest over a group's records, None if none has a value."""
        return aggregate(self, "min", _moment)

    def max(self) -> Aggregate[O, datetime.datetime | None]:
        """The latest over a group's records, None if none has a value."""
        return aggregate(self, "max", _moment)


class Date(Ordered[O, datetime.date, T], Generic[O, T]):
    """A day."""

    __hash__ = object.__hash__
    value_type = datetime.date
    operands = (datetime.date,)

    @overload
    def __get__(self, obj: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, obj: Object[P, Any], owner: Any) -> Date[P, T | None]: ...
    @overload
    def __get__(self, obj: Composite[P, Any], owner: Any) -> Date[P, T]: ...
    @overload
    def __get__(self, obj: Row[Any], owner: Any) -> T: ...
    def __get__(self, obj: Any, owner: Any) -> Any:
        return self._f_read(obj)

    @overload
    def by(
        self, granularity: Periods, *, zone: str | ZoneInfo = "UTC", week_start: WeekStart | None = None
    ) -> Bucket[O, datetime.date | None]: ...
    @overload
    def by(self, granularity: Cycles, *, zone: str | ZoneInfo = "UTC") -> Bucket[O, str | None]: ...
    def by(self, granularity: str, *, zone: str | ZoneInfo = "UTC", week_start: str | None = None) -> Any:
        """To group by: the period, or the place in a cycle, that the field falls in.

        A day has no time zone, so the ``zone`` makes no difference.

        ``DAY``, ``WEEK`` (which starts on Monday unless said), ``MONTH``, ``QUARTER`` and ``YEAR`` give dates;
        ``DAY_OF_THE_WEEK``, ``MONTH_OF_THE_YEAR`` and ``QUARTER_OF_THE_YEAR`` give ``Monday``, ``January``, ``Q1``.
        """
        return bucket(self, granularity, zone, week_start)

    def min(self) -> Aggregate[O, datetime.date | None]:
        """The earliest over a group's records, None if none has a value."""
        return aggregate(self, "min", _day)

    def max(self) -> Aggregate[O, datetime.date | None]:
        """The latest over a group's records, None if none has a value."""
        return aggregate(self, "max", _day)

    def _f_json(self, value: Any) -> Any:
        if isinstance(value, datetime.datetime):
            raise TypeError(f"{self!r} compares with a date, not with a moment: give {value!r}.date().")
        return super()._f_json(value)


def _moment(value: Any) -> Any:
    return datetime.datetime.fromisoformat(value) if isinstance(value, str) else value


def _day(value: Any) -> Any:
    return datetime.date.fromisoformat(value[:10]) if isinstance(value, str) else value

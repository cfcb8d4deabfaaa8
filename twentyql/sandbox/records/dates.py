"""Buckets of dates for groups: days, weeks, months and so on in a time zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

FIRST_DAY = {"MONDAY": 0, "SUNDAY": 1, "SATURDAY": 2}
CALENDAR = frozenset({"DAY", "WEEK", "MONTH", "QUARTER", "YEAR"})


def bucket(value: str | None, granularity: str, zone: str, week_start: str) -> str | None:
    """The bucket of a stored date or time: the first day of its period, or the name of its day, month or quarter."""
    if value is None:
        return None
    day = _local_day(value, zone)
    if granularity == "WEEK":
        shift = FIRST_DAY.get(week_start, 0)
        return str(day - timedelta(days=(day.weekday() + shift) % 7))
    return _BUCKETS[granularity](day)


def known_zone(zone: str) -> bool:
    """Whether there is a time zone of this name."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _local_day(value: str, zone: str) -> date:
    if len(value) == len("YYYY-MM-DD"):
        return date.fromisoformat(value)
    return datetime.fromisoformat(value).astimezone(ZoneInfo(zone)).date()


def _quarter(day: date) -> int:
    return (day.month - 1) // 3 + 1


_BUCKETS: dict[str, Callable[[date], str]] = {
    "DAY": str,
    "MONTH": lambda day: str(day.replace(day=1)),
    "QUARTER": lambda day: str(day.replace(month=3 * _quarter(day) - 2, day=1)),
    "YEAR": lambda day: str(day.replace(month=1, day=1)),
    "DAY_OF_THE_WEEK": lambda day: f"{day:%A}",
    "MONTH_OF_THE_YEAR": lambda day: f"{day:%B}",
    "QUARTER_OF_THE_YEAR": lambda day: f"Q{_quarter(day)}",
}
GRANULARITIES = frozenset({*_BUCKETS, "WEEK", "NONE"})

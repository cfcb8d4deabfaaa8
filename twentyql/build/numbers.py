# pyright: reportPrivateUsage=false
"""The kinds of fields that hold numbers, with their sums, averages and extremes; and money in units and micros."""

from __future__ import annotations

import decimal
from typing import TYPE_CHECKING, Any, Generic, Self, overload

from twentyql.build.aggregates import Aggregate, aggregate
from twentyql.build.operators import Ordered, P, T
from twentyql.build.query import O

if TYPE_CHECKING:
    from twentyql.build.objects import Composite, Object
    from twentyql.build.row import Row

MICROS = 1_000_000


class Integer(Ordered[O, int, T], Generic[O, T]):
    """A whole number."""

    __hash__ = object.__hash__
    value_type = int
    operands = (int,)

    @overload
    def __get__(self, obj: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, obj: Object[P, Any], owner: Any) -> Integer[P, T | None]: ...
    @overload
    def __get__(self, obj: Composite[P, Any], owner: Any) -> Integer[P, T]: ...
    @overload
    def __get__(self, obj: Row[Any], owner: Any) -> T: ...
    def __get__(self, obj: Any, owner: Any) -> Any:
        return self._f_read(obj)

    def sum(self) -> Aggregate[O, int | None]:
        """The sum over a group's records, None if none has a value."""
        return aggregate(self, "sum", _itself)

    def avg(self) -> Aggregate[O, float | None]:
        """The average over a group's records, None if none has a value."""
        return aggregate(self, "avg", _itself)

    def min(self) -> Aggregate[O, int | None]:
        """The smallest over a group's records, None if none has a value."""
        return aggregate(self, "min", _itself)

    def max(self) -> Aggregate[O, int | None]:
        """The largest over a group's records, None if none has a value."""
        return aggregate(self, "max", _itself)


class Float(Ordered[O, float, T], Generic[O, T]):
    """A number."""

    __hash__ = object.__hash__
    value_type = float
    operands = (int, float, decimal.Decimal)

    @overload
    def __get__(self, obj: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, obj: Object[P, Any], owner: Any) -> Float[P, T | None]: ...
    @overload
    def __get__(self, obj: Composite[P, Any], owner: Any) -> Float[P, T]: ...
    @overload
    def __get__(self, obj: Row[Any], owner: Any) -> T: ...
    def __get__(self, obj: Any, owner: Any) -> Any:
        return self._f_read(obj)

    def sum(self) -> Aggregate[O, float | None]:
        """The sum over a group's records, None if none has a value."""
        return aggregate(self, "sum", _float)

    def avg(self) -> Aggregate[O, float | None]:
        """The average over a group's records, None if none has a value."""
        return aggregate(self, "avg", _float)

    def min(self) -> Aggregate[O, float | None]:
        """The smallest over a group's records, None if none has a value."""
        return aggregate(self, "min", _float)

    def max(self) -> Aggregate[O, float | None]:
        """The largest over a group's records, None if none has a value."""
        return aggregate(self, "max", _float)


class Numeric(Ordered[O, decimal.Decimal | int, T], Generic[O, T]):
    """A number that keeps every digit: money in micros, coordinates."""

    __hash__ = object.__hash__
    value_type = decimal.Decimal
    operands = (decimal.Decimal, int, float)

    @overload
    def __get__(self, obj: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, obj: Object[P, Any], owner: Any) -> Numeric[P, T | None]: ...
    @overload
    def __get__(self, obj: Composite[P, Any], owner: Any) -> Numeric[P, T]: ...
    @overload
    def __get__(self, obj: Row[Any], owner: Any) -> T: ...
    def __get__(self, obj: Any, owner: Any) -> Any:
        return self._f_read(obj)

    def sum(self) -> Aggregate[O, decimal.Decimal | None]:
        """The sum over a group's records, None if none has a value."""
        return aggregate(self, "sum", _decimal)

    def avg(self) -> Aggregate[O, decimal.Decimal | None]:
        """The average over a group's records, None if none has a value."""
        return aggregate(self, "avg", _decimal)

    def min(self) -> Aggregate[O, decimal.Decimal | None]:
        """The smallest over a group's records, None if none has a value."""
        return aggregate(self, "min", _decimal)

    def max(self) -> Aggregate[O, decimal.Decimal | None]:
        """The largest over a group's records, None if none has a value."""
        return aggregate(self, "max", _decimal)


class Money(Ordered[O, decimal.Decimal | int, T], Generic[O, T]):
    """An amount of money in units, where the server keeps micros: 12.5 for 12,500,000."""

    __hash__ = object.__hash__
    value_type = decimal.Decimal
    operands = (decimal.Decimal, int, float)

    @overload
    def __get__(self, obj: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, obj: Object[P, Any], owner: Any) -> Money[P, T | None]: ...
    @overload
    def __get__(self, obj: Composite[P, Any], owner: Any) -> Money[P, T]: ...
    @overload
    def __get__(self, obj: Row[Any], owner: Any) -> T: ...
    def __get__(self, obj: Any, owner: Any) -> Any:
        return self._f_read(obj)

    def sum(self) -> Aggregate[O, decimal.Decimal | None]:
        """The sum over a group's records, None if none has a value."""
        return aggregate(self, "sum", units)

    def avg(self) -> Aggregate[O, decimal.Decimal | None]:
        """The average over a group's records, None if none has a value."""
        return aggregate(self, "avg", units)

    def min(self) -> Aggregate[O, decimal.Decimal | None]:
        """The smallest over a group's records, None if none has a value."""
        return aggregate(self, "min", units)

    def max(self) -> Aggregate[O, decimal.Decimal | None]:
        """The largest over a group's records, None if none has a value."""
        return aggregate(self, "max", units)

    def _f_json(self, value: Any) -> Any:
        super()._f_json(value)
        return micros(value)

    def _f_scale(self, value: Any) -> Any:
        return units(value)


def micros(amount: decimal.Decimal | int | float | str) -> int:
    """An amount in units as the server keeps it, in millionths: ``micros("12.5")`` is 12,500,000.

    ValueError for a fraction of a millionth; a float is taken as it is printed.
    """
    try:
        exact = decimal.Decimal(str(amount)).scaleb(6)
    except decimal.InvalidOperation:
        raise ValueError(f"{amount!r} is no amount of money.") from None
    if not exact.is_finite() or exact != exact.to_integral_value():
        raise ValueError(f"{amount!r} is no whole number of millionths.")
    return int(exact)


def units(value: Any) -> Any:
    """An amount in micros, as the server gives it, in units; what is no number stays as it is."""
    if isinstance(value, (int, float, decimal.Decimal)) and not isinstance(value, bool):
        return decimal.Decimal(str(value)).scaleb(-6)
    return value


def _itself(value: Any) -> Any:
    return value


def _float(value: Any) -> Any:
    return float(value) if isinstance(value, int) else value


def _decimal(value: Any) -> Any:
    return decimal.Decimal(str(value)) if isinstance(value, (int, float)) else value


__all__ = ["Float", "Integer", "Money", "Numeric", "micros", "units"]

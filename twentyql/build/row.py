# pyright: reportPrivateUsage=false
"""What all rows are: read-only values whose class also gives the expressions that they were selected by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Generic

import msgspec

from twentyql.build.query import O


class Body(dict[str, Any]):
    """A class body in which no expression is written over: a field that got lost would be missed too late."""

    def __setitem__(self, name: str, value: Any) -> None:
        before = self.get(name)
        if before is not None and hasattr(type(before), "_f_is_entry"):
            raise TypeError(f"{name} is given twice in one body: {before!r} would be lost.")
        super().__setitem__(name, value)


class RowMeta(msgspec.StructMeta):
    """Makes a frozen Struct; an attribute of the class is the expression, an attribute of a row the value."""

    @classmethod
    def __prepare__(mcs, _name: str, _bases: tuple[type, ...], /, **_config: Any) -> Body:
        return Body()

    def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **config: Any) -> Any:
        config = {"frozen": True, "kw_only": True, "gc": False, **config}
        _check_bases(name, bases)
        return super().__new__(mcs, name, bases, dict(namespace), **config)

    if not TYPE_CHECKING:  # the checkers know which attributes there are

        def __getattribute__(cls, name: str) -> Any:
            if name[:1] != "_":
                shape = type.__getattribute__(cls, "__f_shape__")
                if shape is not None and name in shape.entries:
                    return shape.entries[name]
            return type.__getattribute__(cls, name)


def _check_bases(name: str, bases: tuple[type, ...]) -> None:
    rows = [base.__name__ for base in bases if getattr(base, "__struct_fields__", ())]
    if len(rows) > 1:
        raise TypeError(
            f"{name} cannot inherit the fields of both {' and '.join(rows)}: "
            "inherit from one, and select what it lacks from the other."
        )
    for base in bases:
        if not isinstance(base, RowMeta) and base.__dictoffset__:
            raise TypeError(f"{name} is a row without a __dict__: give {base.__name__} an empty __slots__ = ().")


class Row(msgspec.Struct, Generic[O], metaclass=RowMeta):
    """Base of Records and Groups: rows compare by value, and can be hashed, copied and pickled."""

    __f_shape__: ClassVar[Any] = None
    __f_object__: ClassVar[Any] = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value}' for name, value in _shown(self))})"

    def __rich_repr__(self) -> Any:
        return list(_values(self))

    def __hash__(self) -> int:
        shape: Any = type(self).__f_shape__
        without: frozenset[str] = shape.unhashable if shape else frozenset()
        return hash((type(self), *(getattr(self, f) for f in self.__struct_fields__ if f not in without)))


def _values(row: Any) -> Iterator[tuple[str, Any]]:
    shape: Any = row.__f_shape__
    for name in shape.entries if shape else ():
        yield name, getattr(row, name, msgspec.UNSET)  # a list of children that was not read yet


def _shown(row: Any) -> Iterator[tuple[str, str]]:
    for name, value in _values(row):
        yield name, "..." if value is msgspec.UNSET else repr(value)


__all__ = ["Row", "RowMeta"]

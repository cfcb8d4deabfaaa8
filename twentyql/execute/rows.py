"""What results have in common: they are sequences of the rows of a query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar, overload

R = TypeVar("R")


@dataclass(frozen=True)
class Rows(Sequence[R], Generic[R]):
    """Rows in their order. A slice of them is a tuple."""

    rows: tuple[R, ...]

    @overload
    def __getitem__(self, index: int) -> R: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[R, ...]: ...
    def __getitem__(self, index: int | slice) -> R | tuple[R, ...]:
        return self.rows[index]

    def __len__(self) -> int:
        return len(self.rows)

# pyright: basic
"""An Arrow table -> the data frame of a library that is loaded only when one is wanted."""

from __future__ import annotations

from typing import Any

from twentyql.errors import MissingExtraError, UsageError

LIBRARIES = ("polars", "pandas")


def check_library(library: str) -> None:
    """UsageError unless frames of ``library`` can be made, MissingExtraError unless it is installed."""
    if library not in LIBRARIES:
        raise UsageError(f"There are no frames of {library!r}.", advice=f"Choose one of: {', '.join(LIBRARIES)}.")
    try:
        __import__(library)
    except ImportError as error:
        raise MissingExtraError(library, library) from error


def frame_of(table: Any, library: str) -> Any:
    """The frame with the table's columns; pandas gets Arrow-backed ones, since its own lose nulls and decimals."""
    check_library(library)
    if library == "polars":
        import polars

        return polars.from_arrow(table)
    import pandas

    return table.to_pandas(types_mapper=pandas.ArrowDtype)

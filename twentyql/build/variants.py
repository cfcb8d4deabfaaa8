"""One of several Structs, told apart by ``__typename``: what a selection on an interface or a union answers.

Several types may share a Struct, and one that the schema did not have yet gets the Struct of the rest, so msgspec's own
tagged unions do not fit. To msgspec a `Variants` is a type it does not know: it hands the value to `hook`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import msgspec


class Variants(type):
    """The type whose instances are those of its Structs."""

    by_type: Mapping[str, Any]
    rest: Any

    def __instancecheck__(cls, instance: object) -> bool:
        kind = type(instance)
        return kind is cls.rest or kind in cls.by_type.values()

    def chosen(cls, value: Any) -> Any:
        """The Struct for an answered object, None if there is none for its type."""
        name = cast(dict[str, Any], value).get("__typename") if isinstance(value, dict) else None
        return cls.by_type.get(name, cls.rest) if isinstance(name, str) else None


def one_of(by_type: Mapping[str, Any], rest: Any = None) -> Any:
    """The type of values whose ``__typename`` says which Struct of ``by_type`` they are, or else ``rest``."""
    return Variants("OneOf", (), {"by_type": dict(by_type), "rest": rest})


def hook(type_: Any, value: Any) -> Any:
    """The ``dec_hook`` of decoders that meet `Variants`."""
    if not isinstance(type_, Variants):
        raise NotImplementedError(f"{type_} cannot be decoded.")
    struct = type_.chosen(value)
    if struct is None:
        raise ValueError("an object of a type that is not known here")
    return msgspec.convert(value, struct, dec_hook=hook)

# pyright: reportPrivateUsage=false
"""What is written: typed inputs that tell unset from null, and records that others are connected to.

::

    PersonCreate(
        name=FullNameInput(first_name="Ada"),            # last_name is not sent
        job_title=None,                                  # null is sent
        company=existing(Company.domain_name.primary_link_url == "acme.com"),
    )
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, cast

import msgspec

from twentyql.build.operators import json_value
from twentyql.build.query import All, Compare, Condition, O
from twentyql.errors import QueryError

Uniques = Mapping[str, tuple[tuple[str, ...], ...]]
"""For each relation, the unique fields by which a record of its target can be found."""


class InputMeta(msgspec.StructMeta):
    """Makes the Struct of an input; ``relations`` says by which fields a related record can be found."""

    def __new__(
        mcs,
        name: str,
        bases: tuple[type, ...],
        namespace: dict[str, Any],
        *,
        relations: Mapping[str, Sequence[str]] | None = None,
        **config: Any,
    ) -> Any:
        config = {"repr_omit_defaults": True, **config}
        made: Any = super().__new__(mcs, name, bases, namespace, **config)
        if relations is not None:
            made.__f_relations__ = {n: tuple(tuple(p.split(".")) for p in paths) for n, paths in relations.items()}
        return made


class Input(msgspec.Struct, metaclass=InputMeta, frozen=True, kw_only=True):
    """Base of generated inputs, such as ``PersonCreate``: only what was given is sent, and None is sent as null."""

    __f_relations__: ClassVar[Uniques] = {}

    def __post_init__(self) -> None:
        for wire, uniques in self.__f_relations__.items():
            place = self.__struct_encode_fields__.index(wire)
            _check_relation(self, self.__struct_fields__[place], uniques)

    def to_json(self) -> dict[str, Any]:
        """The input in the server's names and forms. TypeError or ValueError names a field that cannot be sent."""
        made: dict[str, Any] = {}
        for name, wire in zip(self.__struct_fields__, self.__struct_encode_fields__, strict=True):
            value = getattr(self, name)
            if value is not msgspec.UNSET:
                is_relation = wire in self.__f_relations__
                made[wire] = _relation(value) if is_relation else _wire(value, f"{type(self).__name__}.{name}")
        return made


@dataclass(frozen=True, slots=True)
class Connect(Generic[O]):
    """An existing record to relate to, found by the value of a unique field. Made by `existing`."""

    values: tuple[tuple[tuple[str, ...], Any], ...]

    def to_json(self) -> dict[str, Any]:
        """The server's form: ``{"connect": {"where": ...}}``."""
        where: dict[str, Any] = {}
        for path, value in self.values:
            inner = where
            for name in path[:-1]:
                inner = inner.setdefault(name, {})
            inner[path[-1]] = value
        return {"connect": {"where": where}}


def existing(condition: Condition[O]) -> Connect[O]:
    """The record whose unique field has this value: ``existing(Person.emails.primary_email == "ada@example.com")``.

    A unique field of several parts takes one ``==`` for each, joined with ``&``. Saves looking the record up first.
    """
    items = condition.items if isinstance(condition, All) else (condition,)
    values: list[tuple[tuple[str, ...], Any]] = []
    for item in items:
        if not isinstance(item, Compare) or item.operator != "eq":
            raise QueryError(
                "existing() takes the value of a unique field, not any other condition.",
                advice="Write existing(Company.domain_name.primary_link_url == ...).",
            )
        values.append((item.path, item.value))
    return Connect(tuple(values))


def _check_relation(made: Input, name: str, uniques: tuple[tuple[str, ...], ...]) -> None:
    value: Any = getattr(made, name)
    where = f"{type(made).__name__}.{name}"
    if isinstance(value, Connect):
        unknown = [path for path, _ in value.values if path not in uniques]
        if unknown:
            raise QueryError(
                f"{where} cannot be found by {'.'.join(unknown[0])}, which is not unique.",
                advice=f"Connect by {' or '.join('.'.join(path) for path in uniques)}.",
            )
    elif value is not None and value is not msgspec.UNSET and not isinstance(value, Input):
        raise TypeError(f"{where} takes existing(...) or None, not {type(value).__name__}; an id goes to {name}_id.")


def _relation(value: Any) -> dict[str, Any]:
    if value is None:
        return {"disconnect": True}
    return {"create": value.to_json()} if isinstance(value, Input) else value.to_json()


def _wire(value: Any, where: str) -> Any:
    if value is None:
        return None
    if isinstance(value, Input):
        return value.to_json()
    if type(value).__name__ == "UUID":  # without importing uuid, which few programs need
        return str(value)
    if isinstance(value, (list, tuple)):
        return [_wire(item, where) for item in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {key: _wire(item, where) for key, item in cast("dict[str, Any]", value).items()}
    try:
        return json_value(value)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{where} cannot be sent: {error}") from error


__all__ = ["Connect", "Input", "InputMeta", "existing"]

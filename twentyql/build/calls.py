# pyright: reportPrivateUsage=false
"""Arguments of fields, on servers whose fields take any: ``Repository.issues(states=["OPEN"])``.

Generated code says which arguments an attribute takes (`given`); calling it gives the same field with them, under a
key of its own in the answer, so that one field can be selected several times.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from twentyql.build.steps import Argument, argument_json, field_of, step
from twentyql.errors import UnknownNameError

Accepts = Mapping[str, tuple[str, str, bool]]
"""Python name -> GraphQL name, type, and whether it must be given."""


def given(field: Any, accepts: Accepts) -> Any:
    """``field``, which takes these arguments."""
    field._f_accepts = accepts
    return field


def called(accepts: Accepts | None, name: str, arguments: Mapping[str, Any]) -> str:
    """The step that asks the field ``name`` with ``arguments``; one that is None is not given."""
    if accepts is None:
        raise TypeError(f"{name} takes no arguments.")
    made: list[Argument] = []
    for python, value in arguments.items():
        if python not in accepts:
            raise UnknownNameError("argument", python, accepts, where=f"of {name}")
        graphql, type_, _ = accepts[python]
        if value is not None:
            made.append(Argument(graphql, type_, argument_json(value)))
    missing = [python for python, (_, _, required) in accepts.items() if required and arguments.get(python) is None]
    if missing:
        raise TypeError(f"{name} needs {' and '.join(missing)}.")
    return step(field_of(name), tuple(sorted(made, key=lambda argument: argument.name)))


def unmet(entry: Any) -> str | None:
    """Why a field cannot be selected as it is: it needs arguments. None if it can."""
    accepts: Accepts | None = getattr(entry, "_f_accepts", None)
    needs = [python for python, (_, _, required) in (accepts or {}).items() if required]
    return f"it needs arguments: call it with {', '.join(f'{name}=...' for name in needs)}" if needs else None


def with_arguments(entry: Any, path: tuple[str, ...], arguments: Mapping[str, Any]) -> Any:
    """A copy of an expression or path, asked with ``arguments``."""
    made = copy.copy(entry)
    made._f_path = (*path[:-1], called(entry._f_accepts, path[-1], arguments))
    made._f_accepts = None
    return made

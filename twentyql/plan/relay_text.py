"""A tree of response keys -> the text of a document, with every argument a variable. Pure; knows no server."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from twentyql.build.steps import Argument, On, Step

Tree = dict[str, "Tree"]
"""What is asked for below one field: response key -> tree. A key with arguments is a `Step`, ``... on T`` an `On`."""


@dataclass(frozen=True, slots=True)
class Variable:
    """An argument's value that is given with each request, under this name."""

    name: str


@dataclass(slots=True)
class Document:
    """A document being written: its variables, declared in the order of their use, and the values that stay."""

    declared: dict[str, str] = field(default_factory=dict[str, str])
    values: dict[str, Any] = field(default_factory=dict[str, Any])

    def text(self, name: str, tree: Tree) -> str:
        """The whole document."""
        body = self._braces(tree)
        variables = ", ".join(f"${variable}: {type_}" for variable, type_ in self.declared.items())
        return f"query {name}{f'({variables})' if variables else ''} {body}"

    def _braces(self, tree: Tree) -> str:
        inner = " ".join(self._field(key, below) for key, below in tree.items())
        return f"{{ {inner} }}"

    def _field(self, key: str, below: Tree) -> str:
        name = f"... on {key}" if isinstance(key, On) else key
        if isinstance(key, Step):
            named = key.field if str(key) == key.field else f"{key}: {key.field}"
            passed = ", ".join(f"{a.name}: ${self._variable(key.field, a)}" for a in key.arguments)
            name = f"{named}({passed})" if passed else named
        return f"{name} {self._braces(below)}" if below else name

    def _variable(self, field_name: str, argument: Argument) -> str:
        if isinstance(argument.value, Variable):
            self.declared[argument.value.name] = argument.type
            return argument.value.name
        stem, number = f"{field_name}_{argument.name}", 1
        name = stem
        while name in self.declared and (self.values.get(name), self.declared[name]) != (argument.value, argument.type):
            number += 1
            name = f"{stem}_{number}"
        self.declared[name] = argument.type
        self.values[name] = argument.value
        return name


def merge(into: Tree, other: Tree) -> None:
    """Add all of ``other`` to ``into``."""
    for key, below in other.items():
        merge(into.setdefault(key, {}), below)

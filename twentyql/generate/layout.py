"""Code laid out as ``ruff format`` lays it out, so that a formatter finds nothing to change.

Only the few forms that generated code has: bracketed lists, annotated assignments, imports and class headers.
"""

from __future__ import annotations

from dataclasses import dataclass

WIDTH = 120
STEP = 4
WRITTEN_BY = "Written by `twentyql generate`; do not edit."


@dataclass(frozen=True, slots=True)
class Bracket:
    """``head[item, item]`` or ``head(item, item)``."""

    head: str
    items: tuple[Node, ...]
    brackets: str = "[]"

    def __str__(self) -> str:
        return f"{self.head}{self.brackets[0]}{', '.join(map(str, self.items))}{self.brackets[1]}"


Node = str | Bracket


def string(text: str) -> str:
    """``text`` as a Python string literal, whatever it holds."""
    if text.isascii() and text.isidentifier():
        return f'"{text}"'
    return '"' + "".join(_character(c) for c in text) + '"'


def _character(char: str) -> str:
    if char in '\\"':
        return f"\\{char}"
    if " " <= char <= "~":
        return char
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"


def subscript(head: str, *items: Node) -> Bracket:
    return Bracket(head, items, "[]")


def call(head: str, *items: Node) -> Bracket:
    return Bracket(head, items, "()")


def spread(before: str, node: Node, after: str, indent: int = 0) -> list[str]:
    """``before node after`` on one line if it fits, else with the content of the node's brackets below it."""
    flat = f"{' ' * indent}{before}{node}{after}"
    if len(flat) <= WIDTH:
        return [flat]
    if isinstance(node, str):
        return _union(f"{' ' * indent}{before}", node, after, indent)
    return _broken(before, node, after, indent)


def _union(before: str, node: str, after: str, indent: int) -> list[str]:
    """``A | B`` with one member a line; anything else, a text too, as it is."""
    first, *rest = [node] if node.startswith('"') else node.split(" | ")
    lines = [f"{before}{first}", *(f"{' ' * indent}| {member}" for member in rest)]
    return [*lines[:-1], f"{lines[-1]}{after}"]


def _broken(before: str, node: Bracket, after: str, indent: int) -> list[str]:
    return [
        f"{' ' * indent}{before}{node.head}{node.brackets[0]}",
        *_content(node, indent + STEP),
        f"{' ' * indent}{node.brackets[1]}{after}",
    ]


def _content(node: Bracket, indent: int) -> list[str]:
    together = f"{' ' * indent}{', '.join(map(str, node.items))}"
    if len(together) <= WIDTH:
        return [together]
    comma = "" if node.brackets == "[]" and len(node.items) == 1 else ","
    return [line for item in node.items for line in spread("", item, comma, indent)]


def assignment(target: str, annotation: Bracket, value: Bracket, indent: int = STEP) -> str:
    """``target: annotation = value`` of a class body."""
    start, space = f"{target}: {annotation} = ", " " * indent
    if len(f"{space}{start}{value}") <= WIDTH:
        return f"{space}{start}{value}"
    if len(f"{space}{start}{value.head}(") <= WIDTH:
        return "\n".join(spread(start, value, "", indent))
    inner = f"{space}{' ' * STEP}{value}"
    if len(f"{space}{start}(") <= WIDTH and len(inner) <= WIDTH:
        return f"{space}{start}(\n{inner}\n{space})"
    opened = _broken(f"{target}: ", annotation, " = ", indent)
    closed = spread(opened.pop().strip() + " ", value, "", indent)
    return "\n".join([*opened, *closed])


def docstring(summary: str, notes: tuple[str, ...] = ()) -> str:
    """A module's docstring: what it holds, that it is generated, and ``notes`` a line each.

    Takes checked names and our own words only: nothing here is escaped.
    """
    first = f"{summary} {WRITTEN_BY}"
    if len(first) + 6 > WIDTH:
        first, notes = summary, (WRITTEN_BY, *notes)
    below = "".join(f"{note}\n" for note in notes)
    return f'"""{first}\n\n{below}"""' if notes else f'"""{first}"""'


def class_header(name: str, *arguments: Node) -> str:
    """``class Name(argument, ...):``"""
    return "\n".join(spread("class ", call(name, *arguments), ":"))


def sequence(before: str, items: tuple[str, ...], after: str = "", indent: int = 0) -> str:
    """``before[item, ...]``: on one line if it fits, else one item a line."""
    space = " " * indent
    flat = f"{space}{before}[{', '.join(items)}]{after}"
    if len(flat) <= WIDTH:
        return flat
    body = "".join(f"{space}{' ' * STEP}{item},\n" for item in items)
    return f"{space}{before}[\n{body}{space}]{after}"


def import_from(module: str, name: str, indent: int = STEP) -> str:
    """``from module import name``."""
    space = " " * indent
    flat = f"{space}from {module} import {name}"
    return flat if len(flat) <= WIDTH else f"{space}from {module} import (\n{space}{' ' * STEP}{name},\n{space})"

"""Shapes -> lines of Python, laid out as a formatter would: the classes of operations and of what they answer.

Text of a user's file reaches the code only through `literal` and `docstring_of`, which escape it.
"""

from __future__ import annotations

import keyword
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass

from twentyql.build.operation import Source
from twentyql.generate import layout
from twentyql.generate.input_types import InputShape
from twentyql.generate.selection_types import StructShape, VariantsShape

NOQA = "  # noqa: E501"
SKIP = f"  # fmt: skip{NOQA}"


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of an operation: the attribute, GraphQL's name, what it takes, whether it must be given."""

    attribute: str
    name: str
    annotation: str
    required: bool


@dataclass(frozen=True, slots=True)
class ModuleContext:
    """One module of ``queries``: of an operation, or of a fragment; ``sources`` are (name, expression)."""

    about: str
    imports: tuple[str, ...]
    typing_imports: tuple[str, ...]
    typing_names: tuple[str, ...]
    blocks: tuple[str, ...]
    sources: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OperationCode:
    """What the class of an operation is made of; ``sources`` are names, ``node`` is set if it pages."""

    class_name: str
    name: str
    about: str
    variables: tuple[Variable, ...]
    data: str
    node: str | None
    sources: tuple[str, ...]


def operation_class(code: OperationCode) -> str:
    """The class of one operation."""
    given = [layout.string(code.data), *([layout.string(code.node)] if code.node else [])]
    base = layout.subscript("_o.Operation" if code.node is None else "_o.Pages", *given)
    names = [(v.attribute, v.name) for v in code.variables]
    facts = [
        _fit(f"    _o_name = {layout.string(code.name)}"),
        _fit(f"    _o_data = {layout.string(code.data)}"),
        *([_fit(f"    _o_node = {layout.string(code.node)}")] if code.node else []),
        *_tuple("    _o_sources = ", code.sources),
    ]
    variables = [_attribute(v.attribute, v.annotation, not v.required) for v in code.variables]
    parts = [part for part in (docstring_of(code.about), variables, facts) if part]
    return "\n".join([*_header(code.class_name, base, names), "\n\n".join("\n".join(part) for part in parts)])


def struct_class(shape: StructShape) -> str:
    """The class of one selection."""
    names = [(f.attribute, f.key) for f in shape.fields]
    lines = [_attribute(f.attribute, f.annotation, f.optional) for f in shape.fields]
    return "\n".join([*_header(shape.name, "_o.Shape", names), *(lines or ["    pass"])])


def variants_alias(shape: VariantsShape) -> str:
    """The union of the classes that one place may have: to a checker a union, to msgspec a type that chooses."""
    by_type = [_fit(f"            {layout.string(name)}: {struct},") for name, struct in shape.by_type]
    rest = [f"        {shape.rest},"] if shape.rest else []
    return "\n".join(
        [
            "if TYPE_CHECKING:",
            *_union(shape.name, shape.structs),
            "else:",
            f"    {shape.name} = _o.one_of(",
            "        {",
            *by_type,
            "        },",
            *rest,
            "    )",
        ]
    )


def typed_dicts(shapes: Iterable[InputShape]) -> str:
    """The input objects, with blank lines between them as a formatter puts them."""
    text = ""
    was_class = False
    made = list(shapes)
    classes = {shape.name for shape in made}
    for block in (_typed_dict(shape, classes) for shape in made):
        is_class = block.startswith("class ")
        text += "\n" * (1 + (is_class or was_class) * (2 if text else 1)) + block
        was_class = is_class
    return text


def _typed_dict(shape: InputShape, classes: set[str]) -> str:
    """One input object: as a class where its keys are plain attributes, else in the form that takes any name."""
    if shape.keys and all(_is_plain(key.name, classes) for key in shape.keys):
        keys = [_fit(f"    {key.name}: {key.annotation}") for key in shape.keys]
        return "\n".join([layout.class_header(shape.name, "TypedDict", "total=False"), *keys])
    keys = [_fit(f"        {layout.string(k.name)}: {layout.string(k.annotation)},") for k in shape.keys]
    body = ["    {", *keys, "    },"] if keys else ["    {},"]
    return "\n".join(
        [f"{shape.name} = TypedDict(", f"    {layout.string(shape.name)},", *body, "    total=False,", ")"]
    )


def _is_plain(name: str, classes: set[str]) -> bool:
    """Whether a class body may hold the name: it must not hide what the annotations beside it mean."""
    return not (name.startswith("_") or keyword.iskeyword(name) or name in classes)


def source_call(source: Source) -> str:
    """The definition of a file as an expression that begins at the left edge."""
    text, noqa = literal(source.text)
    head = [f"    {layout.string(source.path)},", f"    {source.line},", f"    {source.column},"]
    return "\n".join(["_o.Source(", *map(_fit, head), f"    {text},{noqa}", ")"])


def literal(text: str) -> tuple[str, str]:
    """``text`` as a triple-quoted literal that keeps its lines, and what tells linters of its long ones."""
    lines = [_escaped(line) for line in text.split("\n")]
    long = any(len(line) > layout.WIDTH - 40 for line in lines)
    return '"""' + "\n".join(lines) + '"""', NOQA if long else ""


def docstring_of(text: str, indent: int = 4) -> list[str]:
    """``text`` as the docstring of a class, empty if it says nothing."""
    space = " " * indent
    lines = [_escaped(line) for given in text.split("\n") for line in _wrapped(given.expandtabs(4).rstrip())]
    while lines and not lines[0].strip():
        del lines[0]
    while lines and not lines[-1].strip():
        del lines[-1]
    if not lines:
        return []
    lines[0] = lines[0].lstrip()
    if lines[-1].endswith('"') and not lines[-1].endswith('\\"'):
        lines[-1] = f'{lines[-1][:-1]}\\"'
    if lines[0].startswith('"'):
        lines[0] = f"\\{lines[0]}"
    if len(lines) == 1 and len(lines[0]) + 6 + indent <= layout.WIDTH:
        return [f'{space}"""{lines[0]}"""']
    return [f'{space}"""{lines[0]}', *(f"{space}{line}".rstrip() for line in lines[1:]), f'{space}"""']


def _wrapped(line: str) -> list[str]:
    width = layout.WIDTH - 8
    if line.isascii() and len(_escaped(line)) <= width:
        return [line]
    return textwrap.wrap(line, width // 2, break_on_hyphens=False) or [""]


def _escaped(line: str) -> str:
    """A line of a triple-quoted literal: what is printable stays, all else is escaped, and so is a blank at its end."""
    bare = line.rstrip(" ")
    if '""' not in bare:
        return "".join(c if c == '"' else _character(c) for c in bare) + r"\x20" * (len(line) - len(bare))
    return "".join(_character(c) for c in bare) + r"\x20" * (len(line) - len(bare))


def _character(char: str) -> str:
    if char == "\\":
        return r"\\"
    if char == '"':
        return r"\""
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _header(name: str, base: layout.Node, names: Iterable[tuple[str, str]]) -> list[str]:
    renamed = [_fit(f"        {layout.string(a)}: {layout.string(n)},") for a, n in names if a != n]
    flat = f"class {name}({base}, frozen=True, kw_only=True):"
    if not renamed and len(flat) <= layout.WIDTH:
        return [flat]
    rename = ["    rename={", *renamed, "    },"] if renamed else []
    return [f"class {name}(", *layout.spread("", base, ",", 4), "    frozen=True,", "    kw_only=True,", *rename, "):"]


def _tuple(before: str, names: tuple[str, ...]) -> list[str]:
    flat = f"{before}({', '.join(names)}{',' if len(names) == 1 else ''})"
    if len(flat) <= layout.WIDTH:
        return [flat]
    return [f"{before}(", *(f"        {name}," for name in names), "    )"]


def _attribute(name: str, annotation: str, optional: bool) -> str:
    value = " | _o.Unset = _o.UNSET" if optional else ""
    return _fit(f"    {name}: {annotation}{value}")


def _fit(line: str) -> str:
    """The line, marked for formatters and linters if names make it too long to be laid out."""
    return line if len(line) <= layout.WIDTH else line + SKIP


def _union(name: str, structs: tuple[str, ...]) -> list[str]:
    joined = " | ".join(structs)
    if len(name) + len(joined) + 22 <= layout.WIDTH:
        return [f"    {name}: _o.TypeAlias = {joined}"]
    if len(joined) + 8 <= layout.WIDTH:
        return [f"    {name}: _o.TypeAlias = (", f"        {joined}", "    )"]
    lines = [f"        {'| ' if at else ''}{struct}" for at, struct in enumerate(structs)]
    return [f"    {name}: _o.TypeAlias = (", *lines, "    )"]

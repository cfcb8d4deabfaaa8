"""Arguments of fields as typed calls: for each field that takes any, a class that only the type checkers see.

``Repository.issues`` is a list, and ``Repository.issues(states=["OPEN"])`` the same list asked with arguments: the
class of the attribute is a ToMany with a ``__call__`` of exactly the arguments of the field. What cannot be selected
without them has the call alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from twentyql.generate import layout
from twentyql.generate.names import assign, checked, snake
from twentyql.schema.model import ArgumentModel, FieldModel, ObjectModel, RelationModel, SchemaModel

_SCALARS = {
    "String": "_f.Str",
    "ID": "_f.Str",
    "Int": "_f.Int",
    "Float": "_f.Num",
    "Boolean": "_f.Bool",
    "DateTime": "_f.Moment | _f.Str",
    "Date": "_f.Day | _f.Str",
}


@dataclass(frozen=True, slots=True)
class Called:
    """The class of one attribute that takes arguments: ``given`` gives them to its value at run time."""

    name: str
    lines: tuple[str, ...]
    arguments: tuple[tuple[str, ArgumentModel], ...]

    def given(self, value: layout.Bracket) -> layout.Bracket:
        items = tuple(
            layout.call("", layout.string(checked(a.name, "argument")), layout.string(a.type), str(a.required))
            for _, a in self.arguments
        )
        keys = (layout.string(name) for name, _ in self.arguments)
        accepts = layout.Bracket("", tuple(_Pair(key, item) for key, item in zip(keys, items, strict=True)), "{}")
        return layout.call("_f.given", value, accepts)


class _Pair(layout.Bracket):
    """``key: (item, ...)`` of a dict."""

    def __init__(self, key: str, item: layout.Bracket) -> None:
        super().__init__(f"{key}: ", item.items, item.brackets)


def called(
    member: FieldModel | RelationModel,
    attribute: str,
    own: str,
    base: str,
    result: str,
    model: SchemaModel,
    enums: dict[str, str],
) -> Called | None:
    """The class for ``member``, or None if it takes no arguments.

    ``base`` is the class that the attribute has without arguments, ``result`` what a call gives.
    """
    if not member.arguments:
        return None
    names = assign([a.name for a in member.arguments], _parameter)
    arguments = tuple((names[a.name], a) for a in member.arguments)
    ordered = sorted(arguments, key=lambda pair: not pair[1].required)
    parameters = [_parameter_text(name, a, model, enums) for name, a in ordered]
    name = f"{own}_{attribute}"
    parent = "_f.Call[_f.P]" if member.needs_arguments else base
    return Called(name, tuple(_class(name, parent, parameters, result)), arguments)


def _parameter(name: str) -> str:
    """``from`` is ``from_``; ``self`` is taken by the method."""
    made = snake(name)
    return f"{made}_" if made == "self" or not made.isidentifier() or _is_keyword(made) else made


def _is_keyword(name: str) -> bool:
    import keyword

    return keyword.iskeyword(name)


def _parameter_text(name: str, argument: ArgumentModel, model: SchemaModel, enums: dict[str, str]) -> str:
    type_ = python_type(argument.type, model, enums)
    return f"{name}: {type_}" if argument.required else f"{name}: {type_} | None = None"


def _class(name: str, base: str, parameters: Iterable[str], result: str) -> Iterator[str]:
    yield ""
    yield f"    class {name}({base}):"
    given = ["self", "*", *parameters]
    flat = f"        def __call__({', '.join(given)}) -> {result}: ..."
    if len(flat) <= layout.WIDTH:
        yield flat
        return
    yield "        def __call__("
    inner = f"            {', '.join(given)}"
    yield from [inner] if len(inner) <= layout.WIDTH else (f"            {item}," for item in given)
    yield f"        ) -> {result}: ..."


def python_type(text: str, model: SchemaModel, enums: dict[str, str]) -> str:
    """The annotation for a GraphQL type of an argument, without its null: ``[IssueState!]`` is a list of options."""
    bare = text.rstrip("!")
    if bare.startswith("["):
        inner = bare[1:-1]
        item = python_type(inner, model, enums)
        return f"_f.List[{item}]" if inner.endswith("!") else f"_f.List[{item} | None] | _f.List[{item}]"
    if bare in model.enums:
        return f"_e.{enums[bare]}"
    if bare in model.inputs:
        return "_f.Arguments"
    return _SCALARS.get(bare, "_f.Anything")


def argument_enums(objects: Iterable[ObjectModel], model: SchemaModel) -> Iterator[str]:
    """The enums that arguments take."""
    for record in objects:
        for member in record.members:
            for argument in member.arguments:
                if (name := argument.type.strip("[]!")) in model.enums:
                    yield name

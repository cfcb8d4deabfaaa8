"""GraphQL names -> Python names, deterministic and checked: nothing else of a schema becomes code.

A name that Python or a Record needs for itself gets a trailing underscore; names that would be spelt alike are told
apart by a number. The same schema gives the same names on every machine.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Iterable

from twentyql.errors import GenerateError

LONGEST = 200
RESERVED_ATTRIBUTES = frozenset({"mro", "at", "one", "many", "where", "order_by", "query", "queries"})
"""``mro`` is what Python calls on a class; the others are what a Record can do."""
RESERVED_CLASSES = frozenset({"None", "True", "False", "Any", "TYPE_CHECKING", "AttributeError"})
_WINDOWS = {"con", "prn", "aux", "nul"}
_BUILTINS = {"getattr", "globals", "list", "object", "sorted", "str"}
RESERVED_MODULES = frozenset({"queries", "py", *_WINDOWS, *_BUILTINS})
"""``queries`` holds the stored operations, devices are no file names on Windows, and a module that is imported becomes
a name of its package, where it would take the place of a builtin that ``__init__.py`` uses."""

_GRAPHQL_NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]*\Z", re.ASCII)
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def checked(name: str, what: str = "name") -> str:
    """``name`` itself if it is a GraphQL name; GenerateError otherwise, so that no other text can become code."""
    if not _GRAPHQL_NAME.match(name) or len(name) > LONGEST:
        shown = repr(name if len(name) <= 60 else f"{name[:60]}...")
        raise GenerateError(
            f"The schema has a {what} {shown}, which is no GraphQL name.",
            advice="Pull the schema again from the server.",
        )
    return name


def snake(name: str) -> str:
    """``accountOwnerId`` -> ``account_owner_id``."""
    joined = re.sub("_+", "_", _HUMPS.sub("_", name)).lower().strip("_")
    return f"n{joined}" if joined[:1].isdigit() else joined or "n"


def pascal(name: str) -> str:
    """``workspaceMember`` -> ``WorkspaceMember``; it always starts with an upper-case letter."""
    bare = name.strip("_")
    joined = "".join(part[0].upper() + part[1:] for part in bare.split("_") if part)
    return f"N{joined}" if joined[:1].isdigit() else joined or "N"


def attribute_name(name: str) -> str:
    """The attribute of a field, before names that are spelt alike are told apart."""
    return _escape(snake(name), RESERVED_ATTRIBUTES)


def input_name(name: str) -> str:
    """The attribute of an input's field; ``to_json`` is what an input can do."""
    made = attribute_name(name)
    return f"{made}_" if made == "to_json" else made


def class_name(name: str) -> str:
    """The class of a type, before names that are spelt alike are told apart."""
    return _escape(pascal(name), RESERVED_CLASSES)


def module_name(name: str) -> str:
    """The module (or folder) of an object, before names that are spelt alike are told apart."""
    return _escape(snake(name), RESERVED_MODULES)


def _escape(name: str, reserved: frozenset[str]) -> str:
    return f"{name}_" if keyword.iskeyword(name) or name in reserved else name


def assign(names: Iterable[str], form: Callable[[str], str], taken: Iterable[str] = ()) -> dict[str, str]:
    """Each of ``names`` with the Python name it gets: different for all of them, and from all in ``taken``.

    Of names with the same form, one that is spelt that way already keeps it, or else the first one; the others get
    ``_2``, ``_3`` and so on.
    """
    wanted = {name: form(checked(name)) for name in names}
    used = set(taken)
    winners = {name for name, made in wanted.items() if name == made and made not in used}
    used |= winners
    given = {name: name for name in winners}
    late: list[str] = []
    for name, made in wanted.items():
        if name in winners:
            continue
        if made in used:
            late.append(name)
        else:
            used.add(made)
            given[name] = made
    for name in late:
        given[name] = _numbered(wanted[name], used)
        used.add(given[name])
    return {name: given[name] for name in wanted}


def _numbered(name: str, used: set[str]) -> str:
    number = 2
    while f"{name.rstrip('_')}_{number}" in used:
        number += 1
    return f"{name.rstrip('_')}_{number}"


def renamed(names: dict[str, str], form: Callable[[str], str]) -> tuple[tuple[str, str], ...]:
    """The names that are not simply called what ``form`` says, or had to be escaped: worth a line in a docstring."""
    return tuple((name, made) for name, made in names.items() if made != form(name) or made.endswith("_"))

"""Template + context -> text: the one module that imports Jinja2.

A name that a template misspells is an error (StrictUndefined). Text of the schema reaches code through ``literal``
and reaches comments through ``comment``; everything else in a context is a checked name.
"""

from __future__ import annotations

from functools import cache
from typing import Any, cast

from jinja2 import Environment, PackageLoader, StrictUndefined, TemplateError

from twentyql.errors import GenerateError
from twentyql.generate import layout

MOST_COMMENT = 100


def render(template: str, **context: Any) -> str:
    """The text of ``templates/<template>``, which ends with exactly one line end."""
    try:
        text = _environment().get_template(template).render(**context)
    except TemplateError as error:
        raise GenerateError(f"The template {template} failed: {error}") from error
    return text.rstrip("\n") + "\n"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("twentyql.generate"),
        undefined=StrictUndefined,
        autoescape=False,  # code, not HTML: the two filters below escape
        keep_trailing_newline=True,
    )
    environment.filters.update(literal=layout.string, comment=comment)
    cast(dict[str, Any], environment.globals).update(import_from=layout.import_from, docstring=layout.docstring)
    return environment


def comment(text: str) -> str:
    """``text`` on one line of printable characters, so that it stays inside a comment, and cut if it is long."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= MOST_COMMENT else f"{line[: MOST_COMMENT - 3]}..."

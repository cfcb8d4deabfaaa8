"""Rich displays in IPython and Jupyter, registered when ``twentyql`` is imported there and loaded when shown."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

SHOWN = {
    ("twentyql.client", "Client"): "client_html",
    ("twentyql.collection", "Collection"): "collection_html",
    ("twentyql.schema.model", "ObjectModel"): "object_html",
    ("twentyql.build.query", "Query"): "query_html",
    ("twentyql.build.named", "NamedQuery"): "query_html",
    ("twentyql.plan.explain", "Explanation"): "explanation_html",
    ("twentyql.execute.stream", "Result"): "result_html",
    ("twentyql.execute.receipt", "Receipt"): "receipt_html",
}


def register(shell: Any) -> None:
    """Have ``shell`` (an IPython InteractiveShell) show the toolkit's nouns as HTML."""
    formatter = shell.display_formatter.formatters["text/html"]
    for (module, name), shower in SHOWN.items():
        formatter.for_type_by_name(module, name, _late(shower))


def register_here() -> None:
    """`register` the shell that runs, if any."""
    shell = import_module("IPython").get_ipython()
    if shell is not None:
        register(shell)


def _late(shower: str) -> Callable[[Any], str]:
    def show(value: Any) -> str:
        made: str = getattr(import_module("twentyql.integrations.html"), shower)(value)
        return made

    return show

"""The folder tree is the architecture: who may import whom, what may be imported where, how long a module may be."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "twentyql"
MODULES = sorted(p for p in PACKAGE.rglob("*.py") if "templates" not in p.parts)

# A layer imports only from the layers before it, and from its own stage.
LAYERS: list[set[str]] = [
    {"errors", "config", "faults", "habits", "refusals"},
    {"schema", "transport"},
    {"introspect", "generate", "build"},
    {"plan"},
    {"execute", "output", "write", "webhooks"},
    {
        "administering",
        "client",
        "collection",
        "exporting",
        "getting",
        "checkpointing",
        "summarizing",
        "syncing",
        "sync",
        "writing",
        "bars",
    },
    {"integrations", "cli"},
]
ABOVE_ALL = {
    "__init__",
    "administering",
    "client",
    "collection",
    "exporting",
    "getting",
    "checkpointing",
    "summarizing",
    "syncing",
    "writing",
    "integrations",
    "cli",
}
# Stages of one layer that may follow each other, left to right, without a cycle.
WITHIN = {
    ("output", "execute"),
    ("generate", "build"),
    ("config", "errors"),
    ("transport", "config"),
    ("transport", "faults"),
    ("faults", "errors"),
    ("faults", "refusals"),
    ("refusals", "errors"),
    ("errors", "habits"),
    ("write", "execute"),
    ("webhooks", "write"),
    ("config", "errors"),
}
ONLY_IN = {
    "aiohttp": {"transport.py", "webhooks/receive.py", "sandbox/http/"},
    "gql": {"transport.py"},
    "jinja2": {"generate/render.py"},
    "pyarrow": {"write/columnar.py", "output/arrow.py", "output/parquet.py", "output/nesting.py"},
    "duckdb": {"output/database.py"},
    "dlt": {"integrations/dlt.py"},
    "altair": {"integrations/pictures.py"},
    "pyspark": {"integrations/spark.py"},
    "polars": {"output/frames.py"},
    "pandas": {"output/frames.py"},
    "sqlalchemy": {"sandbox/records/"},
    "typer": {"cli/"},
}


def imports(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types_only = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if node in for_types_only:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def stage(name: str) -> str:
    return name.removeprefix("twentyql.").split(".")[0]


def layer(name: str) -> int | None:
    return next((i for i, names in enumerate(LAYERS) if name in names), None)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_module_keeps_the_architecture(path: Path) -> None:
    here = path.relative_to(PACKAGE).as_posix()
    own = here.split("/")[0].removesuffix(".py")
    for name in imports(path):
        top = name.split(".")[0]
        if top in ONLY_IN:
            assert any(here.startswith(place) for place in ONLY_IN[top]), f"{here} must not import {top}"
        if top == "twentyql" and own not in ABOVE_ALL:
            other = stage(name)
            if own == "sandbox":
                assert other in ("sandbox", "errors"), f"the sandbox mirrors the server alone, {here} imports {name}"
            mine, theirs = layer(own), layer(other)
            if other != own and mine is not None and theirs is not None:
                fine = theirs < mine or (own, other) in WITHIN
                assert fine, f"{here} imports {name}, which is not before it"
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400, f"{here} is over 400 lines"


def test_no_module_imports_itself_through_others() -> None:
    modules = {".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts): path for path in PACKAGE.rglob("*.py")}
    modules = {name.removesuffix(".__init__"): path for name, path in modules.items()}
    needs = {name: {found for found in map(_module(modules), imports(path)) if found} for name, path in modules.items()}
    done: set[str] = set()

    def visit(name: str, way: tuple[str, ...]) -> None:
        assert name not in way, " -> ".join((*way, name))
        if name not in done:
            for needed in needs[name] - {name}:
                visit(needed, (*way, name))
            done.add(name)

    for name in modules:
        visit(name, ())


def _module(modules: Mapping[str, Path]) -> Callable[[str], str | None]:
    """The module that an imported name is, or is in; a package's own names are not looked for in its modules."""

    def of(name: str) -> str | None:
        return name if name in modules else name.rpartition(".")[0] if name.rpartition(".")[0] in modules else None

    return of

"""Schemas that hypothesis makes, through the whole of pull, generate and import: safe code or a clear refusal.

Names are as hostile as GraphQL allows and texts hold whatever a file can. Nothing of a schema is executed, and nothing
is written outside the folders that were named.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from twentyql.errors import TwentyqlError
from twentyql.generate import generate
from twentyql.generate.write import write
from twentyql.introspect.load import CORE_INTROSPECTION, load
from twentyql.introspect.save import save, schema_files

WORDS = [
    "class",
    "none",
    "None",
    "true",
    "list",
    "import",
    "async",
    "self",
    "model",
    "from",
    "def",
    "lambda",
    "select",
    "where",
    "order_by",
    "first",
    "schema",
    "copy",
    "json",
    "items",
    "str",
    "int",
    "object",
    "type",
    "property",
    "print",
    "exec",
    "eval",
    "os",
    "sys",
    "subprocess",
    "__import__",
    "__class__",
    "__init__",
    "__getattr__",
    "_f",
    "_c",
    "_e",
    "_f_path",
    "mro",
    "one",
    "many",
    "at",
    "query",
    "queries",
    "Query",
    "Record",
    "con",
    "aux",
    "nul",
    "py",
    "init",
    "fooBar",
    "foo_bar",
    "FooBar",
    "f__bar",
    "x9",
    "x10",
    "_9",
    "_",
    "__",
    "___",
]
TEXTS = (
    '"""\nimport os; os.system("touch PWNED")\n"""',
    "'''\nopen('PWNED', 'w')\n'''",
    '{{ cycler.__init__.__globals__.os.popen("touch PWNED").read() }}',
    "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %} {# #} {% raw %}",
    '\\"); open("PWNED", "w"); ("',
    "line\r\nopen('PWNED', 'w')\u2028open('PWNED', 'w')\x0copen('PWNED', 'w')",
    "../../PWNED",
    "\\N{BULLET} \\x41 \\u0041 %s {0} ${PWNED} `touch PWNED`",
)
names = st.one_of(st.sampled_from(WORDS), st.from_regex(r"[_A-Za-z][_0-9A-Za-z]{0,12}", fullmatch=True))
texts = st.one_of(st.sampled_from(TEXTS), st.text(max_size=40))


def described(text: str) -> str:
    """``text`` as a description of SDL."""
    return json.dumps(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\x00", ""))


@st.composite
def schemas(draw: st.DrawFn) -> str:
    """An SDL of a few objects that lead to each other in circles, by to-ones, lists and connections."""
    types = draw(st.lists(names, min_size=1, max_size=4, unique=True))
    options = draw(
        st.lists(names.filter(lambda n: n not in ("true", "false", "null")), min_size=1, max_size=6, unique=True)
    )
    twenty = draw(st.booleans())
    parts = [
        f"{described(draw(texts))} enum Choice {{ {' '.join(described(draw(texts)) + ' ' + o for o in options)} }}",
        "type PageInfo { hasNextPage: Boolean! endCursor: String }",
        "scalar UUID enum OrderByDirection { AscNullsLast } input UUIDFilter { eq: UUID in: [UUID] }" if twenty else "",
    ]
    for name in types:
        fields = draw(st.lists(names, max_size=8, unique=True))
        lines = [f"{described(draw(texts))} {f}: {draw(st.sampled_from(kinds(types)))}" for f in fields if f != "id"]
        given = draw(names)
        lines.append(f"withArguments({given}: Choice, other: [Int!]): {draw(st.sampled_from(types))}")
        parts.append(f"{described(draw(texts))} type {name} {{ id: ID! {' '.join(lines)} }}")
        parts.append(f"type {name}Edge {{ node: {name} cursor: String! }}")
        parts.append(f"type {name}Connection {{ edges: [{name}Edge] pageInfo: PageInfo! totalCount: Int }}")
    roots = draw(st.lists(names, min_size=len(types), max_size=len(types), unique=True))
    told = [f"{r}(first: Int, after: String): {t}Connection" for r, t in zip(roots, types, strict=True)]
    return "\n".join([*parts, f"type Query {{ {' '.join(told)} }}"])


def kinds(types: list[str]) -> list[str]:
    found = ["String", "Int!", "[String!]", "Choice", "[Choice!]!", "Boolean"]
    return found + [form.format(t) for t in types for form in ("{}", "[{}!]!", "{}Connection!")]


@contextlib.contextmanager
def imported(folder: Path) -> Iterator[Any]:
    """The package ``made`` of a folder, every class of it loaded."""
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        package = importlib.import_module("made")
        for name in package.__all__:
            getattr(package, name)
        yield package
    finally:
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if name.split(".")[0] == "made"]:
            del sys.modules[name]


def files_of(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if "__pycache__" not in path.parts}


def whole_way(sdl: str, folder: Path) -> str | None:
    """Pull from a file, generate, write and import; what was said where that is refused."""
    source = folder / "in.graphql"
    source.write_text(sdl, encoding="utf-8", newline="")
    try:
        save(schema_files(load(source)), folder / "schema")
        loaded = load(folder / "schema")
        made = generate(loaded.model, loaded.schema)
        for path, text in made.package.items():
            if path.endswith(".py"):
                only_declarations(ast.parse(text), path)
        write(made.package, folder / "made")
        write(made.operations, folder / "queries")
    except TwentyqlError as error:
        return str(error)
    with imported(folder) as package:
        roots = [getattr(package, name) for name in package.__all__]
        told = {getattr(r, "_f_wire", "") for r in roots}
        assert {o.singular for o in loaded.model} <= told
    return None


def only_declarations(tree: ast.Module, path: str) -> None:
    """Module level of generated code: imports, classes, assignments; nothing of the schema is an expression."""
    allowed = (ast.Expr, ast.ImportFrom, ast.If, ast.ClassDef, ast.Assign, ast.AnnAssign, ast.FunctionDef, ast.Import)
    for node in tree.body:
        assert isinstance(node, allowed), (path, ast.dump(node)[:200])
        if isinstance(node, ast.Expr):
            assert isinstance(node.value, ast.Constant), path
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            known = {"sorted", "getattr", "globals", "AttributeError", "import_module", "list", "str", "set", "dir"}
            assert node.func.id in known, (path, ast.dump(node)[:200])


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(sdl=schemas())
def test_any_schema_gives_safe_code_or_a_refusal(sdl: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "work").mkdir()
    with contextlib.chdir(folder):
        said = whole_way(sdl, folder / "work")
    assert files_of(folder) - {p for p in files_of(folder) if p.split("/")[0] == "work"} == set()
    assert {p.split("/")[1] for p in files_of(folder) if "/" in p} <= {"in.graphql", "schema", "made", "queries"}
    assert said is None or len(said) > 10


@pytest.mark.parametrize("text", TEXTS)
def test_hostile_texts_alone_change_nothing(text: str, tmp_path: Path) -> None:
    sdl = f"""
    {described(text)} type Thing {{ id: ID! {described(text)} kind: Choice }}
    {described(text)} enum Choice {{ {described(text)} CLASS NONE MRO NAME VALUE }}
    type Query {{ {described(text)} thing(id: ID!): Thing }}
    """
    with contextlib.chdir(tmp_path):
        assert whole_way(sdl, tmp_path) is None
    assert not [path for path in files_of(tmp_path) if "PWNED" in path]


def write_package(folder: Path) -> None:
    loaded = load(folder / "schema")
    write(generate(loaded.model, loaded.schema).package, folder / "made")


@pytest.mark.parametrize("name", ["../evil", 'a"b', "a b", "x\nimport os", "{{7*7}}", "ä", "", "a" * 300, "a;b", "a.b"])
def test_names_that_are_no_graphql_names_are_refused(name: str, tmp_path: Path) -> None:
    """A server may answer introspection with anything."""
    from graphql import build_schema, introspection_from_schema

    schema = build_schema("type Thing { id: ID! kind: Choice } enum Choice { A } type Query { thing(id: ID!): Thing }")
    answer = json.loads(json.dumps(introspection_from_schema(schema)))
    for place in ("Thing", "kind", "A"):
        changed = json.loads(json.dumps(answer).replace(json.dumps(place), json.dumps(name)))
        (tmp_path / "schema").mkdir(exist_ok=True)
        (tmp_path / "schema" / CORE_INTROSPECTION).write_text(json.dumps(changed))
        with pytest.raises(TwentyqlError):
            write_package(tmp_path)
        assert not (tmp_path / "made").exists()
    assert files_of(tmp_path) == {"schema", f"schema/{CORE_INTROSPECTION}"}


@pytest.mark.soak
def test_ten_thousand_fields_are_generated_and_imported(tmp_path: Path) -> None:
    fields = " ".join(f"field{i}: String" for i in range(10_000))
    sdl = f"type Thing {{ id: ID! {fields} self: Thing }} type Query {{ thing(id: ID!): Thing }}"
    assert whole_way(sdl, tmp_path) is None

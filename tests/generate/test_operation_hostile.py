"""Operation files written to do harm: safe code or a refusal that names the place, and always soon."""

from __future__ import annotations

import ast
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from operation_sdl import schema

from twentyql.errors import QueryError
from twentyql.generate.stored_operations import stored_classes

CALLS = {"_o.Source", "_o.one_of", "TypedDict"}
SCHEMA = schema()


def doubling(count: int, body: str) -> str:
    """Fragments that each spread the next one twice."""
    parts = " ".join(f"fragment F{i} on Person {{ {body.format(n=i + 1)} }}" for i in range(count))
    return f"query A {{ person {{ ...F0 }} }} {parts} fragment F{count} on Person {{ id }}"


def made(text: str, name: str = "A.graphql") -> dict[str, str]:
    """The modules of one file, checked to hold declarations alone."""
    files = stored_classes({}, {name: text}, SCHEMA, "q").files
    for path, code in files.items():
        tree = ast.parse(code, path)
        compile(code, path, "exec")
        if not path.endswith("__init__.py"):
            calls = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
            assert calls <= CALLS, path
            imports = [n for n in ast.walk(tree) if isinstance(n, ast.Import)]
            assert not imports
    return files


@pytest.mark.parametrize(
    "text",
    [
        "query A { person " + "{ best " * 900 + "{ id }" + "}" * 900 + " }",
        doubling(60, "...F{n} best {{ ...F{n} }}"),
        doubling(40, "...F{n} ...F{n}"),
        "query A { person { ...F } } fragment F on Person { best { ...F } }",
        f"query A {{ person {{ {'y' * 500}: id }} }}",
        f"query {'Q' * 300} {{ none }}",
        "query A { none \0 }",
        "query Ä { none }",
        "query {{ name }} { none }",
    ],
)
def test_what_cannot_be_a_class_is_refused_with_its_place(text: str) -> None:
    begun = time.process_time()
    with pytest.raises(QueryError, match=r"^q/A\.graphql:1:\d+: "):
        made(text)
    assert time.process_time() - begun < 10


@pytest.mark.parametrize(
    "text",
    [
        '# """\n# import os; os.system("x") \\\n# \\" \\N{BULLET} \\x00 \u202e {{ x }} {% if %}\nquery A { none }',
        'query A { person(id: "\\"\\"\\" \\\\ \\n") { id } node(id: """ block \\""" text """) { id } }',
        "\ufeffquery A { none }",
        "# a\r\n# b\r\nquery A {\r\n none }\r\n",
        "query A { person { mro: id True: id None: id self: id __init__: id __struct_fields__: id _: id str: id } }",
        "query A { __schema { types { name kind fields { name } } } }",
        "query A { things { nodes { kind: __typename ... on Robot { other: __typename made } } } }",
        "query A { person { " + " ".join(f"x{i}: id" for i in range(2000)) + " } }",
        "query A($i: UUID = 5, $s: [Stage!] = [NEW]) { person(id: $i, stages: $s) { id } }",
        "query Literal { none }",
        "query SOURCE { none }",
        "",
    ],
)
def test_odd_but_valid_files_are_safe_code(text: str) -> None:
    assert made(text) == made(text)


@pytest.mark.parametrize("name", ["../../evil.graphql", "a b/c'd\"e.graphql", "x\ny.graphql", "{{ x }}.graphql"])
def test_the_name_of_a_file_is_only_text(name: str) -> None:
    files = made("query A { none }", name)
    assert set(files) == {f"queries/{n}.py" for n in ("__init__", "a", "company_overview", "enums", "inputs")} - {
        "queries/company_overview.py"
    }


@settings(max_examples=30, deadline=None)
@given(comment=st.text(max_size=200), text=st.text(max_size=60))
def test_any_comment_and_any_string_stay_text(comment: str, text: str) -> None:
    lines = "".join(f"# {line}\n" for line in comment.splitlines())
    literal = text.replace("\\", "\\\\").replace('"', '\\"')
    literal = "".join(c if c.isprintable() else f"\\u{ord(c) & 0xFFFF:04x}" for c in literal if ord(c) < 0xD800)
    try:
        files = made(f'{lines}query A {{ node(id: "{literal}") {{ id }} }}')
    except QueryError as fault:
        assert str(fault).startswith("q/A.graphql:")  # noqa: PT017 - control characters are no GraphQL
        return
    body = ast.parse(files["queries/a.py"]).body
    source = next(n for n in body if isinstance(n, ast.Assign))
    assert isinstance(source.value, ast.Call)
    held = ast.literal_eval(source.value.args[3])
    assert held == f'query A {{ node(id: "{literal}") {{ id }} }}'


def test_nothing_is_written_outside_the_package(tmp_path: Path) -> None:
    from twentyql.generate.write import write

    write(made("query A { none }", "../../../evil.graphql"), tmp_path / "in" / "crm")
    assert [p.name for p in tmp_path.iterdir()] == ["in"]

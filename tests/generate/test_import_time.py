"""What an import brings: no frame library, no command line, no gql, and for generated code no HTTP client either."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from generated_code import ROOT
from graphql import build_schema

from twentyql.generate import generate
from twentyql.generate.write import write
from twentyql.introspect.load import assemble

HEAVY = ("pyarrow", "pandas", "polars", "duckdb", "dlt", "typer", "rich", "gql", "graphql", "aiohttp", "sqlalchemy")
HEAVY += ("jinja2", "tenacity")


def loaded_by(code: str, folder: Path) -> set[str]:
    """The packages in ``sys.modules`` after ``code``, in a new interpreter."""
    told = f"{code}\nimport json, sys\nprint(json.dumps(sorted({{name.split('.')[0] for name in sys.modules}})))"
    environment = {"PYTHONPATH": f"{folder}:{ROOT}", "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, env=environment, timeout=60)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


@pytest.mark.parametrize(
    "code",
    ["import twentyql", "from twentyql import Record", "from crm import Person; Person.company.name; Person.name"],
)
def test_nothing_heavy_is_imported(code: str, tmp_path: Path) -> None:
    schema = build_schema("""
      type Company { id: ID! name: String } type Person { id: ID! name: String company: Company }
      type Query { person(id: ID!): Person }
    """)
    write(generate(assemble(schema, None).model, schema).package, tmp_path / "crm")
    assert loaded_by(code, tmp_path) & set(HEAVY) == set()

"""Generating and importing typed code, ours and ariadne-codegen's, and what the checkers need for it.

``python benchmarks/generation.py [--quick]`` prints CPU seconds of whole processes, start of the interpreter included:
medians of several runs. Exits with 1 where a target of issue 3 is missed. Needs ../shared beside the checkout.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from ariadne_env import ariadne_python

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
GITHUB = SHARED / "schemas" / "github.graphql"
OPERATIONS = """
query RepositoryIssues($owner: String!, $name: String!, $after: String) {
  repository(owner: $owner, name: $name) {
    id nameWithOwner
    issues(first: 100, after: $after) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes { id number title state createdAt author { login } labels(first: 20) { nodes { id name color } } }
    }
  }
}
query ViewerRepositories($after: String) {
  viewer {
    login
    repositories(first: 100, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes { id name stargazerCount isPrivate pushedAt }
    }
  }
}
query PullRequests($owner: String!, $name: String!) {
  repository(owner: $owner, name: $name) {
    pullRequests(first: 50, states: [OPEN]) { nodes { id number title isDraft reviews(first: 10) { nodes { state } } } }
  }
}
query SearchIssues($query: String!) {
  search(query: $query, type: ISSUE, first: 50) {
    nodes { __typename ... on Issue { id title } ... on PullRequest { id title merged } }
  }
}
mutation AddStar($id: ID!) { addStar(input: {starrableId: $id}) { starrable { id stargazerCount } } }
"""
THREE = "from crm import Company, Person, Opportunity"
USER = """
from __future__ import annotations
from crm import Company, Opportunity, Person
from twentyql import Record


class PersonRow(Record[Person]):
    id = Person.id
    last_name = Person.name.last_name


class DealRow(Record[Opportunity]):
    name = Opportunity.name
    stage = Opportunity.stage
    company = Opportunity.company.name


class CompanyRow(Record[Company]):
    name = Company.name
    people = PersonRow.many(Company.people)
    deals = DealRow.many(Company.opportunities)


query = CompanyRow.where(Company.name.ilike("%a%")).order_by(Company.name.asc())
"""


def cpu(command: Sequence[str | Path], folder: Path, check: bool = True) -> float:
    """CPU seconds, own and of its children, of one run of ``command``."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {**os.environ, "PYTHONPATH": f"{folder}:{ROOT}", "MYPYPATH": f"{folder}:{ROOT}"}
    done = subprocess.run([str(c) for c in command], cwd=folder, env=environment, capture_output=True, text=True)
    if check and done.returncode:
        raise SystemExit(f"{command} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def median(times: int, run: Callable[[], float]) -> float:
    return statistics.median(run() for _ in range(times))


class Table:
    """Prints lines and keeps whether every target is met."""

    def __init__(self) -> None:
        self.met = True

    def line(self, what: str, value: float, limit: float | None = None, why: str = "") -> None:
        verdict = ""
        if limit is not None:
            ok = value <= limit
            self.met &= ok
            verdict = f"   at most {limit:.3f} {why}: {'ok' if ok else 'MISSED'}"
        print(f"{what:<58} {value:7.3f} s{verdict}")


def twenty(table: Table, folder: Path, times: int) -> None:
    python = sys.executable
    ours = [python, "-m", "twentyql", "generate", "--schema", SHARED / "twenty", "--out", folder / "crm"]
    ours += ["--queries", folder / "queries"]
    table.line("generate ../shared/twenty, into an empty folder", median(1, lambda: cpu(ours, folder)), 3.0)
    table.line("generate it again", median(times, lambda: cpu(ours, folder)), 3.0)
    bare = median(2 * times, lambda: cpu([python, "-c", "pass"], folder))
    base = median(2 * times, lambda: cpu([python, "-c", "import twentyql"], folder))
    record = median(2 * times, lambda: cpu([python, "-c", "from twentyql import Record"], folder))
    three = median(2 * times, lambda: cpu([python, "-c", f"import twentyql; {THREE}"], folder))
    table.line("python, doing nothing", bare)
    table.line("import twentyql", base - bare, 0.35)
    table.line("from twentyql import Record", record - bare)
    table.line(f"{THREE}, over import twentyql", three - base, None)
    table.line(f"{THREE}, over Record", three - record, 0.03)
    (folder / "use.py").write_text(USER)
    (folder / "mypy.ini").write_text("[mypy]\nstrict = true\npython_version = 3.11\n")
    (folder / "pyrightconfig.json").write_text('{"include": ["use.py"], "typeCheckingMode": "strict"}')
    mypy = [python, "-m", "mypy", "--config-file", "mypy.ini", "use.py"]
    pyright = [python, "-m", "pyright", "--pythonpath", python]
    table.line("mypy --strict of a file with three objects, cold", cpu(mypy, folder))
    table.line("mypy, warm", median(times, lambda: cpu(mypy, folder)), 5.0)
    cpu(pyright, folder)
    table.line("pyright strict, warm", median(times, lambda: cpu(pyright, folder)), 5.0)


def github(table: Table, folder: Path, times: int) -> None:
    python, theirs = sys.executable, ariadne_python()
    ours = [python, "-m", "twentyql", "generate", "--schema", GITHUB, "--out", folder / "hub"]
    ours += ["--queries", folder / "hub_queries"]
    (folder / "operations.graphql").write_text(OPERATIONS)
    (folder / "schema.graphql").write_text(without_doubles(GITHUB.read_text(encoding="utf-8")))
    (folder / "pyproject.toml").write_text(
        '[tool.ariadne-codegen]\nschema_path = "schema.graphql"\nqueries_path = "operations.graphql"\n'
        'target_package_name = "ariadne_hub"\n'
    )
    other = [theirs, "-m", "ariadne_codegen"]
    a = median(times, lambda: cpu(other, folder))
    b = median(times, lambda: cpu(ours, folder))
    table.line("GitHub: ariadne-codegen, 5 operations", a)
    table.line("GitHub: twentyql, every type and field", b, a, "(not slower)")
    bare = median(times, lambda: cpu([theirs, "-c", "pass"], folder))
    a = median(times, lambda: cpu([theirs, "-c", "import ariadne_hub"], folder)) - bare
    names = "Repository, Issue, PullRequest, User, Query"
    b = median(times, lambda: cpu([python, "-c", f"from hub import {names}"], folder)) - bare
    table.line("GitHub: import of ariadne's package", a)
    table.line(f"GitHub: from hub import {names}", b, a / 3, "(a third)")


def without_doubles(text: str) -> str:
    """GitHub's file as ariadne-codegen can read it: without the second definitions of its two double fields."""
    start = text.index("type EnterpriseOwnerInfo")
    head, body = text[:start], text[start:]
    first = body.index("  repositoryDeployKeySetting:")
    second = body.index("  repositoryDeployKeySetting:", first + 1)
    begin = body.rindex('  """', 0, body.rindex('  """', 0, second))
    after = body.index("  ): OrganizationConnection!", second)
    return head + body[:begin] + body[body.index("\n", after) + 1 :]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="one run of each instead of the median of five")
    parser.add_argument("--without-ariadne", action="store_true", help="our side only, where PyPI cannot be reached")
    asked = parser.parse_args()
    if not SHARED.exists():
        print(f"needs {SHARED}", file=sys.stderr)
        return 2
    table = Table()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        twenty(table, folder, 1 if asked.quick else 5)
        if not asked.without_ariadne:
            github(table, folder, 1 if asked.quick else 3)
    return 0 if table.met else 1


if __name__ == "__main__":
    sys.exit(main())

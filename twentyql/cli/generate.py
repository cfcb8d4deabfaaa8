"""``generate``: the typed package and the stored operations, from a schema folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from twentyql.cli.console import COMPLETE, INCOMPLETE, say
from twentyql.generate import generate
from twentyql.generate.write import WriteReport, write
from twentyql.introspect.load import load


def generate_package(
    schema: Annotated[Path, typer.Option("--schema", help="The folder that `pull` wrote.")] = Path("schema"),
    out: Annotated[Path, typer.Option("--out", help="The package to write.")] = Path("crm"),
    queries: Annotated[Path, typer.Option("--queries", help="The folder of stored operations.")] = Path("queries"),
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail if anything would change.")] = False,
) -> int:
    """Write the typed package and operations.

    One module an object, one .graphql file an operation. Files of your own are never touched.
    """
    loaded = load(schema)
    made = generate(loaded.model, loaded.schema)
    reports = [(out, write(made.package, out, check=check)), (queries, write(made.operations, queries, check=check))]
    for folder, report in reports:
        _tell(folder, report, check)
    conflicts = any(report.conflicts for _, report in reports)
    stale = check and any(report.written or report.removed for _, report in reports)
    return INCOMPLETE if conflicts or stale else COMPLETE


def _tell(folder: Path, report: WriteReport, check: bool) -> None:
    verb = "would change" if check else "written"
    say(
        "{}: {} " + verb + ", {} unchanged, {} removed",
        folder,
        len(report.written),
        len(report.unchanged),
        len(report.removed),
    )
    for path in report.conflicts:
        kept = folder / path
        say("[yellow]kept:[/yellow] {} is not as generated, so it was left alone; move it to have it written", kept)

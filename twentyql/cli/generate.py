"""``generate``: the typed package and the stored operations, from a schema folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from twentyql.build.stored import texts_of
from twentyql.cli.console import COMPLETE, INCOMPLETE, say
from twentyql.generate import Generated, MadeFrom, generate
from twentyql.generate.header import is_ours
from twentyql.generate.write import WriteReport, write
from twentyql.introspect.load import Loaded, load

MOST_NAMED = 20


def generate_package(
    schema: Annotated[Path, typer.Option("--schema", help="The folder that `pull` wrote.")] = Path("schema"),
    out: Annotated[Path, typer.Option("--out", help="The package to write.")] = Path("crm"),
    queries: Annotated[Path, typer.Option("--queries", help="The folder of stored operations.")] = Path("queries"),
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail if anything would change.")] = False,
) -> int:
    """Write the typed package and operations.

    One module an object, one .graphql file an operation, and for each operation, yours too, a class in the package's
    `queries`. Files of your own are never touched. Exit code 1 says that one stands where a generated file belongs, or
    with --check that something would change.
    """
    made = generated(load(schema), queries)
    reports = [(out, write(made.package, out, check=check)), (queries, write(made.operations, queries, check=check))]
    for folder, report in reports:
        _tell(folder, report, check)
    for note in made.notes:
        say("[yellow]note:[/yellow] {}", note)
    conflicts = any(report.conflicts for _, report in reports)
    stale = check and any(report.written or report.removed for _, report in reports)
    if stale:
        say("[red]not as generated:[/red] run `twentyql generate` and commit what it writes")
    return INCOMPLETE if conflicts or stale else COMPLETE


def generated(loaded: Loaded, queries: Path) -> Generated:
    """What a schema generates with the user's own operations in the folder ``queries``. Nothing is written."""
    made_from = MadeFrom.of(loaded.model.digest, loaded.workspace)
    return generate(loaded.model, loaded.schema, own_operations(queries), queries.as_posix(), made_from)


def own_operations(queries: Path) -> dict[str, str]:
    """The files in the folder that the user wrote or changed, by relative path."""
    texts = {path.relative_to(queries).as_posix(): text for path, text in texts_of(queries).items()}
    return {path: text for path, text in texts.items() if not is_ours(path, text)}


def _tell(folder: Path, report: WriteReport, check: bool) -> None:
    verb = "would change" if check else "written"
    say(
        "{}: {} " + verb + ", {} unchanged, {} removed",
        folder,
        len(report.written),
        len(report.unchanged),
        len(report.removed),
    )
    named = [*report.written, *report.removed] if check else []
    for path in named[:MOST_NAMED]:
        say("  {}", folder / path)
    if len(named) > MOST_NAMED:
        say("  and {} more", len(named) - MOST_NAMED)
    for path in report.conflicts:
        kept = folder / path
        say("[yellow]kept:[/yellow] {} is not as generated, so it was left alone; move it to have it written", kept)

"""``run``: a stored operation by its name, its data on stdout or in a file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from twentyql.cli.console import ApiKey, Profile, Url, open_client, say, show_table, wait_for
from twentyql.errors import OutputError, QueryError, UsageError
from twentyql.output.answer import as_text, cells, check_format, has_more, rows_of


def run(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The operation's name, as in its .graphql file.")],
    variable: Annotated[list[str] | None, typer.Option("-v", "--variable", metavar="KEY=VALUE")] = None,
    format: Annotated[str, typer.Option("--format", help="json, jsonl, csv, table or parquet.")] = "json",
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write to a file, not to stdout.")] = None,
    queries: Annotated[Path, typer.Option("--queries", help="The folder of your own operations.")] = Path("queries"),
    url: Url = None,
    api_key: ApiKey = None,
    profile: Profile = None,
) -> int:
    """Run a stored operation, print its data.

    The value of a variable is JSON where it parses as JSON, else text.
    """
    variables = dict(_pair(text) for text in variable or ())
    check_format(format)
    if out is not None and format == "table":
        raise UsageError("A table is for the terminal.", advice="Write json, jsonl, csv or parquet to a file.")
    if out is None and format == "parquet":
        raise UsageError("Parquet is no text.", advice="Name a file with --out.")

    async def work() -> int:
        async with open_client(url, api_key, profile) as client:
            data = await client.run(name, variables, queries=queries)
        _show(data, format, out)
        for root in has_more(data):
            say("[yellow]note:[/yellow] {} has more pages behind this one; `twentyql export` reads them all", root)
        return 0

    return wait_for(work)


def _show(data: dict[str, Any], format: str, out: Path | None) -> None:
    if format == "table":
        show_table(*cells(rows_of(data)))
    elif out is not None and format == "parquet":
        from twentyql.output.parquet import write_rows

        write_rows(rows_of(data), out)
    elif out is None:
        sys.stdout.write(as_text(data, format))
    else:
        try:
            out.write_text(as_text(data, format), encoding="utf-8", newline="")
        except OSError as error:
            raise OutputError(f"Cannot write {out}: {error.strerror}.", advice="Give another --out.") from error


def _pair(text: str) -> tuple[str, Any]:
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise QueryError(f"-v {text!r} is no key=value.")
    try:
        return key, msgspec.json.decode(value)
    except msgspec.DecodeError:
        return key, value

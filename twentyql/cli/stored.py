"""``run``: a stored operation by its name, its data on stdout or in a file."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from twentyql.build.paging import Paging
from twentyql.cli.console import (
    ApiKey,
    Profile,
    Url,
    exit_code,
    open_client,
    say,
    show_receipt,
    show_table,
    wait_for,
)
from twentyql.client import Client
from twentyql.errors import OutputError, QueryError, UsageError
from twentyql.execute.operation import Found
from twentyql.execute.paging import Merged
from twentyql.output.answer import as_text, cells, check_format, has_more, rows_of


def run(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The operation's name, as in its .graphql file.")],
    variable: Annotated[list[str] | None, typer.Option("-v", "--variable", metavar="KEY=VALUE")] = None,
    format: Annotated[str, typer.Option("--format", help="json, jsonl, csv, table or parquet.")] = "json",
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write to a file, not to stdout.")] = None,
    every: Annotated[
        bool | None,
        typer.Option("--all/--page", help="Every page, or one; else every page unless $first or $after is given."),
    ] = None,
    queries: Annotated[Path, typer.Option("--queries", help="The folder of your own operations.")] = Path("queries"),
    url: Url = None,
    api_key: ApiKey = None,
    profile: Profile = None,
) -> int:
    """Run a stored operation, print its data.

    The value of a variable is JSON where it parses as JSON, else text. An operation that pages ($after of its one list)
    is read to its end, each record once, with a receipt on stderr; with -v first=10 or -v after=..., it is one page.
    """
    variables = dict(_pair(text) for text in variable or ())
    check_format(format)
    if out is not None and format == "table":
        raise UsageError("A table is for the terminal.", advice="Write json, jsonl, csv or parquet to a file.")
    if out is None and format == "parquet":
        raise UsageError("Parquet is no text.", advice="Name a file with --out.")

    async def work() -> int:
        async with open_client(url, api_key, profile) as client:
            found = client.operations.find(name, queries)
            if every if every is not None else found.paging and not _asks_a_page(found.paging, variables):
                return await _run_all(client, found, variables, format, out)
            data = await client.operations.run_found(found, variables)
        _show(data, format, out)
        for root in has_more(data):
            more = "--all reads them all" if found.paging else "`twentyql export` reads them all"
            say("[yellow]note:[/yellow] {} has more pages behind this one; {}", root, more)
        return 0

    return wait_for(work)


def _asks_a_page(paging: Paging, variables: Mapping[str, Any]) -> bool:
    return paging.after in variables or (paging.first is not None and paging.first in variables)


async def _run_all(client: Client, found: Found, variables: dict[str, Any], format: str, out: Path | None) -> int:
    """Every page: JSON as one answer in the shape of the file, every other format as its records."""
    merged = Merged(found.paging)
    rows: list[dict[str, Any]] = []
    keep = merged.add if format == "json" else None
    async with client.operations.stream_found(found, variables, on_data=keep) as stream:
        async for row in stream:
            if format == "jsonl" and out is None:
                sys.stdout.write(as_text({"row": row}, format))
            elif format != "json":
                rows.append(row)
        receipt = stream.receipt
    if format == "json":
        _show(merged.data, format, out)
    elif format != "jsonl" or out is not None:
        _show({"rows": rows}, format, out)
    show_receipt(receipt)
    return exit_code(receipt)


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

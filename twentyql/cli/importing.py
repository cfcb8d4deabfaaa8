"""``import``: files into records, with the mapping shown, a dry run, a receipt and a reject file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from twentyql.cli.console import (
    COMPLETE,
    INCOMPLETE,
    ApiKey,
    Profile,
    Url,
    open_client,
    progress,
    say,
    wait_for,
)
from twentyql.client import Client
from twentyql.errors import IncompleteError, UnknownNameError, UsageError
from twentyql.write.importing import Import, ImportOptions, dry_run, in_order, prepare, run_import
from twentyql.write.receipt import WriteReceipt, explained
from twentyql.write.sender import WriteTally


def import_files(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="CSV, JSON lines, JSON or Parquet files.")],
    object: Annotated[
        str | None, typer.Option("--object", help="The object; else each file is named after its own.")
    ] = None,
    match: Annotated[
        str | None, typer.Option("--match", help="A field: records found by it are changed, the others created.")
    ] = None,
    map: Annotated[
        Path | None, typer.Option("--map", help="A JSON file: column to field, null to leave a column out.")
    ] = None,
    dry: Annotated[bool, typer.Option("--dry-run", help="Say what would become of every row; write nothing.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an interrupted import.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Import a file anew that was imported before.")] = False,
    no_revive: Annotated[
        bool, typer.Option("--no-revive", help="Refuse rows that would bring a soft-deleted record back.")
    ] = False,
    currency: Annotated[str | None, typer.Option("--currency", help="For money without one: EUR.")] = None,
    encoding: Annotated[str, typer.Option("--encoding", help="Of CSV and JSON files.")] = "utf-8-sig",
    rejects: Annotated[Path | None, typer.Option("--rejects", help="The reject file; else beside the input.")] = None,
    url: Url = None,
    api_key: ApiKey = None,
    profile: Profile = None,
) -> int:
    """Import files, 200 rows a request, each row exactly once.

    Several files are imported in the order in which their objects need each other. An interrupted import goes on with
    --resume; bad rows go to a reject file, good ones are kept.
    """
    options = ImportOptions(
        match=match,
        map=_read_map(map),
        resume=resume,
        again=again,
        revive=not no_revive,
        currency=currency,
        encoding=encoding,
        rejects=rejects,
    )

    async def work() -> int:
        async with open_client(url, api_key, profile) as client:
            prepared = _prepare(client, files, object, options)
            for each in prepared:
                _show_mapping(each)
            if dry:
                return await _dry(client, prepared)
            codes = [await _run(client, each) for each in prepared]
            return max(codes)

    return wait_for(work)


def _prepare(client: Client, files: Sequence[Path], name: str | None, options: ImportOptions) -> list[Import]:
    if len(files) > 1 and (name or options.map is not None or options.rejects):
        raise UsageError("--object, --map and --rejects are for one file.", advice="Import the files one by one.")
    imports = [
        prepare(client.sender, path, client.model.object(name or _object(client, path)), options) for path in files
    ]
    return in_order(client.model, imports)


def _object(client: Client, path: Path) -> str:
    """The object that a file is named after: ``people.csv``, ``company-2026.jsonl``."""
    stem = path.name.split(".")[0]
    names = {n.casefold(): o.singular for o in client.model for n in (o.singular, o.plural)}
    for end in range(len(stem), 0, -1):
        found = names.get(stem[:end].casefold().replace("_", "").replace("-", "").strip())
        if found and not stem[end : end + 1].isalpha():
            return found
    raise UnknownNameError("object", stem, names, where=f"after which {path.name} is named (say it with --object)")


def _show_mapping(each: Import) -> None:
    say("[bold]{}[/bold] -> {}", each.path.name, each.of.plural)
    for column in each.columns.columns:
        if column.target is None:
            say("  {:<28} [dim]left out: {}[/dim]", column.name, column.how)
            continue
        doubt = f", {column.misfits} of {column.sampled} sampled values do not fit" if column.misfits else ""
        say("  {:<28} {:<36} [dim]{}[/dim]{}", column.name, column.target, column.how, doubt)
    if each.options.match:
        say("  records are found by {} and changed; the others are created", each.options.match)


async def _run(client: Client, each: Import) -> int:
    with progress() as on_rows:
        prepared = _with_progress(each, lambda count: on_rows(each.of.plural, count))
        try:
            receipt = await run_import(client.sender, prepared)
        except IncompleteError as error:
            if isinstance(error.receipt, WriteReceipt):
                _show(error.receipt, each)
            raise
    _show(receipt, each)
    return COMPLETE if receipt.verdict == "complete" else INCOMPLETE


def _with_progress(each: Import, on_settled: Any) -> Import:
    return replace(each, options=replace(each.options, on_settled=on_settled))


def _show(receipt: WriteReceipt, each: Import) -> None:
    color = {"complete": "green", "refused": "yellow"}.get(receipt.verdict, "red")
    say(f"[{color}]{{}}[/{color}]{{}}", receipt.verdict, str(receipt).removeprefix(receipt.verdict))
    if receipt.resumed:
        say("{} of the rows were settled by earlier runs", f"{receipt.resumed:,}")
    if receipt.revived:
        say("note: {} soft-deleted records were brought back; their ids are in the receipt", len(receipt.revived))
    if receipt.rejects:
        say("refused: {}", explained(receipt.rejects))
        say("all of them: {}", each.reject_path)
    for note in receipt.notes:
        say("note: {}", note)


async def _dry(client: Client, imports: Sequence[Import]) -> int:
    refused = 0
    for each in imports:
        tally, counts = WriteTally(), dict[str, int]()
        async with aclosing(dry_run(client.sender, each, tally)) as rows:
            async for row in rows:
                counts[row.what] = counts.get(row.what, 0) + 1
                changes = {name: list(values) for name, values in row.changes.items()}
                more = {"id": row.id, "changes": changes, "field": row.field, "reason": row.reason}
                line = {"row": row.row, "would": row.what, **{name: value for name, value in more.items() if value}}
                print(json.dumps(line, ensure_ascii=False, default=str))
        refused += counts.get("refuse", 0)
        told = ", ".join(f"{count:,} {what}" for what, count in counts.items()) or "no rows"
        say("{}: {} (nothing was written; {} reads)", each.path.name, told, tally.requests)
    return INCOMPLETE if refused else COMPLETE


def _read_map(path: Path | None) -> Mapping[str, str | None] | None:
    if path is None:
        return None
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, str | None])
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from error
    except msgspec.MsgspecError as error:
        raise UsageError(f'{path} is no map: {error}. It is {{"Column": "field", "Other": null}}.') from error

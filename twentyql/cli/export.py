"""``export`` and ``explain``: whole records to files, and what that would cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from twentyql.cli.console import (
    ApiKey,
    Profile,
    Url,
    exit_code,
    open_client,
    printable,
    progress,
    say,
    show_receipt,
    wait_for,
)
from twentyql.errors import QueryError, UsageError
from twentyql.exporting import export_queries, linked_objects
from twentyql.syncing import LAG, SWEEP_EVERY

Objects = Annotated[list[str], typer.Argument(metavar="OBJECT", help="Objects, by singular or plural name.")]
With = Annotated[
    list[str] | None,
    typer.Option("--with", metavar="RELATION", help="Relations to follow: people,people.noteTargets; may be repeated."),
]
Where = Annotated[str | None, typer.Option("--where", metavar="JSON", help="""A filter: '{"name":{"ilike":"%a%"}}'.""")]
Select = Annotated[
    list[str] | None, typer.Option("--select", metavar="FIELD", help="Only these fields of the object: name,emails.")
]
Schema = Annotated[Path | None, typer.Option("--schema", help="A folder that `pull` wrote; saves the introspection.")]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What the arguments ask for, read once for both commands."""

    objects: list[str]
    relations: list[str]
    where: dict[str, Any] | None
    fields: list[str]


def export(
    objects: Objects,
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="The folder to write; made if it is not there.")],
    with_: With = None,
    where: Where = None,
    select: Select = None,
    format: Annotated[str, typer.Option("--format", help="parquet, jsonl, csv or duckdb.")] = "parquet",
    since: Annotated[
        str | None, typer.Option("--since", metavar="TIME", help="Only what changed since: 2026-11-24.")
    ] = None,
    incremental: Annotated[
        bool, typer.Option("--incremental", help="duckdb, parquet: merge what changed since the last run into DIR.")
    ] = False,
    lag: Annotated[float, typer.Option("--lag", help="--incremental: seconds to look back before the last run.")] = LAG,
    sweep: Annotated[
        bool, typer.Option("--sweep", help="--incremental: compare all ids now, not once a week.")
    ] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Read only what a run that was cut off has not.")] = False,
    partition_by: Annotated[
        str | None,
        typer.Option("--partition-by", metavar="COLUMN", help="parquet: a folder for each value, stage=NEW."),
    ] = None,
    defuse: Annotated[bool, typer.Option("--defuse", help="csv: make cells harmless that look like formulas.")] = False,
    schema: Schema = None,
    url: Url = None,
    api_key: ApiKey = None,
    profile: Profile = None,
) -> int:
    """Write whole objects to files, with a receipt.

    One file for each object and for each that its relations lead to, every live record in it once.
    """
    wanted = _wanted(objects, with_, where, select)
    options: dict[str, Any] = {"defuse": True} if defuse else {}
    if incremental and (wanted.where or wanted.fields or since or defuse or resume or partition_by):
        raise UsageError(
            "--incremental keeps whole objects up to date.", advice="Leave out --where, --select, --since, --resume."
        )
    if resume:
        options["resume"] = True
    if partition_by is not None:
        options["partition_by"] = partition_by
    if since is not None:
        options["since"] = moment(since)

    async def work() -> int:
        async with open_client(url, api_key, profile, schema) as client:
            with progress() as on_rows:
                if incremental:
                    objects = linked_objects(client.model, wanted.objects, wanted.relations)
                    every = 0.0 if sweep else SWEEP_EVERY
                    receipt = await client.sync(
                        objects, to=to, format=format, lag=lag, sweep_every=every, on_rows=on_rows
                    )
                else:
                    receipt = await client.export(
                        wanted.objects,
                        to=to,
                        format=format,
                        relations=wanted.relations,
                        where=wanted.where,
                        fields=wanted.fields,
                        on_rows=on_rows,
                        **options,
                    )
        show_receipt(receipt)
        say("written to {}" if receipt.verdict != "incomplete" else "[red]not whole:[/red] see {}", to)
        return exit_code(receipt)

    return wait_for(work)


def explain(
    objects: Objects,
    with_: With = None,
    where: Where = None,
    select: Select = None,
    schema: Schema = None,
    url: Url = None,
    api_key: ApiKey = None,
    profile: Profile = None,
) -> int:
    """Say what an export would cost.

    Its requests, tokens, rows and time; nothing is sent but counts.
    """
    wanted = _wanted(objects, with_, where, select)

    async def work() -> int:
        async with open_client(url, api_key, profile, schema) as client:
            for query in export_queries(client.model, wanted.objects, wanted.relations, wanted.where, wanted.fields):
                print(printable(str(await client.reader.explain(query, together=False))))
        return 0

    return wait_for(work)


def moment(text: str) -> datetime:
    """A moment as people write it, in UTC unless it says otherwise."""
    try:
        made = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is no time.", advice="Write 2026-11-24 or 2026-11-24T08:00:00Z.") from None
    return made if made.tzinfo else made.replace(tzinfo=UTC)


def _wanted(objects: list[str], with_: list[str] | None, where: str | None, select: list[str] | None) -> _Wanted:
    return _Wanted(_names(objects), _names(with_), _condition(where), _names(select))


def _names(texts: list[str] | None) -> list[str]:
    """``["a,b", "c"]`` -> ``["a", "b", "c"]``."""
    return [name.strip() for text in texts or () for name in text.split(",") if name.strip()]


def _condition(text: str | None) -> dict[str, Any] | None:
    if text is None:
        return None
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise QueryError(
            f"--where is no JSON object: {error}.", advice="""Write it as '{"name": {"ilike": "%acme%"}}'."""
        ) from error

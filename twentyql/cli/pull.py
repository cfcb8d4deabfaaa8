"""``pull``: introspect a workspace into a schema folder and say what changed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from twentyql.cli.console import ApiKey, Profile, Url, open_client, say, wait_for
from twentyql.introspect.load import CORE_INTROSPECTION, CORE_SDL, Loaded, load
from twentyql.introspect.save import save, schema_files
from twentyql.schema.diff import diff


def pull(
    source: Annotated[str | None, typer.Option("--from", help="A schema folder, a file, or the server's URL.")] = None,
    out: Annotated[Path, typer.Option("--out", help="Where to write the schema.")] = Path("schema"),
    url: Url = None,
    api_key: ApiKey = None,
    profile: Profile = None,
) -> int:
    """Write the schema of a workspace to a folder.

    Both endpoints are introspected; what changed since the last pull is printed, breaking changes first.
    """
    loaded = _load(source, url, api_key, profile)
    old = load(out) if any((out / name).exists() for name in (CORE_INTROSPECTION, CORE_SDL)) else None
    written = save(schema_files(loaded), out)
    model = loaded.model
    relations = sum(len(o.relations) for o in model)
    say("{} objects, {} relations in {}", len(model.objects), relations, out)
    for note in loaded.notes:
        say("[yellow]repaired:[/yellow] {}", note)
    if loaded.data_model is None and model.dialect == "twenty":
        say("[yellow]note:[/yellow] without /metadata: labels and some relations are unknown")
    if old is not None:
        changes = diff(old.model, model)
        for change in changes:
            say("[red]{}[/red]" if change.breaking else "{}", change)
        if not changes:
            say("nothing changed" if not written else "the same objects; the files are new")
    return 0


def _load(source: str | None, url: str | None, api_key: str | None, profile: str | None) -> Loaded:
    if source is not None and "://" not in source:
        return load(Path(source))
    found: list[Loaded] = []

    async def read() -> int:
        async with open_client(source or url, api_key, profile) as client:
            found.append(await client.pull())
        return 0

    wait_for(read)
    return found[0]

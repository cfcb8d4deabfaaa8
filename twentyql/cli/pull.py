"""``pull``: introspect a workspace into a schema folder and say what changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Annotated

import typer

from twentyql.build.stored import texts_of
from twentyql.cli.console import COMPLETE, INCOMPLETE, ApiKey, Profile, Url, open_client, say, wait_for
from twentyql.cli.generate import own_operations
from twentyql.errors import UsageError
from twentyql.generate.impact import Impact, impact
from twentyql.introspect.load import CORE_INTROSPECTION, CORE_SDL, Loaded, load
from twentyql.introspect.save import save, schema_files
from twentyql.schema.diff import diff

MOST = 8
"""Places and attributes that are named of one change."""


def pull(
    source: Annotated[str | None, typer.Option("--from", help="A schema folder, a file, or the server's URL.")] = None,
    out: Annotated[Path, typer.Option("--out", help="Where to write the schema.")] = Path("schema"),
    queries: Annotated[Path, typer.Option("--queries", help="The folder of stored operations.")] = Path("queries"),
    package: Annotated[Path, typer.Option("--package", help="The generated package.")] = Path("crm"),
    fail_on: Annotated[
        str | None,
        typer.Option(
            "--fail-on", metavar="breaking|any", help="Exit with 1 on such changes; the folder stays as it was."
        ),
    ] = None,
    url: Url = None,
    api_key: ApiKey = None,
    profile: Profile = None,
) -> int:
    """Write the schema of a workspace to a folder.

    Both endpoints are introspected. What changed since the last pull is printed, breaking changes first, with the
    stored operations (file:line:column) and the generated attributes that each touches.
    """
    if fail_on not in (None, "breaking", "any"):
        raise UsageError(f"--fail-on {fail_on!r} is neither breaking nor any.", advice="Give --fail-on breaking.")
    loaded = _load(source, url, api_key, profile)
    old = load(out) if any((out / name).exists() for name in (CORE_INTROSPECTION, CORE_SDL)) else None
    found = _impact(old, loaded, queries, package) if old is not None else None
    failed = (
        found is not None and fail_on is not None and (found.breaking or (fail_on == "any" and bool(found.touched)))
    )
    written = save(schema_files(loaded), out) if not failed else []
    _tell_of(loaded, out)
    if found is not None:
        _tell(found, written)
    if failed:
        say("[red]not taken over:[/red] {} is as it was; pull without --fail-on to accept these changes", out)
    return INCOMPLETE if failed else COMPLETE


def _tell_of(loaded: Loaded, out: Path) -> None:
    model = loaded.model
    relations = sum(len(o.relations) for o in model)
    say("{} objects, {} relations in {}", len(model.objects), relations, out)
    for note in loaded.notes:
        say("[yellow]repaired:[/yellow] {}", note)
    if loaded.data_model is None and model.dialect == "twenty":
        say("[yellow]note:[/yellow] without /metadata: labels and some relations are unknown")


def _impact(old: Loaded, new: Loaded, queries: Path, package: Path) -> Impact:
    """What changed, and what of the user's project that touches."""
    changes = diff(old.model, new.model)
    if not changes and old.model.digest == new.model.digest:
        return Impact((), ())
    texts: dict[PurePath, str] = dict(texts_of(queries).items())
    modules = {path.name: path.read_text("utf-8") for path in sorted(package.glob("*.py"))}
    found = impact(changes, (old.model, old.schema), new.schema, texts, modules)
    own = tuple(f"{queries / path}:" for path in own_operations(queries))
    return replace(found, broken=tuple(fault for fault in found.broken if fault.startswith(own)))


def _tell(found: Impact, written: Sequence[Path]) -> None:
    for touched in found.touched:
        say("[red]{}[/red]" if touched.change.breaking else "{}", touched.change)
        for place in touched.places[:MOST]:
            say("    used in {}", place)
        if len(touched.places) > MOST:
            say("    and in {} more places", len(touched.places) - MOST)
        if touched.attributes:
            more = f" and {len(touched.attributes) - MOST} more" if len(touched.attributes) > MOST else ""
            say("    generated as {}", ", ".join(touched.attributes[:MOST]) + more)
    for fault in found.broken:
        say("[red]to be mended by hand:[/red] {}", fault)
    if not found.touched:
        say("nothing changed" if not written else "the same objects; the files are new")
    else:
        breaking = sum(touched.change.breaking for touched in found.touched)
        say("{} changes, {} breaking; `twentyql generate` takes them over", len(found.touched), breaking)


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

"""``objects`` and ``fields``: what a workspace has."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from twentyql.cli.console import ApiKey, Profile, Url, open_client, show_table, wait_for
from twentyql.introspect.load import load
from twentyql.schema.model import SchemaModel

Schema = Annotated[Path | None, typer.Option("--schema", help="A folder that `pull` wrote, instead of a server.")]


def objects(schema: Schema = None, url: Url = None, api_key: ApiKey = None, profile: Profile = None) -> int:
    """List the objects of the workspace.

    Name, plural, label, how many fields and relations.
    """
    model = _model(schema, url, api_key, profile)
    show_table(
        ("object", "plural", "label", "fields", "relations"),
        [(o.singular, o.plural, o.label, len(o.fields), len(o.relations)) for o in model],
    )
    return 0


def fields(
    name: Annotated[str, typer.Argument(metavar="OBJECT", help="An object, by its singular or plural name.")],
    schema: Schema = None,
    url: Url = None,
    api_key: ApiKey = None,
    profile: Profile = None,
) -> int:
    """List the fields and relations of an object.

    Name, kind, type, whether it may be null, options or target.
    """
    of = _model(schema, url, api_key, profile).object(name)
    rows: list[tuple[str, str, str, str, str]] = []
    for field in of.fields:
        more = ", ".join(o.value for o in field.options) or ", ".join(p.name for p in field.parts)
        rows.append((field.name, field.kind.value, field.type_name, "null" if field.nullable else "", more))
    for relation in of.relations:
        kind = "TO_MANY" if relation.is_to_many else "TO_ONE"
        rows.append((relation.name, kind, relation.target, "", relation.join_column or ""))
    show_table(("field", "kind", "type", "null", "options, parts or join column"), rows)
    return 0


def _model(schema: Path | None, url: str | None, api_key: str | None, profile: str | None) -> SchemaModel:
    if schema is not None:
        return load(schema).model
    found: list[SchemaModel] = []

    async def read() -> int:
        async with open_client(url, api_key, profile) as client:
            found.append(client.model)
        return 0

    wait_for(read)
    return found[0]

"""``run``: a stored operation by its name, its data on stdout."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from twentyql.cli.console import ApiKey, Profile, Url, open_client, wait_for
from twentyql.errors import QueryError


def run(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The operation's name, as in its .graphql file.")],
    variable: Annotated[list[str] | None, typer.Option("-v", "--variable", metavar="KEY=VALUE")] = None,
    queries: Annotated[Path, typer.Option("--queries", help="The folder of your own operations.")] = Path("queries"),
    url: Url = None,
    api_key: ApiKey = None,
    profile: Profile = None,
) -> int:
    """Run a stored operation and print its data as JSON. A value is JSON where it parses as JSON, else text."""
    variables = dict(_pair(text) for text in variable or ())

    async def work() -> int:
        async with open_client(url, api_key, profile) as client:
            data = await client.run(name, variables, queries=queries)
        print(msgspec.json.format(msgspec.json.encode(data), indent=2).decode())
        return 0

    return wait_for(work)


def _pair(text: str) -> tuple[str, Any]:
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise QueryError(f"-v {text!r} is no key=value.")
    try:
        return key, msgspec.json.decode(value)
    except msgspec.DecodeError:
        return key, value

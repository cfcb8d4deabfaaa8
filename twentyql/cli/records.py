"""``get find create update delete restore destroy count options``: one record or a filter, JSON in and out."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

from twentyql.cli.console import COMPLETE, ApiKey, Profile, Url, open_client, say, show_table, wait_for
from twentyql.client import Client
from twentyql.collection import Collection
from twentyql.errors import UsageError
from twentyql.write.receipt import WriteReceipt

Object = Annotated[str, typer.Argument(metavar="OBJECT", help="An object, by its singular or plural name.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="The id of the record.")]
MaybeId = Annotated[str | None, typer.Argument(metavar="[ID]", help="The id of one record; or give --where.")]
Where = Annotated[str | None, typer.Option("--where", metavar="JSON", help='A filter: {"name": {"like": "%acme%"}}.')]
Select = Annotated[
    str | None, typer.Option("--select", metavar="F,...", help="Fields: name,accountOwner.name.lastName.")
]
Everything = Annotated[bool, typer.Option("--everything", help="Allow a filter that leaves nothing out.")]
Data = Annotated[str, typer.Argument(metavar="JSON", help="A record as JSON, @FILE or - for stdin.")]


def get(
    object: Object, id: Id, select: Select = None, url: Url = None, api_key: ApiKey = None, profile: Profile = None
) -> int:
    """Print one record as JSON."""

    async def work(client: Client) -> int:
        return _print(await client[object].get(id, *_names(select)))

    return _with_client(work, url, api_key, profile)


def find(
    object: Object,
    where: Where = None,
    select: Select = None,
    order: Annotated[
        str | None, typer.Option("--order", metavar="F,-F", help="Fields to sort by; - for falling.")
    ] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most so many records.")] = None,
    url: Url = None,
    api_key: ApiKey = None,
    profile: Profile = None,
) -> int:
    """Print the records under a filter as JSON lines, all pages of them."""

    async def work(client: Client) -> int:
        of = client.model.object(object)
        query = client[object].select(*(_names(select) or [f.name for f in of.fields if f.name != "searchVector"]))
        query = query.where(_json(where, "--where")) if where else query
        query = query.order_by(*_names(order)) if order else query
        async with client.stream(query.limit(limit) if limit else query) as rows:
            async for row in rows:
                _print(row)
        say("{}", rows.receipt)
        return COMPLETE if rows.receipt.verdict == "complete" else 3

    return _with_client(work, url, api_key, profile)


def count(object: Object, where: Where = None, url: Url = None, api_key: ApiKey = None, profile: Profile = None) -> int:
    """Print how many records there are under a filter."""

    async def work(client: Client) -> int:
        print(await client[object].count(_json(where, "--where") if where else None))
        return COMPLETE

    return _with_client(work, url, api_key, profile)


def create(
    object: Object,
    data: Data,
    upsert: Annotated[bool, typer.Option("--upsert", help="Change the one with the same id or unique value.")] = False,
    link: Annotated[
        list[str] | None, typer.Option("--link", metavar="OBJECT:ID", help="Link a note or task to a record.")
    ] = None,
    currency: Annotated[str | None, typer.Option("--currency", help="For money without one: EUR.")] = None,
    url: Url = None,
    api_key: ApiKey = None,
    profile: Profile = None,
) -> int:
    """Create a record from JSON, or many from a list, and print it."""

    async def work(client: Client) -> int:
        given, collection = _json(data, "the record"), client[object]
        if isinstance(given, list):
            if link or upsert:
                raise UsageError("--link and --upsert are for one record.")
            return _receipt(await collection.create_many(given, currency=currency))
        links = [_link(one) for one in link or ()]
        return _print(await collection.create(given, upsert=upsert, currency=currency, link=links))

    return _with_client(work, url, api_key, profile)


def update(
    object: Object,
    id: Annotated[str, typer.Argument(metavar="ID", help="The id of one record; or - with --where.")],
    data: Data,
    where: Where = None,
    everything: Everything = False,
    url: Url = None,
    api_key: ApiKey = None,
    profile: Profile = None,
) -> int:
    """Change fields of one record, or of all under --where (ID is then -)."""

    async def work(client: Client) -> int:
        given, collection = _json(data, "the record"), client[object]
        if id != "-":
            _one_of(id, where)
            return _print(await collection.update(id, given))
        return _receipt(
            await collection.update_where(_filter(where, everything), given, **_counted("change", everything))
        )

    return _with_client(work, url, api_key, profile)


def delete(
    object: Object,
    id: MaybeId = None,
    where: Where = None,
    everything: Everything = False,
    url: Url = None,
    api_key: ApiKey = None,
    profile: Profile = None,
) -> int:
    """Put one record, or all under --where, into the bin. `restore` takes them out."""
    return _binning("delete", object, id, where, everything, url, api_key, profile)


def restore(
    object: Object,
    id: MaybeId = None,
    where: Where = None,
    everything: Everything = False,
    url: Url = None,
    api_key: ApiKey = None,
    profile: Profile = None,
) -> int:
    """Take one record, or all under --where, out of the bin."""
    return _binning("restore", object, id, where, everything, url, api_key, profile)


def destroy(
    object: Object,
    id: MaybeId = None,
    where: Where = None,
    everything: Everything = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do not ask: it is final, nothing brings the records back.")
    ] = False,
    url: Url = None,
    api_key: ApiKey = None,
    profile: Profile = None,
) -> int:
    """Remove one record, or all under --where, for good. This is final."""
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError(
                "Destroying is final: nothing brings the records back.", advice="Pass --yes if that is meant."
            )
        say("[red]Destroying is final:[/red] nothing brings the records back.")
        typer.confirm("Go on?", abort=True, err=True)
    return _binning("destroy", object, id, where, everything, url, api_key, profile)


def options(
    field: Annotated[str, typer.Argument(metavar="OBJECT.FIELD", help="A field with options: opportunity.stage.")],
    url: Url = None,
    api_key: ApiKey = None,
    profile: Profile = None,
) -> int:
    """List the options of a SELECT, MULTI_SELECT or RATING field: value, label, colour."""

    async def work(client: Client) -> int:
        found = client.options(field)
        show_table(("value", "label", "colour"), [(o.value, o.label, o.color or "") for o in found])
        return COMPLETE

    return _with_client(work, url, api_key, profile)


def _binning(
    verb: str,
    object: str,
    id: str | None,
    where: str | None,
    everything: bool,
    url: str | None,
    api_key: str | None,
    profile: str | None,
) -> int:
    async def work(client: Client) -> int:
        collection: Collection = client[object]
        if id is not None:
            _one_of(id, where)
            return _print(await getattr(collection, verb)(id))
        change = getattr(collection, f"{verb}_where")
        return _receipt(await change(_filter(where, everything), **_counted(verb, everything)))

    return _with_client(work, url, api_key, profile)


def _with_client(
    work: Callable[[Client], Coroutine[Any, Any, int]], url: str | None, api_key: str | None, profile: str | None
) -> int:
    async def connected() -> int:
        async with open_client(url, api_key, profile) as client:
            return await work(client)

    return wait_for(connected)


def _one_of(id: str | None, where: str | None) -> None:
    if where is not None:
        raise UsageError("Give an ID or --where, not both.")


def _filter(where: str | None, everything: bool) -> Any:
    if where is None and not everything:
        raise UsageError("Name the records: by an ID, or by --where.", advice="Or --everything, for all of them.")
    return _json(where, "--where") if where else {}


def _counted(verb: str, everything: bool) -> dict[str, Any]:
    def show(count: int) -> None:
        say("{} records to {}", f"{count:,}", verb)

    return {"everything": everything, "on_count": show}


def _receipt(receipt: WriteReceipt) -> int:
    say("{}", receipt)
    for reject in receipt.rejects:
        _print({"row": reject.row, "field": reject.field, "reason": reject.reason})
    for note in receipt.notes:
        say("note: {}", note)
    return COMPLETE if receipt.verdict == "complete" else 1


def _json(text: str | None, what: str) -> Any:
    """JSON from an argument, ``@FILE`` or ``-`` for stdin."""
    if text is None:
        return None
    try:
        if text == "-":
            return json.load(sys.stdin)
        if text.startswith("@"):
            return json.loads(Path(text[1:]).read_text(encoding="utf-8"))
        return json.loads(text)
    except OSError as error:
        raise UsageError(f"{text[1:]} cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise UsageError(f"{what.capitalize()} is no JSON: {error}.") from error


def _link(text: str) -> tuple[str, str]:
    name, colon, id = text.partition(":")
    if not colon:
        raise UsageError(f"{text!r} is no link.", advice="Write OBJECT:ID.")
    return name, id


def _names(text: str | None) -> list[str]:
    return [name.strip() for name in (text or "").split(",") if name.strip()]


def _print(value: Any) -> int:
    print(json.dumps(value, ensure_ascii=False, default=str))
    return COMPLETE

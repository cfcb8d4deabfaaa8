"""``webhooks list|create|delete|listen``: the webhooks of a workspace, and a receiver to try them with."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
from contextlib import suppress
from typing import Annotated

import typer

from twentyql.cli.console import COMPLETE, ApiKey, Profile, Url, open_client, say, show_table, wait_for
from twentyql.errors import UsageError
from twentyql.webhooks.events import Event

SECRET_NAME = "TWENTY_WEBHOOK_SECRET"
Operations = Annotated[
    list[str] | None, typer.Option("--on", metavar="OPERATION", help="Such as company.created, person.*; else *.*")
]
Secret = Annotated[str | None, typer.Option("--secret", help=f"The secret; else {SECRET_NAME}.")]


def list_all(url: Url = None, api_key: ApiKey = None, profile: Profile = None) -> int:
    """List the webhooks of the workspace."""

    async def work() -> int:
        async with open_client(url, api_key, profile) as client:
            found = await client.webhooks.list()
            rows = [(w.id, w.url, " ".join(w.operations), "signed" if w.secret else "unsigned") for w in found]
            show_table(("id", "url", "operations", "signature"), rows)
        return COMPLETE

    return wait_for(work)


def create(
    target: Annotated[str, typer.Argument(metavar="TARGET", help="The address that events are sent to.")],
    on: Operations = None,
    secret: Secret = None,
    description: Annotated[str, typer.Option("--description")] = "",
    url: Url = None,
    api_key: ApiKey = None,
    profile: Profile = None,
) -> int:
    """Have events sent to an address. Without a secret one is made and printed, once."""
    given = secret or os.environ.get(SECRET_NAME)
    made = given or secrets.token_hex(24)

    async def work() -> int:
        async with open_client(url, api_key, profile) as client:
            webhook = await client.webhooks.create(target, on or ["*.*"], secret=made, description=description)
            shown = {"id": webhook.id, "url": webhook.url, "operations": list(webhook.operations)}
            print(json.dumps(shown if given else {**shown, "secret": made}))
        return COMPLETE

    return wait_for(work)


def delete(
    id: Annotated[str, typer.Argument(metavar="ID", help="The id of the webhook.")],
    url: Url = None,
    api_key: ApiKey = None,
    profile: Profile = None,
) -> int:
    """Delete a webhook."""

    async def work() -> int:
        async with open_client(url, api_key, profile) as client:
            say("deleted the webhook to {}", (await client.webhooks.delete(id)).url)
        return COMPLETE

    return wait_for(work)


def listen(
    port: Annotated[int, typer.Option("--port", help="Where to listen on this machine; 0 for a free port.")] = 8787,
    secret: Secret = None,
    unsigned: Annotated[bool, typer.Option("--unsigned", help="Take deliveries without a signature.")] = False,
    register: Annotated[
        str | None,
        typer.Option("--register", metavar="ADDRESS", help="Make a webhook to ADDRESS; delete it after."),
    ] = None,
    on: Operations = None,
    most: Annotated[int | None, typer.Option("--most", min=1, help="Stop after so many events.")] = None,
    url: Url = None,
    api_key: ApiKey = None,
    profile: Profile = None,
) -> int:
    """Receive deliveries and print each as a JSON line, until Ctrl-C.

    ADDRESS is this listener as the server sees it; {port} in it is replaced by the port.
    """
    given = secret or os.environ.get(SECRET_NAME) or (secrets.token_hex(24) if register and not unsigned else None)
    if not given and not unsigned:
        raise UsageError(f"Pass --secret, or set {SECRET_NAME}.", advice="Or --unsigned, to believe everybody.")

    async def work() -> int:
        from twentyql.webhooks.receive import Receiver, serve

        ended, printed = asyncio.Event(), 0

        async def show(event: Event) -> None:
            nonlocal printed
            printed += 1
            print(json.dumps(_line(event), ensure_ascii=False), flush=True)
            if printed == most:
                ended.set()

        receiver = Receiver(show, unsigned=True) if unsigned else Receiver(show, secret=given)
        with suppress(NotImplementedError):
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, ended.set)
        async with serve(receiver, port) as bound:
            say("listening on http://127.0.0.1:{}", bound)
            if register is None:
                await ended.wait()
            else:
                async with open_client(url, api_key, profile) as client:
                    address = register.replace("{port}", str(bound))
                    webhook = await client.webhooks.create(
                        address, on or ["*.*"], secret=given, description="twentyql webhooks listen"
                    )
                    try:
                        say("the webhook {} sends to {}", webhook.id, address)
                        await ended.wait()
                    finally:
                        await client.webhooks.delete(webhook.id)
        counts = receiver.counts
        told = (counts.received, counts.handled, counts.refused.total(), counts.late)
        say("{} received, {} handled, {} refused, {} late", *told)
        return COMPLETE

    return wait_for(work)


def _line(event: Event) -> dict[str, object]:
    more = {"updatedFields": list(event.updated_fields), "late": event.late}
    shown = {name: value for name, value in more.items() if value}
    return {"event": event.name, "id": event.id, "when": event.when, **shown, "record": dict(event.record)}

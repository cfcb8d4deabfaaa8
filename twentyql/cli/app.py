"""The Typer application: which commands there are, and how an error becomes one message and an exit code."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Sequence
from typing import Any

import typer

from twentyql.cli import (
    demo,
    doctor,
    explore,
    export,
    generate,
    importing,
    pull,
    records,
    sandbox,
    snapshot,
    stored,
    webhooks,
)
from twentyql.cli.console import INCOMPLETE, USAGE, say
from twentyql.errors import TwentyqlError, UsageError

COMMANDS: dict[str, Callable[..., int]] = {
    "demo": demo.demo,
    "pull": pull.pull,
    "generate": generate.generate_package,
    "run": stored.run,
    "export": export.export,
    "explain": export.explain,
    "import": importing.import_files,
    "get": records.get,
    "find": records.find,
    "count": records.count,
    "create": records.create,
    "update": records.update,
    "delete": records.delete,
    "restore": records.restore,
    "destroy": records.destroy,
    "options": records.options,
    "sandbox": sandbox.serve,
    "snapshot": snapshot.snapshot,
    "objects": explore.objects,
    "fields": explore.fields,
    "doctor": doctor.doctor,
}

GROUPS: dict[str, tuple[str, dict[str, Callable[..., int]]]] = {
    "webhooks": (
        "List, create and delete webhooks, and receive their deliveries.",
        {
            "list": webhooks.list_all,
            "create": webhooks.create,
            "delete": webhooks.delete,
            "listen": webhooks.listen,
        },
    ),
}


def run(arguments: Sequence[str]) -> int:
    """Run one command and give its exit code. No error of ours, and no Ctrl-C, ends in a traceback."""
    try:
        _application()(args=list(arguments), prog_name="twentyql")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else INCOMPLETE
    return 0


def _application() -> typer.Typer:
    app = typer.Typer(
        name="twentyql",
        help="Every row of your Twenty workspace, exactly once, with a receipt that proves it.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
        rich_markup_mode=None,
    )
    for name, command in COMMANDS.items():
        app.command(name)(_guarded(command))
    for group, (told, commands) in GROUPS.items():
        below = typer.Typer(no_args_is_help=True, help=told, rich_markup_mode=None)
        for name, command in commands.items():
            below.command(name)(_guarded(command))
        app.add_typer(below, name=group)
    return app


def _guarded(command: Callable[..., int]) -> Callable[..., None]:
    """The command with its result as the exit code, and every error of ours as one line."""

    @functools.wraps(command)
    def guarded(*args: Any, **kwargs: Any) -> None:
        try:
            code = command(*args, **kwargs)
        except TwentyqlError as error:
            say("[red]error:[/red] {}", error)
            code = USAGE if isinstance(error, UsageError) else INCOMPLETE
        except (KeyboardInterrupt, asyncio.CancelledError):
            say("[red]stopped[/red] before the end")
            code = INCOMPLETE
        except BrokenPipeError:
            code = INCOMPLETE
        raise typer.Exit(code)

    return guarded

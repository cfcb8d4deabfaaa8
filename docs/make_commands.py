"""Write ``docs/reference/commands.md`` from the commands themselves: ``python docs/make_commands.py``."""

from __future__ import annotations

import contextlib
import io
import os
from pathlib import Path

PAGE = Path(__file__).parent / "reference" / "commands.md"


def text() -> str:
    """The page: the help of every command, as a terminal of 100 columns shows it."""
    os.environ |= {"COLUMNS": "100", "TERMINAL_WIDTH": "100", "NO_COLOR": "1"}
    from twentyql.cli.app import COMMANDS, GROUPS

    parts = ["# Commands\n\nMade by `python docs/make_commands.py`; every command says the same with `--help`.\n"]
    names = [*COMMANDS, *(f"{group} {name}" for group, (_, inner) in GROUPS.items() for name in inner)]
    parts += [f"## {name}\n\n```text\n{_help(name)}\n```\n" for name in names]
    return "\n".join(parts)


def _help(name: str) -> str:
    from twentyql.cli.app import run

    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        run([*name.split(), "--help"])
    return "\n".join(line.rstrip() for line in shown.getvalue().strip().splitlines())


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")

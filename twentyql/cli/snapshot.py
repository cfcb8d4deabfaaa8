"""``snapshot``: a workspace's data model and rows in a folder, for the sandbox to serve."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from twentyql.cli.console import ApiKey, Profile, Url, exit_code, open_client, progress, say, show_receipt, wait_for


def snapshot(
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="The folder to write; made if it is not there.")],
    url: Url = None,
    api_key: ApiKey = None,
    profile: Profile = None,
) -> int:
    """Write a workspace for `sandbox` to serve.

    objects.json, workspace.json and every row, deleted ones too; `twentyql sandbox --snapshot DIR` serves them.
    """

    async def work() -> int:
        async with open_client(url, api_key, profile) as client:
            with progress() as on_rows:
                receipt = await client.snapshot(to, on_rows=on_rows)
        show_receipt(receipt)
        say("serve it with: twentyql sandbox --snapshot {}", to)
        return exit_code(receipt)

    return wait_for(work)

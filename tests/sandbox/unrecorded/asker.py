"""Asks a sandbox over HTTP, without any client of the package."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

from twentyql.sandbox import Sandbox

Ask = Callable[..., Any]


def asker(sandbox: Sandbox) -> Ask:
    """``ask(query, **variables)``: the whole answer; ``path`` reads REST."""

    def asked(query: str | None = None, path: str = "/graphql", **variables: Any) -> Any:
        body = json.dumps({"query": query, "variables": variables}).encode() if query else None
        headers = {"authorization": "Bearer key", "content-type": "application/json"}
        request = urllib.request.Request(sandbox.url + path, data=body, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=20) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            return json.load(error)

    return asked

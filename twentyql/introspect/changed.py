"""Whether the server's schema is still the one that was loaded."""

from __future__ import annotations

from twentyql.introspect.fetch import Asks, fetch, fetch_workspace
from twentyql.introspect.load import Loaded
from twentyql.schema.diff import diff

SHOWN = 3


async def changed_since(server: Asks, loaded: Loaded) -> str | None:
    """How the server's schema now differs from ``loaded``, breaking changes first, or None if it does not.

    Introspects the server again, so it is for the moment when an answer does not fit.
    """
    changes = diff(loaded.model, (await fetch(server)).model)
    if not changes:
        return None
    version = (await fetch_workspace(server) or {}).get("metadataVersion")
    shown = "; ".join(str(change) for change in changes[:SHOWN])
    more = f" and {len(changes) - SHOWN} more" if len(changes) > SHOWN else ""
    at = f" (metadataVersion {version})" if version is not None else ""
    return f"The workspace was changed since its schema was read{at}: {shown}{more}."

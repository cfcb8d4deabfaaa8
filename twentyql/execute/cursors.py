"""Cursors of pages in the order of ids: a Twenty server's are base64 of JSON, and built ones work as its own do."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import msgspec

from twentyql.execute.pages import Page


def after(id: str) -> str:
    """The cursor that a page behind the record ``id`` begins with, in the order of ids."""
    return base64.b64encode(msgspec.json.encode({"id": id})).decode()


def next_cursor(page: Page, cursor: str | None, last: str | None) -> str | None:
    """Where to go on behind ``page``, or None at the end and where nothing leads on.

    The server's own cursor, unless it is null or did not move; then one built from the ``last`` id that came, if the
    server's cursors are of that form and this one leads further.
    """
    if not page.has_next:
        return None
    if page.cursor and page.cursor != cursor:
        return page.cursor
    if last is None or not page.rows or (cursor is not None and not is_by_id(cursor)):
        return None
    built = after(last)
    return built if built != cursor else None


def is_by_id(cursor: str) -> bool:
    """Whether a cursor holds an id and nothing else."""
    try:
        held: Any = msgspec.json.decode(base64.b64decode(cursor, validate=True))
    except (binascii.Error, ValueError):
        return False
    return isinstance(held, dict) and list(held) == ["id"]

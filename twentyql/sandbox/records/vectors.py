"""Search vectors: the words of a record and their places, in PostgreSQL's notation."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from twentyql.sandbox.records.layout import Layout, Leaf, Path

VECTOR = ("searchVector",)
WORDS = re.compile(r"[^\W_]+")
SEARCHED = {"EMAILS": "primaryEmail", "PHONES": "primaryPhoneNumber", "RICH_TEXT": "markdown"}


def vector_writer(layout: Layout) -> Callable[[Mapping[str, Any]], str | None] | None:
    """The function that makes the search vector of a row in API form; None for objects that are not searched."""
    if VECTOR not in layout.leaves or not layout.record.raw.get("isSearchable"):
        return None
    paths = [leaf.path for leaf in layout.leaves.values() if _searched(layout, leaf)]
    return lambda row: vector(" ".join(filter(None, (_text(row, path) for path in paths))))


def _searched(layout: Layout, leaf: Leaf) -> bool:
    label = layout.record.label_slot
    if leaf.type != "TEXT" or (leaf.sub is None and leaf.slot is not label):
        return False
    if leaf.sub is None or leaf.slot is label:
        return True
    wanted = SEARCHED.get(leaf.slot.type, "primaryLinkUrl" if leaf.slot.unique else "")
    return leaf.sub.name == wanted


def _text(row: Mapping[str, Any], path: Path) -> str:
    found: Any = row
    for part in path:
        found = found.get(part) if isinstance(found, Mapping) else None
    return str(found or "")


def vector(text: str) -> str:
    """The lexemes of ``text``: its words, and e-mail addresses and domains as a whole, in lower case."""
    lowered = text.lower()
    places: dict[str, list[str]] = {}
    for number, word in enumerate(WORDS.findall(lowered), 1):
        places.setdefault(word, []).append(str(number))
    for whole in (token for token in lowered.split() if "@" in token[1:-1] or "." in token[1:-1]):
        places.setdefault(whole.replace("'", ""), ["1"])
    return " ".join(f"'{word}':{','.join(places[word])}" for word in sorted(places))

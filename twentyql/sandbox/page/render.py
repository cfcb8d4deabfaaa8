"""The index page as HTML, and the part of it that changes as JSON. Everything shown is escaped; nothing is fetched.

Names, labels and descriptions of a data model are as hostile as rows: here they become text by ``html.escape``, in the
script only by ``textContent``. The policy allows this style and this script by their hashes, and no other.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

from twentyql.sandbox.model import Model, RecordType, Slot

LATEST = 100  # requests shown
SAMPLE_FIELDS = 6
Counts = Mapping[str, tuple[int, int]]
HEADS = ("When", "Path", "Asked for", "Status", "Codes", "Size", "Took", "Fault")
STYLES = ("mild", "", "", "number", "bad", "number", "number", "bad")


@cache
def _part(name: str) -> str:
    return files("twentyql.sandbox.page").joinpath(name).read_text(encoding="utf-8")


@cache
def policy() -> str:
    """The Content-Security-Policy of the page: its own style and script, and requests to where it came from."""
    style, script = (_hash(_part(name)) for name in ("page.css", "page.js"))
    return (
        f"default-src 'none'; style-src {style}; script-src {script}; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _hash(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def page(model: Model, counts: Counts, state: Mapping[str, Any], url: str, key: str, warnings: Sequence[str]) -> str:
    """The whole page."""
    title = f"{model.workspace.get('displayName') or 'Sandbox'} · twentyql sandbox"
    first = max(model.objects, key=lambda record: counts[record.plural][0], default=None)
    query = sample(model, first) if first else "{ __typename }"
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>{_part("page.css")}</style>
</head>
<body>
<header>
<h1>{escape(title)}</h1>
<span>TWENTY_API_URL <code>{escape(url)}</code></span>
<span>TWENTY_API_KEY <code>{escape(key)}</code></span>
<span class="bad" id="stopped" role="status"></span>
</header>
<main>
{_warned(warnings)}
<section aria-labelledby="objects"><h2 id="objects">Objects</h2>
<div class="scroll"><table><thead><tr><th>Object</th><th class="number">Fields</th><th class="number">Live</th>
<th class="number" title="Soft-deleted">Bin</th></tr></thead><tbody>
{"".join(_object(model, record, counts) for record in model.objects)}
</tbody></table></div></section>
<section aria-labelledby="ask"><h2 id="ask">Ask</h2>
<textarea id="query" spellcheck="false" aria-label="Query">{escape(query)}</textarea>
<input type="hidden" id="key" value="{escape(key)}">
<div class="row"><button class="run" id="run">Run</button>
<select id="path" aria-label="Endpoint"><option>/graphql</option><option>/metadata</option></select>
<span class="mild">Ctrl+Enter</span><span id="status" role="status"></span></div>
<textarea id="variables" spellcheck="false" aria-label="Variables" placeholder='Variables: {{"first": 5}}'></textarea>
<div class="scroll" id="shown"></div>
<div class="scroll"><pre id="answer" class="mild">The answer comes here.</pre></div></section>
<section class="wide" aria-labelledby="requests"><h2 id="requests">Requests
<span class="mild" id="asked">{escape(state["asked"])}</span></h2>
<div class="scroll"><table><thead><tr>{"".join(_head(*pair) for pair in zip(HEADS, STYLES, strict=True))}</tr>
</thead><tbody id="ledger">{"".join(_line(cells) for cells in state["ledger"])}</tbody></table></div></section>
</main>
<script>{_part("page.js")}</script>
</body>
</html>
"""


def _warned(warnings: Sequence[str]) -> str:
    if not warnings:
        return ""
    items = "".join(f"<li>{escape(warning)}</li>" for warning in warnings)
    return f'<details class="wide"><summary>{_number(len(warnings), "warning")}</summary><ul>{items}</ul></details>'


def _object(model: Model, record: RecordType, counts: Counts) -> str:
    living, binned = counts[record.plural]
    query, title = escape(sample(model, record)), escape(f"{record.label}: {record.description or 'no description'}")
    return (
        f'<tr data-object="{escape(record.plural)}"><td><button class="name" data-query="{query}" title="{title}">'
        f"{escape(record.plural)}</button></td>"
        f'<td class="number">{len(record.slots)}</td><td class="number">{living:,}</td>'
        f'<td class="number">{binned:,}</td></tr>\n'
    )


def _line(cells: Sequence[str]) -> str:
    styles = [style + (" bad" if place == 3 and cells[3] != "200" else "") for place, style in enumerate(STYLES)]
    return f"<tr>{''.join(_cell(*pair) for pair in zip(cells, styles, strict=True))}</tr>"


def _head(text: str, style: str) -> str:
    return f'<th class="{"number" if style == "number" else ""}">{escape(text)}</th>'


def _cell(text: str, style: str) -> str:
    return f'<td class="{style.strip()}">{escape(text)}</td>'


def sample(model: Model, record: RecordType) -> str:
    """A query for the first records of an object, with a few of their fields."""
    label = record.label_slot
    slots = [slot for slot in record.slots if slot.kind in ("scalar", "composite") and slot.type != "TS_VECTOR"]
    own = [slot for slot in slots if slot is not label and slot.name not in ("id", "deletedAt", "position")]
    shown = [*([label] if label and label.name != "id" else []), *own][:SAMPLE_FIELDS]
    lines = "\n        ".join(["id", *(_selected(slot) for slot in shown)])
    return (
        f"{{\n  {record.plural}(first: 20) {{\n    totalCount\n    edges {{\n      node {{\n        {lines}\n"
        "      }\n    }\n    pageInfo { hasNextPage endCursor }\n  }\n}"
    )


def _selected(slot: Slot) -> str:
    if slot.kind != "composite":
        return slot.name
    return f"{slot.name} {{ {' '.join(sub.name for sub in slot.composite.fields if sub.type != 'RAW_JSON')} }}"


def state_of(entries: Sequence[Any], now: float, answered: int, tokens: int) -> dict[str, Any]:
    """What the page shows of the ledger, the newest request first. Arguments and keys are not among it."""
    latest = [list(_request(entry, now)) for entry in reversed(entries[-LATEST:])]
    asked = f"{_number(answered, 'request')}, {_number(tokens, 'token')}"
    return {"ledger": latest, "asked": asked, "styles": STYLES}


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _request(entry: Any, now: float) -> Iterator[str]:
    yield f"{max(0, now - entry.started):,.0f} s ago"
    yield f"{entry.method} {entry.path}"
    roots = ", ".join(root.name for root in entry.roots)
    yield f"{entry.operation}: {roots}" if entry.operation else roots
    yield str(entry.status) if entry.status else "none"
    yield ", ".join(entry.codes)
    yield f"{entry.bytes:,} B"
    yield f"{entry.seconds * 1000:,.1f} ms"
    yield entry.fault or ""

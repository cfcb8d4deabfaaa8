"""What a notebook shows of the toolkit's nouns, as HTML in which every text of a server or a row is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape as escape_html
from typing import Any

from twentyql.build.named import NamedQuery
from twentyql.build.query import Query, Selection
from twentyql.client import Client
from twentyql.collection import Collection
from twentyql.execute.receipt import Receipt
from twentyql.execute.stream import Result
from twentyql.plan.explain import Explanation
from twentyql.plan.planner import plan
from twentyql.schema.dialects import dialect
from twentyql.schema.model import ObjectModel, SchemaModel

MOST_ROWS = 20
MOST_LETTERS = 120
COLORS = {"complete": "#1a7f37", "withheld": "#9a6700", "incomplete": "#cf222e"}


def client_html(client: Client) -> str:
    """The workspace, its limit and objects; with counts once `overview` has asked for them."""
    pace = client.pace
    limit = f"{pace.limit.tokens} requests in {pace.limit.seconds:g} s" if pace.limit else "no limit known yet"
    told = (
        f"{len(client.model.objects)} objects, dialect {client.dialect.name}; {limit}; {pace.tokens_sent} tokens sent"
    )
    counts = client.counts
    rows = [
        (o.singular, o.plural, o.label, len(o.fields), len(o.relations), counts.get(o.plural)) for o in client.model
    ]
    heading = ("object", "plural", "label", "fields", "relations", "records")
    note = "" if counts else _note("how many records each has: await client.overview()")
    return _titled(repr(client), told) + _table(heading, rows) + note


def collection_html(collection: Collection) -> str:
    """An object: its fields with their types and options, and its relations."""
    return object_html(collection.model)


def object_html(of: ObjectModel) -> str:
    fields = [
        (f.name, f.kind.value, f.label, ", ".join(o.value for o in f.options) or ", ".join(p.name for p in f.parts))
        for f in of.fields
    ]
    relations = [
        (r.name, "many" if r.is_to_many else "one", r.label, f"{r.target} by {r.join_column or '?'}")
        for r in of.relations
    ]
    heading = ("field", "kind", "label", "options, parts or target")
    return _titled(of.label_plural or of.plural, of.description) + _table(heading, [*fields, *relations])


def query_html(query: Query[Any, Any]) -> str:
    """A query: what it selects, and, where its schema is known, the documents that would be sent."""
    told = f"{len(query.conditions)} conditions, {len(query.orders)} orders, limit {query.most or 'none'}"
    shown = _titled(f"Query of {query.selection.object}", told) + _pre("\n".join(_selected(query.selection)))
    if isinstance(query, NamedQuery) and isinstance(query.model, SchemaModel):
        planned = plan(query, query.model, dialect(query.model.dialect))
        shown += _list(planned.why) + "".join(_pre(read.text) for read in planned.root.walk())
        return shown + _note("what it costs: await client.explain(query)")
    return shown + _note("its requests and cost: await client.explain(query)")


def explanation_html(explanation: Explanation) -> str:
    """A plan with its cost."""
    return _titled("Plan") + _pre(str(explanation))


def result_html(result: Result[Any]) -> str:
    """The first rows, and the receipt."""
    records = [_cells(row) for row in result.rows[:MOST_ROWS]]
    heading = list(dict.fromkeys(name for record in records for name in record))
    rows = [[record.get(name) for name in heading] for record in records]
    more = f"the first {MOST_ROWS} of {len(result.rows):,} rows" if len(result.rows) > MOST_ROWS else ""
    return _table(heading, rows) + _note(more) + receipt_html(result.receipt)


def receipt_html(receipt: Receipt) -> str:
    """The verdict, the lists and the notes."""
    verdict = f'<b style="color:{COLORS[receipt.verdict]}">{receipt.verdict}</b>'
    told = (
        f"{receipt.requests} requests, {receipt.tokens} tokens, {receipt.retries} retries, {receipt.bytes // 1000} kB, "
        f"{receipt.seconds:.2f} s, of them {receipt.waited:.2f} s waiting for the pace"
    )
    rows = [(p.name, f"{p.rows:,}", p.count_before, p.count_after, p.requests) for p in receipt.lists]
    table = _table(("list", "rows", "counted before", "counted after", "requests"), rows)
    return f"<p>{verdict} <small>{escape(told)}</small></p>{table}{_list(receipt.notes)}"


def _cells(row: Any) -> dict[str, Any]:
    if isinstance(row, dict):
        return dict(row)
    return {str(name): value for name, value in row.__rich_repr__()}


def _selected(selection: Selection, depth: int = 0) -> Iterable[str]:
    pad = "  " * depth
    yield from (f"{pad}{'.'.join(column.path)}" for column in selection.columns)
    for nested in selection.nested:
        yield f"{pad}{nested.relation} ({'all of them' if nested.many else 'one'})"
        yield from _selected(nested.selection, depth + 1)


def escape(text: str) -> str:
    """``text`` as HTML that shows it: no tag, no control character, no mark that turns the direction of writing."""
    return escape_html("".join(c if c.isprintable() or c == "\n" else " " for c in text))


def _text(value: Any) -> str:
    """A value as the text of a cell: records as their number, long texts cut."""
    if value is None:
        return ""
    if isinstance(value, list | tuple) and value and not isinstance(value[0], str | int | float):
        return f"{len(value)} records"
    text = str(value)
    return text if len(text) <= MOST_LETTERS else text[: MOST_LETTERS - 1] + "…"


def _table(heading: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    top = "".join(f'<th style="text-align:left">{escape(_text(name))}</th>' for name in heading)
    lines = (
        "".join(f'<td style="text-align:left;white-space:pre-wrap">{escape(_text(value))}</td>' for value in row)
        for row in rows
    )
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def _titled(title: str, told: str = "") -> str:
    return f"<p><b>{escape(title)}</b> <small>{escape(told)}</small></p>"


def _pre(text: str) -> str:
    return f"<pre>{escape(text)}</pre>"


def _note(text: str) -> str:
    return f"<p><small>{escape(text)}</small></p>" if text else ""


def _list(items: Iterable[str]) -> str:
    inner = "".join(f"<li>{escape(item)}</li>" for item in items)
    return f"<ul>{inner}</ul>" if inner else ""

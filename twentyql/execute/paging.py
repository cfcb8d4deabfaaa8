"""A stored operation that pages, read to its end: page after page, each node once, with the receipt of any other read.

The cursor, the count and the ids are asked beside what the file selects. A cursor that does not move never loops.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import msgspec
from graphql import DocumentNode, FragmentDefinitionNode, GraphQLSchema, OperationDefinitionNode

from twentyql.build.operation import Pages, name_of, node_type, variables_of
from twentyql.build.paging import Paging, paging_of, with_paging
from twentyql.build.prepare import Prepared, prepare
from twentyql.build.prepare_aliases import Aliases
from twentyql.errors import IncompleteError, NotGraphQLError, QueryError
from twentyql.execute.answers import document_of, read_typed
from twentyql.execute.receipt import ListReceipt, Receipt, Verdict, doubt
from twentyql.execute.requester import Requester
from twentyql.faults import check_answer, read_answer

ADVICE = "Read again; if it stays, the server pages wrongly under this order or filter."


class _PageInfo(msgspec.Struct, rename="camel"):
    has_next_page: bool = False
    end_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """An operation that pages, with its variables. ``nodes`` reads the nodes of an answer; one that is None is lost."""

    name: str | None
    document: DocumentNode
    paging: Paging
    variables: Mapping[str, Any]
    nodes: Callable[[bytes, Prepared], list[Any]]

    @property
    def label(self) -> str:
        """What messages call it."""
        return self.name or ".".join(self.paging.path)


@dataclass(slots=True)
class _Counted:
    """What happened so far."""

    rows: int = 0
    requests: int = 0
    tokens: int = 0
    retries: int = 0
    bytes: int = 0
    before: int | None = None
    after: int | None = None
    withheld: int = 0
    repeated: int = 0
    finished: bool = False
    notes: list[str] = field(default_factory=list[str])


@dataclass(frozen=True, slots=True)
class _Page:
    nodes: list[Any]
    ids: list[str | None]
    info: _PageInfo
    total: int | None


class OperationPages:
    """Reads one call once."""

    def __init__(self, call: Call, schema: GraphQLSchema, requester: Requester, page_size: int) -> None:
        self._call = call
        self._schema = schema
        self._requester = requester
        self._counted = _Counted()
        self._keys = _decoder(call.paging)
        first = call.paging.first
        sized = {first: page_size} if first and call.variables.get(first) is None else {}
        self._variables = {**call.variables, **sized}
        self._began = time.monotonic()
        self._waited = requester.pace.waited_seconds
        self._ready: dict[bool, Prepared] = {}

    async def batches(self) -> AsyncGenerator[list[Any], None]:
        """The nodes, page by page; the next page is asked for while one is used."""
        counted, seen = self._counted, set[str]()
        cursor = cast(str | None, self._variables.get(self._call.paging.after))
        part = cursor is not None
        asked = asyncio.create_task(self._page(cursor))
        try:
            while True:
                page = await asked
                counted.before = page.total if counted.requests == 1 and not part else counted.before
                counted.after = None if part else page.total
                fresh = self._fresh(page, seen)
                stuck = page.info.has_next_page and page.info.end_cursor in (None, "", cursor)
                if stuck:
                    self._stuck(page)
                if stuck or not page.info.has_next_page:
                    counted.finished = True
                    yield fresh
                    return
                cursor = page.info.end_cursor
                asked = asyncio.create_task(self._page(cursor))
                yield fresh
        finally:
            asked.cancel()
            await asyncio.gather(asked, return_exceptions=True)

    def _fresh(self, page: _Page, seen: set[str]) -> list[Any]:
        """The nodes that did not come before; nodes without an id cannot be told apart and are all given."""
        fresh: list[Any] = []
        for node, key in zip(page.nodes, page.ids, strict=True):
            if key is not None and key in seen:
                self._counted.repeated += 1
                continue
            if key is not None:
                seen.add(key)
            if node is None:
                self._counted.withheld += 1
            else:
                fresh.append(node)
        self._counted.rows += len(fresh)
        return fresh

    def _stuck(self, page: _Page) -> None:
        counted = self._counted
        missing = (page.total or 0) - counted.rows - counted.withheld
        if missing <= 0 or page.nodes:
            raise IncompleteError(
                f"The cursor of {self._call.label} does not move after {counted.rows} rows, though the server says "
                "there are more.",
                receipt=self.receipt(),
                advice=ADVICE,
            )
        counted.withheld += missing

    async def _page(self, cursor: str | None) -> _Page:
        ready = self._prepared(cursor)
        variables = dict(ready.variables)
        if cursor is not None:
            variables[self._call.paging.after] = cursor

        return await self._requester.answer(
            self._call.label, ready.text, variables, lambda body: self._read(body, ready), self._counted
        )

    def _prepared(self, cursor: str | None) -> Prepared:
        """The request of a first or of a later page: they differ in whether there is a cursor at all."""
        later = cursor is not None
        if later not in self._ready:
            after = {self._call.paging.after: cursor} if later else {}
            given = {**{k: v for k, v in self._variables.items() if k != self._call.paging.after}, **after}
            self._ready[later] = prepare(self._call.document, self._call.name, given, self._schema)
        return self._ready[later]

    def _read(self, body: bytes, ready: Prepared) -> _Page:
        try:
            found = self._keys.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            check_answer(body)
            raise NotGraphQLError(f"The pages of {self._call.label} do not fit the schema: {error}.") from error
        check_answer(body)
        for _ in ("data", *self._call.paging.path):
            found = getattr(found, "at", None)
        if found is None:
            return _Page([], [], _PageInfo(), None)
        ids = [_id(item, self._call.paging) for item in getattr(found, "items", None) or ()]
        return _Page(self._call.nodes(body, ready), ids, found.info, found.total)

    def receipt(self) -> Receipt:
        """The receipt as things stand."""
        counted = self._counted
        part = ListReceipt(
            name=".".join(self._call.paging.path),
            object=self._call.label,
            rows=counted.rows,
            requests=counted.requests,
            count_before=counted.before,
            count_after=counted.after,
            withheld=counted.withheld,
            repeated=counted.repeated,
        )
        doubted = doubt(part, limited=False)
        notes = [*counted.notes, *([f"{part.name}: {part.withheld} rows are withheld"] if part.withheld else [])]
        verdict: Verdict = "withheld" if part.withheld else "complete"
        if doubted or not counted.finished:
            verdict = "incomplete"
            notes += [doubted] if doubted else []
            notes += [] if counted.finished else ["the read was stopped before its end"]
        return Receipt(
            verdict,
            (part,),
            counted.requests,
            counted.tokens,
            counted.retries,
            counted.bytes,
            time.monotonic() - self._began,
            self._requester.pace.waited_seconds - self._waited,
            tuple(notes),
        )


def typed_call(operation: Pages[Any, Any], schema: GraphQLSchema) -> Call:
    """The call of a generated operation, whose nodes are typed."""
    kind = type(operation)
    document = document_of(kind, schema)
    paging = _paging(name_of(kind), document, schema)
    node = node_type(kind)
    wrapped = _page_type(paging, node)

    def nodes(body: bytes, ready: Prepared) -> list[Any]:
        at = read_typed(body, wrapped, ready, name_of(kind))
        for _ in paging.path:
            at = at.at if at is not None else None
        if at is None:
            return []
        return [item.node if item is not None and paging.items == "edges" else item for item in at.items or ()]

    return Call(name_of(kind), with_paging(document, paging), paging, variables_of(operation), nodes)


def raw_call(
    document: DocumentNode,
    name: str | None,
    variables: Mapping[str, Any],
    schema: GraphQLSchema,
    kept: bool,
    on_data: Callable[[dict[str, Any]], None] | None = None,
) -> Call:
    """The call of a stored operation, whose nodes are dicts of just what it asks. ``on_data`` hears each answer."""
    paging = _paging(name, document, schema)
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    operation = next(d for d in document.definitions if isinstance(d, OperationDefinitionNode))
    shown = Aliases(operation.selection_set, fragments, kept)

    def nodes(body: bytes, _ready: Prepared) -> list[Any]:
        at: Any = shown.applied(read_answer(body)["data"])
        if on_data is not None:
            on_data(at)
        for key in paging.path:
            at = at[key]
        items = at.get(paging.items) or []
        return [item.get("node") if item is not None and paging.items == "edges" else item for item in items]

    return Call(name, with_paging(document, paging), paging, variables, nodes)


class Merged:
    """The answers to the pages of one operation as one answer: its list has the items of all."""

    def __init__(self, paging: Paging | None) -> None:
        self._paging = paging
        self.data: dict[str, Any] = {}

    def add(self, data: dict[str, Any]) -> None:
        """Add a page's data; what stands beside the items is the last page's."""
        if not self.data:
            self.data = data
            return
        assert self._paging is not None
        here, there = self._list(self.data), self._list(data)
        for key, value in there.items():
            here[key] = [*here[key], *value] if isinstance(value, list) and key in ("edges", "nodes") else value

    def _list(self, data: dict[str, Any]) -> dict[str, Any]:
        assert self._paging is not None
        for key in self._paging.path:
            data = data[key] or {}
        return data


def _paging(name: str | None, document: DocumentNode, schema: GraphQLSchema) -> Paging:
    paging = paging_of(document, schema)
    if paging is None:
        raise QueryError(
            f"{name or 'The query'} does not page.",
            advice="An operation pages if a variable is the `after` of its one list, which has edges or nodes.",
        )
    return paging


def _page_type(paging: Paging, node: Any) -> Any:
    """``data`` down to the list, with nothing but the list in it."""
    return _nested(paging, [_items(paging, node)])


def _items(paging: Paging, node: Any) -> tuple[str, Any, Any]:
    item: Any = msgspec.defstruct("Edge", [("node", (node | None), None)]) if paging.items == "edges" else node
    return "items", (list[item | None] | None), msgspec.field(default=None, name=paging.items)


def _decoder(paging: Paging) -> msgspec.json.Decoder[Any]:
    """Decodes what moves the pages: cursor, count and ids."""
    fields = [
        _items(paging, msgspec.defstruct("Key", [("id", (str | None), None)], gc=False)),
        ("info", _PageInfo, msgspec.field(default_factory=_PageInfo, name="pageInfo")),
        ("total", (int | None), msgspec.field(default=None, name="totalCount")),
    ]
    inner = _nested(paging, fields)
    return msgspec.json.Decoder(
        msgspec.defstruct("Answer", [("at", inner | None, msgspec.field(default=None, name="data"))])
    )


def _nested(paging: Paging, fields: list[Any]) -> Any:
    made: Any = msgspec.defstruct("Connection", fields)
    for key in reversed(paging.path):
        made = msgspec.defstruct("Level", [("at", (made | None), msgspec.field(default=None, name=key))])
    return made


def _id(item: Any, paging: Paging) -> str | None:
    node = item.node if item is not None and paging.items == "edges" else item
    return None if node is None else node.id


__all__ = ["Call", "Merged", "OperationPages", "raw_call", "typed_call"]

"""``POST /metadata``: the data model, answered by graphql-core from the snapshot's own nodes."""

from __future__ import annotations

import base64
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from graphql import DocumentNode, GraphQLSchema

from twentyql.sandbox.http import classic
from twentyql.sandbox.http.answers import FRIENDLY, Answer, errors_answer, json_answer, whole_refusal
from twentyql.sandbox.http.direct import Operation, check_roots
from twentyql.sandbox.root import Refused

MOST_ROOTS = 10
TESTS: Mapping[str, Callable[[Any, Any], bool]] = {
    "is": operator.eq,
    "isNot": operator.ne,
    "eq": operator.eq,
    "neq": operator.ne,
    "in": lambda value, wanted: value in wanted,
    "notIn": lambda value, wanted: value not in wanted,
}
DEFAULT_PAGE = 10
FORBIDDEN = {"message": "Forbidden resource", "extensions": {"userFriendlyMessage": FRIENDLY, "code": "FORBIDDEN"}}


@dataclass(frozen=True)
class Metadata:
    """The endpoint: the objects in their order, the workspace and the schema they are served by."""

    objects: Sequence[Mapping[str, Any]]
    workspace: Mapping[str, Any]
    schema: GraphQLSchema

    @cached_property
    def _roots(self) -> dict[str, Any]:
        return {"objects": self._objects, "object": self._object, "currentWorkspace": dict(self.workspace)}

    def answer(self, document: DocumentNode, operation: Operation, *, known: bool, forbidden: bool = False) -> Answer:
        """Answer one operation; ``known`` says that the caller has a key, ``forbidden`` that it may not read this."""
        try:
            check_roots(operation, MOST_ROOTS)
        except Refused as refused:
            return whole_refusal(refused)
        found = classic.invalid(self.schema, document, introspection=known)
        if found:
            return errors_answer(found)
        if forbidden or not known:
            return errors_answer([FORBIDDEN], data=None)
        return json_answer(classic.run(self.schema, document, self._roots, operation.variables, operation.name))

    def _object(self, info: Any, id: str) -> Mapping[str, Any]:
        found = next((node for node in self.objects if node["id"] == id), None)
        if found is None:
            raise Refused(f"Unable to find ObjectMetadataEntity with id: {id}", "NOT_FOUND")
        return found

    def _objects(
        self, info: Any, paging: Mapping[str, Any] | None = None, filter: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        return connection([node for node in self.objects if matches(node, filter or {})], paging or {})


def matches(node: Mapping[str, Any], condition: Mapping[str, Any]) -> bool:
    """Whether an object of the data model meets a filter of ``is``, ``eq``, ``in`` and their like."""
    return all(_holds(node, name, wanted) for name, wanted in condition.items() if wanted is not None)


def _holds(node: Mapping[str, Any], name: str, wanted: Any) -> bool:
    if name == "and":
        return all(matches(node, each) for each in wanted)
    if name == "or":
        return any(matches(node, each) for each in wanted)
    value = node.get(name)
    unknown = next((name for name in wanted if name not in TESTS), None)
    if unknown:
        raise Refused(f"The sandbox does not filter objects by {unknown}.")
    return all(TESTS[test](value, other) for test, other in wanted.items())


def connection(nodes: Sequence[Mapping[str, Any]], paging: Mapping[str, Any]) -> dict[str, Any]:
    """A page of ``nodes`` with offset cursors, as the metadata API pages."""
    after, before = paging.get("after"), paging.get("before")
    start = position(after) + 1 if after else 0
    end = position(before) if before else len(nodes)
    if paging.get("last") is not None:
        stop, begin = end, max(start, end - paging["last"])
    else:
        begin, stop = start, min(end, start + _most(paging))
    edges = [{"node": node, "cursor": cursor(begin + i)} for i, node in enumerate(nodes[begin:stop])]
    info = {
        "hasNextPage": stop < len(nodes),
        "hasPreviousPage": begin > 0,
        "startCursor": edges[0]["cursor"] if edges else None,
        "endCursor": edges[-1]["cursor"] if edges else None,
    }
    return {"edges": edges, "pageInfo": info}


def _most(paging: Mapping[str, Any]) -> int:
    first = paging.get("first")
    return DEFAULT_PAGE if first is None else int(first)


def cursor(index: int) -> str:
    """The cursor of the object at ``index``."""
    return base64.b64encode(f"arrayconnection:{index}".encode()).decode()


def position(text: str) -> int:
    """The index in a cursor. Raises Refused for one that the server did not make."""
    try:
        return int(base64.b64decode(text, validate=True).decode().removeprefix("arrayconnection:"))
    except ValueError as error:
        raise Refused(f"Invalid cursor: {text}") from error

"""``POST /graphql``: direct execution of record roots, the classic path for everything else."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from functools import cached_property, lru_cache, partial
from typing import Any, Protocol

from graphql import DocumentNode, GraphQLError, GraphQLSchema, OperationDefinitionNode, SelectionSetNode, print_ast

from twentyql.sandbox.http import classic
from twentyql.sandbox.http.answers import Answer, errors_answer, json_answer, whole_refusal
from twentyql.sandbox.http.direct import MOST_CORE_ROOTS, Call, Operation, check_roots
from twentyql.sandbox.http.faults import CHANGE, GRAPHQL_ONLY, PAGE, ROOT, Fault, Faults
from twentyql.sandbox.http.limits import Throttle
from twentyql.sandbox.http.pages import Pathed, Silence, lie_after, lie_before, root_refusal
from twentyql.sandbox.model import Model
from twentyql.sandbox.root import Refused, Root
from twentyql.sandbox.workspace.midway import change_midway
from twentyql.sandbox.workspace.served import Derived, Workspace

_LOG = logging.getLogger(__name__)
INTROSPECTION = frozenset({"__schema", "__type"})
SPLIT = "This query cannot be executed as a single request. Please split it into separate queries."
Work = Callable[[Callable[[], Any]], Awaitable[Any]]


class Runs(Protocol):
    """What this module needs of the engine."""

    def knows(self, root_name: str) -> bool: ...

    def run(self, root: Root) -> Any: ...


class Core:
    """The endpoint: ``engine`` knows the roots, ``run`` runs one, in the engine's thread, which ``work`` reaches."""

    def __init__(
        self,
        workspace: Workspace,
        engine: Runs,
        run: Callable[[Root], Any],
        work: Work,
        throttle: Throttle,
        faults: Faults,
        make_schema: Callable[[Model], GraphQLSchema],
    ) -> None:
        self.workspace = workspace
        self.engine = engine
        self.run = run
        self.work = work
        self.throttle = throttle
        self.faults = faults
        self._schema = Derived(make_schema)
        self._query_roots = Derived(query_roots)
        self._introspected = Derived(_introspections)

    @property
    def model(self) -> Model:
        """The data model as it is now."""
        return self.workspace.model

    @property
    def schema(self) -> GraphQLSchema:
        """The workspace's schema, built when first asked for, and anew after each change of the data model."""
        return self._schema(self.model)

    @cached_property
    def classic_schema(self) -> GraphQLSchema:
        """The schema of everything that is no record."""
        return classic.core_classic_schema()

    async def answer(self, document: DocumentNode, operation: Operation, *, known: bool, free: bool = False) -> Answer:
        """Answer one operation; ``known`` says that the caller has a key, ``free`` that it is not throttled."""
        if not known:
            return self._anonymous(document, operation)
        try:
            check_roots(operation, MOST_CORE_ROOTS)
        except Refused as refused:
            return whole_refusal(refused)
        if self._is_direct(operation):
            return await self._direct(document, operation, free)
        if any(self._is_record(operation, call.name) for call in operation.calls):
            return whole_refusal(Refused(SPLIT))
        return await self._classic(document, operation)

    def _is_record(self, operation: Operation, name: str) -> bool:
        kind = "query" if name in self._query_roots(self.model) else "mutation"
        return self.engine.knows(name) and name != "search" and kind == operation.kind

    def _is_direct(self, operation: Operation) -> bool:
        return all(self._is_record(operation, call.name) or call.name in INTROSPECTION for call in operation.calls)

    def _anonymous(self, document: DocumentNode, operation: Operation) -> Answer:
        found = classic.invalid(self.classic_schema, document, introspection=False)
        if found:
            return errors_answer(found)
        forbidden = Refused("Forbidden resource", "FORBIDDEN")
        return errors_answer([forbidden.as_error()], data=None)

    async def _classic(self, document: DocumentNode, operation: Operation) -> Answer:
        found = classic.invalid(self.classic_schema, document)
        if found:
            return errors_answer(found)
        roots = {call.name: partial(self._search, call) for call in operation.calls if call.name == "search"}
        job = partial(classic.run, self.classic_schema, document, roots, operation.variables, operation.name)
        return json_answer(await self.work(job))

    def _search(self, call: Call, info: Any, **arguments: Any) -> Any:
        if isinstance(call.root, Refused):
            raise call.root
        given = {name: value for name, value in arguments.items() if value is not None}
        return self.engine.run(Root("search", given, call.root.selection))

    async def _direct(self, document: DocumentNode, operation: Operation, free: bool) -> Answer:
        data: dict[str, Any] = {}
        errors: list[dict[str, Any]] = []
        pay = for_nothing if free else self.throttle.document()
        if any(call.name in INTROSPECTION for call in operation.calls):
            answer = await self._introspect(document, operation)
            data |= answer.get("data") or {}
            errors += answer.get("errors") or []
        for call in operation.calls:
            if call.name in INTROSPECTION:
                continue
            try:
                data[call.key] = await self.run_root(call.name, call.root, "/graphql", pay)
            except Refused as refused:
                data[call.key] = None
                errors += said(refused, call)
        return json_answer({"data": data} | ({"errors": errors} if errors else {}))

    async def run_root(self, name: str, root: Root | Refused, path: str, pay: Callable[[], None]) -> Any:
        """Run one root field as every endpoint does: faults, ``pay`` for it, the engine. Raises Refused."""
        fault = self.faults.take(ROOT if path == "/graphql" else ROOT - GRAPHQL_ONLY, path, [name])
        if fault:
            raise root_refusal(fault)
        pay()
        if isinstance(root, Refused):
            raise root
        if self.faults.take(CHANGE, path, [name]):
            await self.work(partial(change_midway, self.workspace, root))
        lie = self.faults.take(PAGE, path, [name]) if name in self.model.by_plural else None
        root = lie_before(lie, root)
        return lie_after(lie, root, await self.work(partial(run_guarded, self.run, root)))

    async def _introspect(self, document: DocumentNode, operation: Operation) -> dict[str, Any]:
        if self.faults.take(frozenset({Fault.INTROSPECTION_REFUSED}), "/graphql", ["__schema"]):
            return {"errors": [_introspection_refused(call) for call in operation.calls]}
        only = introspection_document(document, operation)
        key = print_ast(only) + repr(operation.variables)
        known = self._introspected(self.model)
        if key not in known:
            known[key] = await self.work(partial(self._introspection, only, operation))
        return known[key]

    def _introspection(self, only: DocumentNode, operation: Operation) -> dict[str, Any]:
        try:
            schema = self.schema
            found = classic.invalid(schema, only)
        except (TypeError, GraphQLError) as error:  # an object called query, an option called null
            return {"errors": [{"message": classic.worded(str(error))}]}
        return {"errors": found} if found else classic.run(schema, only, {}, operation.variables, operation.name)


def said(refused: Refused, call: Call) -> list[dict[str, Any]]:
    """What ``errors`` say of a root that failed."""
    if isinstance(refused, Silence):
        return []
    error = refused.as_error()
    if isinstance(refused, Pathed):
        place = call.node.loc.start_token if call.node.loc else None
        error["path"] = [call.key]
        error["locations"] = [{"line": place.line, "column": place.column}] if place else []
    return [error]


def for_nothing() -> None:
    """What a caller pays who is not throttled."""


@lru_cache(maxsize=4)
def _introspections(model: Model) -> dict[str, dict[str, Any]]:
    """The answers to introspection so far, which all sandboxes of one model share."""
    return {}


def query_roots(model: Model) -> frozenset[str]:
    """The names of the record roots that read."""
    names = ((o.plural, o.singular, f"{o.singular}Duplicates", f"{o.plural}GroupBy") for o in model.objects)
    return frozenset(name for four in names for name in four)


def run_guarded(run: Callable[[Root], Any], root: Root) -> Any:
    """Run a root; a bug of the engine is logged and answered as the server answers its own."""
    try:
        return run(root)
    except Refused:
        raise
    except Exception as error:
        _LOG.exception("The sandbox failed on %s.", root.name)
        raise Refused(f"{type(error).__name__}: {error}", "INTERNAL_SERVER_ERROR") from error


def introspection_document(document: DocumentNode, operation: Operation) -> DocumentNode:
    """The same document with nothing but the introspection fields in the operation."""
    fields = tuple(call.node for call in operation.calls if call.name in INTROSPECTION)
    old = operation.node
    node = OperationDefinitionNode(
        operation=old.operation,
        name=old.name,
        variable_definitions=old.variable_definitions,
        directives=old.directives,
        selection_set=SelectionSetNode(selections=fields),
    )
    used = tuple(operation.fragments.values())
    return DocumentNode(definitions=(node, *used))


def _introspection_refused(call: Call) -> dict[str, Any]:
    said = f'GraphQL introspection has been disabled, but the requested query contained the field "{call.name}".'
    return {"message": said, "extensions": {"code": "GRAPHQL_VALIDATION_FAILED"}}

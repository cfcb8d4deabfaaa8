"""A GraphQL document and its variables -> Prepared: the one operation in the form that the server really executes.

Validated first; optional parts decided, defaults filled in, what is unused pruned; and what the server would answer
wrongly in silence refused, with its place. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    ListTypeNode,
    NamedTypeNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    print_ast,
    validate,
    visit,
)

from twentyql.build.prepare_aliases import Aliases, real_names
from twentyql.build.prepare_arguments import check_whole, without_nulls
from twentyql.build.prepare_parts import Parts, inlined
from twentyql.build.prepare_places import problem, refused
from twentyql.build.prepare_rules import (
    RULES,
    STANDARD_RULES,
    Rules,
    check_edges,
    check_filters,
    check_nested,
    check_roots,
)
from twentyql.build.prepare_schema import extend, is_twenty
from twentyql.build.prepare_values import values_of
from twentyql.errors import QueryError, SchemaError, UnknownNameError
from twentyql.schema.dialects import Dialect


@dataclass(frozen=True, slots=True)
class Prepared:
    """One operation, ready to send: ``roots`` are its root fields, one token each; ``aliases`` are those not sent."""

    text: str
    variables: dict[str, Any]
    roots: tuple[str, ...]
    is_mutation: bool
    aliases: Aliases | None = field(default=None, compare=False, repr=False)

    def answer(self, data: dict[str, Any]) -> dict[str, Any]:
        """The server's ``data`` in the names of the document: an alias that the server drops is put back."""
        return data if self.aliases is None else self.aliases.applied(data)


@dataclass(frozen=True, slots=True)
class _Form:
    """What an operation is once its optional parts are decided; only the values of variables are still open."""

    text: str
    used: frozenset[str]
    roots: tuple[FieldNode, ...]
    aliases: Aliases | None


class Memo:
    """The forms of documents that are sent again and again, so that each is validated and printed once.

    A document is known by its identity: hand over the same object again.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], tuple[DocumentNode, GraphQLSchema, dict[Any, _Form]]] = {}

    def of(self, document: DocumentNode, schema: GraphQLSchema) -> dict[Any, _Form] | None:
        """The forms of a document that was validated by ``schema``; None if it was not."""
        found = self._known.get((id(document), id(schema)))
        return found[2] if found else None

    def add(self, document: DocumentNode, schema: GraphQLSchema) -> dict[Any, _Form]:
        forms: dict[Any, _Form] = {}
        self._known[id(document), id(schema)] = document, schema, forms
        return forms


def prepare(
    document: DocumentNode,
    operation_name: str | None,
    variables: Mapping[str, Any],
    schema: GraphQLSchema,
    dialect: Dialect | None = None,
    memo: Memo | None = None,
) -> Prepared:
    """The operation of ``document`` called ``operation_name`` (its only one, if None), ready to send.

    The rules are those of ``dialect``, or without it of the server that ``schema`` looks like. Raises QueryError with
    line and column for what the schema or the server does not allow, and UnknownNameError for unknown names. A
    ``memo`` makes the same document quicker the next time.
    """
    whole = extend(schema) if _asks_search(document) else schema
    operation = _chosen(document, operation_name)
    rules = _rules(whole, dialect)
    forms = memo.of(document, whole) if memo else None
    if forms is None:
        _validate(document, whole)
        forms = memo.add(document, whole) if memo else {}
    if operation.operation.value == "subscription":
        raise problem(operation, "A subscription cannot be run.", "Poll with a filter on updatedAt, or use webhooks.")
    values = values_of(operation, variables, whole)
    key = (operation_name, rules, tuple((name, _weight(value)) for name, value in values.items()))
    if key not in forms:
        forms[key] = _form(document, operation, values, whole, rules)
    form = forms[key]
    is_mutation = operation.operation.value == "mutation"
    if rules.direct and is_mutation:
        for root in form.roots:
            check_whole(root, values)
        check_filters(operation, form.roots, values)
    return Prepared(
        text=form.text,
        variables={name: value for name, value in values.items() if name in form.used},
        roots=tuple(root.name.value for root in form.roots),
        is_mutation=is_mutation,
        aliases=form.aliases,
    )


def _weight(value: Any) -> object:
    """All that the form of an operation depends on in a value: whether it is one, and a condition's outcome."""
    return value if value is None or isinstance(value, bool) else "given"


def _form(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    values: Mapping[str, Any],
    schema: GraphQLSchema,
    rules: Rules,
) -> _Form:
    parts = Parts({f.name.value: f for f in _fragments(document)}, values)
    whole = parts.operation(operation)
    roots = inlined(whole.selection_set, parts.fragments)
    decided, fragments, aliases = _executable(whole, roots, parts.fragments, values, rules), parts.fragments, None
    if rules.direct:
        decided, fragments, aliases = real_names(decided, fragments)
    made = _made(decided, fragments, values)
    if rules.direct:
        check_nested(made, schema)
    _validate(made, schema, aliases is not None)
    return _Form(print_ast(made), frozenset(_variables(made)), roots, aliases)


def check(document: DocumentNode, schema: GraphQLSchema, dialect: Dialect | None = None) -> None:
    """QueryError for what can be said against a document before its variables are known; UnknownNameError likewise."""
    whole = extend(schema) if _asks_search(document) else schema
    _validate(document, whole)
    if not _rules(whole, dialect).direct:
        return
    check_nested(document, whole)
    fragments = {f.name.value: f for f in _fragments(document)}
    for operation in (d for d in document.definitions if isinstance(d, OperationDefinitionNode)):
        check_edges(inlined(operation.selection_set, fragments), fragments)


def _rules(schema: GraphQLSchema, dialect: Dialect | None) -> Rules:
    name = dialect.name if dialect else "twenty" if is_twenty(schema) else ""
    return RULES.get(name, STANDARD_RULES)


def _fragments(document: DocumentNode) -> Iterator[FragmentDefinitionNode]:
    return (d for d in document.definitions if isinstance(d, FragmentDefinitionNode))


def _asks_search(document: DocumentNode) -> bool:
    """Whether ``search`` is a root of any operation or fragment here: only then the schema must have it."""
    return any(
        isinstance(root, FieldNode) and root.name.value == "search"
        for d in document.definitions
        if isinstance(d, OperationDefinitionNode | FragmentDefinitionNode)
        for root in d.selection_set.selections
    )


def _chosen(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    names = [o.name.value for o in operations if o.name]
    if not operations:
        raise QueryError("The text holds no operation.", advice="Begin it with `query Name {` or `mutation Name {`.")
    if name is None:
        if len(operations) > 1:
            raise problem(operations[1], f"The text holds {len(operations)} operations.", "Run one at a time.")
        return operations[0]
    found = next((o for o in operations if o.name and o.name.value == name), None)
    if found is None:
        raise UnknownNameError("operation", name, names, where="in this document")
    return found


_TWICE = (
    "This field is asked twice with different arguments, under two names; this server gives each field one answer.",
    "Run two operations.",
)


def _validate(document: DocumentNode, schema: GraphQLSchema, aliased: bool = False) -> None:
    try:
        errors = validate(schema, document, max_errors=1)
    except TypeError as error:
        raise SchemaError(f"The schema itself breaks a rule of GraphQL: {str(error)[:200]}") from error
    for found in errors:
        if aliased and "differing arguments" in found.message and found.nodes:
            raise problem(found.nodes[0], *_TWICE) from found
        raise refused(found) from found


def _executable(
    operation: OperationDefinitionNode,
    roots: tuple[FieldNode, ...],
    fragments: Mapping[str, FragmentDefinitionNode],
    values: Mapping[str, Any],
    rules: Rules,
) -> OperationDefinitionNode:
    """``operation`` with its roots in the form that the server runs."""
    check_roots(roots, rules)
    if not rules.direct:
        return operation
    check_edges(roots, fragments)
    is_mutation = operation.operation.value == "mutation"
    if is_mutation:
        for root in roots:
            check_whole(root, values)
        check_filters(operation, roots, values)
    made = tuple(without_nulls(root, values, is_mutation) for root in roots)
    return replace(operation, selection_set=replace(operation.selection_set, selections=made))


def _made(
    operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode], values: Mapping[str, Any]
) -> DocumentNode:
    """The document of ``operation``, the fragments that it still reaches and the variables that these use."""
    reached = _reached(operation, fragments)
    used = set(_variables(DocumentNode(definitions=(operation, *reached))))
    kept = tuple(_definition(d, values) for d in operation.variable_definitions or () if d.variable.name.value in used)
    return DocumentNode(definitions=(replace(operation, variable_definitions=kept), *reached))


def _definition(definition: VariableDefinitionNode, values: Mapping[str, Any]) -> VariableDefinitionNode:
    """The definition without its default, which is among the values now: so it is no longer nullable."""
    if definition.default_value is None:
        return definition
    type_ = definition.type
    if values.get(definition.variable.name.value) is not None and isinstance(type_, NamedTypeNode | ListTypeNode):
        type_ = NonNullTypeNode(type=type_)
    return replace(definition, type=type_, default_value=None)


class _Names(Visitor):
    """Collects the variables and the fragments that are used."""

    def __init__(self) -> None:
        super().__init__()
        self.variables: list[str] = []
        self.spreads: list[str] = []

    def enter_variable_definition(self, node: Any, *_: Any) -> bool:
        return False

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        self.variables.append(node.name.value)

    def enter_fragment_spread(self, node: Any, *_: Any) -> None:
        self.spreads.append(node.name.value)


def _names(node: DocumentNode | OperationDefinitionNode | FragmentDefinitionNode) -> _Names:
    names = _Names()
    visit(node, names)
    return names


def _variables(document: DocumentNode) -> Iterable[str]:
    return _names(document).variables


def _reached(
    operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> list[FragmentDefinitionNode]:
    found: dict[str, FragmentDefinitionNode] = {}
    waiting = _names(operation).spreads
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = fragments[name]
            waiting += _names(fragments[name]).spreads
    return [found[name] for name in sorted(found)]

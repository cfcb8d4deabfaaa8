"""A tree of GraphQL names -> the text of one paged list, in the form that the server really executes.

No nested aliases, no variable defaults, no directives; ``totalCount`` always beside the edges, because a relation
without a root aggregate makes a Twenty server read its whole table (observed-2.21 section 2).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from twentyql.build.query import Selection
from twentyql.errors import QueryError
from twentyql.schema.model import FieldModel, ObjectModel, SchemaModel

Tree = dict[str, "Tree"]


def selection_tree(model: SchemaModel, selection: Selection, keys: Iterable[tuple[str, ...]]) -> Tree:
    """Every GraphQL field that one node is asked for: columns, ``one`` selections and the keys of the plan."""
    of = model.object(selection.object)
    tree: Tree = {}
    for path in keys:
        _add(model, of, tree, path)
    _add_selection(model, of, tree, selection)
    return tree


def _add_selection(model: SchemaModel, of: ObjectModel, tree: Tree, selection: Selection) -> None:
    for column in selection.columns:
        _add(model, of, tree, column.path)
    for nested in selection.nested:
        if not nested.many:
            target = model.object(of.relation(nested.relation).target)
            below = tree.setdefault(nested.relation, {})
            below.setdefault("id", {})
            _add_selection(model, target, below, nested.selection)


def _add(model: SchemaModel, of: ObjectModel, tree: Tree, path: tuple[str, ...]) -> None:
    member = of.member(path[0])
    below = tree.setdefault(path[0], {})
    if isinstance(member, FieldModel):
        _add_parts(member, below, path[1:])
    elif member.is_to_many:
        raise QueryError(
            f"{of.plural}.{member.name} leads to many records, so it is no column.", advice="Select it with .many()."
        )
    elif len(path) == 1:
        below.setdefault("id", {})
    else:
        _add(model, model.object(member.target), below, path[1:])


def _add_parts(field: FieldModel, tree: Tree, rest: tuple[str, ...]) -> None:
    """A field that is no composite any more is selected as it is: older generated code gets its value raw."""
    if rest and field.parts:
        part = field.part(rest[0])
        _add_parts(part, tree.setdefault(part.name, {}), rest[1:])
        return
    for part in field.parts:
        _add_parts(part, tree.setdefault(part.name, {}), ())


def guard_to_ones(
    model: SchemaModel, of: ObjectModel, tree: Tree, way: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Make the to-one relations of a tree safe, and give for each the paths of its foreign key and of its record's id.

    A Twenty server leaves out every relation below a to-one unless that record's ``deletedAt`` is selected (recorded:
    ``projects{client{accountOwner{id}}}`` is null for all). A key beside no record tells that one was left out.
    """
    for relation in of.relations:
        if relation.name not in tree or relation.is_to_many:
            continue
        below, target, here = tree[relation.name], model.object(relation.target), (*way, relation.name)
        if relation.join_column and of.has_field(relation.join_column) and target.has_field("id"):
            tree.setdefault(relation.join_column, {})
            below.setdefault("id", {})
            yield (*way, relation.join_column), (*here, "id")
        if target.has_field("deletedAt") and any(deeper.name in below for deeper in target.relations):
            below.setdefault("deletedAt", {})
        yield from guard_to_ones(model, target, below, here)


def list_document(of: ObjectModel, tree: Tree, *, filtered: bool, ordered: bool) -> str:
    """The document of one paged list of ``of``; its variables are ``$first``, ``$after``, ``$filter``, ``$orderBy``."""
    variables = [("first", "Int"), ("after", "String")]
    if filtered:
        variables.append(("filter", _named(of, of.filter_type, "filter")))
    if ordered:
        variables.append(("orderBy", f"[{_named(of, of.order_type, 'orderBy')}]"))
    declared = ", ".join(f"${name}: {type_}" for name, type_ in variables)
    passed = ", ".join(f"{name}: ${name}" for name, _ in variables)
    return f"query {of.plural}({declared}) {{ {of.roots.many}({passed}) {page_selection(of, braces(tree))} }}"


def page_selection(of: ObjectModel, node: str) -> str:
    """What is asked of one page of a list of ``of``: its count, ``node`` of each record, and where it goes on."""
    count = "totalCount " if "totalCount" in of.aggregates else ""
    return f"{{ {count}edges {{ node {node} }} pageInfo {{ hasNextPage endCursor }} }}"


def count_document(of: ObjectModel, *, filtered: bool) -> str:
    """The document that counts the records of ``of`` and reads none."""
    if not filtered:
        return f"query {of.plural}Count {{ {of.roots.many} {{ totalCount }} }}"
    type_ = _named(of, of.filter_type, "filter")
    return f"query {of.plural}Count($filter: {type_}) {{ {of.roots.many}(filter: $filter) {{ totalCount }} }}"


def braces(tree: Tree) -> str:
    """A tree as the selection set it is, ``{ id name { firstName } }``."""
    inner = " ".join(name + (f" {braces(below)}" if below else "") for name, below in tree.items())
    return f"{{ {inner} }}"


def _named(of: ObjectModel, type_: str | None, argument: str) -> str:
    if type_ is None:
        raise QueryError(f"This server's {of.plural} take no {argument}.")
    return type_

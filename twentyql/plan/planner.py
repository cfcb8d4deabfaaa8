"""Query + model + dialect -> Plan. Pure: no I/O, no clock.

The plan is the plainest true one: every list is paged by id, children are read by ``parentId in [...]`` from their
own root and joined here, never taken from the nested list that the server cuts at 60 (observed-2.21 section 2).
"""

from __future__ import annotations

from typing import Any

from twentyql.build.filters import NEVER, joined
from twentyql.build.query import Nested, Order, Query, Selection
from twentyql.errors import QueryError
from twentyql.plan.document import guard_to_ones, list_document, selection_tree
from twentyql.plan.model import ID, KeyPath, Link, Plan, Read
from twentyql.schema.dialects import Dialect
from twentyql.schema.model import FieldModel, SchemaModel


def plan(query: Query[Any, Any], model: SchemaModel, dialect: Dialect) -> Plan:
    """The plan of ``query``; UnknownNameError or QueryError if the schema cannot answer it."""
    check_orders(query, model)
    condition = joined(query.conditions)
    if condition is NEVER or query.most == 0:
        empty = _read(model, dialect, query.selection, (), None, None, ())
        return Plan(query, empty, nothing=True, why=("No record can meet these conditions: nothing is sent.",))
    order_keys = tuple(order.path for order in query.orders)
    root = _read(model, dialect, query.selection, (), condition, None, order_keys)
    why = [f"{root.name}: paged by id, {root.page_size} a page"]
    why += [f"{r.name}: read by {_dotted(r.link.child_key)} in [...], joined here" for r in root.walk() if r.link]
    if not query.orders:
        return Plan(query, root, why=tuple(why))
    why.append("sorted here, text by code point, options by position: a sorted scan loses rows on this server")
    top = None
    if query.most is not None and query.most <= dialect.page_size and not _by_id_downwards(query.orders):
        ordered = {"orderBy": [_order_json(order) for order in query.orders]}
        top = _read(model, dialect, query.selection, (), condition, ordered, order_keys, query.most)
        why = [f"{root.name}: one page of {query.most} that the server sorts (a first page is safe)", *why[1:-1]]
    return Plan(query, root, order_here=query.orders, top=top, why=tuple(why))


def check_orders(query: Query[Any, Any], model: SchemaModel) -> None:
    """Every order must lead to one sortable value through to-one relations."""
    for order in query.orders:
        of, field = model.object(query.selection.object), None
        path = order.path
        while path:
            member = of.member(path[0]) if field is None else field.part(path[0])
            path = path[1:]
            if isinstance(member, FieldModel):
                field = member
            elif member.is_to_many or not path:
                raise QueryError(f"Cannot sort {of.plural} by {_dotted(order.path)}: it is no single value.")
            else:
                of = model.object(member.target)
        if field is None or field.parts:
            parts = ", ".join(part.name for part in field.parts) if field else ""
            raise QueryError(f"Cannot sort by {_dotted(order.path)}, which has parts.", advice=f"Name one of: {parts}.")


def _by_id_downwards(orders: tuple[Order[Any], ...]) -> bool:
    return any(order.path == ID and order.descending for order in orders)  # the server ignores it


def _read(
    model: SchemaModel,
    dialect: Dialect,
    selection: Selection,
    path: tuple[str, ...],
    condition: dict[str, Any] | None,
    ordered: dict[str, Any] | None,
    extra_keys: tuple[KeyPath, ...],
    most: int | None = None,
    link: Link | None = None,
) -> Read:
    of = model.object(selection.object)
    if of.roots.many is None:
        raise QueryError(f"This server has no list of {of.plural}.")
    if not of.has_field("id"):
        raise QueryError(f"{of.plural} have no id, so no read of them can be proved whole.")
    links = list(_links(model, selection))
    keys = _distinct((ID, *extra_keys, *((link.child_key,) if link else ()), *(below.parent_key for below in links)))
    tree = selection_tree(model, selection, keys)
    to_ones = tuple(guard_to_ones(model, of, tree))
    text = list_document(
        of,
        tree,
        filtered=condition is not None or link is not None,
        ordered=ordered is not None,
    )
    return Read(
        object=of.singular,
        root=of.roots.many,
        path=path,
        selection=selection,
        text=text,
        variables={**({"filter": condition} if condition else {}), **(ordered or {})},
        keys=_distinct((*keys, *(path for pair in to_ones for path in pair))),
        to_ones=to_ones,
        page_size=most or dialect.page_size,
        counts="totalCount" in of.aggregates,
        link=link,
        children=tuple(_child(model, dialect, path, below) for below in links),
    )


def _child(model: SchemaModel, dialect: Dialect, path: tuple[str, ...], link: Link) -> Read:
    if not dialect.filters_by_foreign_key:
        raise QueryError(
            f"Lists inside lists ({link.nested.relation}) cannot be read whole from this kind of server yet.",
            advice="Query the inner object by itself.",
        )
    below = (*path, *(held.relation for held in link.holder), link.nested.relation)
    return _read(model, dialect, link.nested.selection, below, None, None, (), link=link)


def _links(model: SchemaModel, selection: Selection, holder: tuple[Nested, ...] = ()) -> list[Link]:
    """Every list of a selection, also those inside its ``one`` selections."""
    of = model.object(selection.object)
    found: list[Link] = []
    for nested in selection.nested:
        if not nested.many:
            found += _links(model, nested.selection, (*holder, nested))
            continue
        relation = of.relation(nested.relation)
        if relation.join_column is None:
            raise QueryError(
                f"The schema does not tell which column of {relation.target} leads back to {of.singular}.",
                advice="Pull the data model too: the key needs the right to read /metadata.",
            )
        way = tuple(held.relation for held in holder)
        if relation.is_to_many:
            found.append(Link((*way, "id"), (relation.join_column,), holder, nested))
        else:  # the records that a to-one leads to, as a list of their own
            found.append(Link((*way, relation.join_column), ID, holder, nested))
    return found


def _order_json(order: Order[Any]) -> dict[str, Any]:
    made: Any = order.direction
    for name in reversed(order.path):
        made = {name: made}
    return dict(made)


def _distinct(keys: tuple[KeyPath, ...]) -> tuple[KeyPath, ...]:
    return tuple(dict.fromkeys(keys))


def _dotted(path: KeyPath) -> str:
    return ".".join(path)

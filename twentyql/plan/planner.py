"""Query + model + dialect (+ Stats and Limits) -> Plan. Pure: no I/O, no clock.

Without Stats the plan is the plainest true one: every list is paged by id, children are read by ``parentId in [...]``
from their own root and joined here. With them the cheapest of several true ways is taken for each list (`choices.py`);
none of them trusts the nested list that the server cuts at 60 (observed-2.21 section 2).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from twentyql.build.filters import NEVER, joined
from twentyql.build.query import Order, Query
from twentyql.errors import QueryError
from twentyql.plan.choices import Chooser, Force
from twentyql.plan.cost import Outlook, counted_after, row_seconds
from twentyql.plan.model import ID, Choice, Cost, How, KeyPath, Plan, Read
from twentyql.plan.reads import Reads, Wanted, Ways, order_json
from twentyql.plan.relay import relay_plan
from twentyql.plan.stats import Limits, Stats
from twentyql.schema.dialects import Dialect
from twentyql.schema.model import FieldModel, Kind, ObjectModel, SchemaModel

SORTED_ALIKE = (Kind.DATE_TIME, Kind.DATE, Kind.NUMBER, Kind.NUMERIC)  # there as here; text has collations
NO_FORCE = Force()


def plan(
    query: Query[Any, Any],
    model: SchemaModel,
    dialect: Dialect,
    stats: Stats | None = None,
    limits: Limits | None = None,
    *,
    together: bool = True,
    force: Force = NO_FORCE,
) -> Plan:
    """The plan of ``query``; UnknownNameError or QueryError if the schema cannot answer it.

    ``together`` is False where rows are not wanted with their children inside, because each list goes elsewhere.
    """
    check_orders(query, model)
    if dialect.nests_connections:
        return relay_plan(query, model, dialect)
    condition = joined(query.conditions)
    order_keys = tuple(order.path for order in query.orders)
    reads = Reads(model, dialect)
    if condition is NEVER or query.most == 0:
        empty = reads.read(query.selection, (), Wanted())
        return Plan(query, empty, nothing=True, why=("No record can meet these conditions: nothing is sent.",))
    wanted = Wanted(condition, None, order_keys)
    draft = Plan(query, reads.read(query.selection, (), wanted), joined=together)
    out = Outlook(dialect, stats or Stats(), limits or Limits())
    chooser = Chooser(out, model, together, force)
    ways = chooser.choose(draft) if stats is not None or force != NO_FORCE else _plain(draft, out)
    reads = Reads(model, dialect, ways)
    made = replace(draft, root=reads.read(query.selection, (), wanted))
    made = _in_order(made, reads, model, force) if query.orders else made
    return _reckoned(made, chooser, out, stats)


def _plain(draft: Plan, out: Outlook) -> Ways:
    return Ways(paging={read.path: out.paging(read) for read in draft.root.walk()})


def _in_order(made: Plan, reads: Reads, model: SchemaModel, force: Force) -> Plan:
    """Where the rows are sorted: one page there, the whole list there where that is safe, else here."""
    query = made.query
    condition, keys = joined(query.conditions), tuple(order.path for order in query.orders)
    assert condition is not NEVER
    orders = {"orderBy": [order_json(order) for order in query.orders]}
    by_id_down = any(order.path == ID and order.descending for order in query.orders)  # the server ignores it
    if query.most is not None and query.most <= reads.dialect.page_size and not by_id_down and not force.order_there:
        top = reads.read(query.selection, (), Wanted(condition, orders, keys, query.most))
        return replace(made, order_here=query.orders, top=top)
    nullable = sorted_there(query, model)
    if nullable is None or force.order_there is False or (query.most is None and not force.order_there):
        return replace(made, order_here=query.orders)
    if not nullable:
        return replace(made, phases=(reads.read(query.selection, (), Wanted(condition, orders, keys)),))
    order = query.orders[0]
    filled = reads.read(query.selection, (), Wanted(_both(condition, order.path, "NOT_NULL"), orders, keys))
    empty = reads.read(query.selection, (), Wanted(_both(condition, order.path, "NULL"), None, keys))
    return replace(made, phases=(empty, filled) if order.nulls_first else (filled, empty))


def sorted_there(query: Query[Any, Any], model: SchemaModel) -> bool | None:
    """Whether the server sorts these orders wholly and as they are sorted here; True or False: with or without nulls.

    One order by an own field of the object whose values have one order everywhere; a nullable one needs a filter that
    tells its nulls. None: sort here.
    """
    if len(query.orders) != 1:
        return None
    order, of = query.orders[0], model.object(query.selection.object)
    field = of.member(order.path[0])
    if not isinstance(field, FieldModel) or field.kind is Kind.ACTOR:
        return None
    nullable = field.nullable
    for name in order.path[1:]:
        field = field.part(name)
        nullable = True
    if field.kind not in SORTED_ALIKE or field.foreign_key_of:
        return None
    return nullable if not nullable or "is" in field.operators else None


def _both(condition: dict[str, Any] | None, path: KeyPath, value: str) -> dict[str, Any]:
    found: dict[str, Any] = {"is": value}
    for name in reversed(path):
        found = {name: found}
    return {"and": [condition, found]} if condition else found


def _reckoned(made: Plan, chooser: Chooser, out: Outlook, stats: Stats | None) -> Plan:
    """The plan with its cost, and each choice said in words."""
    choices = list(chooser.choices)
    for read in made.root.walk():
        for flat in read.flats:
            count = out.stats.objects.get(flat.read.object, 0)
            cost = out.side_by_side(out.paged(count, flat.read, flat.read.paging), row_seconds(flat.read))
            choices.append(
                Choice(flat.read.name, "its list once, put into the rows here", cost, "saves the server's time")
            )
    counted = sum(counted_after(made, read) for read in made.root.walk())
    if counted and stats is not None:
        cost = Cost(counted, counted, 0, 60 * counted, counted * out.limits.latency)
        choices.append(
            Choice("counts after", "one for each list of children", cost, "the receipt tells children without a parent")
        )
    if stats is not None and stats.tokens:
        cost = Cost(stats.requests, stats.tokens, 0, stats.bytes, stats.requests * out.limits.latency)
        choices.append(Choice("counts before", "of every list, with its first rows", cost, "to choose this plan"))
    total = Cost()
    for choice in choices:
        total += choice.cost
    total = replace(total, seconds=out.seconds(total))
    return replace(
        made, why=tuple(_why(made, choices)), choices=tuple(choices), expected=total if stats is not None else None
    )


def _why(made: Plan, choices: list[Choice]) -> list[str]:
    root, query = made.root, made.query
    why = [f"{root.name}: paged by id, {root.page_size} a page at first"]
    if made.top is not None:
        why = [f"{root.name}: one page of {query.most} that the server sorts (a first page is safe)"]
    if made.phases:
        why = [f"{read.name}: sorted by the server, which is whole for these values" for read in made.phases[:1]]
    ways = {choice.name: choice for choice in choices}
    for read in root.walk():
        if read.link:
            choice = ways.get(read.name)
            way = choice.way if choice else f"by {_dotted(read.link.child_key)} in [...], joined here"
            why.append(f"{read.name}: {way}" + (f": {choice.why}" if choice and choice.why else ""))
        why += [f"{flat.read.name}: its list once, put into the rows here" for flat in read.flats]
    if made.order_here and made.top is None:
        why.append("sorted here, text by code point, options by position: a sorted scan loses rows on this server")
    return why


def check_orders(query: Query[Any, Any], model: SchemaModel) -> None:
    """Every order must lead to one sortable value through to-one relations."""
    for order in query.orders:
        _check_order(query, order, model)


def _check_order(query: Query[Any, Any], order: Order[Any], model: SchemaModel) -> None:
    of: ObjectModel = model.object(query.selection.object)
    field: FieldModel | None = None
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


def _dotted(path: KeyPath) -> str:
    return ".".join(path)


__all__ = ["Force", "How", "Read", "check_orders", "plan", "sorted_there"]

"""The mutation roots of an object, but for merging."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa

from twentyql.sandbox.model import pascal
from twentyql.sandbox.records.changes import Writer
from twentyql.sandbox.records.filters import mentions_deleted, where
from twentyql.sandbox.records.inputs import Input, read_input
from twentyql.sandbox.records.layout import Layout, Leaf
from twentyql.sandbox.records.nested import columns, read_nodes
from twentyql.sandbox.records.nodes import Node, plan_node
from twentyql.sandbox.records.operators import one_of
from twentyql.sandbox.records.orders import INPUT
from twentyql.sandbox.records.reads import check_names, record_not_found
from twentyql.sandbox.records.uniques import Claims, own_id, unique_groups
from twentyql.sandbox.root import Refused, Root

MOST = 200
TOO_MANY = "TOO_MANY_RECORDS_TO_UPDATE"
BINNED: Mapping[str, Any] = {"deletedAt": {"is": "NOT_NULL"}}
ALL: Mapping[str, Any] = {"or": [{"deletedAt": {"is": "NULL"}}, BINNED]}
# Among which records a verb looks where the filter does not mention deletedAt: destroying spares none.
AMONG: Mapping[str, Mapping[str, Any]] = {"delete": {}, "restore": BINNED, "destroy": ALL}


def write_runners(writer: Writer, layout: Layout) -> dict[str, Callable[[Root], Any]]:
    """The mutation roots of an object by name."""
    one, many = pascal(layout.record.singular), pascal(layout.record.plural)
    runners: dict[str, Callable[[Root], Any]] = {
        f"create{one}": partial(create_one, writer=writer, layout=layout),
        f"create{many}": partial(create_many, writer=writer, layout=layout),
        f"update{one}": partial(update_one, writer=writer, layout=layout),
        f"update{many}": partial(update_many, writer=writer, layout=layout),
    }
    for verb, change in (("delete", _delete), ("restore", _restore), ("destroy", _destroy)):
        runners[f"{verb}{one}"] = partial(change_one, writer=writer, layout=layout, change=change)
        bulk = partial(change_many, writer=writer, layout=layout, change=change, among=AMONG[verb])
        runners[f"{verb}{many}"] = bulk
    return runners


def create_one(root: Root, *, writer: Writer, layout: Layout) -> Node:
    """``createX``. Raises Refused."""
    check_names(root.arguments, ("data", "upsert"))
    return _create(root, writer, layout, [root.arguments.get("data")])[0]


def create_many(root: Root, *, writer: Writer, layout: Layout) -> list[Node]:
    """``createXs``: all or none. Raises Refused."""
    check_names(root.arguments, ("data", "upsert"))
    data = root.arguments.get("data")
    items = data if isinstance(data, list) else [data]
    if len(items) > MOST:
        raise Refused(f"Maximum number of records to upsert is {MOST}.", sub_code=TOO_MANY)
    return _create(root, writer, layout, items)


def _create(root: Root, writer: Writer, layout: Layout, items: Sequence[Any]) -> list[Node]:
    plan_node(writer.store.layouts, layout, root.selection)
    inputs = [_positioned(layout, read_input(layout, item)) for item in items]
    upsert = root.arguments.get("upsert") is True
    known = _existing(writer, layout, inputs) if upsert else {}
    changes: dict[str, Input] = {}
    for place, identity in known.items():
        changes[identity] = _joined(changes.get(identity), _kept(layout, inputs[place]))
    writer.update(layout, changes)
    places = [place for place in range(len(inputs)) if place not in known]
    new = writer.insert(layout, [inputs[place] for place in places])
    ids = {**known, **dict(zip(places, new, strict=True))}
    return reply(writer, layout, root, [ids[place] for place in range(len(inputs))])


def _positioned(layout: Layout, record: Input) -> Input:
    if ("position",) not in layout.leaves:
        return record
    name = layout.column("position").name
    return record if record.values.get(name) is not None else Input({**record.values, name: "first"}, record.connects)


def _kept(layout: Layout, record: Input) -> Input:
    """What an upsert changes of a record that is there: not its author nor its place, and it leaves the bin."""
    kept = {name: value for name, value in record.values.items() if not name.startswith(("createdBy.", "position"))}
    if layout.soft_deletes:
        kept[layout.column("deletedAt").name] = None
    return Input(kept, record.connects)


def _joined(first: Input | None, second: Input) -> Input:
    """Two changes of one record, the second after the first."""
    if first is None:
        return second
    return Input({**first.values, **second.values}, {**first.connects, **second.connects})


def _existing(writer: Writer, layout: Layout, inputs: Sequence[Input]) -> dict[int, str]:
    """The records that an upsert means, by place: those with the same id or unique values, deleted ones too."""
    rows = [writer.connected(layout, record) for record in inputs]
    groups = [own_id(layout), *unique_groups(layout)]
    claims = Claims(writer.store, layout, rows, groups)
    found: dict[int, str] = {}
    for place, row in enumerate(rows):
        matches = {group: claims.owner(group, row) for group in groups}
        ids = {identity for identity in matches.values() if identity is not None}
        if len(ids) > 1:
            raise _ambiguous([leaf for group in groups if matches[group] for leaf in group], row)
        if ids:
            found[place] = ids.pop()
    return found


def _ambiguous(leaves: Sequence[Leaf], row: Mapping[str, Any]) -> Refused:
    shown = ", ".join(f"{leaf.dotted}: {row[leaf.column.name]}" for leaf in leaves)
    return Refused(
        f"Multiple records found with the same unique field values for {shown}. "
        "Cannot determine which record to update.",
        sub_code="UPSERT_MULTIPLE_MATCHING_RECORDS_CONFLICT",
    )


def update_one(root: Root, *, writer: Writer, layout: Layout) -> Node:
    """``updateX``. Raises Refused."""
    check_names(root.arguments, ("id", "data"))
    record = read_input(layout, root.arguments.get("data"))
    ids = _ids(writer, layout, {"id": {"eq": _identity(root)}})
    if not ids:
        raise record_not_found()
    writer.update(layout, dict.fromkeys(ids, record))
    return reply(writer, layout, root, ids)[0]


def update_many(root: Root, *, writer: Writer, layout: Layout) -> list[Node]:
    """``updateXs``: at most 200 records. Raises Refused."""
    check_names(root.arguments, ("filter", "data"))
    record = read_input(layout, root.arguments.get("data"))
    ids = _ids(writer, layout, _filter(root))
    if len(ids) > MOST:
        raise Refused(f"Cannot update more than {MOST} records at once")
    writer.update(layout, dict.fromkeys(ids, record))
    return reply(writer, layout, root, ids)


Change = Callable[[Writer, Layout, Root, Sequence[str]], list[Node]]


def change_one(root: Root, *, writer: Writer, layout: Layout, change: Change) -> Node:
    """``deleteX``, ``restoreX`` or ``destroyX``: of a record wherever it is. Raises Refused."""
    check_names(root.arguments, ("id",))
    wanted = {"id": {"eq": _identity(root)}, **(ALL if layout.soft_deletes else {})}
    ids = _ids(writer, layout, wanted)
    if not ids:
        raise record_not_found()
    return change(writer, layout, root, ids)[0]


def change_many(root: Root, *, writer: Writer, layout: Layout, change: Change, among: Mapping[str, Any]) -> list[Node]:
    """``deleteXs``, ``restoreXs`` or ``destroyXs``: without a cap, and an empty filter means all. Raises Refused."""
    check_names(root.arguments, ("filter",))
    wanted = _filter(root)
    if among and layout.soft_deletes and not mentions_deleted(wanted):
        wanted = {"and": [wanted, among]}
    return change(writer, layout, root, _ids(writer, layout, wanted))


def _delete(writer: Writer, layout: Layout, root: Root, ids: Sequence[str]) -> list[Node]:
    writer.bin(layout, ids, deleted=True)
    return reply(writer, layout, root, ids)


def _restore(writer: Writer, layout: Layout, root: Root, ids: Sequence[str]) -> list[Node]:
    writer.bin(layout, ids, deleted=False)
    return reply(writer, layout, root, ids)


def _destroy(writer: Writer, layout: Layout, root: Root, ids: Sequence[str]) -> list[Node]:
    nodes = reply(writer, layout, root, ids)
    writer.destroy(layout, ids)
    return nodes


def reply(writer: Writer, layout: Layout, root: Root, ids: Sequence[str]) -> list[Node]:
    """The selected parts of the records under ``ids``, in their order, deleted ones too. Raises Refused."""
    plan = plan_node(writer.store.layouts, layout, root.selection)
    rows = writer.store.rows(sa.select(*columns(plan)).where(one_of(layout.id, ids)))
    nodes = {row[0]: node for row, node in zip(rows, read_nodes(writer.store, plan, rows), strict=True)}
    return [nodes[identity] for identity in ids]


def _ids(writer: Writer, layout: Layout, wanted: Any) -> list[str]:
    """The ids under a filter, in the order in which the rows were written."""
    written = [layout.column(name) for name in ("updatedAt", "position") if (name,) in layout.leaves]
    order = [column.asc() if column.name == "updatedAt" else column.desc() for column in written]
    conditions = where(writer.store.layouts, layout, wanted)
    return [row[0] for row in writer.store.rows(sa.select(layout.id).where(*conditions).order_by(*order))]


def _identity(root: Root) -> Any:
    if "id" not in root.arguments:
        raise Refused("Missing id argument", sub_code=INPUT)
    return root.arguments["id"]


def _filter(root: Root) -> Any:
    if "filter" not in root.arguments:
        raise Refused("Missing filter argument", sub_code=INPUT)
    return root.arguments["filter"]

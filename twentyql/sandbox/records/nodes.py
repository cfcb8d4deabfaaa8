"""What to read for the ``node`` of a selection, and how a row becomes one.

The selection is read the way direct execution does: an unknown field is null, a scalar ignores what is selected below
it, a composite without a selection is null, a to-one relation without a selection is the whole object.

The record that a to-one relation points to is copied by the server before *its* relations are read, unless its
``deletedAt`` is selected; so without that all relations below it are null or empty.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from twentyql.sandbox.model import RecordType, Slot
from twentyql.sandbox.records.aggregates import TOTAL, aggregates
from twentyql.sandbox.records.layout import Layout, Layouts, Leaf, Path
from twentyql.sandbox.records.values import reader
from twentyql.sandbox.root import Refused, Selection

Row = Sequence[Any]
Node = dict[str, Any]
Read = Callable[[Row], Any]


@dataclass(frozen=True)
class One:
    """A to-one relation to read: the place of its key in a row, and what to read of the target."""

    slot: Slot
    key: int
    plan: NodePlan


@dataclass(frozen=True)
class Many:
    """A to-many relation to read: what of each record, and which aggregates."""

    slot: Slot
    plan: NodePlan
    selection: Selection
    aggregates: tuple[str, ...]

    @property
    def wants_rows(self) -> bool:
        """Whether anything depends on the records themselves."""
        return bool({"edges", "pageInfo", TOTAL} & self.selection.keys())


@dataclass(frozen=True)
class NodePlan:
    """The columns to read of an object (the id first), how they become a node, and the relations to follow."""

    layout: Layout
    leaves: tuple[Leaf, ...]
    fields: tuple[tuple[str, Read], ...]
    ones: tuple[One, ...]
    many: tuple[Many, ...]

    def node(self, row: Row) -> Node:
        """The node of one row; its relations are still null."""
        return {name: read(row) for name, read in self.fields}


def plan_node(layouts: Layouts, layout: Layout, selection: Selection, *, inside_many: bool = False) -> NodePlan:
    """Plan the reading of ``selection``. Raises Refused."""
    return _Planner(layouts, layout, inside_many=inside_many).plan(selection)


def empty_connection() -> Node:
    """The connection of a relation that was not read."""
    return {"edges": [], "pageInfo": {"hasNextPage": False, "hasPreviousPage": False}, TOTAL: 0}


def whole_object(record: RecordType, identity: Any) -> Node:
    """What a to-one relation without a selection answers: the id, and every connection empty."""
    return {"id": identity, **{slot.name: empty_connection() for slot in record.many}}


class _Planner:
    def __init__(self, layouts: Layouts, layout: Layout, *, inside_many: bool = False, copied: bool = False) -> None:
        self._layouts = layouts
        self._layout = layout
        self._inside_many = inside_many
        self._copied = copied
        self._places: dict[Path, int] = {("id",): 0}
        self._ones: list[One] = []
        self._many: list[Many] = []

    def plan(self, selection: Selection) -> NodePlan:
        fields = tuple((name, self._field(name, below)) for name, below in selection.items())
        leaves = tuple(self._layout.leaves[path] for path in self._places)
        return NodePlan(self._layout, leaves, fields, tuple(self._ones), tuple(self._many))

    def _field(self, name: str, below: Selection) -> Read:
        if name == "__typename":
            return _constant(self._layout.record.name)
        slot = self._layout.record.by_name.get(name)
        if slot is None:
            return _constant(None)
        match slot.kind:
            case "composite":
                return self._composite(slot, below)
            case "one":
                return self._one(slot, below)
            case "many":
                return self._to_many(slot, below)
            case _:
                return self._leaf((name,))

    def _place(self, path: Path) -> int:
        return self._places.setdefault(path, len(self._places))

    def _leaf(self, path: Path) -> Read:
        place, convert = self._place(path), reader(self._layout.leaves[path])
        if convert is None:
            return itemgetter(place)
        return lambda row: convert(row[place])

    def _composite(self, slot: Slot, below: Selection) -> Read:
        if not below:
            return _constant(None)
        parts = [(name, self._sub(slot, name)) for name in below]
        return lambda row: {name: read(row) for name, read in parts}

    def _sub(self, slot: Slot, name: str) -> Read:
        if name == "__typename":
            return _constant(slot.composite.graphql)
        if (slot.name, name) not in self._layout.leaves:
            message = f"Sub field metadata not found for composite type: {slot.type}"
            raise Refused(message, "INTERNAL_SERVER_ERROR")
        return self._leaf((slot.name, name))

    def _one(self, slot: Slot, below: Selection) -> Read:
        target = self._layouts.target(slot)
        if below:
            plan = _Planner(self._layouts, target, copied="deletedAt" not in below).plan(below)
        else:
            record = target.record
            whole = (("", lambda row: whole_object(record, row[0])),)
            plan = NodePlan(target, (target.leaves[("id",)],), whole, (), ())
        if not self._copied:
            self._ones.append(One(slot, self._place((slot.key,)), plan))
        return _constant(None)

    def _to_many(self, slot: Slot, below: Selection) -> Read:
        if self._inside_many:
            raise Refused(
                "Query complexity is too high. One-to-Many relation cannot be nested in another One-to-Many relation.",
                sub_code="TOO_COMPLEX_QUERY",
            )
        target = self._layouts.target(slot)
        plan = plan_node(self._layouts, target, node_selection(below), inside_many=True)
        if self._copied:
            empty = empty_connection()
            return lambda row: {name: empty.get(name) for name in below} if below else empty
        known = aggregates(target)
        self._many.append(Many(slot, plan, below, tuple(name for name in below if name in known and name != TOTAL)))
        return _constant(None)


def node_selection(connection: Selection) -> Selection:
    """What is selected of each record of a connection. Edges without a node break the server. Raises Refused."""
    edges: Mapping[str, Any] | None = connection.get("edges")
    if edges is None:
        return {}
    if "node" not in edges:
        raise Refused("Cannot convert undefined or null to object", "INTERNAL_SERVER_ERROR")
    return edges["node"]  # type: ignore[no-any-return]


def _constant(value: Any) -> Read:
    return lambda row: value

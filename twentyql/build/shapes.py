# pyright: reportPrivateUsage=false
"""How a Record is laid out: which slots msgspec decodes, and how attributes read them.

A field of the object itself is a slot. A path further down is a property on a hidden nested struct that holds only
the parts that are used. Where one wire field feeds two different things, its raw JSON is decoded once for each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from operator import attrgetter
from typing import Any, ClassVar

import msgspec
from msgspec.structs import force_setattr

from twentyql.build.objects import Composite
from twentyql.build.operators import Field
from twentyql.build.query import Column, Nested, Selection

WIRE = "_w_"  # a hidden slot: a nested struct, or a list of children
RAW = "_r_"  # a hidden slot: raw JSON that several attributes share
TYPE = "_t_"  # a hidden struct type, kept on its Record so that rows can be pickled


class Typed(msgspec.Struct, frozen=True):
    """Which type a record has, where it may have several."""

    typename: str | None = msgspec.field(default=None, name="__typename")


@dataclass(frozen=True, slots=True)
class Child:
    """A nested Record in the body of another: ``MemberRow.one(Company.account_owner)``."""

    _f_is_entry: ClassVar[bool] = True

    record: Any
    root: Any
    path: tuple[str, ...]
    many: bool
    case: str | None = None

    def __or__(self, other: object) -> Choice:
        return Choice((self,)) | other


@dataclass(frozen=True, slots=True)
class Choice:
    """Several nested Records, of which a row has the one that is there: ``A.one(X.target) | B.one(X.target)``."""

    _f_is_entry: ClassVar[bool] = True

    ways: tuple[Child, ...]

    @property
    def root(self) -> Any:
        return self.ways[0].root

    @property
    def path(self) -> tuple[str, ...]:
        return tuple(way.path[0] for way in self.ways)

    def __or__(self, other: object) -> Choice:
        more = other.ways if isinstance(other, Choice) else (other,) if isinstance(other, Child) else None
        if more is None:
            raise TypeError(f"A nested Record is joined by | with another one, not with {other!r}.")
        ways = (*self.ways, *more)
        for way in ways:
            if way.many:
                raise TypeError(f"{way.path[0]} leads to many records; | joins to-one relations only.")
            if way.root is not self.root:
                raise TypeError(f"{way.path[0]} is a relation of {way.root.__name__}, not of {self.root.__name__}.")
        if len({(way.path, way.case) for way in ways}) < len(ways):
            raise TypeError(f"{' | '.join(self.path)} names one relation twice.")
        return Choice(ways)


@dataclass(frozen=True, slots=True)
class Shape:
    """A Record's object, what its body says, and the rows it makes; it is the `RowType` of its Selection."""

    object: Any
    entries: dict[str, Any]
    node_type: Any
    unhashable: frozenset[str]
    readers: dict[str, Callable[[Any], Any]]

    def get(self, row: Any, name: str) -> Any:
        """The value, or the rows, that the row calls ``name``."""
        reader = self.readers.get(name)
        return getattr(row, name) if reader is None else reader(row)

    def attach(self, row: Any, name: str, children: list[Any]) -> None:
        """Put the complete children of a to-many into the row."""
        entry = self.entries.get(name)
        if not isinstance(entry, Child) or not entry.many:
            raise TypeError(f"{name!r} is no to-many relation of {self.node_type.__name__}.")
        force_setattr(row, WIRE + name, children)

    def selection(self) -> Selection:
        """The same in the planner's words."""
        columns = [Column(name, e._f_path) for name, e in self.entries.items() if not isinstance(e, (Child, Choice))]
        nested = [
            Nested(called, way.path[0], way.record.query().selection, way.many)
            for name, entry in self.entries.items()
            for called, way in _ways(name, entry)
        ]
        return Selection(self.object._f_wire, tuple(columns), tuple(nested), self)


def _ways(name: str, entry: Any) -> list[tuple[str, Child]]:
    """The nested selections of an attribute, and what the Selection calls each."""
    if isinstance(entry, Choice):
        return [(".".join((name, way.path[0], *([way.case] if way.case else ()))), way) for way in entry.ways]
    return [(name, entry)] if isinstance(entry, Child) else []


@dataclass
class Layout:
    """The members of the Record class to be: annotated slots, and what is set on the class."""

    slots: dict[str, Any] = field(default_factory=dict[str, Any])
    defaults: dict[str, Any] = field(default_factory=dict[str, Any])
    members: dict[str, Any] = field(default_factory=dict[str, Any])
    types: dict[str, Any] = field(default_factory=dict[str, Any])
    shared: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    cases: dict[str, str] = field(default_factory=dict[str, str])
    unhashable: set[str] = field(default_factory=set[str])
    readers: dict[str, Callable[[Any], Any]] = field(default_factory=dict[str, Callable[[Any], Any]])

    def slot(self, name: str, type_: Any, wire: str) -> None:
        """A slot that msgspec fills from the wire field."""
        self.slots[name] = type_
        self.defaults[name] = msgspec.field(name=str(wire))

    def late(self, name: str, type_: Any) -> None:
        """A slot that is filled after decoding: no JSON field can have its name on the wire."""
        self.slots[name] = type_
        self.defaults[name] = msgspec.field(default=msgspec.UNSET, name=f"@{name}")


def lay_out(entries: dict[str, Any]) -> Layout:
    """The layout of the Record whose body says ``entries``."""
    layout = Layout()
    by_wire: dict[str, dict[str, Any]] = {}
    for name, entry in entries.items():
        if isinstance(entry, Child) and entry.many:
            _lay_out_many(layout, name)
        elif isinstance(entry, Choice):
            for called, way in _ways(name, entry):
                slot = f"{WIRE}{called.replace('.', '_')}"
                by_wire.setdefault(way.path[0], {})[slot] = way
                layout.readers[called] = attrgetter(slot)
            layout.members[name] = _choice_property([layout.readers[called] for called, _ in _ways(name, entry)])
        else:
            by_wire.setdefault(path_of(entry)[0], {})[name] = entry
    for wire, group in by_wire.items():
        _lay_out_wire(layout, wire, group)
    return layout


def path_of(entry: Any) -> tuple[str, ...]:
    return entry.path if isinstance(entry, (Child, Choice)) else getattr(entry, "_f_path", (entry,))


def _lay_out_many(layout: Layout, name: str) -> None:
    slot = WIRE + name
    layout.late(slot, Any)
    layout.unhashable.add(slot)
    layout.members[name] = _children_property(name, slot)


def _choice_property(readers: list[Callable[[Any], Any]]) -> property:
    def read(row: Any) -> Any:
        return next((found for get in readers if (found := get(row)) is not None), None)

    return property(read)


def _children_property(name: str, slot: str) -> property:
    get = attrgetter(slot)

    def read(row: Any) -> Any:
        children = get(row)
        if children is msgspec.UNSET:
            raise AttributeError(f"{type(row).__name__}.{name} has not been read yet: fetch the row by its query.")
        return children

    return property(read)


def _lay_out_wire(layout: Layout, wire: str, group: dict[str, Any]) -> None:
    """Slots for everything that is read from one wire field."""
    deep = {name: entry for name, entry in group.items() if len(path_of(entry)) > 1}
    whole = {name: entry for name, entry in group.items() if name not in deep}
    slots: dict[str, Any] = {}  # slot -> type, each decoded on its own
    for name, entry in whole.items():
        type_ = whole_type(entry)
        twin = next((slot for slot, other in slots.items() if other == type_), None)
        if twin is None:
            slots[name] = type_
        else:
            layout.members[name] = property(attrgetter(twin))
        if not _hashable(entry):
            layout.unhashable.add(name)
        if isinstance(entry, Child) and entry.case:
            layout.cases[name] = entry.case
    if deep:
        slots[WIRE + wire] = _hidden(layout, WIRE + wire, [(e._f_path[1:], e) for e in deep.values()]) | None
        if not all(_hashable(entry) for entry in deep.values()):
            layout.unhashable.add(WIRE + wire)
        for name, entry in deep.items():
            read = _path_reader(WIRE + wire, entry._f_path[1:])
            scale = getattr(entry, "_f_scale", None)
            layout.members[name] = property(_scaled(read, scale) if scale else read)
            if scale:  # tables keep the server's own form
                layout.readers[name] = read
    if len(slots) == 1 and not layout.cases.keys() & slots.keys():
        layout.slot(*next(iter(slots.items())), wire)
        return
    layout.slot(RAW + wire, msgspec.Raw, wire)
    layout.shared[RAW + wire] = list(slots)
    for slot, type_ in slots.items():
        layout.late(slot, type_)


def whole_type(entry: Any) -> Any:
    """What a field, a composite or a nested Record decodes to."""
    if isinstance(entry, Child):
        return entry.record | None
    if _is_composite(entry):
        return entry._f_value | None if entry._f_nullable else entry._f_value
    return entry.value_type | None if entry._f_nullable and entry.value_type is not Any else entry.value_type


def _is_composite(entry: Any) -> bool:
    return isinstance(entry, Composite)


def _hashable(entry: Any) -> bool:
    if isinstance(entry, Child):
        return True
    return isinstance(entry, Field) and entry.hashable


def _scaled(read: Callable[[Any], Any], scale: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda row: scale(read(row))


def _path_reader(slot: str, rest: tuple[str, ...]) -> Callable[[Any], Any]:
    """Reads down the hidden structs; None when one of them is missing."""
    get = attrgetter(".".join((slot, *(WIRE + part for part in rest))))

    def read(row: Any) -> Any:
        try:
            return get(row)
        except AttributeError:
            return _raw_or_none(row, slot, rest)

    return read


def _raw_or_none(row: Any, slot: str, rest: tuple[str, ...]) -> Any:
    """None where something on the way is null; what is on the way if it is no object any more."""
    value = getattr(row, slot)
    for part in rest:
        if not isinstance(value, msgspec.Struct):
            return value
        value = getattr(value, WIRE + part)
    return value


def _hidden(layout: Layout, name: str, leaves: list[tuple[tuple[str, ...], Any]]) -> Any:
    """The struct of the parts that ``leaves`` need, kept in the layout under ``name``."""
    groups: dict[str, list[tuple[tuple[str, ...], Any]]] = {}
    for path, entry in leaves:
        groups.setdefault(path[0], []).append((path[1:], entry))
    fields: list[tuple[str, Any, Any]] = []
    for wire, group in groups.items():
        fields.append((WIRE + wire, _part_type(layout, f"{name}_{wire}", group), msgspec.field(name=str(wire))))
    struct = msgspec.defstruct(TYPE + name, fields, frozen=True, kw_only=True, gc=False)
    layout.types[TYPE + name] = struct
    return struct


def _part_type(layout: Layout, name: str, group: list[tuple[tuple[str, ...], Any]]) -> Any:
    ends = [entry for path, entry in group if not path]
    if len(ends) == len(group):
        return whole_type(ends[0])
    if ends:
        raise TypeError(
            f"{'.'.join(path_of(ends[0]))} is selected whole and by its parts through a relation: "
            "select only one of the two, or use a nested Record.one(...)."
        )
    return _hidden(layout, name, group) | None


@cache
def _decoder(type_: Any) -> Any:
    from twentyql.build.newer import RowsDecoder  # it knows rows, which are laid out here

    return RowsDecoder(type_).decode


def splitter(layout: Layout, then: Callable[[Any], None] | None) -> Callable[[Any], None]:
    """A ``__post_init__`` that decodes shared raw JSON into the slots it feeds."""
    cases = layout.cases
    plan = {raw: [(slot, layout.slots[slot]) for slot in slots] for raw, slots in layout.shared.items()}

    def split(row: Any) -> None:
        for raw, slots in plan.items():
            text = getattr(row, raw)
            if not isinstance(text, msgspec.Raw):
                continue  # a copy of a row that was split before
            for slot, type_ in slots:
                other = slot in cases and _decoder(Typed | None)(text) != Typed(cases[slot])
                force_setattr(row, slot, None if other else _decoder(type_)(text))
            force_setattr(row, raw, None)
        if then is not None:
            then(row)

    return split


__all__ = ["Child", "Choice", "Layout", "Shape", "lay_out", "path_of", "splitter"]

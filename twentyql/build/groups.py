# pyright: reportPrivateUsage=false
"""Groups: a class whose body says what to group by and what to know of each group; its instances are the groups.

::

    class ByStage(Group[Opportunity]):
        stage = Opportunity.stage
        month = Opportunity.close_date.by("MONTH", zone="Europe/Berlin")
        total = Opportunity.amount.units.sum()
        deals = count()

    groups = await client.group_by(ByStage.where(Opportunity.name.ilike("%acme%")).order_by(ByStage.total.desc()))
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, Self, cast

from twentyql.build.aggregates import Aggregate, Bucket
from twentyql.build.body import inherited, joined, object_of, taken_of
from twentyql.build.dates import Date, DateTime
from twentyql.build.grouping import Aggregated, Dimension, GroupQuery
from twentyql.build.kinds import Document, Raw, Vector
from twentyql.build.newer import fit
from twentyql.build.objects import Composite, Object, ToMany, ToOne
from twentyql.build.operators import Field
from twentyql.build.query import Condition, O, Order
from twentyql.build.row import Row, RowMeta

RESERVED = frozenset({"where", "order_by", "query"})


@dataclass(frozen=True, slots=True)
class GroupShape:
    """A Group's object, what its body says, and the class of its rows."""

    object: Any
    entries: dict[str, Any]
    node_type: Any
    unhashable: frozenset[str]


class GroupMeta(RowMeta):
    """Makes a Struct of a Group's body."""

    def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **config: Any) -> Any:
        taken = taken_of(name, namespace, (Field, Aggregate, Bucket, Composite, Object, ToOne, ToMany))
        before = inherited(bases)
        root = object_of(namespace, bases)
        if taken or before:
            if root is None:
                raise TypeError(f"{name} needs its object: class {name}(Group[Opportunity]).")
            for attribute, entry in taken.items():
                _check(name, attribute, entry, root)
        entries = joined(name, before, taken)
        if clash := namespace.keys() & entries.keys():
            raise TypeError(f"{', '.join(sorted(clash))} is of the Group and something else too: rename one.")
        namespace["__annotations__"] = {**namespace["__annotations__"], **dict.fromkeys(taken, Any)}
        namespace["__f_shape__"] = None
        made: Any = super().__new__(mcs, name, bases, namespace, **config)
        made.__f_object__ = root
        unhashable = frozenset(n for n, e in entries.items() if isinstance(e, Field) and not e.hashable)
        made.__f_shape__ = GroupShape(root, entries, made, unhashable) if entries else None
        return made


class Group(Row[O], Generic[O], metaclass=GroupMeta):
    """Base of what is asked of groups of records: ``class ByStage(Group[Opportunity])``.

    An attribute is a field to group by, also behind one to-one relation (``Opportunity.company.name``), a date cut to a
    period (``Opportunity.close_date.by("MONTH", zone="UTC")``), or an aggregate: ``count()``,
    ``count_unique(Company.name)``, ``Opportunity.amount.units.sum()``.
    """

    @classmethod
    def query(cls) -> GroupQuery[O, Self]:
        """The query for all groups of all records."""
        shape: GroupShape | None = cast(Any, cls).__f_shape__
        if shape is None:
            raise TypeError(f"{cls.__name__} asks for nothing: give it a field to group by, or deals = count().")
        entries = shape.entries.items()
        dimensions = [_dimension(name, e) for name, e in entries if not isinstance(e, Aggregate)]
        aggregates = [Aggregated(name, e._f_name) for name, e in entries if isinstance(e, Aggregate)]
        return GroupQuery(shape.object._f_wire, tuple(dimensions), tuple(aggregates), partial(_make, cls))

    @classmethod
    def where(cls, *conditions: Condition[O]) -> GroupQuery[O, Self]:
        """The query for the groups of the records for which every condition holds."""
        return cls.query().where(*conditions)

    @classmethod
    def order_by(cls, *orders: Order[O]) -> GroupQuery[O, Self]:
        """The query for all groups, sorted by these keys: ``ByStage.total.desc()``, ``Opportunity.stage.asc()``."""
        return cls.query().order_by(*orders)


def _dimension(name: str, entry: Any) -> Dimension:
    if isinstance(entry, Bucket):
        return Dimension(name, entry._f_path, entry._f_granularity, entry._f_zone, entry._f_week_start)
    return Dimension(name, entry._f_path)


def _make(cls: Any, values: Mapping[str, Any]) -> Any:
    entries = cls.__f_shape__.entries
    return cls(**{name: _value(cls, name, entry, values[name]) for name, entry in entries.items()})


def _value(cls: Any, name: str, entry: Any, value: Any) -> Any:
    if value is None and not isinstance(entry, Aggregate):
        return None
    if isinstance(entry, (Aggregate, Bucket)):
        return cast("Any", entry)._f_value(value)
    read: Any = fit(entry.value_type, value, cls.__name__, (name,))
    scale = getattr(entry, "_f_scale", None)
    return scale(read) if scale else read


def _check(group: str, attribute: str, entry: Any, root: Any) -> None:
    where = f"{group}.{attribute}"
    if attribute in RESERVED or attribute.startswith("_"):
        raise TypeError(f"{where} cannot be called that: {', '.join(sorted(RESERVED))} and _names are taken.")
    if isinstance(entry, (Object, ToOne, ToMany)):
        raise TypeError(f"{where} is a relation: group by one of its fields, or by its id.")
    if isinstance(entry, Composite):
        raise TypeError(f"{where} has several parts: group by one of them.")
    if isinstance(entry, (Date, DateTime)):
        raise TypeError(f'{where} is a date: group by a period of it, {cast("Any", entry)!r}.by("MONTH", zone=...).')
    if isinstance(entry, (Document, Raw, Vector)):
        raise TypeError(f"{where} cannot be grouped by: it is no plain value.")
    of = entry._f_root
    if of is not root and of is not None:
        raise TypeError(f"{where} is of {of.__name__}, but {group} is a Group of {root.__name__}.")


__all__ = ["Group", "GroupMeta"]

"""What changed between two models, breaking changes first. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from twentyql.schema.model import FieldModel, ObjectModel, RelationModel, SchemaModel

_READS = {"many", "one", "group_by", "duplicates"}


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """One difference. ``breaking`` changes can make a query that worked fail.

    ``coordinate`` is the place in the GraphQL schema: ``Person``, ``Person.city``, ``Mutation.createPerson``.
    """

    safe: bool
    where: str
    what: str
    coordinate: str = ""

    @property
    def breaking(self) -> bool:
        return not self.safe

    def __str__(self) -> str:
        return f"{'BREAKING ' if self.breaking else ''}{self.where}: {self.what}"


def diff(old: SchemaModel, new: SchemaModel) -> tuple[Change, ...]:
    """Every change from ``old`` to ``new``, breaking ones first, then by name."""
    return tuple(sorted(_changes(old, new)))


def _changes(old: SchemaModel, new: SchemaModel) -> Iterator[Change]:
    before = {o.singular: o for o in old.objects}
    after = {o.singular: o for o in new.objects}
    for name in before.keys() - after.keys():
        yield Change(False, before[name].plural, "object removed", before[name].type_name)
    for name in after.keys() - before.keys():
        yield Change(True, after[name].plural, "object added", after[name].type_name)
    parts: set[Change] = set()
    for name in before.keys() & after.keys():
        yield from _object_changes(before[name], after[name])
        parts |= set(_part_changes(before[name], after[name]))
    yield from parts


def _object_changes(old: ObjectModel, new: ObjectModel) -> Iterator[Change]:
    if old.plural != new.plural:
        yield Change(False, old.plural, f"its list is now called {new.plural}", f"Query.{old.roots.many}")
    yield from _root_changes(old, new)
    before = {f.name: f for f in old.fields} | {r.name: r for r in old.relations}
    after = {f.name: f for f in new.fields} | {r.name: r for r in new.relations}
    for name in before.keys() - after.keys():
        yield Change(False, f"{old.plural}.{name}", "removed", f"{old.type_name}.{name}")
    for name in after.keys() - before.keys():
        yield Change(True, f"{old.plural}.{name}", f"added ({_type(after[name])})", f"{old.type_name}.{name}")
    for name in before.keys() & after.keys():
        where, coordinate = f"{old.plural}.{name}", f"{old.type_name}.{name}"
        yield from _member_changes(where, coordinate, before[name], after[name])


def _root_changes(old: ObjectModel, new: ObjectModel) -> Iterator[Change]:
    """Roots that serve the object no more."""
    for root in fields(old.roots):
        name = getattr(old.roots, root.name)
        if name and not getattr(new.roots, root.name):
            holder = "Query" if root.name in _READS else "Mutation"
            yield Change(False, old.plural, f"{name} is served no more", f"{holder}.{name}")


def _part_changes(old: ObjectModel, new: ObjectModel) -> Iterator[Change]:
    """Parts of composites, by the name of the composite: all objects that have it are alike."""
    for field in old.fields:
        if not field.parts or not new.has_field(field.name):
            continue
        before = {p.name: p for p in field.parts}
        after = {p.name: p for p in new.field(field.name).parts}
        for name in before.keys() - after.keys() if after else ():
            yield Change(False, f"{field.type_name}.{name}", "removed", f"{field.type_name}.{name}")
        for name in after.keys() - before.keys():
            coordinate = f"{field.type_name}.{name}"
            yield Change(True, coordinate, f"added ({_type(after[name])})", coordinate)
        for name in before.keys() & after.keys():
            coordinate = f"{field.type_name}.{name}"
            yield from _member_changes(coordinate, coordinate, before[name], after[name])


def _member_changes(
    where: str, coordinate: str, old: FieldModel | RelationModel, new: FieldModel | RelationModel
) -> Iterator[Change]:
    if _type(old) != _type(new):
        yield Change(False, where, f"was {_type(old)}, is {_type(new)}", coordinate)
    if old.nullable != new.nullable:
        what = "may now be null" if new.nullable else "is never null now"
        yield Change(old.nullable, where, what, coordinate)
    if isinstance(old, FieldModel) and isinstance(new, FieldModel):
        gone = [o.value for o in old.options if o.value not in {n.value for n in new.options}]
        come = [n.value for n in new.options if n.value not in {o.value for o in old.options}]
        yield from (Change(False, where, f"option {value} removed", coordinate) for value in gone)
        yield from (Change(True, where, f"option {value} added", coordinate) for value in come)


def _type(member: FieldModel | RelationModel) -> str:
    if isinstance(member, RelationModel):
        return f"{'many' if member.is_to_many else 'one'} {member.target}"
    return f"[{member.type_name}]" if member.is_list else member.type_name

"""What changed between two models, breaking changes first. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from twentyql.schema.model import FieldModel, ObjectModel, RelationModel, SchemaModel


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """One difference. ``breaking`` changes can make a query that worked fail."""

    safe: bool
    where: str
    what: str

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
    yield from (Change(False, before[name].plural, "object removed") for name in before.keys() - after.keys())
    yield from (Change(True, after[name].plural, "object added") for name in after.keys() - before.keys())
    for name in before.keys() & after.keys():
        yield from _object_changes(before[name], after[name])


def _object_changes(old: ObjectModel, new: ObjectModel) -> Iterator[Change]:
    if old.plural != new.plural:
        yield Change(False, old.plural, f"its list is now called {new.plural}")
    before = {f.name: f for f in old.fields} | {r.name: r for r in old.relations}
    after = {f.name: f for f in new.fields} | {r.name: r for r in new.relations}
    for name in before.keys() - after.keys():
        yield Change(False, f"{old.plural}.{name}", "removed")
    for name in after.keys() - before.keys():
        yield Change(True, f"{old.plural}.{name}", f"added ({_type(after[name])})")
    for name in before.keys() & after.keys():
        yield from _member_changes(f"{old.plural}.{name}", before[name], after[name])


def _member_changes(where: str, old: FieldModel | RelationModel, new: FieldModel | RelationModel) -> Iterator[Change]:
    if _type(old) != _type(new):
        yield Change(False, where, f"was {_type(old)}, is {_type(new)}")
    if old.nullable != new.nullable:
        yield Change(old.nullable, where, "may now be null" if new.nullable else "is never null now")
    if isinstance(old, FieldModel) and isinstance(new, FieldModel):
        gone = [o.value for o in old.options if o.value not in {n.value for n in new.options}]
        come = [n.value for n in new.options if n.value not in {o.value for o in old.options}]
        yield from (Change(False, where, f"option {value} removed") for value in gone)
        yield from (Change(True, where, f"option {value} added") for value in come)


def _type(member: FieldModel | RelationModel) -> str:
    if isinstance(member, RelationModel):
        return f"{'many' if member.is_to_many else 'one'} {member.target}"
    return f"[{member.type_name}]" if member.is_list else member.type_name

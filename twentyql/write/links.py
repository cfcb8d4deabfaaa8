"""A note or task created with what it is about: the record and its targets in one call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from twentyql.errors import QueryError, ServerError, UnknownNameError
from twentyql.schema.model import ObjectModel, RelationModel
from twentyql.write.composites import Form
from twentyql.write.forms import Formed, Forms, mapping_of
from twentyql.write.lookups import resolve
from twentyql.write.many import Options, write_many
from twentyql.write.receipt import explained
from twentyql.write.sender import Sender, WriteTally
from twentyql.write.single import Fields, Record, create, destroy

Links = Mapping[str, Any] | Iterable[tuple[str, Any]]


async def create_linked(
    sender: Sender, of: ObjectModel, given: Any, links: Links, *, fields: Fields = None, form: Form | None = None
) -> Record:
    """Create one record and link it to others: ``{"company": id, "person": {"emails": "a@b.example"}}``.

    The links are looked up first; if they cannot be written, the record made for them is destroyed again.
    """
    junction, back = _junction(sender, of)
    formed = [_target(sender, junction, name, value) for name, value in _pairs(links)]
    targets = await resolve(sender, formed, WriteTally())
    record = await create(sender, of, mapping_of(given), fields=fields, form=form)
    rows = [{**target, back: record["id"]} for target in targets]
    try:
        receipt = await write_many(sender, junction, rows, Options())
    except ServerError:
        await destroy(sender, of, record["id"])
        raise
    if receipt.rejects:
        await destroy(sender, of, record["id"])
        raise QueryError(f"The {of.singular} cannot be linked: {explained(receipt.rejects)}.")
    return record


def _junction(sender: Sender, of: ObjectModel) -> tuple[ObjectModel, str]:
    """The object whose records link ``of`` to others (``noteTarget``), and its key to ``of``."""
    name = f"{of.singular}Target"
    found = next((o for o in sender.model.objects if o.singular == name), None)
    back = next((r for r in found.relations if r.target == of.singular and r.join_column), None) if found else None
    if found is None or back is None or back.join_column is None:
        raise QueryError(f"A {of.singular} is not linked to others.", advice="Notes and tasks are.")
    return found, back.join_column


def _target(sender: Sender, junction: ObjectModel, name: str, value: Any) -> Formed:
    """One link as the data of its junction record, the key of the linked record still to be looked up."""
    linked = sender.model.object(name)
    relation = next((r for r in junction.relations if r.target == linked.singular and _leads_on(r)), None)
    if relation is None:
        known = [r.target for r in junction.relations if _leads_on(r)]
        raise UnknownNameError("object", name, known, where=f"that a {junction.singular} can lead to")
    return Forms(sender.model, sender.schema, junction).record({relation.name: value})


def _leads_on(relation: RelationModel) -> bool:
    return not relation.is_to_many and relation.name.startswith("target")


def _pairs(links: Any) -> list[tuple[str, Any]]:
    """Links as pairs; several of one object are given as pairs or as a list under its name."""
    pairs: list[tuple[str, Any]] = []
    if not isinstance(links, Mapping):
        return list(links)
    for name, value in links.items():
        many: list[Any] = value if isinstance(value, list) else [value]
        pairs += [(name, one) for one in many]
    return pairs

"""The workspace as it is served now: its data model, and the changes that make another one of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Generic, Protocol, TypeVar

from twentyql.sandbox.model import MORPH, RELATION, Model, read_model
from twentyql.sandbox.records.events import Event
from twentyql.sandbox.records.values import as_time
from twentyql.sandbox.root import Refused, Root, Selection
from twentyql.sandbox.workspace import fields, indexes, objects, relations
from twentyql.sandbox.workspace.draft import Draft, Node
from twentyql.sandbox.workspace.problems import INVALID_FIELD
from twentyql.sandbox.workspace.values import CHOICES

T = TypeVar("T")


class Rows(Protocol):
    """What this module needs of the engine."""

    on_model: Callable[[Model], None]

    def change_model(self, model: Model) -> None: ...

    def refresh(self) -> None: ...

    def remap(self, singular: str, name: str, values: Mapping[str, str | None]) -> None: ...

    def run(self, root: Root) -> Any: ...

    def listen(self, listener: Callable[[Sequence[Event]], None] | None) -> None: ...

    def keep(self, name: str, value: Any) -> None: ...

    def kept(self, name: str) -> Any: ...


class Derived(Generic[T]):
    """Something made of a data model, made anew when the model has changed."""

    def __init__(self, make: Callable[[Model], T]) -> None:
        self._make = make
        self._of: tuple[Model, T] | None = None

    def __call__(self, model: Model) -> T:
        """What ``model`` makes."""
        if self._of is None or self._of[0] is not model:
            self._of = (model, self._make(model))
        return self._of[1]


def _now() -> datetime:
    return datetime.now(UTC)


class Workspace:
    """The data model that is served, over an engine whose tables follow it.

    Changes are to be made in the engine's thread. Each raises Refused and changes nothing, or makes ``metadataVersion``
    greater by one.
    """

    def __init__(self, model: Model, engine: Rows, now: Callable[[], datetime] = _now) -> None:
        self.model = model
        self.engine = engine
        self.now = now
        engine.on_model = self._follow

    def _follow(self, model: Model) -> None:
        self.model = model

    @property
    def info(self) -> Mapping[str, Any]:
        """The workspace itself, with its ``metadataVersion``."""
        return self.model.workspace

    def moment(self) -> str:
        """The time, as the API prints it."""
        return as_time(self.now())

    def change(self, work: Callable[[Draft], T]) -> T:
        """Do ``work`` on a draft of the data model and serve what comes of it. Raises Refused."""
        self.engine.refresh()
        draft = Draft(self.model.nodes, self.moment())
        done = work(draft)
        info = {**self.info, "metadataVersion": int(self.info.get("metadataVersion") or 0) + 1}
        self.engine.change_model(read_model(draft.settle(), info))
        return done

    def create_object(self, given: Mapping[str, Any]) -> str:
        """Add a custom object; its id. Raises Refused."""
        return self.change(lambda draft: objects.create_object(draft, given))

    def update_object(self, identity: str, given: Mapping[str, Any]) -> str:
        """Change an object; its id. Raises Refused."""
        return self.change(lambda draft: objects.update_object(draft, identity, given))

    def delete_object(self, identity: str) -> Node:
        """Take a custom object out; what it was. Raises Refused."""
        before = self.node(identity)
        self.change(lambda draft: objects.delete_object(draft, identity))
        return before

    def create_field(self, given: Mapping[str, Any]) -> str:
        """Add a field, or both sides of a relation; its id. Raises Refused."""
        make = {RELATION: relations.create_relation, MORPH: relations.create_morph}
        return self.change(lambda draft: make.get(str(given["type"]), fields.create_field)(draft, given))

    def update_field(self, identity: str, given: Mapping[str, Any]) -> str:
        """Change a field, and the rows where an option is called otherwise or is gone; its id. Raises Refused."""
        before = self.field(identity)
        if given.get("isUnique") and before is not None and not before[1].get("isUnique"):
            self._check_rows_are_unique(*before)
        self.change(lambda draft: _updated(draft, identity, given))
        if before is not None and given.get("options") is not None and before[1]["type"] in CHOICES:
            node, field = self.field(identity) or before
            values = _renamed(before[1].get("options") or (), field["options"])
            if values and node.get("isActive", True) and field.get("isActive", True):
                self.engine.remap(str(node["nameSingular"]), str(field["name"]), values)
        return identity

    def delete_field(self, identity: str) -> Node:
        """Take a field out, of a relation both sides; what it was. Raises Refused."""
        before = self.field(identity)
        self.change(lambda draft: fields.delete_field(draft, identity))
        return dict(before[1]) if before else {}

    def create_index(self, given: Mapping[str, Any]) -> str:
        """Add a custom index; its id. Raises Refused."""
        return self.change(lambda draft: indexes.create_index(draft, given))

    def delete_index(self, identity: str) -> Node:
        """Take a custom index out; what it was. Raises Refused."""
        return self.change(lambda draft: indexes.delete_index(draft, identity))

    def node(self, identity: str) -> Node:
        """The object with this id; empty where there is none."""
        return dict(next((node for node in self.model.nodes if node["id"] == identity), {}))

    def field(self, identity: str) -> tuple[Mapping[str, Any], Mapping[str, Any]] | None:
        """The field with this id, after its object."""
        every = ((node, field) for node in self.model.nodes for field in node["fieldsList"])
        return next((pair for pair in every if pair[1]["id"] == identity), None)

    def _check_rows_are_unique(self, node: Mapping[str, Any], field: Mapping[str, Any]) -> None:
        """Refuse to make a field unique while two rows have the same value, as the database does. Raises Refused."""
        record = self.model.by_singular.get(str(node["nameSingular"]))
        slot = record.by_name.get(str(field["name"])) if record else None
        if record is None or slot is None or slot.kind not in ("scalar", "composite"):
            return
        names = [sub.name for sub in slot.composite.fields if sub.unique] if slot.kind == "composite" else []
        by: list[Any] = [{slot.name: {name: True}} for name in names] or [{slot.name: True}]
        wanted: Selection = {"totalCount": {}, "groupByDimensionValues": {}}
        most = {"orderBy": [{"aggregate": {"totalCount": "DescNullsLast"}}], "limit": 2}
        groups = self.engine.run(Root(f"{record.plural}GroupBy", {"groupBy": by, **most}, wanted))
        if any(g["totalCount"] > 1 and all(g["groupByDimensionValues"]) for g in groups):
            problems = fields.new_problems(dict(node), field["name"], "update")
            problems.fail(INVALID_FIELD, f"Field {field['name']} has duplicate values, so it cannot be made unique")


def _updated(draft: Draft, identity: str, given: Mapping[str, Any]) -> str:
    told = dict(given)
    more: Sequence[Any] | None = told.pop("morphRelationsUpdatePayload", None)
    fields.update_field(draft, identity, told)
    if more:
        relations.widen_morph(draft, identity, more)
    return identity


def _renamed(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> dict[str, str | None]:
    """What becomes of the values of options: another value by the same id, or none where the option is gone."""
    by_id = {option.get("id"): str(option["value"]) for option in after}
    kept = {str(option["value"]) for option in after}
    changes: dict[str, str | None] = {}
    for option in before:
        value = str(option["value"])
        now = by_id.get(option.get("id"), value if value in kept else None)
        if now != value:
            changes[value] = now
    return changes


def not_found(kind: str, identity: str) -> Refused:
    """The refusal of an id that nothing has."""
    return Refused(f"Unable to find {kind} with id: {identity}", "NOT_FOUND")

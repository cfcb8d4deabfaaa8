# pyright: reportPrivateUsage=false
"""What the metaclass of Records does with a class body: take it apart, check it, and give the class its shape."""

from __future__ import annotations

from typing import Any, get_args, get_origin

from twentyql.build.aggregates import Aggregate, Bucket
from twentyql.build.calls import unmet
from twentyql.build.objects import Composite, Morph, Object, ToMany, ToOne
from twentyql.build.operators import Field, Path
from twentyql.build.shapes import Child, Choice, Layout, Shape, path_of, splitter

RESERVED = frozenset({"one", "many", "where", "order_by", "query", "at"})


def take(name: str, namespace: dict[str, Any]) -> dict[str, Any]:
    """Take what a Record can, or wants to, have out of a class body."""
    return taken_of(name, namespace, (Field, Child, Choice, Path, ToOne, ToMany, Morph, Aggregate, Bucket))


def taken_of(name: str, namespace: dict[str, Any], kinds: tuple[type[Any], ...]) -> dict[str, Any]:
    """Take the expressions out of a class body."""
    annotations: dict[str, Any] = namespace.setdefault("__annotations__", {})
    taken: dict[str, Any] = {}
    for attribute, value in list(namespace.items()):
        if isinstance(value, kinds):
            taken[attribute] = namespace.pop(attribute)
            annotations.pop(attribute, None)
    for attribute in annotations:
        if "ClassVar" not in str(annotations[attribute]):
            raise TypeError(f"{name}.{attribute} has no value: write {attribute} = ... with a field of the object.")
    return taken


def inherited(bases: tuple[type, ...]) -> dict[str, Any]:
    entries: dict[str, Any] = {}
    for base in reversed(bases):
        shape = getattr(base, "__f_shape__", None)
        entries |= shape.entries if shape is not None else {}
    return entries


def object_of(namespace: dict[str, Any], bases: tuple[type, ...]) -> Any:
    """The object of ``Record[Company]`` among the bases, or of the Record that is inherited from."""
    for base in namespace.get("__orig_bases__", ()):
        for argument in get_args(base):
            found: Any = get_origin(argument) or argument
            if _is_object(found):
                return found
    return next((o for o in (getattr(base, "__f_object__", None) for base in bases) if o is not None), None)


def joined(name: str, before: dict[str, Any], taken: dict[str, Any]) -> dict[str, Any]:
    for attribute in before.keys() & taken.keys():
        if before[attribute] is not taken[attribute] and path_of(before[attribute]) != path_of(taken[attribute]):
            raise TypeError(f"{name}.{attribute} is already {before[attribute]!r} in the Record it inherits from.")
    return before | taken


def check(record: str, attribute: str, entry: Any, root: Any) -> None:
    where = f"{record}.{attribute}"
    if attribute in RESERVED or attribute.startswith("_"):
        raise TypeError(f"{where} cannot be called that: {', '.join(sorted(RESERVED))} and _names are taken.")
    if isinstance(entry, ToMany):
        raise TypeError(f"{where} is a to-many relation: select its records with OtherRecord.many({entry!r}).")
    if isinstance(entry, (Aggregate, Bucket)):
        raise TypeError(f"{where} is about many records: it belongs in a Group, not in a Record.")
    if isinstance(entry, Morph):
        raise TypeError(f"{where} is a record of several objects: select it with A.one({entry!r}) | B.one({entry!r}).")
    if isinstance(entry, (Object, ToOne)):
        raise TypeError(f"{where} is a record, not a field: select it with OtherRecord.one(...), or one of its fields.")
    if not isinstance(entry, (Field, Child, Choice, Composite)):
        raise TypeError(f"{where} is no field of an object, but {entry!r}.")
    if reason := unmet(entry):
        raise TypeError(f"{where} cannot be selected as it is: {reason}.")
    of = entry.root if isinstance(entry, (Child, Choice)) else entry._f_root
    if of is not root:
        raise TypeError(f"{where} is a field of {of.__name__}, but {record} is a Record of {root.__name__}.")


def check_target(record: Any, target: Any, name: str) -> str | None:
    """The type that a record must have where ``target`` is one of several and the Record's object one of them."""
    possible: frozenset[str] = getattr(target, "_f_possible", frozenset())
    if record.__f_object__ is not target:
        if (type_ := getattr(record.__f_object__, "_f_type", "")) in possible:
            return str(type_)
        of = getattr(record.__f_object__, "__name__", "no object")
        raise TypeError(f"{name} leads to {target.__name__}, but {record.__name__} is a Record of {of}.")
    return None


def fill(namespace: dict[str, Any], layout: Layout) -> None:
    clash = namespace.keys() & {*layout.members, *layout.slots}
    if clash:
        raise TypeError(f"{', '.join(sorted(clash))} is a field of the Record and something else too: rename one.")
    namespace["__annotations__"] = {**namespace["__annotations__"], **layout.slots}
    namespace.update(layout.defaults)
    namespace.update(layout.members)
    namespace["__f_shape__"] = None
    if layout.shared:
        namespace["__post_init__"] = splitter(layout, namespace.get("__post_init__"))


def finish(made: Any, root: Any, entries: dict[str, Any], layout: Layout) -> None:
    """Tell the new class its shape, and where pickle finds its hidden structs."""
    made.__f_object__ = root
    made.__f_shape__ = Shape(root, entries, made, frozenset(layout.unhashable), layout.readers)
    for name, hidden in layout.types.items():
        hidden.__module__ = made.__module__
        hidden.__qualname__ = f"{made.__qualname__}.{name}"
        setattr(made, name, hidden)


def _is_object(found: Any) -> bool:
    return isinstance(found, type) and issubclass(found, Object)

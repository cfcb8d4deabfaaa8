"""SchemaModel -> the frozen context that the templates of the typed package read.

All names are Python names by now, and all code is laid out: a template only puts pieces in their places.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from twentyql.generate import layout
from twentyql.generate.calls import Called, argument_enums, called
from twentyql.generate.inputs import InputModule, input_enums, input_modules, input_names
from twentyql.generate.kinds import MICROS, FieldType, field_type, is_composite, part_type, wire_value
from twentyql.generate.names import assign, attribute_name, checked, class_name, module_name, renamed
from twentyql.schema.model import FieldModel, ObjectModel, RelationModel, SchemaModel


@dataclass(frozen=True, slots=True)
class ClassContext:
    """A generated class: its header and its body, ready to print; ``notes`` tell of renamed attributes."""

    name: str
    header: str
    lines: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ValueContext:
    """A composite's value in a row: ``names`` are (attribute, GraphQL name), ``lines`` the annotations."""

    name: str
    base: str
    names: tuple[tuple[str, str], ...]
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CompositeContext:
    value: ValueContext
    composite: ClassContext


@dataclass(frozen=True, slots=True)
class EnumContext:
    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ModuleContext:
    """The module of one object."""

    module: str
    plural: str
    record: ClassContext
    imports: tuple[str, ...]
    calls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PackageContext:
    """The whole package."""

    modules: tuple[ModuleContext, ...]
    composites: tuple[CompositeContext, ...]
    composites_use_enums: bool
    enums: tuple[EnumContext, ...]
    inputs: tuple[InputModule, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Names:
    """What every type of the schema is called in Python, by its GraphQL name; modules by singular name."""

    objects: dict[str, str]
    composites: dict[str, str]
    values: dict[str, str]
    enums: dict[str, str]
    modules: dict[str, str]


def package_context(model: SchemaModel) -> PackageContext:
    """The context of the whole package, in the schema's order."""
    objects = (*model, *((model.query,) if model.query else ()))
    composites = {f.type_name: f for o in objects for f in o.fields if is_composite(f)}
    enums = dict.fromkeys((*_enums(objects, model), *input_enums(model), *argument_enums(objects, model)))
    names = _names(objects, composites, enums)
    inputs = input_modules(model, input_names(model, names.objects, names.modules, names.enums))
    made = tuple(_composite(field, names, model) for field in composites.values())
    return PackageContext(
        modules=tuple(_module(o, names, model) for o in objects),
        composites=made,
        composites_use_enums=any("_e." in line for c in made for line in c.composite.lines),
        enums=tuple(EnumContext(names.enums[e], _values(model, e)) for e in sorted(enums)),
        inputs=inputs,
        notes=(*_notes(names.objects, class_name, "object"), *_notes(names.modules, module_name, "module")),
    )


def written_inputs(model: SchemaModel) -> dict[str, str]:
    """The classes of the package that inputs of objects have, by their GraphQL names: ``PersonCreate``."""
    objects = (*model, *((model.query,) if model.query else ()))
    composites = {f.type_name: f for o in objects for f in o.fields if is_composite(f)}
    names = _names(objects, composites, ())
    made = input_names(model, names.objects, names.modules, names.enums)
    own = {type_ for o in model for type_ in (o.create_type, o.update_type) if type_}
    return {name: called for name, called in made.classes.items() if name in own}


def _values(model: SchemaModel, enum: str) -> tuple[str, ...]:
    return tuple(layout.string(checked(value, "option")) for value in model.enums[enum])


def _enums(objects: Iterable[ObjectModel], model: SchemaModel) -> Iterator[str]:
    """The enums that fields use."""
    for record in objects:
        for field in record.fields:
            for leaf in field.parts if is_composite(field) else (field,):
                if leaf.type_name in model.enums:
                    yield leaf.type_name


def _names(records: tuple[ObjectModel, ...], composites: Iterable[str], enums: Iterable[str]) -> Names:
    objects = assign([o.type_name for o in records], class_name)
    own = assign(composites, class_name, objects.values())
    taken = {*objects.values(), *own.values()}
    values = assign([f"{name}Value" for name in own], class_name, taken)
    return Names(
        objects=objects,
        composites=own,
        values={name: values[f"{name}Value"] for name in own},
        enums=assign(sorted(enums), class_name, ("Literal", "TypeAlias")),
        modules=assign([o.singular for o in records], module_name),
    )


def _notes(names: dict[str, str], form: Callable[[str], str], what: str) -> tuple[str, ...]:
    return tuple(f"The {what} {name} is {made} here." for name, made in renamed(names, form))


def _module(record: ObjectModel, names: Names, model: SchemaModel) -> ModuleContext:
    own = names.objects[record.type_name]
    attributes = assign([*(f.name for f in record.fields), *(r.name for r in record.relations)], attribute_name)
    morphs = _morphs(record)
    choices = assign([name for name in morphs if name not in attributes], attribute_name, attributes.values())
    calls = {m.name: c for m in record.members if (c := _called(m, attributes[m.name], own, names, model))}
    lines = (
        *(_field(f, attributes[f.name], own, names, model, calls.get(f.name)) for f in record.fields),
        *(_relation(r, attributes[r.name], own, names, model, calls.get(r.name)) for r in record.relations),
        *(_morph(name, made, morphs[name], own, names, model) for name, made in choices.items()),
    )
    targets = {names.modules[t.singular]: names.objects[t.type_name] for t in _targets(record, model)}
    header = _header(record, own, names, model)
    called_lines = tuple(line for call in calls.values() for line in call.lines)
    return ModuleContext(
        module=names.modules[record.singular],
        plural=record.plural,
        record=ClassContext(own, header, lines, _notes(attributes, attribute_name, "field")),
        imports=_imports((header, *lines, *called_lines), targets),
        calls=called_lines[1:],
    )


def _header(record: ObjectModel, own: str, names: Names, model: SchemaModel) -> str:
    words = [f"wire={layout.string(checked(record.singular))}", f"plural={layout.string(checked(record.plural))}"]
    if model.dialect == "relay":
        words.append(f"type={layout.string(checked(record.type_name))}")
    if record is model.query:
        return layout.class_header(own, layout.subscript("_f.Object", "_f.P", layout.string(own)), "_f.Root", *words)
    if not record.possible:
        return layout.class_header(own, layout.subscript("_f.Object", "_f.P", layout.string(own)), *words)
    union = layout.string(_union(record, names))
    words.append(f"possible={layout.string(' '.join(checked(name) for name in record.possible))}")
    return layout.class_header(own, layout.subscript("_f.Abstract", "_f.P", layout.string(own), union), *words)


def _union(record: ObjectModel, names: Names) -> str:
    """What a Record of a relation to ``record`` may be of: itself, or one of its types."""
    kinds = [names.objects[record.type_name], *(names.objects[t] for t in record.possible if t in names.objects)]
    return " | ".join(kinds)


def _called(member: FieldModel | RelationModel, attribute: str, own: str, names: Names, model: SchemaModel) -> Any:
    """The class of an attribute that takes arguments, or None."""
    if not member.arguments:
        return None
    if isinstance(member, RelationModel):
        target = model.object(member.target)
        base = f"{names.objects[target.type_name]}[_f.P]"
        if member.is_to_many:
            many = "_f.ToAny" if target.possible else "_f.ToMany"
            base = f"{many}[_f.P, {_union(target, names) if target.possible else names.objects[target.type_name]}]"
    elif is_composite(member):
        value = f"_c.{names.values[member.type_name]}"
        base = f"_c.{names.composites[member.type_name]}[_f.P, {value}{' | None' if member.nullable else ''}]"
    else:
        base = str(_annotation(field_type(member, model.enums), member, "_f.P", names))
    return called(member, attribute, own, base, base, model, names.enums)


def _morphs(record: ObjectModel) -> dict[str, list[RelationModel]]:
    """The to-one relations of each morph relation, which leads to one of several objects."""
    found: dict[str, list[RelationModel]] = {}
    for relation in record.relations:
        if relation.morph and not relation.is_to_many:
            found.setdefault(relation.morph, []).append(relation)
    return found


def _morph(morph: str, attribute: str, ways: list[RelationModel], own: str, names: Names, model: SchemaModel) -> str:
    targets = {way.name: names.objects[model.object(way.target).type_name] for way in ways}
    union = " | ".join(dict.fromkeys(targets.values()))
    pairs = [layout.call("", layout.string(checked(n, "relation")), layout.string(to)) for n, to in targets.items()]
    value = layout.call("_f.Morph", layout.string(checked(morph, "relation")), *pairs)
    return layout.assignment(attribute, layout.subscript("_f.Morph", own, union), value)


def _targets(record: ObjectModel, model: SchemaModel) -> list[ObjectModel]:
    """The objects that the module of ``record`` may name: what its relations lead to, and the types they can be."""
    led = [model.object(r.target) for r in record.relations]
    known = {o.type_name: o for o in model} if record.possible or any(o.possible for o in led) else {}
    several = [known[t] for o in (record, *led) for t in o.possible if t in known]
    return list({o.singular: o for o in (*led, *several) if o.singular != record.singular}.values())


def _imports(lines: Iterable[str], targets: dict[str, str]) -> tuple[str, ...]:
    """What a module needs for its annotations only, in the order that import sorters want."""
    text = "\n".join(lines)
    shared = [("_composites", "_c"), ("_enums", "_e")]
    used = [f"    from . import {module} as {alias}" for module, alias in shared if f"{alias}." in text]
    words = set(re.findall(r"\w+", text))
    order = sorted((module for module in targets if targets[module] in words), key=natural)
    return (*used, *(layout.import_from(f".{module}", targets[module]) for module in order))


def natural(name: str) -> list[tuple[int, int, str]]:
    """A sort key under which ``a2`` comes before ``a10``."""
    parts = re.findall(r"\d+|\D+", name)
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts]


def _field(field: FieldModel, attribute: str, own: str, names: Names, model: SchemaModel, call: Called | None) -> str:
    if is_composite(field):
        return _parts(field, attribute, own, names, call)
    return _leaf(field_type(field, model.enums), field, attribute, own, names, call)


def _leaf(
    type_: FieldType, field: FieldModel, attribute: str, own: str, names: Names, call: Called | None = None
) -> str:
    annotation = _annotation(type_, field, own, names)
    enum = (layout.string(names.enums[type_.enum]),) if type_.enum else ()
    value = layout.call(f"_f.{type_.name}", layout.string(checked(field.name, "field")), str(field.nullable), *enum)
    if call:
        return layout.assignment(attribute, layout.subscript(call.name, own), call.given(value))
    return layout.assignment(attribute, annotation, value)


def _annotation(type_: FieldType, field: FieldModel, own: str, names: Names) -> layout.Bracket:
    head = f"_f.{type_.name}"
    if type_.enum is None:
        return layout.subscript(head, own, type_.optional if field.nullable else type_.value)
    enum = f"_e.{names.enums[type_.enum]}"
    value = f"_f.List[{enum}]" if type_.name == "MultiSelect" else enum
    return layout.subscript(head, own, enum, f"{value} | None" if field.nullable else value)


def _parts(field: FieldModel, attribute: str, own: str, names: Names, call: Called | None) -> str:
    composite = f"_c.{names.composites[field.type_name]}"
    value = f"_c.{names.values[field.type_name]}"
    annotation = layout.subscript(
        "_f.Parts",
        layout.subscript(composite, own, f"{value} | None" if field.nullable else value),
        layout.subscript(composite, "_f.Anything", f"{value} | None"),
    )
    target = layout.string(names.composites[field.type_name])
    value_call = layout.call("_f.Parts", layout.string(checked(field.name, "field")), str(field.nullable), target)
    if call:
        annotation = layout.subscript("_f.Parts", f"{call.name}[{own}]", call.name)
        return layout.assignment(attribute, annotation, call.given(value_call))
    return layout.assignment(attribute, annotation, value_call)


def _relation(
    relation: RelationModel, attribute: str, own: str, names: Names, model: SchemaModel, call: Called | None
) -> str:
    of = model.object(relation.target)
    target = names.objects[of.type_name]
    many = "_f.ToAny" if of.possible else "_f.ToMany"
    head = many if relation.is_to_many else "_f.ToOne"
    value = layout.call(head, layout.string(checked(relation.name, "relation")), layout.string(target))
    if relation.is_to_many:
        annotation = layout.subscript(many, own, _union(of, names) if of.possible else target)
        annotation = layout.subscript(call.name, own) if call else annotation
    else:
        way = call.name if call else target
        annotation = layout.subscript("_f.ToOne", layout.subscript(way, own), way)
    return layout.assignment(attribute, annotation, call.given(value) if call else value)


def _composite(field: FieldModel, names: Names, model: SchemaModel) -> CompositeContext:
    own, value = names.composites[field.type_name], names.values[field.type_name]
    attributes = assign([part.name for part in field.parts], attribute_name)
    types = [(part, part_type(part, model.enums)) for part in field.parts]
    lines = [_leaf(t, p, attributes[p.name], own, names) for p, t in types]
    money = [p for p, t in types if p.name == "amountMicros" and t == MICROS and "units" not in attributes.values()]
    lines += [_leaf(replace(MICROS, name="Money"), part, "units", own, names) for part in money]
    return CompositeContext(
        value=ValueContext(
            name=value,
            base="_f.MoneyValue" if money else "_f.Value",
            names=tuple((attributes[part.name], part.name) for part in field.parts),
            lines=tuple(f"    {attributes[p.name]}: {wire_value(t, p.nullable)}" for p, t in types),
        ),
        composite=ClassContext(
            name=own,
            header=layout.class_header(own, "_f.Composite[_f.P, _f.V]", f"value={value}"),
            lines=tuple(lines),
            notes=_notes(attributes, attribute_name, "part"),
        ),
    )

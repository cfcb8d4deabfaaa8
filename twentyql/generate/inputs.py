"""SchemaModel -> the typed inputs of the package: what can be written of every object.

One class for ``PersonCreateInput``, called ``PersonCreate``, one for ``PersonUpdateInput``, and one for each input that
those hold (``FullNameInput``), shared by create and update where the two take the same. What cannot be written is left
out: the index of full-text search, and every list of related records.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from twentyql.generate import layout
from twentyql.generate.names import assign, checked, class_name, input_name
from twentyql.schema.model import InputFieldModel, InputModel, ObjectModel, RelationModel, SchemaModel

PARTS = "_parts"
NOT_WRITABLE = frozenset({"TSVector"})
_VALUES = {
    "String": "_f.Str",
    "ID": "_f.Str",
    "UUID": "_f.Str",
    "Boolean": "_f.Bool",
    "Int": "_f.Int",
    "BigInt": "_f.Int",
    "Float": "_f.Num",
    "BigFloat": "_f.Amount",
    "Position": "_f.Place",
    "DateTime": "_f.Moment",
    "Date": "_f.Day",
}


@dataclass(frozen=True, slots=True)
class InputContext:
    """A generated input: ``names`` are (attribute, GraphQL name) where they differ, ``relations`` ready to print.

    ``header`` is for an input that has neither.
    """

    name: str
    header: str
    names: tuple[tuple[str, str], ...]
    relations: tuple[str, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InputModule:
    """A module of inputs, and what it imports for its annotations only."""

    module: str
    about: str
    inputs: tuple[InputContext, ...]
    imports: tuple[str, ...]


@dataclass(frozen=True)
class InputNames:
    """What every input is called, by its GraphQL name, and in which module it is; ``twin`` of an equal input."""

    classes: dict[str, str]
    modules: dict[str, str]
    twins: dict[str, str]
    enums: Mapping[str, str]
    objects: Mapping[str, str]
    object_modules: Mapping[str, str]


def input_names(
    model: SchemaModel, objects: Mapping[str, str], modules: Mapping[str, str], enums: Mapping[str, str]
) -> InputNames:
    """The names of all inputs that objects are written by."""
    own = {type_: (o, suffix) for o in model for type_, suffix in _own_types(o, model)}
    parts = list(_parts(model, own))
    twins = _twins(model, parts)
    kept = [name for name in parts if twins[name] == name]
    taken = set(objects.values())
    wanted = {name: f"{objects[of.type_name]}{suffix}" for name, (of, suffix) in own.items()}
    wanted |= {name: _shared_name(name) if _has_twin(name, twins) else name for name in kept}
    given = assign(wanted.values(), class_name, taken)
    return InputNames(
        classes={name: given[made] for name, made in wanted.items()},
        modules={**{name: modules[of.singular] for name, (of, _) in own.items()}, **dict.fromkeys(kept, PARTS)},
        twins=twins,
        enums=enums,
        objects=objects,
        object_modules=modules,
    )


def input_enums(model: SchemaModel) -> Iterator[str]:
    """The enums that inputs take."""
    own = {type_: (o, suffix) for o in model for type_, suffix in _own_types(o, model)}
    for name in (*own, *_parts(model, own)):
        yield from (field.type_name for field in model.inputs[name].fields if field.type_name in model.enums)


def input_modules(model: SchemaModel, names: InputNames) -> tuple[InputModule, ...]:
    """The modules of inputs: one for each object that can be written, and one for their parts."""
    made = [_object_module(record, model, names) for record in model]
    parts = [_input(name, None, model, names) for name, module in names.modules.items() if module == PARTS]
    if parts:
        contexts = tuple(context for context, _ in parts)
        imports = _imports([i for _, found in parts for i in found], PARTS, names)
        made.append(InputModule(PARTS, "Parts of inputs.", contexts, imports))
    return tuple(module for module in made if module is not None)


def _object_module(record: ObjectModel, model: SchemaModel, names: InputNames) -> InputModule | None:
    own = [_input(type_, record, model, names) for type_, _ in _own_types(record, model)]
    if not own:
        return None
    module = names.object_modules[record.singular]
    imports = _imports([i for _, found in own for i in found], module, names)
    return InputModule(
        module, f"What can be written of {checked(record.plural)}.", tuple(context for context, _ in own), imports
    )


def _own_types(record: ObjectModel, model: SchemaModel) -> list[tuple[str, str]]:
    wanted = ((record.create_type, "Create"), (record.update_type, "Update"))
    return [(type_, suffix) for type_, suffix in wanted if type_ is not None and type_ in model.inputs]


def _parts(model: SchemaModel, own: Iterable[str]) -> Iterator[str]:
    """Every input that the objects' inputs hold, at any depth."""
    seen, waiting = set(own), list(own)
    while waiting:
        for field in model.inputs[waiting.pop(0)].fields:
            inner = model.inputs.get(field.type_name)
            if inner is None or inner.name in seen or _where(model, inner) is not None:
                continue
            seen.add(inner.name)
            waiting.append(inner.name)
            yield inner.name


def _twins(model: SchemaModel, parts: list[str]) -> dict[str, str]:
    """For each input the first one of the same shared name that takes just the same fields."""
    first: dict[tuple[str, tuple[InputFieldModel, ...]], str] = {}
    return {name: first.setdefault((_shared_name(name), model.inputs[name].fields), name) for name in parts}


def _has_twin(name: str, twins: Mapping[str, str]) -> bool:
    alike = {twins[other] for other in twins if _shared_name(other) == _shared_name(name)}
    return len(alike) == 1


def _shared_name(name: str) -> str:
    """``LinksCreateInput`` and ``LinksUpdateInput`` -> ``LinksInput``."""
    for ending in ("CreateInput", "UpdateInput"):
        if name.endswith(ending) and name != ending:
            return f"{name.removesuffix(ending)}Input"
    return name


def _where(model: SchemaModel, relation: InputModel) -> InputModel | None:
    """What a related record can be found by, if ``relation`` is such an input (contract section 7)."""
    connect = relation.field("connect")
    inner = model.inputs.get(connect.type_name) if connect else None
    where = inner.field("where") if inner else None
    return model.inputs.get(where.type_name) if where else None


Import = tuple[str, str]  # a module of the package, and the class in it ("" for a module under its alias)


def _input(
    type_: str, record: ObjectModel | None, model: SchemaModel, names: InputNames
) -> tuple[InputContext, list[Import]]:
    fields = [f for f in model.inputs[type_].fields if f.type_name not in NOT_WRITABLE]
    related = {f.name: r for f in fields if record and (r := _relation(f, record, model))}
    fields = [f for f in fields if f.name in related or not _is_relation(f, model)]
    attributes = assign([f.name for f in fields], input_name)
    lines: list[str] = []
    relations: list[str] = []
    imports: list[Import] = []
    for field in fields:
        if relation := related.get(field.name):
            value = _connect(field, relation, model, names, imports)
            lines.append(_line(attributes[field.name], field, value, nullable=True))
            paths = [layout.string(path) for path in _uniques(model, model.inputs[field.type_name])]
            place = f"{layout.string(checked(field.name, 'relation'))}: "
            relations += layout.spread(place, layout.subscript("", *paths), ",", 8)
        else:
            value = _value(field, model, names, imports)
            nullable = not (record and record.has_field(field.name) and not record.field(field.name).nullable)
            lines.append(_line(attributes[field.name], field, value, nullable=nullable))
    renamed = tuple((attributes[f.name], f.name) for f in fields if attributes[f.name] != f.name)
    called = names.classes[type_]
    header = layout.class_header(called, "_f.Input", "frozen=True", "kw_only=True")
    return InputContext(called, header, renamed, tuple(relations), tuple(lines) or ("    pass",)), imports


def _is_relation(field: InputFieldModel, model: SchemaModel) -> bool:
    inner = model.inputs.get(field.type_name)
    return inner is not None and _where(model, inner) is not None


def _relation(field: InputFieldModel, record: ObjectModel, model: SchemaModel) -> RelationModel | None:
    if not _is_relation(field, model):
        return None
    known = {r.name: r for r in record.relations if r.target in {o.singular for o in model.objects}}
    return known.get(field.name)


def _uniques(model: SchemaModel, relation: InputModel) -> list[str]:
    """The fields that a related record can be found by: ``id``, ``domainName.primaryLinkUrl``."""
    where = _where(model, relation)
    paths: list[str] = []
    for field in where.fields if where else ():
        inner = model.inputs.get(field.type_name)
        names = [f"{checked(field.name)}.{checked(part.name)}" for part in inner.fields] if inner else [field.name]
        paths += [checked(name) if inner is None else name for name in names]
    return paths


def _connect(
    field: InputFieldModel, relation: RelationModel, model: SchemaModel, names: InputNames, imports: list[Import]
) -> str:
    target = model.object(relation.target)
    called = names.objects[target.type_name]
    imports.append((f"..{names.object_modules[target.singular]}", called))
    value = f"_f.Connect[{called}]"
    create = model.inputs[field.type_name].field("create")
    if create and create.type_name in names.classes:
        imports.append((f".{names.modules[create.type_name]}", names.classes[create.type_name]))
        value = f"{value} | {names.classes[create.type_name]}"
    return value


def _value(field: InputFieldModel, model: SchemaModel, names: InputNames, imports: list[Import]) -> str:
    value = _VALUES.get(field.type_name, "_f.Anything")
    if field.type_name in model.enums:
        imports.append(("..", "_enums as _e"))
        value = f"_e.{names.enums[field.type_name]}"
    elif field.type_name in model.inputs:
        twin = names.twins.get(field.type_name, field.type_name)
        module, called = names.modules[twin], names.classes[twin]
        if module == PARTS:
            imports.append((".", f"{PARTS} as _p"))
            value = f"_p.{called}"
        else:
            imports.append((f".{module}", called))
            value = called
    return f"_f.List[{value}]" if field.is_list else value


def _line(attribute: str, field: InputFieldModel, value: str, *, nullable: bool) -> str:
    if field.required:
        return f"    {attribute}: {value}"
    annotation = layout.subscript("_f.Maybe" if nullable else "_f.Given", value)
    return "\n".join(layout.spread(f"{attribute}: ", annotation, " = _f.UNSET", layout.STEP))


def _imports(found: list[Import], module: str, names: InputNames) -> tuple[str, ...]:
    """The import lines of a module of inputs, in the order that import sorters want; parts see each other."""
    wanted = {pair for pair in found if pair[0] != f".{module}" and not (module == PARTS and pair[0] == ".")}
    by_module: dict[str, list[str]] = {}
    for origin, name in sorted(wanted):
        by_module.setdefault(origin, []).append(name)
    order = sorted(by_module, key=lambda origin: (not origin.startswith(".."), origin))
    return tuple(layout.import_from(origin, name) for origin in order for name in by_module[origin])

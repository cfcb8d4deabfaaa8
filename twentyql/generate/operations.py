# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false, reportUnknownVariableType=false
"""SchemaModel -> stored operations: plain ``.graphql`` files, one named operation each, and a fragment an object.

They are written in the form that a Twenty server really executes: no nested aliases, no variable defaults, every
value a variable. What they may ask comes from the GraphQL schema, so each file is valid against it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, count

from graphql import GraphQLField, GraphQLInputObjectType, GraphQLObjectType, GraphQLSchema, get_named_type, is_leaf_type
from graphql.type import is_required_argument

from twentyql.generate.header import stamp
from twentyql.generate.names import assign, checked, module_name, pascal
from twentyql.generate.render import render
from twentyql.schema.model import FieldModel, Kind, ObjectModel, SchemaModel

FRAGMENTS = "fragments"
"""The folder of the fragments, one an object: its field list stands there once."""
LIST_ARGUMENTS = ("first", "after", "filter", "orderBy")


@dataclass(frozen=True, slots=True)
class OperationContext:
    """One stored operation, ready to print: ``body`` are the lines inside the root field's braces."""

    name: str
    keyword: str
    root: str
    variables: tuple[tuple[str, str], ...]
    arguments: tuple[str, ...]
    body: tuple[str, ...]
    about: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reader:
    """What the operations of one object are made from."""

    record: ObjectModel
    schema: GraphQLSchema
    fragment: str

    @property
    def thing(self) -> str:
        return self.record.label or self.record.type_name

    @property
    def things(self) -> str:
        return self.record.label_plural or self.record.plural

    def root(self, keyword: str, name: str | None) -> GraphQLField | None:
        """The root field, if the schema has it."""
        holder = self.schema.mutation_type if keyword == "mutation" else self.schema.query_type
        return holder.fields.get(name) if holder and name else None

    def returns_record(self, root: GraphQLField) -> bool:
        return get_named_type(root.type).name == self.record.type_name

    def argument_type(self, root: GraphQLField, name: str) -> str | None:
        argument = root.args.get(name)
        return str(argument.type) if argument else None


def operations(model: SchemaModel, schema: GraphQLSchema) -> dict[str, str]:
    """Path (``companies/ListCompanies.graphql``) -> text, for the operations of every object."""
    folders = assign([o.plural for o in model], module_name, [FRAGMENTS])
    fragments = assign([o.type_name for o in model], lambda name: f"{pascal(name)}Fields")
    files: dict[str, str] = {}
    seen: set[str] = set()
    for record, fragment in zip(model, fragments.values(), strict=True):
        reader = Reader(record, schema, fragment)
        lines = _lines(record.fields, _type_of(reader), 1)
        made = list(_all(reader)) if lines else []
        if any(f"...{fragment}" in line for operation in made for line in operation.body):
            path = f"{FRAGMENTS}/{fragment}.graphql"
            files[path] = stamp(path, render("fragment.graphql.j2", reader=reader, lines=lines))
        for operation in made:
            name = _free(operation.name, seen)
            seen.add(name)
            path = f"{folders[record.plural]}/{name}.graphql"
            files[path] = stamp(path, render("operation.graphql.j2", operation=operation, name=name))
    return dict(sorted(files.items()))


def _free(name: str, seen: set[str]) -> str:
    """``name``, with a number if two objects (``fooBar``, ``foo_bar``) would have an operation of that name."""
    numbered = (f"{name}{number}" for number in count(2))
    return next(n for n in chain([name], numbered) if n not in seen)


def _all(reader: Reader) -> Iterator[OperationContext]:
    makers = (_list, _count, _get, _find, _create, _update, _delete)
    yield from (made for make in makers if (made := make(reader)))


def _list(reader: Reader) -> OperationContext | None:
    root = reader.root("query", reader.record.roots.many)
    if root is None:
        return None
    passed = _passed(reader, root, LIST_ARGUMENTS)
    return _of_list(
        reader,
        f"List{pascal(reader.record.plural)}",
        passed,
        f"A page of {reader.things}.",
        (
            "All pages: `client.stream(...)` with the class of this operation, or `twentyql run`.",
            "Order only by fields that are never null: others lose rows on many servers.",
        ),
    )


def _of_list(
    reader: Reader, name: str, passed: dict[str, str] | None, about: str, details: tuple[str, ...]
) -> OperationContext | None:
    if passed is None:
        return None
    return OperationContext(
        name=name,
        keyword="query",
        root=checked(reader.record.plural),
        variables=tuple(passed.items()),
        arguments=tuple(f"{argument}: ${argument}" for argument in passed),
        body=(*_total(reader), *_edges(reader), *_page_info(reader)),
        about=about,
        details=details,
    )


def _passed(reader: Reader, root: GraphQLField, wanted: tuple[str, ...]) -> dict[str, str] | None:
    """Argument -> type, for those of ``wanted`` that the root has and for all it requires."""
    names = [name for name in wanted if name in root.args]
    names += [name for name, arg in root.args.items() if is_required_argument(arg) and name not in names]
    return {checked(name, "argument"): str(root.args[name].type) for name in names}


def _count(reader: Reader) -> OperationContext | None:
    root = reader.root("query", reader.record.roots.many)
    if root is None or not _total(reader):
        return None
    passed = _passed(reader, root, ("filter",)) or {}
    return OperationContext(
        name=f"Count{pascal(reader.record.plural)}",
        keyword="query",
        root=checked(reader.record.plural),
        variables=tuple(passed.items()),
        arguments=tuple(f"{argument}: ${argument}" for argument in passed),
        body=_total(reader),
        about=f"How many {reader.things} there are, or how many match the filter.",
    )


def _get(reader: Reader) -> OperationContext | None:
    root = reader.root("query", reader.record.roots.one)
    if root is None or not reader.returns_record(root):
        return None
    type_ = reader.argument_type(root, "id")
    argument = "id: $id"
    if type_ is None:
        type_ = _filter_operand(reader.schema, reader.record.filter_type, ("id",), "eq")
        argument = "filter: {id: {eq: $id}}"
    if type_ is None or not _covers(root, {"id", "filter"}):
        return None
    return _one(reader, f"Get{pascal(reader.record.singular)}", "query", reader.record.roots.one, type_, argument)


def _one(
    reader: Reader, name: str, keyword: str, root: str | None, type_: str, argument: str, about: str = ""
) -> OperationContext:
    return OperationContext(
        name=name,
        keyword=keyword,
        root=checked(root or ""),
        variables=(("id", f"{type_.rstrip('!')}!"),),
        arguments=(argument,),
        body=_record(reader, 2),
        about=about or f"One {reader.thing}, by its id.",
    )


def _covers(root: GraphQLField, given: set[str]) -> bool:
    return all(name in given for name, arg in root.args.items() if is_required_argument(arg))


def _find(reader: Reader) -> OperationContext | None:
    """By a pattern in the label: in one of its parts where the label is a composite such as a full name."""
    record = reader.record
    if record.roots.many is None or record.label_field is None or not record.has_field(record.label_field):
        return None
    label = record.field(record.label_field)
    texts: list[tuple[str, ...]] = [(label.name, p.name) for p in label.parts if p.kind is Kind.TEXT]
    paths = [
        path for path in texts or [(label.name,)] if _filter_operand(reader.schema, record.filter_type, path, "ilike")
    ]
    root = reader.root("query", record.roots.many)
    if not paths or root is None or "filter" not in root.args:
        return None
    passed = _passed(reader, root, ("first", "after"))
    made = _of_list(
        reader,
        f"Find{pascal(record.plural)}By{pascal(label.name)}",
        passed,
        f"The {reader.things} whose {label.label or label.name} matches a pattern, in upper or lower case.",
        ("`%` in the pattern stands for any text: `%acme%`.",),
    )
    return made and _with_pattern(made, paths)


def _with_pattern(made: OperationContext, paths: list[tuple[str, ...]]) -> OperationContext:
    tests = [_nest(path, "{ilike: $pattern}") for path in paths]
    condition = tests[0] if len(tests) == 1 else "{or: [" + ", ".join(tests) + "]}"
    return replace(
        made,
        variables=(("pattern", "String!"), *made.variables),
        arguments=(f"filter: {condition}", *made.arguments),
    )


def _nest(path: tuple[str, ...], inner: str) -> str:
    for name in reversed(path):
        inner = f"{{{checked(name)}: {inner}}}"
    return inner


def _filter_operand(schema: GraphQLSchema, type_: str | None, path: tuple[str, ...], operator: str) -> str | None:
    """The type that the filter of the field at ``path`` takes for ``operator``; None if it takes none."""
    here = schema.type_map.get(type_ or "")
    for name in (*path, operator):
        if not isinstance(here, GraphQLInputObjectType) or name not in here.fields:
            return None
        here = get_named_type(here.fields[name].type)
    return here.name if here else None


def _create(reader: Reader) -> OperationContext | None:
    name = reader.record.roots.create
    root = reader.root("mutation", name)
    data = reader.argument_type(root, "data") if root else None
    if root is None or data is None or not reader.returns_record(root):
        return None
    passed = _passed(reader, root, ("data", "upsert")) or {}
    return OperationContext(
        name=f"Create{pascal(reader.record.singular)}",
        keyword="mutation",
        root=checked(name or ""),
        variables=tuple(passed.items()),
        arguments=tuple(f"{argument}: ${argument}" for argument in passed),
        body=_record(reader, 2),
        about=f"Creates one {reader.thing} and gives it back.",
        details=("With `upsert: true`, one that has the same id or unique field is updated instead.",)
        if "upsert" in passed
        else (),
    )


def _update(reader: Reader) -> OperationContext | None:
    name = reader.record.roots.update
    root = reader.root("mutation", name)
    if root is None or not reader.returns_record(root) or not {"id", "data"} <= set(root.args):
        return None
    passed = _passed(reader, root, ("id", "data")) or {}
    return OperationContext(
        name=f"Update{pascal(reader.record.singular)}",
        keyword="mutation",
        root=checked(name or ""),
        variables=tuple(passed.items()),
        arguments=tuple(f"{argument}: ${argument}" for argument in passed),
        body=_record(reader, 2),
        about=f"Changes the given fields of one {reader.thing} and gives it back.",
    )


def _delete(reader: Reader) -> OperationContext | None:
    name = reader.record.roots.delete
    root = reader.root("mutation", name)
    type_ = reader.argument_type(root, "id") if root else None
    if root is None or type_ is None or not reader.returns_record(root) or not _covers(root, {"id"}):
        return None
    kept = tuple(f"    {field}" for field in ("id", "deletedAt") if reader.record.has_field(field))
    return OperationContext(
        name=f"Delete{pascal(reader.record.singular)}",
        keyword="mutation",
        root=checked(name or ""),
        variables=(("id", f"{type_.rstrip('!')}!"),),
        arguments=("id: $id",),
        body=kept or _record(reader, 2),
        about=f"Moves one {reader.thing} to the trash, from where it can be restored.",
    )


def _type_of(reader: Reader) -> GraphQLObjectType | None:
    found = reader.schema.type_map.get(reader.record.type_name)
    return found if isinstance(found, GraphQLObjectType) else None


def _record(reader: Reader, depth: int) -> tuple[str, ...]:
    return (f"{'  ' * depth}...{reader.fragment}",)


def _edges(reader: Reader) -> tuple[str, ...]:
    return ("    edges {", "      node {", *_record(reader, 4), "      }", "    }")


def _page_info(reader: Reader) -> tuple[str, ...]:
    found = reader.schema.type_map.get("PageInfo")
    fields = found.fields if isinstance(found, GraphQLObjectType) else {}
    lines = tuple(f"      {name}" for name in ("hasNextPage", "endCursor") if name in fields)
    return ("    pageInfo {", *lines, "    }") if lines else ()


def _total(reader: Reader) -> tuple[str, ...]:
    return ("    totalCount",) if "totalCount" in reader.record.aggregates else ()


def _lines(fields: tuple[FieldModel, ...], of: GraphQLObjectType | None, depth: int) -> list[str]:
    """A selection of all fields and parts; the index of full-text search is left out, it holds nothing to read."""
    lines: list[str] = []
    for field in fields:
        source = of.fields.get(field.name) if of else None
        if source is None or field.kind is Kind.TS_VECTOR or not _covers(source, set()):
            continue
        space, name = "  " * depth, checked(field.name, "field")
        named = get_named_type(source.type)
        if is_leaf_type(named):
            lines.append(f"{space}{name}")
        elif below := _lines(field.parts, named if isinstance(named, GraphQLObjectType) else None, depth + 1):
            lines += [f"{space}{name} {{", *below, f"{space}}}"]
    return lines

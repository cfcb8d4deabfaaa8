"""Selections of an operation or a fragment -> the Structs that their answer has: exactly what is asked, and no more.

Fields are merged as GraphQL merges them. A part under ``@include`` or ``@skip`` may be absent; where the type of the
answer is only known when it comes (interfaces and unions), each set of types that is asked the same gets a Struct.
"""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    BooleanValueNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    get_named_type,
    is_enum_type,
    is_leaf_type,
    print_ast,
)
from graphql.type import SchemaMetaFieldDef, TypeMetaFieldDef

from twentyql.build.prepare_places import problem
from twentyql.generate import layout
from twentyql.generate.names import assign, checked, pascal, snake

ROOT = "Data"
"""What the class of a whole answer ends with."""
TYPENAME = "__typename"
MOST_STRUCTS = 3000
MOST_WORK = 100_000
_SPLIT = "Split the operation."
LONGEST_NAME = 60
_TEXTS = ("String", "ID", "UUID", "Cursor", "ConnectionCursor", "TSVector", "Time", "URI", "URL", "HTML")
_MORE_TEXTS = ("GitObjectID", "GitSSHRemote", "GitRefname", "Base64String", "X509Certificate")
SCALARS = {
    **dict.fromkeys((*_TEXTS, *_MORE_TEXTS), "_o.Str"),
    "Int": "_o.Int",
    "Float": "_o.Num",
    "Position": "_o.Num",
    "Boolean": "_o.Bool",
    "BigFloat": "_o.Dec",
    "Decimal": "_o.Dec",
    "PositiveDecimal": "_o.Dec",
    "DateTime": "_o.Moment",
    "Date": "_o.Day",
}
"""What the scalars of a server are in Python; one that is not here arrives as it came."""

Conditions = tuple[str, ...]
Path = tuple[str, ...]


def member_name(name: str) -> str:
    """The attribute of a field or a variable, before names that are spelt alike are told apart."""
    made = snake(name)
    return f"{made}_" if keyword.iskeyword(made) or made == "mro" else made


_Abstract = GraphQLInterfaceType | GraphQLUnionType
_Composite = GraphQLObjectType | GraphQLInterfaceType
_META = {"__schema": SchemaMetaFieldDef, "__type": TypeMetaFieldDef}


@dataclass(frozen=True, slots=True)
class FieldShape:
    """One attribute: its key in the answer, its annotation, and the field of the schema that it comes from."""

    attribute: str
    key: str
    annotation: str
    optional: bool
    origin: str


@dataclass(frozen=True, slots=True)
class StructShape:
    name: str
    fields: tuple[FieldShape, ...]


@dataclass(frozen=True, slots=True)
class VariantsShape:
    """The Structs that one place may have: by the name of the type, and the Struct of all other types."""

    name: str
    by_type: tuple[tuple[str, str], ...]
    rest: str | None

    @property
    def structs(self) -> tuple[str, ...]:
        names = dict.fromkeys(struct for _, struct in self.by_type)
        return (*names, self.rest) if self.rest else tuple(names)


@dataclass(slots=True)
class Shapes:
    """What one module holds, and what it takes from others: ``modules`` of fragments, ``enums``."""

    structs: list[StructShape] = field(default_factory=list[StructShape])
    variants: list[VariantsShape] = field(default_factory=list[VariantsShape])
    modules: set[str] = field(default_factory=set[str])
    enums: set[str] = field(default_factory=set[str])


@dataclass(frozen=True, slots=True)
class Known:
    """What the selections may refer to: the schema, the fragments, and what fragments and enums are in Python.

    ``classes`` maps a fragment to its module and class. ``roots_answer`` says that a root that is null came with an
    error, so that its value is never None.
    """

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    classes: Mapping[str, tuple[str, str]]
    enums: Mapping[str, str]
    roots_answer: bool


@dataclass(frozen=True, slots=True)
class _Picked:
    """A selection, the conditions under which it counts, and the type that it was written for."""

    node: SelectionNode
    when: Conditions
    of: GraphQLNamedType


class Shaper:
    """Makes the Structs of one module; ``taken`` are names that they must not have."""

    def __init__(self, known: Known, taken: Iterable[str]) -> None:
        self._known = known
        self._used = set(taken)
        self._work = 0
        self._root = ""
        self.made = Shapes()

    def root(self, selections: SelectionSetNode, of: GraphQLNamedType, name: str) -> str:
        """The annotation for the selections on ``of``: ``name``, the Struct made for them, or another's class."""
        self._root = name
        return self._composite(of, [_Picked(s, (), of) for s in selections.selections], ())

    def _composite(self, of: GraphQLNamedType, picked: Sequence[_Picked], path: Path) -> str:
        if alone := self._alone(of, picked):
            return alone
        if isinstance(of, _Abstract):
            return self._abstract(of, picked, path)
        return self._struct(list(self._flat(of, picked)), of, (of.name,), path)

    def _alone(self, of: GraphQLNamedType, picked: Sequence[_Picked]) -> str | None:
        """The class of a fragment that is all there is."""
        node = picked[0].node if len(picked) == 1 else None
        if not isinstance(node, FragmentSpreadNode) or picked[0].when or node.directives:
            return None
        fragment = self._known.fragments[node.name.value]
        if fragment.type_condition.name.value != of.name or node.name.value not in self._known.classes:
            return None
        module, name = self._known.classes[node.name.value]
        self.made.modules.add(module)
        return f"_{module}.{name}"

    def _abstract(self, of: _Abstract, picked: Sequence[_Picked], path: Path) -> str:
        common = _same(self._flat(of, picked))
        groups: dict[Any, list[GraphQLObjectType]] = {}
        for possible in sorted(self._known.schema.get_possible_types(of), key=lambda t: t.name):
            groups.setdefault(_same(self._flat(possible, picked)), []).append(possible)
        if set(groups) <= {common}:
            return self._struct(list(self._flat(of, picked)), of, (), path)
        by_type: list[tuple[str, str]] = []
        rest: str | None = None
        own = self._free(path)
        for key, types in groups.items():
            if key == common:
                rest = self._struct(list(self._flat(of, picked)), of, (), (*path, "Other"))
            else:
                made = self._variant(types, picked, path)
                by_type += [(each.name, made) for each in types]
        self.made.variants.append(VariantsShape(own, tuple(sorted(by_type)), rest))
        return own

    def _variant(self, types: Sequence[GraphQLObjectType], picked: Sequence[_Picked], path: Path) -> str:
        """The Struct of types that are asked the same; of one type alone, with that type's own fields."""
        if len(types) == 1:
            opened = list(self._opened(types[0], picked))
            if alone := self._alone(types[0], opened):
                return alone
        flat = list(self._flat(types[0], picked))
        of = types[0] if len(types) == 1 else None
        label = types[0].name if of else flat[-1].of.name
        return self._struct(flat, of, tuple(t.name for t in types), (*path, pascal(label)))

    def _opened(self, of: GraphQLNamedType, picked: Iterable[_Picked]) -> Iterator[_Picked]:
        """The selections that count for ``of``, with those of inline fragments in their place."""
        for one in picked:
            self._work += 1
            if self._work > MOST_WORK:
                raise problem(one.node, "This selection is too large once its fragments are in place.", _SPLIT)
            node, when = one.node, (*one.when, *_conditions(one.node))
            if _never(one.node):
                continue
            if isinstance(node, InlineFragmentNode):
                type_ = self._condition(node.type_condition.name.value, one.of) if node.type_condition else one.of
                if self._applies(type_, of):
                    yield from self._opened(of, [_Picked(s, when, type_) for s in node.selection_set.selections])
            elif isinstance(node, FragmentSpreadNode):
                type_ = self._condition(self._known.fragments[node.name.value].type_condition.name.value, one.of)
                if self._applies(type_, of):
                    yield _Picked(node, one.when, type_)
            else:
                yield _Picked(node, when, one.of)

    def _flat(self, of: GraphQLNamedType, picked: Iterable[_Picked]) -> Iterator[_Picked]:
        """The fields that count for ``of``."""
        for one in self._opened(of, picked):
            if isinstance(one.node, FragmentSpreadNode):
                when = (*one.when, *_conditions(one.node))
                inner = self._known.fragments[one.node.name.value].selection_set.selections
                yield from self._flat(of, [_Picked(s, when, one.of) for s in inner])
            else:
                yield one

    def _condition(self, name: str, default: GraphQLNamedType) -> GraphQLNamedType:
        return self._known.schema.type_map.get(name, default)

    def _applies(self, condition: GraphQLNamedType, of: GraphQLNamedType) -> bool:
        """Whether every object of type ``of`` meets the condition."""
        if condition is of:
            return True
        wide = isinstance(condition, _Abstract)
        return wide and isinstance(of, GraphQLObjectType | GraphQLInterfaceType) and self._is_sub(condition, of)

    def _is_sub(self, condition: Any, of: GraphQLObjectType | GraphQLInterfaceType) -> bool:
        return self._known.schema.is_sub_type(condition, of)

    def _struct(self, flat: Sequence[_Picked], of: GraphQLNamedType | None, types: tuple[str, ...], path: Path) -> str:
        if len(self.made.structs) >= MOST_STRUCTS and flat:
            raise problem(flat[0].node, f"This selection needs over {MOST_STRUCTS} classes.", _SPLIT)
        name = self._free(path)
        at = len(self.made.structs)
        self.made.structs.append(StructShape(name, ()))  # its place: before those inside it
        by_key: dict[str, list[_Picked]] = {}
        for one in flat:
            assert isinstance(one.node, FieldNode)
            by_key.setdefault(checked((one.node.alias or one.node.name).value, "alias"), []).append(one)
        attributes = assign(by_key, member_name)
        fields = tuple(self._field(attributes[key], key, ones, of, types, path) for key, ones in by_key.items())
        self.made.structs[at] = StructShape(name, fields)
        return name

    def _field(
        self,
        attribute: str,
        key: str,
        ones: Sequence[_Picked],
        of: GraphQLNamedType | None,
        types: tuple[str, ...],
        path: Path,
    ) -> FieldShape:
        optional = all(one.when for one in ones)
        node, owner = ones[0].node, of or ones[0].of
        assert isinstance(node, FieldNode)
        if node.name.value == TYPENAME:
            said = f"Literal[{', '.join(map(layout.string, types))}]" if 0 < len(types) <= 4 else "_o.Str"
            return FieldShape(attribute, key, said, optional, "")
        if not isinstance(owner, _Composite) or node.name.value not in owner.fields:
            owner = ones[0].of
        assert isinstance(owner, _Composite)
        introspected = _META.get(node.name.value)
        type_: Any = introspected.type if introspected else owner.fields[node.name.value].type
        if self._known.roots_answer and owner in (self._known.schema.query_type, self._known.schema.mutation_type):
            type_ = type_ if isinstance(type_, GraphQLNonNull) else GraphQLNonNull(type_)
        below = self._named(get_named_type(type_), ones, (*path, pascal(key)))
        return FieldShape(attribute, key, _annotation(type_, below), optional, f"{owner.name}.{node.name.value}")

    def _named(self, of: GraphQLNamedType, ones: Sequence[_Picked], path: Path) -> str:
        if is_enum_type(of):
            self.made.enums.add(of.name)
            return f"_e.{self._known.enums[of.name]}"
        if is_leaf_type(of):
            return SCALARS.get(of.name, "_o.Anything")
        together = len({one.when for one in ones}) == 1
        picked = [
            _Picked(s, () if together else one.when, of)
            for one in ones
            if isinstance(one.node, FieldNode) and one.node.selection_set
            for s in one.node.selection_set.selections
        ]
        return self._composite(of, picked, path)

    def _free(self, path: Path) -> str:
        """The name of the Struct at ``path``: without its first parts if it is long, numbered if it is taken."""
        prefix = self._root.removesuffix(ROOT) if path else self._root
        while len(path) > 1 and len(prefix) + sum(map(len, path)) > LONGEST_NAME:
            path = path[1:]
        name = free = prefix + "".join(path)
        number = 2
        while free in self._used:
            free, number = f"{name}_{number}", number + 1
        self._used.add(free)
        return free


def _annotation(type_: Any, named: str) -> str:
    if isinstance(type_, GraphQLNonNull):
        return _bare(type_.of_type, named)
    bare = _bare(type_, named)
    return bare if bare == "_o.Anything" else f"{bare} | None"


def _bare(type_: Any, named: str) -> str:
    return f"_o.List[{_annotation(type_.of_type, named)}]" if isinstance(type_, GraphQLList) else named


def _same(flat: Iterable[_Picked]) -> tuple[Any, ...]:
    """A key that is equal for selections that ask the same."""
    return tuple((id(one.node), one.when) for one in flat)


def _conditions(node: SelectionNode) -> Conditions:
    """The directives that may leave the selection out, as text."""
    return tuple(
        print_ast(d)
        for d in node.directives or ()
        if d.name.value in ("include", "skip") and not isinstance(_if(d), BooleanValueNode)
    )


def _never(node: SelectionNode) -> bool:
    """Whether a literal says that the selection is left out."""
    return any(
        isinstance(value := _if(d), BooleanValueNode) and value.value is (d.name.value == "skip")
        for d in node.directives or ()
        if d.name.value in ("include", "skip")
    )


def _if(directive: Any) -> Any:
    return next((a.value for a in directive.arguments or () if a.name.value == "if"), None)


__all__ = ["FieldShape", "Known", "Shaper", "Shapes", "StructShape", "VariantsShape"]

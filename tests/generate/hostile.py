"""A workspace with every name and text that its users may choose to spite a code generator."""

from __future__ import annotations

from typing import Any

from graphql import build_schema

from twentyql.introspect.load import Loaded, assemble

OBJECTS = {
    "class": "classes",
    "none": "nones",
    "true": "trues",
    "list": "lists",
    "import": "imports",
    "async": "asyncs",
    "self": "selves",
    "from": "froms",
    "def": "defs",
    "any": "anys",
    "type": "types",
    "object": "objects",
    "record": "records",
    "queries": "queriesMany",
    "con": "cons",
    "typing": "typings",
    "p": "ps",
    "fooBar": "fooBars",
    "foo_bar": "foo_bars",
    "fullName": "fullNames",
    "fullNameValue": "fullNameValues",
    "e": "es",
    "init": "inits",
    "twentyql": "twentyqls",
    "attributeError": "attributeErrors",
    "sorted": "sorteds",
    "getattr": "getattrs",
    "globals": "globalses",
    "str": "strs",
    "a" * 90: "a" * 90 + "s",
}
WORDS = """
class none list import from select where schema first def self async await mro one many order_by orderBy query
queries str int float bool property print type object None True match case lambda is not in and or Self wire
plural name value label rename frozen fooBar foo_bar FooBar foo__bar _f f _c c _e annotations TYPE_CHECKING x9
x10 _9 get set init new items keys values copy eq ilike asc is_null path
"""
FIELDS = frozenset(WORDS.split())
OPTIONS = ("CLASS", "NONE", "MRO", "NAME", "VALUE", "None", "name", "_x", "Literal")
TEXTS = (
    "He said \"hi\" \\ and 'bye'",
    '"""\nimport os\n"""',
    "{{ config }} {% raw %} {# #}",
    "line\nbreak\r\nquery Evil { people { id } }\u2028import os",
    "# comment\x00\x1b[31m\\N{BULLET} \U0001f600 \u202e",
    "${name} $name %s {0} `x`\t" + "long " * 60,
)
CHOICES = [{"value": value, "label": TEXTS[1]} for value in OPTIONS]


def loaded() -> Loaded:
    """The hostile workspace: its types, and its data model with hostile labels and descriptions."""
    return assemble(build_schema(_sdl()), _data_model())


def _pascal(name: str) -> str:
    return name[0].upper() + name[1:]


def _described(text: str) -> str:
    return '"""' + text.replace('"""', '\\"""').replace("\x00", "").replace("\x1b", "") + '\n"""'


def _sdl() -> str:
    roots, mutations, types = [], [], []
    for number, (singular, plural) in enumerate(OBJECTS.items()):
        name = _pascal(singular)
        types.append(_type(name, TEXTS[number % len(TEXTS)]))
        roots.append(f"{plural}(first: Int, after: String, filter: {name}FilterInput): {name}Connection")
        roots.append(f"{singular}(filter: {name}FilterInput!): {name}")
        mutations.append(f"create{name}(data: {name}CreateInput!): {name}")
    return "\n".join([
        "scalar UUID scalar DateTime enum OrderByDirection { AscNullsFirst }",
        "input UUIDFilter { eq: UUID in: [UUID] } input StringFilter { eq: String ilike: String }",
        "type PageInfo { hasNextPage: Boolean! endCursor: String }",
        "type HostileFullName { firstName: String class: String from: Literal kind: HostileEnum value: String }",
        f"enum HostileEnum {{ {' '.join(OPTIONS)} }} enum Literal {{ A }} enum TypeAlias {{ A B }}",
        *types,
        f"type Query {{ {' '.join(roots)} }}",
        f"type Mutation {{ {' '.join(mutations)} }}",
    ])  # fmt: skip


def _type(name: str, description: str) -> str:
    fields = " ".join(f"{field}: String" for field in sorted(FIELDS))
    return f"""
{_described(description)}
type {name} {{
  id: UUID! {fields}
  kind: HostileEnum kinds: [HostileEnum] alias: TypeAlias part: HostileFullName! maybe: HostileFullName
  friend: {name} friendId: UUID classes: ClassConnection nobody: None nobodyId: UUID
}}
type {name}Edge {{ node: {name}! cursor: String }}
type {name}Connection {{ edges: [{name}Edge!]! pageInfo: PageInfo! totalCount: Int }}
input {name}FilterInput {{ id: UUIDFilter name: StringFilter class: StringFilter }}
input {name}CreateInput {{ id: UUID }}
"""


def _data_model() -> dict[str, Any]:
    nodes = [
        {
            "nameSingular": singular,
            "namePlural": plural,
            "labelSingular": TEXTS[number % len(TEXTS)],
            "labelPlural": TEXTS[(number + 1) % len(TEXTS)],
            "description": TEXTS[(number + 2) % len(TEXTS)],
            "labelIdentifierFieldMetadataId": "label",
            "fieldsList": [
                {"id": "label", "name": "class", "type": "TEXT", "label": TEXTS[number % len(TEXTS)]},
                {
                    "id": "kind",
                    "name": "kind",
                    "type": "SELECT",
                    "options": CHOICES,
                },
            ],
        }
        for number, (singular, plural) in enumerate(OBJECTS.items())
    ]
    return {"objects": {"edges": [{"node": node} for node in nodes]}}

"""Whatever is asked, the prepared operation is valid and means what GraphQL says the original means."""

from __future__ import annotations

import re
from typing import Any

from graphql import build_schema, execute_sync, parse, validate
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from twentyql.build.prepare import prepare
from twentyql.errors import QueryError
from twentyql.schema.dialects import RELAY, TWENTY, Dialect

SDL = """
enum Size { SMALL LARGE }
input Wish { eq: Int in: [Int] size: Size deep: Wish }
type Person {
  id: ID! name(upper: Boolean = false): String echo(n: Int, wish: Wish): String best: Person friends: [Person!]
}
type Query { person(n: Int = 7, wish: Wish): Person people(first: Int!, names: [String]): [Person!] count(n: Int): Int }
"""
DECLARED = {
    "yes": "Boolean!",
    "maybe": "Boolean! = true",
    "no": "Boolean = false",
    "n": "Int = 3",
    "m": "Int",
    "wish": "Wish = {eq: 4}",
    "names": "[String]",
}
SCHEMA = build_schema(SDL)
VALUES = st.fixed_dictionaries(
    {"yes": st.booleans()},
    optional={
        "maybe": st.booleans(),
        "no": st.booleans(),
        "n": st.integers(0, 9),
        "m": st.none() | st.integers(0, 9),
        "wish": st.none()
        | st.fixed_dictionaries({}, optional={"in": st.lists(st.integers(0, 3)), "size": st.just("SMALL")}),
        "names": st.none() | st.lists(st.sampled_from("ab")),
    },
)
DIRECTIVES = st.sampled_from(
    [
        "",
        "",
        "",
        "@include(if: $yes)",
        "@skip(if: $no)",
        "@include(if: $maybe)",
        "@skip(if: true)",
        "@include(if: true)",
    ]
)
LEAVES = st.sampled_from(
    [
        "id",
        "name",
        "name(upper: $yes)",
        "__typename",
        "echo(n: $n)",
        "echo(wish: $wish)",
        "echo(wish: {eq: $m, in: [$n]})",
    ]
)
ROOTS = ["person(n: $m)", "people(first: $n, names: $names)", "person(wish: $wish)"]


class Human:
    """A record without end: everyone has a best friend."""

    def __init__(self, key: str) -> None:
        self.id = key

    def name(self, _: Any, upper: bool | None = None) -> str:
        return f"name {self.id} {upper}"

    def echo(self, _: Any, **arguments: Any) -> str:
        return repr(sorted(arguments.items()))

    def best(self, _: Any) -> Human:
        return Human(f"{self.id}b")

    def friends(self, _: Any) -> list[Human]:
        return [Human(f"{self.id}{n}") for n in (1, 2)]


class Root:
    """Roots for which null and nothing are one, as they are for a Twenty server."""

    def person(self, _: Any, n: int | None = None, wish: Any = None) -> Human:
        return Human(f"p{7 if n is None else n}{wish or ''}")

    def people(self, _: Any, first: int, names: Any = None) -> list[Human]:
        return [Human(f"{n}{names or ''}") for n in range(first % 3)]

    def count(self, _: Any, n: int | None = None) -> int:
        return n or 0


@st.composite
def person_selections(draw: st.DrawFn, depth: int, fragments: tuple[str, ...]) -> str:
    parts = []
    for number in range(draw(st.integers(1, 3))):
        directive = draw(DIRECTIVES)
        kind = draw(st.sampled_from(["leaf", "leaf", "object", "inline", "spread"]))
        if kind == "spread" and fragments:
            parts.append(f"...{draw(st.sampled_from(fragments))} {directive}")
        elif kind in ("object", "inline") and depth:
            below = draw(person_selections(depth - 1, fragments))
            head = draw(st.sampled_from(["best", "friends", "pal: best"])) if kind == "object" else "... on Person"
            parts.append(f"{head} {directive} {{ {below} }}")
        else:
            leaf = draw(LEAVES)
            alias = f"a{number}{depth}{len(leaf)}: " if "(" in leaf else draw(st.sampled_from(["", f"b{len(leaf)}: "]))
            parts.append(f"{alias}{leaf} {directive}")
    return " ".join(parts)


@st.composite
def documents(draw: st.DrawFn) -> str:
    bodies = {
        "F0": draw(person_selections(1, ())),
        "F1": draw(person_selections(1, ("F0",))),
        "F2": draw(person_selections(1, ("F1", "F0"))),
    }
    heads = draw(st.lists(st.sampled_from(ROOTS), min_size=1, max_size=2, unique_by=lambda head: head.split("(")[0]))
    roots = [f"{head} {draw(DIRECTIVES)} {{ {draw(person_selections(2, tuple(bodies)))} }}" for head in heads]
    text = " ".join(roots)
    used: list[str] = []
    for name in reversed(bodies):
        if f"...{name} " in text:
            used.append(name)
            text += f" fragment {name} on Person {{ {bodies[name]} }}"
    declared = " ".join(f"${name}: {type_}" for name, type_ in DECLARED.items() if re.search(rf"\${name}\b", text))
    body, *rest = text.split(" fragment ")
    query = (
        f"query Q{f'({declared})' if declared else ''} {{ {body} {'count(n: $n)' if '$n:' in declared else 'count'} }}"
    )
    return "\n".join([query, *(f"fragment {fragment}" for fragment in rest)])


def with_one_of_each(text: str) -> str:
    """The text with one field for those that differ only in their arguments: a Twenty server answers just one."""
    return re.sub(r"\ba\d+: ", "", text)


@settings(max_examples=80, deadline=None)
@given(text=documents(), values=VALUES, dialect=st.sampled_from([RELAY, TWENTY]))
def test_the_prepared_operation_is_valid_and_answers_the_same(
    text: str, values: dict[str, Any], dialect: Dialect
) -> None:
    text = with_one_of_each(text) if dialect is TWENTY else text
    original = parse(text)
    assume(not validate(SCHEMA, original))
    given_values = {name: value for name, value in values.items() if f"${name}:" in text}
    expected = execute_sync(SCHEMA, original, Root(), variable_values=given_values)
    try:
        made = prepare(original, "Q", given_values, SCHEMA, dialect)
    except QueryError as error:
        if "nothing is left to ask" not in str(error):
            raise
        reject()  # a part that asks nothing cannot be sent
    prepared = parse(made.text)
    assert validate(SCHEMA, prepared) == []
    assert "@" not in made.text
    assert set(made.variables) <= set(re.findall(r"\$(\w+):", made.text))
    got = execute_sync(SCHEMA, prepared, Root(), variable_values=made.variables)
    assert got.data is not None
    assert (made.answer(got.data), got.errors) == (expected.data, expected.errors)
    assert dialect is RELAY or not re.search(r"\b(b\d+|pal): ", made.text)

"""A stored operation as a class: its shape, its variables, its names, and what is wrong with a file."""

from __future__ import annotations

import ast
import datetime
import decimal
import json
import re
import typing
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest
from generated_code import mypy, pyright, python, ruff
from operation_sdl import imported, put, schema

from twentyql.build import operation as _o
from twentyql.build.lenient import lenient
from twentyql.build.operation import data_type, variables_of
from twentyql.build.prepare import prepare
from twentyql.errors import NotGraphQLError, QueryError, TwentyqlWarning, UnknownNameError
from twentyql.execute.answers import document_of, read_operation
from twentyql.generate.stored_operations import stored_classes

OWN = {
    "People.graphql": """
        # Who there is, "quoted" and \\ escaped.
        #
        # Variables: $more says \"\"\"more\"\"\"
        query People($more: Boolean = false, $wish: Wish!, $id: UUID, $stages: [Stage!]) {
          person(id: $id, wish: $wish, stages: $stages) {
            id stage import mro: name class: age best { ...Brief }
            extra: age @include(if: $more)
            gone: age @include(if: false)
            best @skip(if: $more) { age }
          }
        }""",
    "shared/Brief.graphql": "fragment Brief on Person { id name }",
    "Things.graphql": """query Things($first: Int, $after: String) {
      things(first: $first, after: $after) { nodes {
        __typename ... on Node { id } ... on Person { name age } ... on Robot { made price }
      } } }""",
    "Anything.graphql": """query Anything { node(id: "1") { id ... on Named { name } ... on Place { grid odd } } }""",
    "Brief.graphql": "query Brief { person { ...Brief } }",
    "import.graphql": "query import { none }",
    "list_people.graphql": "query list_people { none }",
    "ListPeople.graphql": "query ListPeople { none }",
    "Wish.graphql": "mutation Wish($wish: Wish!) { wish(wish: $wish) { id } }",
}
USE = """
import datetime
from typing_extensions import assert_type
from twentyql import Client
from twentyql.build.operation import UNSET
from ops.queries import Anything, People, Things
from ops.queries.anything import AnythingNodeNamed, AnythingNodeOther, AnythingNodePlace
from ops.queries.enums import Stage
from ops.queries.people import PeopleData
from ops.queries.things import ThingsThingsNodesPerson, ThingsThingsNodesPlace, ThingsThingsNodesRobot


async def use(client: Client) -> None:
    data = await client.run(People(wish={"must": 1, "in": ["NEW"], "and": [{"must": 2}]}, id=None))
    assert_type(data, PeopleData)
    assert data.person
    if data.person.extra is not UNSET:
        assert_type(data.person.extra, int | None)
    assert_type(data.person.stage, Stage)
    if data.person.best:
        assert_type(data.person.best.id, str)
    async for node in client.stream(Things(first=2)):
        assert_type(node, ThingsThingsNodesPerson | ThingsThingsNodesPlace | ThingsThingsNodesRobot)
        if isinstance(node, ThingsThingsNodesRobot):
            assert_type(node.made, datetime.datetime | None)
        elif node.typename == "Person":
            assert_type(node, ThingsThingsNodesPerson)
    one = (await client.run(Anything())).node
    assert_type(one, AnythingNodeNamed | AnythingNodePlace | AnythingNodeOther | None)
"""
WRONG = """
from twentyql import Client
from ops.queries import Brief, People


async def use(client: Client) -> None:
    People()
    People(wish={"must": "1"})
    People(wish={"must": 1, "in": ["LOST"]})
    People(wish={"must": 1}, stages=["LOST"])
    People(wish={"must": 1}, nope=1)
    (await client.run(People(wish={"must": 1}))).person.id
    (await client.run(People(wish={"must": 1}))).people
    client.stream(Brief())
    People(wish={"must": 1}).id = None
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = put(OWN, tmp_path_factory.mktemp("ops"))
    (made / "use.py").write_text(USE)
    (made / "wrong.py").write_text(WRONG)
    return made


@pytest.fixture
def ops(folder: Path) -> Iterator[ModuleType]:
    with imported(folder) as found:
        yield found


def answer(operation: Any, data: Any, **variables: Any) -> Any:
    """What ``data`` is for an operation, as if a server had said it."""
    ready = prepare(document_of(type(operation), schema()), None, variables_of(operation), schema())
    return read_operation(json.dumps({"data": data}).encode(), type(operation), ready)


def test_the_answer_has_the_shape_of_the_file(ops: ModuleType) -> None:
    people = ops.People(wish={"must": 1})
    best = {"id": "2", "name": None, "age": 3}
    person = {"id": "1", "stage": "NEW", "import": "i", "mro": "m", "class": 4, "best": best, "more": "x"}
    found = answer(people, {"person": person}).person
    assert (found.id, found.import_, found.mro_, found.class_, found.extra) == ("1", "i", "m", 4, _o.UNSET)
    assert (found.best.id, found.best.name, found.best.age) == ("2", None, 3)
    assert not hasattr(found, "gone")
    assert not hasattr(found, "more")
    assert answer(people, {"person": {**person, "extra": None}}).person.extra is None


def test_variables_are_told_apart_from_null_and_hidden(ops: ModuleType) -> None:
    moment = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    given = ops.People(wish={"must": 1, "amount": decimal.Decimal("1.5"), "from": moment}, id=None)
    assert variables_of(given) == {"wish": given.wish, "id": None}
    assert repr(given) == "<People with $wish, $id>"
    assert given == ops.People(wish=given.wish, id=None)
    assert given != ops.People(wish=given.wish)
    ready = prepare(document_of(ops.People, schema()), None, variables_of(given), schema())
    assert ready.variables["wish"] == {"must": 1, "amount": decimal.Decimal("1.5"), "from": "2026-01-01T00:00:00Z"} or (
        ready.variables["wish"]["from"].startswith("2026-01-01T00:00:00")
    )
    with pytest.raises(TypeError, match="wish"):
        ops.People()


def test_a_union_is_told_apart_by_its_type(ops: ModuleType) -> None:
    nodes = [
        {"__typename": "Person", "id": "1", "name": "n", "age": 2},
        {"__typename": "Robot", "id": "2", "made": "2026-01-02T03:04:05Z", "price": 10**20},
        {"__typename": "Place", "id": "3"},
        {"__typename": "Unheard", "id": "4"},
        None,
    ]
    with pytest.warns(TwentyqlWarning, match="the type 'Unheard' is not known here; it is given as it came"):
        person, robot, place, unheard, none = answer(ops.Things(), {"things": {"nodes": nodes}}).things.nodes
    assert (person.typename, person.age) == ("Person", 2)
    assert robot.made == datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)
    assert robot.price == decimal.Decimal(10**20)
    assert (place.typename, unheard, none) == ("Place", nodes[3], None)


def test_types_of_an_interface_share_a_class_if_asked_the_same(ops: ModuleType) -> None:
    one = answer(ops.Anything(), {"node": {"__typename": "Robot", "id": "1", "name": "r"}}).node
    two = answer(ops.Anything(), {"node": {"__typename": "Person", "id": "1", "name": None}}).node
    place = answer(
        ops.Anything(), {"node": {"__typename": "Place", "id": "1", "grid": [[1], None], "odd": {"a": 1}}}
    ).node
    assert type(one) is type(two)
    new = answer(ops.Anything(), {"node": {"__typename": "Unheard", "id": "1"}}).node
    assert (type(new).__name__, new.id) == ("AnythingNodeOther", "1")
    assert (place.grid, place.odd) == ([[1], None], {"a": 1})


def test_the_type_is_asked_for_where_it_is_needed(ops: ModuleType) -> None:
    sent = prepare(document_of(ops.Anything, schema()), None, {}, schema()).text
    assert sent.count("__typename") == 1
    assert "__typename" not in prepare(document_of(ops.Brief, schema()), None, {}, schema()).text


def test_a_newer_server_loses_nothing(ops: ModuleType) -> None:
    base = {"id": "1", "import": None, "mro": None, "class": 1, "best": None}
    with pytest.warns(TwentyqlWarning, match=r"People: at person\.stage, the option 'LOST' is not known here") as told:
        found = [answer(ops.People(wish={"must": 1}), {"person": {**base, "stage": "LOST"}}) for _ in range(3)]
    assert len(told) == 1
    assert [one.person.stage for one in found] == ["LOST"] * 3
    with pytest.warns(TwentyqlWarning, match=r"person\.class, a dict does not fit"):
        odd = answer(ops.People(wish={"must": 1}), {"person": {**base, "stage": "NEW", "class": {"secret": 1}}})
    assert odd.person.class_ == {"secret": 1}
    with pytest.raises(NotGraphQLError, match=r"People has no value at person\.id"):
        answer(ops.People(wish={"must": 1}), {"person": {**base, "stage": "NEW", "id": None}})
    with pytest.raises(NotGraphQLError, match=r"People misses person\.id"):
        answer(ops.People(wish={"must": 1}), {"person": {"stage": "NEW"}})


def test_a_value_that_does_not_fit_is_not_shown() -> None:
    class Row(msgspec.Struct):
        age: int

    with pytest.warns(TwentyqlWarning) as told:
        assert lenient({"age": "Ada Lovelace"}, Row, "Secretive").age == "Ada Lovelace"
    assert "Ada" not in str(told[0].message)


def test_names_that_collide_are_renamed_alike_each_time(ops: ModuleType) -> None:
    assert {"ListPeople", "ListPeople_2", "Import", "Brief_2", "Brief", "Wish"} <= set(ops.__all__)
    assert ops.ListPeople._o_name == "ListPeople"
    assert ops.ListPeople_2._o_name == "list_people"
    assert "The operation list_people is ListPeople_2 here." in ops.__doc__
    assert "The fragment Brief is Brief_2 here." in ops.__doc__


def test_the_comment_on_top_is_the_docstring(ops: ModuleType) -> None:
    assert ops.People.__doc__ == (
        'Who there is, "quoted" and \\ escaped.\n\n    Variables: $more says """more"""\n    '
    )


def test_importing_one_loads_no_other(folder: Path) -> None:
    code = "import sys; from ops.queries import Wish; \
print(sorted(m for m in sys.modules if m.startswith('ops.q')), 'graphql' in sys.modules, 'jinja2' in sys.modules)"
    assert python(folder, code) == "['ops.queries', 'ops.queries.wish'] False False"


def test_both_checkers_know_the_types(folder: Path) -> None:
    said = mypy(folder, "ops", "use.py", "wrong.py")
    assert set(re.findall(r"^(\S+?):\d+: error", said, re.MULTILINE)) == {"wrong.py"}
    lines = {number for number, line in enumerate(WRONG.splitlines(), 1) if line.startswith("    ")}
    assert {int(n) for n in re.findall(r"wrong\.py:(\d+): error", said)} == lines
    found = pyright(folder)
    assert {Path(said.split(": ")[0]).name for said in found} == {"wrong.py"}
    assert len(found) >= len(lines)


def test_the_code_is_formatted_and_stable(folder: Path) -> None:
    assert ruff(folder / "ops", "format", "--diff") == ""
    assert ruff(folder / "ops", "check", "--select", "E,F,W,I,UP,B,RET,SIM,PIE") == ""
    assert stored_classes({}, OWN, schema(), "queries") == stored_classes({}, OWN, schema(), "queries")
    for path in (folder / "ops").rglob("*.py"):
        ast.parse(path.read_text())


FAULTS = [
    (
        "query A {\n  person { nam }\n}",
        "q/A.graphql:2:12: Cannot query field 'nam' on type 'Person'. Did you",
    ),
    ("query A($n: Int) { person(id: $n) { id } }", "q/A.graphql:1:9: Variable '$n' of type 'Int' used in position"),
    ("query A { person(id: $n) { id } }", "q/A.graphql:1:22: Variable '$n' is not defined"),
    ("query A($n: Int) { none }", "q/A.graphql:1:9: Variable '$n' is never used"),
    (
        "query A { none } query B { none }",
        "q/A.graphql:1:18: The file holds 2 operations: A, B. Give each its own",
    ),
    ("{ none }", "q/A.graphql:1:1: The operation has no name. Begin it with `query A`."),
    ("query A { none ", "q/A.graphql:1:16: Expected Name, found <EOF>. A closing brace is missing."),
    ("query A { person { ...Nope } }", "q/A.graphql:1:23: Unknown fragment 'Nope'"),
    ("subscription A { none }", "q/A.graphql:1:1: A subscription cannot be run."),
    ("query A { person(stages: [LOST]) { id } }", "q/A.graphql:1:27: Value 'LOST' does not exist in 'Stage' enum"),
]


@pytest.mark.parametrize(("text", "said"), FAULTS)
def test_an_error_names_its_place_and_the_fix(text: str, said: str) -> None:
    with pytest.raises(QueryError) as caught:
        stored_classes({}, {"A.graphql": text}, schema(), "q")
    assert said in str(caught.value)


def test_the_code_is_the_same_from_wherever_it_is_generated() -> None:
    here, there = (stored_classes({}, OWN, schema(), folder).files for folder in ("queries", "some/where/queries"))
    assert here == there
    with pytest.raises(QueryError, match=r"^some/where/queries/A\.graphql:1:1: "):
        stored_classes({}, {"A.graphql": "{ none }"}, schema(), "some/where/queries")


def test_all_faults_are_told_at_once() -> None:
    own = {f"{n}.graphql": f"query {n} {{ nope{n} }}" for n in "ABC"} | {"D.graphql": "query D {"}
    with pytest.raises(QueryError) as caught:
        stored_classes({}, own, schema(), "q")
    lines = str(caught.value).splitlines()
    assert lines[0] == "4 stored operations have faults:"
    assert [line.split(":")[0] for line in lines[1:]] == [f"q/{n}.graphql" for n in "DABC"]


def test_a_file_called_otherwise_is_worth_a_note() -> None:
    made = stored_classes({}, {"deep/other.graphql": "query A { none }"}, schema(), "q")
    assert made.notes == ("q/deep/other.graphql:1:1: the file is called other, its operation A; rename either",)


def test_a_wrong_variable_at_run_time_is_placed_in_the_file(ops: ModuleType) -> None:
    with pytest.raises(QueryError, match=r"^queries/People\.graphql:5:46: Variable '\$wish' has invalid value"):
        prepare(document_of(ops.People, schema()), None, {"wish": {"nope": 1}}, schema())
    with pytest.raises(UnknownNameError, match="Did you mean 'wish'"):
        prepare(document_of(ops.People, schema()), None, {"wis": 1}, schema())


def test_annotations_of_every_class_resolve(ops: ModuleType) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in ops.__all__:
            cls = getattr(ops, name)
            if issubclass(cls, _o.Operation):
                assert typing.get_type_hints(data_type(cls)) is not None

"""Generated operations against the embedded server: typed answers, whole lists, aliases, and what pages badly."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module, invalidate_caches
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from twentyql.client import Client
from twentyql.errors import IncompleteError, QueryError, RecordNotFoundError
from twentyql.execute.hooks import Hooks
from twentyql.generate import generate
from twentyql.generate.write import write
from twentyql.introspect.load import load
from twentyql.sandbox import Sandbox
from twentyql.sandbox.snapshot import Snapshot

OWN = {
    "Folks.graphql": """
        query Folks($with: Boolean = true, $after: String, $filter: PersonFilterInput, $orderBy: [PersonOrderByInput]) {
          folks: people(after: $after, filter: $filter, orderBy: $orderBy) {
            edges { node { key: id called: name { first: firstName } city boss: company @include(if: $with) { name } } }
          }
        }""",
}


@pytest.fixture(scope="session")
def crm(schema_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The package ``queries`` generated from the demo workspace, with one operation of the user's own."""
    folder = tmp_path_factory.mktemp("generated")
    loaded = load(schema_folder)
    write(generate(loaded.model, loaded.schema, OWN).package, folder / "own_crm")
    sys.path.insert(0, str(folder))
    invalidate_caches()
    try:
        yield import_module("own_crm.queries")
    finally:
        sys.path.remove(str(folder))


def live(snapshot: Snapshot) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in snapshot.rows["people"] if row["deletedAt"] is None}


async def test_a_typed_answer(client: Client, crm: ModuleType, snapshot: Snapshot) -> None:
    stages = (await client.run(crm.PipelineByStage())).opportunities_group_by
    deals = [row for row in snapshot.rows["opportunities"] if row["deletedAt"] is None]
    assert {stage.group_by_dimension_values[0]: stage.total_count for stage in stages} == {
        stage: sum(deal["stage"] == stage for deal in deals) for stage in {deal["stage"] for deal in deals}
    }
    made = (await client.run(crm.CreatePerson(data={"name": {"firstName": "Ada"}, "jobTitle": None}))).create_person
    assert (await client.run(crm.GetPerson(id=made.id))).person.name.first_name == "Ada"
    own = import_module("own_crm")
    given = own.PersonCreate(name=own.FullNameInput(first_name="Grace"), job_title=None)
    assert (await client.run(crm.CreatePerson(data=given))).create_person.name.first_name == "Grace"
    with pytest.raises(RecordNotFoundError):
        await client.run(crm.GetPerson(id="20202020-b000-4485-94de-70c2a98daef2"))


async def test_every_node_once_with_a_receipt(client: Client, crm: ModuleType, snapshot: Snapshot) -> None:
    asked: list[str] = []
    with client.hearing(Hooks(on_request=lambda detail: asked.append(detail.name))):
        result = await client.fetch(crm.ListPeople(first=100))
    assert {person.id for person in result} == set(live(snapshot))
    assert len(result) == len(live(snapshot))
    assert (result.receipt.verdict, result.receipt.requests, set(asked)) == ("complete", len(asked), {"ListPeople"})
    assert result.receipt.lists[0].count_after == len(result)


async def test_aliases_and_optional_parts(client: Client, crm: ModuleType, snapshot: Snapshot) -> None:
    companies = {row["id"]: row["name"] for row in snapshot.rows["companies"]}
    with_boss = await client.fetch(crm.Folks(filter={"companyId": {"is": "NOT_NULL"}}))
    for person in with_boss:
        row = live(snapshot)[person.key]
        assert (person.called.first, person.city) == (row["name"]["firstName"], row["city"])
        assert person.boss is None or person.boss.name == companies[row["companyId"]]
    alone = await client.fetch(crm.Folks(with_=False))
    assert {person.boss for person in alone} == {import_module("twentyql.build.operation").UNSET}
    assert len(alone) == len(live(snapshot))
    data = await client.run("Folks", {"with": False}, queries=_queries(crm))
    assert set(data["folks"]["edges"][0]["node"]) == {"key", "called", "city"}


def _queries(crm: ModuleType) -> Path:
    folder = Path(str(crm.__file__)).parents[2] / "queries"
    folder.mkdir(exist_ok=True)
    for name, text in OWN.items():
        (folder / name).write_text(text)
    return folder


async def test_an_order_that_loses_rows_is_not_called_complete(client: Client, crm: ModuleType) -> None:
    """A cursor on an unselected field restarts or skips on this server: the counts tell."""
    verdict = "raised"
    with suppress(IncompleteError):
        verdict = (await client.fetch(crm.Folks(order_by=[{"createdAt": "DescNullsLast"}]))).receipt.verdict
    assert verdict in ("raised", "incomplete")


async def test_a_stream_left_early_leaves_nothing(client: Client, crm: ModuleType) -> None:
    async with client.stream(crm.ListPeople(first=10)) as stream:
        first = [await anext(stream) for _ in range(3)]
    assert len({person.id for person in first}) == 3
    assert stream.receipt.verdict == "incomplete"
    part = await client.fetch(crm.ListPeople(first=500, after=None))
    later = [person async for person in client.stream(crm.ListPeople(first=500, after=_cursor(part[9].id)))]
    assert [person.id for person in later] == [person.id for person in part[10:]]


def _cursor(id: str) -> str:
    from twentyql.execute.scan import after

    return after(id)


async def test_rows_that_the_server_withholds_are_told(
    client: Client, sandbox: Sandbox, snapshot: Snapshot, crm: ModuleType
) -> None:
    sandbox.withhold("people")
    result = await client.fetch(crm.ListPeople())
    assert (len(result), result.receipt.verdict) == (0, "withheld")
    assert result.receipt.lists[0].withheld == len(live(snapshot))


async def test_a_changed_schema_is_said_with_the_place(client: Client, crm: ModuleType) -> None:
    kind = type("Gone", (crm.CountPeople,), {}, frozen=True, kw_only=True)
    kind._o_sources = (crm.CountPeople._o_sources[0]._replace(text="query CountPeople { nobody { id } }"),)
    with pytest.raises(QueryError, match=r"CountPeople\.graphql:\d+:\d+: Cannot query field 'nobody'.*generate again"):
        await client.run(kind())

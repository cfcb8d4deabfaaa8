"""Every guard, tried by what would destroy data without it."""

from __future__ import annotations

import pytest

from twentyql.client import Client
from twentyql.errors import EverythingError, QueryError, UsageError
from twentyql.sandbox import Sandbox

# Filters that say nothing, or leave nothing out.
ALL = [
    {},
    None,
    {"and": []},
    {"or": [{"name": {"is": "NULL"}}, {"name": {"is": "NOT_NULL"}}]},
    {"id": {"is": "NOT_NULL"}},
    {"not": {"id": {"is": "NULL"}}},
    {"not": {"id": {"in": []}}},
]
# Filters that no record can meet: an empty ``in`` must never come out as no filter at all.
NONE = [{"id": {"in": []}}, {"or": []}, {"and": [{"name": {"is": "NOT_NULL"}}, {"id": {"in": []}}]}]
CHANGES = ["update_where", "delete_where", "destroy_where"]


async def change(client: Client, verb: str, where: object, **options: object) -> object:
    record = ({"tagline": "lost"},) if verb == "update_where" else ()
    return await getattr(client["companies"], verb)(where, *record, **options)


async def whole(client: Client) -> list[object]:
    """Every company as it is, the deleted ones too."""
    anywhere = {"or": [{"deletedAt": {"is": "NULL"}}, {"deletedAt": {"is": "NOT_NULL"}}]}
    query = client["companies"].select("id", "tagline", "deletedAt", "updatedAt").where(anywhere)
    return list(await client.fetch(query))


async def test_a_filter_that_is_empty_or_leaves_nothing_out(client: Client, sandbox: Sandbox) -> None:
    before, count = await whole(client), await client["companies"].count()
    sandbox.ledger.clear()
    for verb in CHANGES:
        for where in ALL:
            with pytest.raises(EverythingError, match=f"all {count} companies") as refused:
                await change(client, verb, where)
            assert refused.value.count == count
    assert set(sandbox.ledger.roots) == {"companies"}  # it only counted
    assert await whole(client) == before


async def test_a_filter_that_nothing_meets_touches_nothing(client: Client, sandbox: Sandbox) -> None:
    before = await whole(client)
    sandbox.ledger.clear()
    for verb in CHANGES:
        for where in NONE:
            receipt = await change(client, verb, where, everything=True)
            assert (receipt.rows, receipt.verdict) == (0, "complete")  # type: ignore[attr-defined]
    assert not {"updateCompanies", "deleteCompanies", "destroyCompanies"} & set(sandbox.ledger.roots)
    assert await whole(client) == before


async def test_the_server_never_sees_the_callers_filter(client: Client, sandbox: Sandbox) -> None:
    await client["companies"].create_many([{"name": f"Doomed {n}"} for n in range(5)])
    sandbox.ledger.clear()
    heard: list[int] = []
    await change(client, "destroy_where", {"name": {"startsWith": "Doomed"}}, on_count=heard.append)
    (call,) = sandbox.ledger.asked("destroyCompanies")
    assert list(call.arguments["filter"]) == ["id"]
    assert len(call.arguments["filter"]["id"]["in"]) == 5
    assert heard == [5]


async def test_the_count_is_heard_before_anything_is_written(client: Client, sandbox: Sandbox) -> None:
    class Stop(Exception):
        pass

    def stop(count: int) -> None:
        raise Stop

    before = await whole(client)
    for verb in CHANGES:
        with pytest.raises(Stop):
            await change(client, verb, {}, everything=True, on_count=stop)
    assert await whole(client) == before


async def test_destroying_says_that_it_is_final(client: Client) -> None:
    await client["companies"].create({"name": "Doomed"})
    receipt = await client["companies"].destroy_where({"name": {"eq": "Doomed"}})
    assert receipt.destroyed == 1
    assert any("for good" in note for note in receipt.notes)


async def test_destroying_live_records_leaves_the_bin_alone(client: Client) -> None:
    made = await client["companies"].create({"name": "Binned"})
    await client["companies"].delete(made["id"])
    await client["companies"].destroy_where({}, everything=True)
    assert (await client["companies"].restore(made["id"]))["id"] == made["id"]


async def test_an_id_that_is_none_is_refused(client: Client, sandbox: Sandbox) -> None:
    sandbox.ledger.clear()
    collection = client["companies"]
    for bad in ("", None, "*", "%", {"in": []}, "20202020", ["a"], True):
        for verb in ("delete", "restore", "destroy"):
            with pytest.raises(QueryError):
                await getattr(collection, verb)(bad)
        with pytest.raises(QueryError):
            await collection.update(bad, {"name": "x"})  # type: ignore[arg-type]
    assert len(sandbox.ledger) == 0


async def test_a_written_operation_without_a_filter_is_refused(client: Client) -> None:
    before = await whole(client)
    texts = [
        "mutation { destroyCompanies(filter: {}) { id } }",
        "mutation { deleteCompanies(filter: {and: []}) { id } }",
        "mutation { gone: destroyCompanies(filter: {not: {}}) { id } }",
        'mutation { updateCompanies(filter: {}, data: {tagline: "lost"}) { id } }',
    ]
    for text in texts:
        with pytest.raises(QueryError, match="every record"):
            await client.run(text)
    variable = "mutation($f: CompanyFilterInput!) { destroyCompanies(filter: $f) { id } }"
    with pytest.raises(QueryError, match="every record"):
        await client.run(variable, {"f": {}})
    assert await whole(client) == before


async def test_update_over_the_cap_is_split_by_ids(client: Client, sandbox: Sandbox) -> None:
    await client["companies"].create_many([{"name": f"Many {n}"} for n in range(450)])
    sandbox.ledger.clear()
    receipt = await client["companies"].update_where({"name": {"startsWith": "Many"}}, {"tagline": "x"})
    assert receipt.updated == 450
    sizes = [len(call.arguments["filter"]["id"]["in"]) for call in sandbox.ledger.asked("updateCompanies")]
    assert sizes == [200, 200, 50]


async def test_an_id_cannot_be_set_on_many(client: Client) -> None:
    with pytest.raises(UsageError):
        await client["companies"].update_where({"name": {"eq": "x"}}, {"id": "20202020-0000-4000-8000-000000000000"})
    with pytest.raises(UsageError):
        await client["companies"].update_where({"name": {"eq": "x"}}, {})

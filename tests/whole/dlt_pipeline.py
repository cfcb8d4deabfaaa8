"""Run by test_dlt in a process of its own, since dlt keeps state and threads: loads, changes, loads again, compares."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import dlt
import duckdb

from twentyql.client import connect
from twentyql.integrations.dlt import workspace
from twentyql.sandbox import Sandbox
from twentyql.sync import Background

OBJECTS = ("companies", "people", "opportunities")


def loaded(folder: Path, table: str, columns: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as duck:
        return duck.execute(f"SELECT {columns} FROM crm.{table} ORDER BY id").fetchall()


async def truth(sandbox: Sandbox, plural: str) -> list[dict[str, Any]]:
    async with connect(sandbox.url, sandbox.key) as client:
        of = client.model.object(plural)
        rows = await client.fetch(client[plural].select(*(field.name for field in of.fields)))
        return sorted(rows, key=lambda row: row["id"])


async def mutate(sandbox: Sandbox, text: str, variables: dict[str, Any]) -> None:
    async with connect(sandbox.url, sandbox.key) as client:
        await client.run(text, variables)


def check(folder: Path, background: Background, sandbox: Sandbox) -> None:
    people = background.run(truth(sandbox, "people"))
    got = loaded(folder, "people", "id, name_first_name, emails_primary_email, company_id, updated_at")
    assert [row[:4] for row in got] == [
        (row["id"], row["name"]["firstName"], row["emails"]["primaryEmail"], row["companyId"]) for row in people
    ], "people differ"
    deals = background.run(truth(sandbox, "opportunities"))
    money = loaded(folder, "opportunities", "id, amount_amount_micros, stage, close_date")
    assert [(row[0], row[1], row[2]) for row in money] == [
        (row["id"], (row["amount"] or {}).get("amountMicros"), row["stage"]) for row in deals
    ], "opportunities differ"
    assert len(loaded(folder, "companies", "id")) == len(background.run(truth(sandbox, "companies")))


def main(folder: Path) -> None:
    background = Background()
    sandbox = Sandbox.demo(rows=300, seed=3)
    background.run(sandbox.start())
    destination = dlt.destinations.duckdb(str(folder / "warehouse.duckdb"))
    pipeline = dlt.pipeline("crm", destination=destination, dataset_name="crm", pipelines_dir=str(folder / "state"))

    def load() -> Any:
        return pipeline.run(workspace(*OBJECTS, url=sandbox.url, api_key=sandbox.key))

    load().raise_on_failed_jobs()
    check(folder, background, sandbox)
    first, second = [row["id"] for row in background.run(truth(sandbox, "people"))][:2]
    update = "mutation M($id: UUID!, $data: PersonUpdateInput!) { updatePerson(id: $id, data: $data) { id } }"
    data = {"name": {"firstName": "Changed", "lastName": "Since"}}
    background.run(mutate(sandbox, update, {"id": first, "data": data}))
    background.run(mutate(sandbox, "mutation M($id: UUID!) { deletePerson(id: $id) { id } }", {"id": second}))
    sandbox.ledger.clear()
    load().raise_on_failed_jobs()
    assert sandbox.ledger.roots["companies"] == 2, "the latest change, and one page of what is as new"
    check(folder, background, sandbox)
    background.run(sandbox.stop())
    print("equal")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

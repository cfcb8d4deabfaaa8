"""``demo``: the whole way on the embedded sandbox, from introspection to Parquet, beside what a naive query gets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from twentyql.cli.console import exit_code, progress, say, show_receipt, show_table, wait_for
from twentyql.cli.generate import generated
from twentyql.client import Client, connect
from twentyql.generate.write import write
from twentyql.introspect.load import Loaded
from twentyql.introspect.save import save, schema_files

FIELDS = (
    "id",
    "name",
    "people.name.lastName",
    "people.emails.primaryEmail",
    "opportunities.amount",
    "opportunities.stage",
)
NAIVE = """{
  companies(first: 10000) { totalCount edges { node { id
    people { totalCount edges { node { id } } pageInfo { hasNextPage } }
    opportunities { totalCount edges { node { id } } pageInfo { hasNextPage } } } } }
}"""
LARGEST = 8


def demo(
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="Where the files go.")] = Path("twentyql-demo"),
    rows: Annotated[int, typer.Option("--rows", help="How many people the workspace has.", min=10)] = 3000,
    seed: Annotated[int, typer.Option("--seed", help="The seed that the workspace is made from.")] = 1,
) -> int:
    """Go the whole way on an embedded server.

    Start it, pull, generate, read companies with people and opportunities, write Parquet, show the proof, and beside it
    what the naive nested query gets.
    """
    from twentyql.sandbox import Sandbox

    async def work() -> int:
        async with Sandbox.demo(rows=rows, seed=seed) as sandbox, connect(sandbox.url, sandbox.key) as client:
            say("[bold]sandbox[/bold]   a Twenty-like server in this process, {}", sandbox.url)
            return await _the_whole_way(client, to)

    return wait_for(work)


async def _the_whole_way(client: Client, to: Path) -> int:
    _generate(await _pull(client, to / "schema"), to)
    with progress() as on_rows:
        receipt = await client.export(
            ["companies"], to=to / "parquet", relations=["people", "opportunities"], on_rows=on_rows
        )
    files = sorted(path.name for path in (to / "parquet").glob("*.parquet"))
    say("[bold]export[/bold]    {} in {}", ", ".join(files), to / "parquet")
    result = await client.fetch(client["companies"].select(*FIELDS))
    naive = await _naive(client)
    say("")
    _compare(result, naive)
    say("\n[bold]The receipt of the export[/bold]")
    show_receipt(receipt)
    return exit_code(receipt)


async def _pull(client: Client, folder: Path) -> Loaded:
    loaded = await client.pull()
    save(schema_files(loaded), folder)
    relations = sum(len(of.relations) for of in client.model)
    say("[bold]pull[/bold]      {} objects, {} relations in {}", len(client.model.objects), relations, folder)
    return loaded


def _generate(loaded: Loaded, to: Path) -> None:
    made = generated(loaded, to / "queries")
    write(made.package, to / "crm")
    write(made.operations, to / "queries")
    say(
        "[bold]generate[/bold]  {} modules in {}, {} operations in {}",
        len(made.package),
        to / "crm",
        len(made.operations),
        to / "queries",
    )


@dataclass(frozen=True, slots=True)
class _Naive:
    """What the nested query got of one company: the rows of a list, and whether the server said there is more."""

    people: int
    opportunities: int
    more: bool


async def _naive(client: Client) -> dict[str, _Naive]:
    data = await client.run(NAIVE)
    nodes = [edge["node"] for edge in data["companies"]["edges"]]
    return {node["id"]: _of(node["people"], node["opportunities"]) for node in nodes}


def _of(people: Mapping[str, Any], opportunities: Mapping[str, Any]) -> _Naive:
    more = any(each["pageInfo"]["hasNextPage"] for each in (people, opportunities))
    return _Naive(len(people["edges"]), len(opportunities["edges"]), more)


def _compare(companies: Sequence[Mapping[str, Any]], naive: Mapping[str, _Naive]) -> None:
    largest = sorted(companies, key=lambda company: (-len(company["people"]), company["name"]))[:LARGEST]
    headings = ("company", "people", "naive query", "opportunities", "naive query", "still open")
    rows = [_line(company["name"], [company], [naive[company["id"]]]) for company in largest]
    show_table(headings, [*rows, _line("all companies", companies, list(naive.values()))], to_read=True)
    lost = sum(len(company["people"]) - naive[company["id"]].people for company in companies)
    said = any(each.more for each in naive.values())
    say(
        "\nThe nested query that any GraphQL client would send lost [red]{}[/red] people; the server said "
        "hasNextPage: {}.",
        f"{lost:,}",
        str(said).lower(),
    )


def _line(name: str, companies: Sequence[Mapping[str, Any]], naive: Sequence[_Naive]) -> tuple[str, ...]:
    opportunities = [each for company in companies for each in company["opportunities"]]
    return (
        name,
        f"{sum(len(company['people']) for company in companies):,}",
        f"{sum(each.people for each in naive):,}",
        f"{len(opportunities):,}",
        f"{sum(each.opportunities for each in naive):,}",
        f"{sum(each['stage'] != 'CUSTOMER' for each in opportunities):,}",
    )

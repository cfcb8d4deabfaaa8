"""One client reading the fixture server to Parquet: ``python speed_clients.py CLIENT URL RANGES PAGE ROWS FOLDER``.

Prints one line of JSON with seconds, CPU seconds and peak memory. Each client runs in a process of its own; the clock
starts after the imports, and stops when the last file is closed.
"""

from __future__ import annotations

import asyncio
import importlib
import itertools
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from fixture_rows import QUERY, SDL, row_id

KEY = "fixture-key"
TOLD: dict[str, float] = {}
"""What the receipt of twentyql says of its requests."""
GROUP = 50_000


def bounds(ranges: int, rows: int) -> list[tuple[str | None, str | None]]:
    """Ranges of ids, (above, up to and with)."""
    cuts = [None, *(row_id(i * rows // ranges - 1, rows) for i in range(1, ranges)), None]
    return list(itertools.pairwise(cuts))


def where(low: str | None, high: str | None) -> dict[str, Any] | None:
    parts = [{"id": {"gt": low}}] if low else []
    parts += [{"id": {"lte": high}}] if high else []
    return {"and": parts} if parts else None


def schema() -> Any:
    import pyarrow as pa

    name = pa.struct([("firstName", pa.string()), ("lastName", pa.string())])
    moment = pa.timestamp("ms", "UTC")
    return pa.schema(
        [
            ("id", pa.string()),
            ("createdAt", moment),
            ("updatedAt", moment),
            ("deletedAt", moment),
            ("name", name),
            ("jobTitle", pa.string()),
            ("email", pa.string()),
            ("city", pa.string()),
            ("linkedin", pa.string()),
            ("intro", pa.string()),
            ("score", pa.float64()),
            ("active", pa.bool_()),
            ("companyId", pa.string()),
        ]
    )


async def bare(url: str, ranges: int, page: int, rows: int, to: Path) -> int:
    """aiohttp + msgspec Structs -> Arrow columns -> Parquet: the loop that one would write by hand for this one job."""
    import aiohttp
    import msgspec
    import pyarrow as pa
    import pyarrow.parquet as pq
    from bare_structs import Answer, Person

    decoder = msgspec.json.Decoder(Answer)
    encode = msgspec.json.encode
    of = schema()
    file = pq.ParquetWriter(to / "people.parquet", of, compression="zstd")
    held: list[Any] = []
    count = 0
    names = [field.name for field in of if field.name != "name"]

    def table(nodes: list[Person]) -> Any:
        columns: dict[str, Any] = {}
        for name in names:
            values = [getattr(node, name) for node in nodes]
            if pa.types.is_timestamp(of.field(name).type):
                columns[name] = pa.array(values, pa.string()).cast(of.field(name).type)
            else:
                columns[name] = pa.array(values, of.field(name).type)
        parts = [
            pa.array([getattr(node.name, part) for node in nodes], pa.string()) for part in ("firstName", "lastName")
        ]
        columns["name"] = pa.StructArray.from_arrays(parts, fields=list(of.field("name").type))
        return pa.table([columns[field.name] for field in of], schema=of)

    async def read(session: Any, low: str | None, high: str | None) -> None:
        nonlocal count
        cursor = None
        while True:
            variables = {"first": page, "after": cursor, "filter": where(low, high)}
            body = encode({"query": QUERY, "variables": variables})
            async with session.post(
                url + "/graphql", data=body, headers={"Content-Type": "application/json"}
            ) as answer:
                found = decoder.decode(await answer.read()).data.people
            held.append(table([edge.node for edge in found.edges]))
            count += len(found.edges)
            if sum(part.num_rows for part in held) >= GROUP:
                group = pa.concat_tables(held)
                held.clear()
                await asyncio.to_thread(file.write_table, group)
            if not found.pageInfo.hasNextPage:
                return
            cursor = found.pageInfo.endCursor

    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {KEY}"}) as session:
        await asyncio.gather(*(read(session, low, high) for low, high in bounds(ranges, rows)))
    if held:
        file.write_table(pa.concat_tables(held))
    file.close()
    return count


async def gql(url: str, ranges: int, page: int, rows: int, to: Path) -> int:
    """gql with a document parsed once, rows as dicts -> Table.from_pylist -> Parquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    from gql import Client, GraphQLRequest
    from gql.transport.aiohttp import AIOHTTPTransport

    of = schema()
    file = pq.ParquetWriter(to / "people.parquet", of, compression="zstd")
    held: list[dict[str, Any]] = []
    count = 0

    def table(nodes: list[dict[str, Any]]) -> Any:
        texts = pa.schema([pa.field(f.name, pa.string() if pa.types.is_timestamp(f.type) else f.type) for f in of])
        return pa.Table.from_pylist(nodes, schema=texts).cast(of)

    async def read(session: Any, low: str | None, high: str | None) -> None:
        nonlocal count, held
        request = GraphQLRequest(QUERY)
        cursor = None
        while True:
            variables = {"first": page, "after": cursor, "filter": where(low, high)}
            request = GraphQLRequest(request.document, variable_values=variables)
            found = (await session.execute(request))["people"]
            held += [edge["node"] for edge in found["edges"]]
            count += len(found["edges"])
            if len(held) >= GROUP:
                group, held = held, []
                await asyncio.to_thread(lambda group=group: file.write_table(table(group)))
            if not found["pageInfo"]["hasNextPage"]:
                return
            cursor = found["pageInfo"]["endCursor"]

    transport = AIOHTTPTransport(url + "/graphql", headers={"Authorization": f"Bearer {KEY}"}, ssl=False)
    async with Client(transport=transport, fetch_schema_from_transport=False) as session:
        await asyncio.gather(*(read(session, low, high) for low, high in bounds(ranges, rows)))
    if held:
        file.write_table(table(held))
    file.close()
    return count


async def twentyql(url: str, ranges: int, page: int, rows: int, to: Path) -> int:
    """``client.export``; ``ranges`` 0 leaves the ranges to the planner, ``page`` 0 the pages."""
    from dataclasses import replace

    import twentyql

    folder = to / "schema"
    folder.mkdir()
    (folder / "core.graphql").write_text(SDL, encoding="utf-8")
    async with twentyql.connect(url, KEY, schema=folder) as client:
        if ranges:
            from twentyql.plan.model import Paging, Span

            planned = client.reader.plan

            async def forced(*args: Any, **kwargs: Any) -> Any:
                plan = await planned(*args, **kwargs)
                spans = tuple(Span(*pair) for pair in bounds(ranges, rows))
                paging = Paging(page, page) if page else plan.root.paging
                return replace(plan, root=replace(plan.root, paging=paging, spans=spans))

            client.reader.plan = forced  # type: ignore[method-assign]
        receipt = await client.export(["people"], to=to / "out", fields=[field.name for field in schema()])
    assert receipt.verdict == "complete", receipt
    (to / "out" / "people.parquet").rename(to / "people.parquet")
    if receipt.expected is not None:
        TOLD.update(expected=receipt.expected.requests, requests=receipt.requests)
    return receipt.rows


def dlt(url: str, ranges: int, page: int, rows: int, to: Path) -> int:
    """dlt's REST helper with its JSON cursor paginator, one resource a range in parallel, to its Parquet files."""
    import dlt
    from dlt.sources.helpers.rest_client import RESTClient
    from dlt.sources.helpers.rest_client.paginators import BasePaginator

    class Cursor(BasePaginator):
        def update_state(self, response: Any, data: Any = None) -> None:
            info = response.json()["data"]["people"]["pageInfo"]
            self._has_next_page, self.cursor = info["hasNextPage"], info["endCursor"]

        def update_request(self, request: Any) -> None:
            request.json["variables"]["after"] = self.cursor

    def resource(number: int, low: str | None, high: str | None) -> Any:
        def people() -> Any:
            client = RESTClient(url, headers={"Authorization": f"Bearer {KEY}"})
            body = {"query": QUERY, "variables": {"first": page, "after": None, "filter": where(low, high)}}
            yield from client.paginate(
                "/graphql", "POST", json=body, paginator=Cursor(), data_selector="data.people.edges[*].node"
            )

        return dlt.resource(people, name=f"people{number}", table_name="people", parallelized=ranges > 1)

    os.environ.update(DESTINATION__FILESYSTEM__BUCKET_URL=(to / "lake").as_uri(), RUNTIME__DLTHUB_TELEMETRY="false")
    os.environ.update(EXTRACT__WORKERS=str(ranges), NORMALIZE__DATA_WRITER__DISABLE_COMPRESSION="true")
    pipeline = dlt.pipeline("speed", destination="filesystem", dataset_name="d", pipelines_dir=str(to / "state"))
    pipeline.run([resource(i, *pair) for i, pair in enumerate(bounds(ranges, rows))], loader_file_format="parquet")
    return pipeline.last_trace.last_normalize_info.row_counts["people"]


def highest() -> float:
    """Megabytes that this process held at most; ru_maxrss would tell those of the process that started it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


MODULES = {
    "bare": ["aiohttp", "msgspec", "pyarrow.parquet", "bare_structs"],
    "gql": ["gql.transport.aiohttp", "pyarrow.parquet"],
    "twentyql": ["twentyql.client", "twentyql.transport", "twentyql.exporting", "twentyql.output.parquet"],
    "dlt": ["dlt", "dlt.sources.helpers.rest_client.paginators", "dlt.destinations", "pyarrow.parquet"],
}
CLIENTS: dict[str, Callable[..., Any]] = {"bare": bare, "gql": gql, "twentyql": twentyql, "dlt": dlt}


def main() -> None:
    name, url, ranges, page, rows, folder = sys.argv[1:]
    for module in MODULES[name]:
        importlib.import_module(module)
    if name != "dlt":
        import pyarrow as pa

        pa.array(["x"])  # imports pandas where it is installed, once a process
    usage = resource.getrusage(resource.RUSAGE_SELF)
    cpu = usage.ru_utime + usage.ru_stime
    begun = time.perf_counter()
    made = CLIENTS[name](url, int(ranges), int(page), int(rows), Path(folder))
    count = asyncio.run(made) if isinstance(made, Coroutine) else made
    seconds = time.perf_counter() - begun
    usage = resource.getrusage(resource.RUSAGE_SELF)
    spent = usage.ru_utime + usage.ru_stime - cpu
    print(json.dumps({"rows": count, "seconds": seconds, "cpu": spent, "rss": highest(), **TOLD}))


if __name__ == "__main__":
    main()

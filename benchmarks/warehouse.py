"""Two linked objects to Parquet and to DuckDB, by twentyql and by dlt's REST source, at equal parallelism.

``python benchmarks/warehouse.py [--quick]``: rows a second and memory of each, every row checked. Exits 1 if a row is
wrong, 2 if a goal is missed: 4 x dlt's rows a second, below 300 MB.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from dlt_env import dlt_python
from fixture import server
from memory import highest

HERE = Path(__file__).parent
WAYS = 2  # requests at once, of both
PAGE = 200
FIELDS = {
    "companies": "id createdAt updatedAt name city",
    "people": (
        "id createdAt updatedAt deletedAt name { firstName lastName } jobTitle email city linkedin intro score active "
        "companyId"
    ),
}


async def twentyql(url: str, format: str, to: Path) -> None:
    from twentyql import Pacer
    from twentyql.client import connect

    schema = to / "schema.graphql"
    from warehouse_server import SDL

    schema.write_text(SDL)
    async with connect(url, "key", schema=schema, pacer=Pacer(concurrency=WAYS)) as client:
        receipt = await client.export(["companies", "people"], to=to / "out", format=format)
    assert receipt.verdict == "complete", receipt.notes


def dlt(url: str, format: str, to: Path) -> None:
    import dlt
    from dlt.sources.helpers.rest_client import RESTClient
    from dlt.sources.helpers.rest_client.paginators import BasePaginator

    class Cursor(BasePaginator):
        def __init__(self, root: str) -> None:
            super().__init__()
            self.root = root

        def update_state(self, response: Any, data: Any = None) -> None:
            info = response.json()["data"][self.root]["pageInfo"]
            self._has_next_page, self.cursor = info["hasNextPage"], info["endCursor"]

        def update_request(self, request: Any) -> None:
            request.json["variables"]["after"] = self.cursor

    def source(root: str) -> Any:
        def rows() -> Any:
            text = (
                f"query($first: Int, $after: String) {{ {root}(first: $first, after: $after) "
                f"{{ edges {{ node {{ {FIELDS[root]} }} }} pageInfo {{ hasNextPage endCursor }} }} }}"
            )
            body = {"query": text, "variables": {"first": PAGE, "after": None}}
            yield from RESTClient(url).paginate(
                "/graphql", "POST", json=body, paginator=Cursor(root), data_selector=f"data.{root}.edges[*].node"
            )

        return dlt.resource(rows, name=root, parallelized=True, primary_key="id")

    os.environ.update(DESTINATION__FILESYSTEM__BUCKET_URL=(to / "lake").as_uri(), RUNTIME__DLTHUB_TELEMETRY="false")
    os.environ.update(EXTRACT__WORKERS=str(WAYS), NORMALIZE__DATA_WRITER__DISABLE_COMPRESSION="true")
    where = dlt.destinations.duckdb(str(to / "dlt.duckdb")) if format == "duckdb" else "filesystem"
    pipeline = dlt.pipeline("warehouse", destination=where, dataset_name="d", pipelines_dir=str(to / "state"))
    loader = {} if format == "duckdb" else {"loader_file_format": "parquet"}
    pipeline.run([source(root) for root in FIELDS], **loader).raise_on_failed_jobs()


def checked(client: str, format: str, to: Path, rows: int) -> list[str]:
    """What is wrong with the output: every id, key and name against the rows' own function."""
    import duckdb
    from warehouse_server import company, person

    with duckdb.connect() as duck:
        if format == "duckdb":
            at = to / ("dlt.duckdb" if client == "dlt" else "out/workspace.duckdb")
            duck.execute(f"ATTACH '{at}' AS w (READ_ONLY)")
            source = {t: f"w.d.{t}" if client == "dlt" else f"w.main.{t}" for t in FIELDS}
        elif client == "dlt":
            source = {t: f"read_parquet('{to}/lake/d/{t}/*.parquet')" for t in FIELDS}
        else:
            source = {t: f"read_parquet('{to}/out/{t}.parquet')" for t in FIELDS}
        key = "company_id" if client == "dlt" else '"companyId"'
        people = duck.execute(f"SELECT id, {key}, email, score FROM {source['people']} ORDER BY id").fetchall()
        companies = duck.execute(f"SELECT id, name FROM {source['companies']} ORDER BY id").fetchall()
    count = rows - rows // 10
    truth = [person(i, count) for i in range(count)]
    wrong = [] if people == sorted((p["id"], p["companyId"], p["email"], p["score"]) for p in truth) else ["people"]
    named = [company(i, rows // 10) for i in range(rows // 10)]
    return wrong + ([] if companies == sorted((c["id"], c["name"]) for c in named) else ["companies"])


def client_main(client: str, url: str, format: str, to: Path) -> None:
    """One client in a process of its own; its imports are not measured."""
    if client == "dlt":
        import dlt as _dlt  # noqa: F401
    else:
        import duckdb as _duckdb  # noqa: F401
        import pyarrow.parquet as _parquet  # noqa: F401

        import twentyql.client as _client  # noqa: F401
    begun = time.perf_counter()
    if client == "dlt":
        dlt(url, format, to)
    else:
        asyncio.run(twentyql(url, format, to))
    print(json.dumps({"seconds": time.perf_counter() - begun, "rss": highest()}))


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="20,000 rows")
    rows = 20_000 if parser.parse_args().quick else 200_000
    python = {"twentyql": sys.executable, "dlt": dlt_python()}
    print(f"{rows:,} rows of two linked objects at 20 ms a request, page {PAGE}, {WAYS} requests at once\n")
    print("| client | to | rows/s | seconds | peak MB | rows |\n|---|---|---|---|---|---|")
    found: dict[tuple[str, str], dict[str, float]] = {}
    wrong = missed = False
    with server(rows, script="warehouse_server.py") as url:
        for format in ("parquet", "duckdb"):
            for client in ("twentyql", "dlt"):
                if python[client] is None:
                    continue
                to = Path(tempfile.mkdtemp(prefix="twentyql-warehouse-"))
                try:
                    words = [str(python[client]), __file__, "--client", client, url, format, str(to)]
                    done = subprocess.run(words, capture_output=True, text=True, timeout=900)
                    if done.returncode:
                        print(done.stderr[-2000:])
                        return 1
                    made = found[client, format] = json.loads(done.stdout.strip().splitlines()[-1])
                    bad = checked(client, format, to, rows)
                    wrong |= bool(bad)
                    speed, told = rows / made["seconds"], ", ".join(bad) + " differ" if bad else "all right"
                    print(
                        f"| {client} | {format} | {speed:,.0f} | {made['seconds']:.1f} | {made['rss']:.0f} | {told} |",
                        flush=True,
                    )
                finally:
                    shutil.rmtree(to, ignore_errors=True)
    for format in ("parquet", "duckdb"):
        if ("dlt", format) in found:
            times = found["dlt", format]["seconds"] / found["twentyql", format]["seconds"]
            print(f"{format}: {times:.1f} x dlt")
            missed |= times < 4
        missed |= found["twentyql", format]["rss"] > 300
    return 1 if wrong else 2 if missed else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--client"]:
        client_main(*sys.argv[2:5], Path(sys.argv[5]))
    else:
        sys.exit(main())

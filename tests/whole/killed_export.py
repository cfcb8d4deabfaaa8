"""A process of its own that exports until it is killed: ``python killed_export.py URL KEY SCHEMA FOLDER FORMAT``."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from twentyql.client import connect
from twentyql.output import folder_sink


async def main(url: str, key: str, schema: str, folder: str, format: str, relation: str) -> None:
    folder_sink.APPENDED_SECONDS = folder_sink.SEALED_SECONDS = 0.0
    if format == "duckdb":
        from twentyql.output.duckdb_sink import DuckdbSink

        DuckdbSink.checkpoint_seconds = 0.0
    async with connect(url, key, schema=schema) as client:
        relations = [relation] if relation else []
        await client.export(["companies", "people"], to=Path(folder), format=format, relations=relations, resume=True)


asyncio.run(main(*sys.argv[1:]))

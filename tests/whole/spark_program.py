"""Run by test_spark in a process of its own: Spark on two local cores against the embedded server."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

from twentyql.client import connect
from twentyql.integrations.spark import TwentySource
from twentyql.sandbox import Sandbox
from twentyql.sync import Background


async def truth(sandbox: Sandbox) -> list[dict[str, Any]]:
    async with connect(sandbox.url, sandbox.key) as client:
        return list(await client.fetch(client["people"].select("name.firstName", "emails.primaryEmail", "companyId")))


def main(folder: Path) -> None:
    os.environ["PYSPARK_PYTHON"] = sys.executable
    background = Background()
    sandbox = Sandbox.demo(rows=2_000, seed=3)
    background.run(sandbox.start())
    spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    spark.dataSource.register(TwentySource)
    options = {"object": "people", "url": sandbox.url, "apiKey": sandbox.key, "partitions": "3"}
    people = spark.read.format("twentyql").options(**options, receipts=str(folder / "receipts")).load()
    assert people.rdd.getNumPartitions() == 3
    got = people.select("id", "name_firstName", "emails_primaryEmail", "companyId").orderBy("id").collect()
    rows = sorted(background.run(truth(sandbox)), key=lambda row: row["id"])
    assert [tuple(row) for row in got] == [
        (row["id"], row["name"]["firstName"], row["emails"]["primaryEmail"], row["companyId"]) for row in rows
    ]
    deals = spark.read.format("twentyql").options(**{**options, "object": "opportunities"})
    few = deals.option("where", '{"stage": {"eq": "NEW"}}').load()
    assert {row["stage"] for row in few.select("stage").distinct().collect()} == {"NEW"}
    assert few.selectExpr("sum(amount_amountMicros) AS micros").collect()[0]["micros"] > 0
    spark.stop()
    background.run(sandbox.stop())
    print("equal")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

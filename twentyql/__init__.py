"""twentyql: every row, exactly once, with a receipt that proves it, typed from your own workspace.

The data's way through the package, left to right; each stage hands on one frozen noun::

    client.py      READ FIRST: connect() and Client call the stages in order
    collection.py  the records of one object, with the verbs of records (those that write: writing.py)
    administering.py  what a client can do beside records: options, data model, webhooks, files, REST
    config.py      Settings: arguments > environment > .env > [tool.twentyql]
    errors.py      the whole error tree, drawn on top
    transport.py   the one module that talks HTTP to a server
    introspect/    1  endpoint or file -> Loaded: GraphQL schema + data model
    schema/        2  -> SchemaModel: objects, fields, relations; dialects; diff
    generate/      3  -> {path: text}: the typed package and the .graphql files
    build/         4  Record classes, names or a stored .graphql file -> Query
    plan/          5  Query + Dialect -> Plan of Reads; explain
    execute/       6  Plan -> batches of rows: runner, pacer, retry, receipt
    output/        7  batches -> Arrow tables and files
    write/            records in: simple forms, batches, imports, the data model, files, REST
    webhooks/         deliveries verified, parsed and received
    sandbox/       an embedded Twenty with the real server's rules
    exporting.py   whole objects to files, and snapshots, through the stages above
    syncing.py     what changed since the last time
    bars.py        progress(): bars for people who wait
    sync.py        run_sync and Background: the same for callers that block
    integrations/  one optional library a module: dlt, Jupyter, Spark
    cli/           thin: parse arguments, call Client, print

Names are loaded when they are first used, so that ``import twentyql`` is quick; only what a generated package stands on
is there at once, so that importing that costs next to nothing more.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from twentyql.build.record import Record

if TYPE_CHECKING:
    from twentyql.bars import progress
    from twentyql.build.aggregates import (
        count,
        count_empty,
        count_not_empty,
        count_unique,
        percentage_empty,
        percentage_not_empty,
    )
    from twentyql.build.groups import Group
    from twentyql.build.inputs import existing
    from twentyql.build.numbers import micros
    from twentyql.build.query import Query
    from twentyql.client import Client, connect
    from twentyql.errors import IncompleteError, ServerError, TwentyqlError, TwentyqlWarning, UsageError
    from twentyql.execute.groups import Groups
    from twentyql.execute.hooks import Hooks
    from twentyql.execute.pacer import Pacer
    from twentyql.execute.receipt import Receipt
    from twentyql.execute.search import Hit
    from twentyql.execute.stream import Result, Stream, partial_result
    from twentyql.sync import run_sync
    from twentyql.write.receipt import WriteReceipt

import_module("twentyql.build.fields")  # what generated code stands on

_HOMES = {
    "Client": "twentyql.client",
    "Group": "twentyql.build.groups",
    "Groups": "twentyql.execute.groups",
    "Hit": "twentyql.execute.search",
    "Hooks": "twentyql.execute.hooks",
    "IncompleteError": "twentyql.errors",
    "Pacer": "twentyql.execute.pacer",
    "Query": "twentyql.build.query",
    "Receipt": "twentyql.execute.receipt",
    "Result": "twentyql.execute.stream",
    "ServerError": "twentyql.errors",
    "Stream": "twentyql.execute.stream",
    "TwentyqlError": "twentyql.errors",
    "TwentyqlWarning": "twentyql.errors",
    "UsageError": "twentyql.errors",
    "WriteReceipt": "twentyql.write.receipt",
    "connect": "twentyql.client",
    "count": "twentyql.build.aggregates",
    "count_empty": "twentyql.build.aggregates",
    "count_not_empty": "twentyql.build.aggregates",
    "count_unique": "twentyql.build.aggregates",
    "existing": "twentyql.build.inputs",
    "micros": "twentyql.build.numbers",
    "partial_result": "twentyql.execute.stream",
    "percentage_empty": "twentyql.build.aggregates",
    "percentage_not_empty": "twentyql.build.aggregates",
    "progress": "twentyql.bars",
    "run_sync": "twentyql.sync",
}

__all__ = [
    "Client",
    "Group",
    "Groups",
    "Hit",
    "Hooks",
    "IncompleteError",
    "Pacer",
    "Query",
    "Receipt",
    "Record",
    "Result",
    "ServerError",
    "Stream",
    "TwentyqlError",
    "TwentyqlWarning",
    "UsageError",
    "WriteReceipt",
    "connect",
    "count",
    "count_empty",
    "count_not_empty",
    "count_unique",
    "existing",
    "micros",
    "partial_result",
    "percentage_empty",
    "percentage_not_empty",
    "progress",
    "run_sync",
]

if "IPython" in sys.modules:
    from twentyql.integrations.jupyter import register_here

    register_here()


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'twentyql' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

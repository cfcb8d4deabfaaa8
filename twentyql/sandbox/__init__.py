"""An embedded Twenty: GraphQL and REST over HTTP on SQLite, with the real server's rules and traps.

It imports nothing of the package but the errors, so that a bug of the client cannot hide in its own mirror::

    snapshot.py    what is served: data model, workspace, rows
    demo/          a workspace made from a seed, as a snapshot
    clock.py       time that passes only when everyone waits for it
    model.py       data model -> objects and the slots of their records
    types/         model -> the GraphQL schemas that the real server shows
    workspace/     changes of the data model, webhooks, keys, files
    records/       the rows on SQLite: Engine answers one root field
    http/          Sandbox: requests -> root fields -> answers; limits, faults, the ledger
"""

from twentyql.errors import MissingExtraError
from twentyql.sandbox.clock import VirtualClock, jitter
from twentyql.sandbox.http.faults import Fault, Faults
from twentyql.sandbox.http.ledger import Entry, Ledger, RootCall
from twentyql.sandbox.http.limits import Limits
from twentyql.sandbox.snapshot import Snapshot, read_snapshot

try:
    from twentyql.sandbox.http.deliveries import Delivery
    from twentyql.sandbox.http.server import Sandbox
except ModuleNotFoundError as error:
    if error.name != "sqlalchemy":
        raise
    raise MissingExtraError("SQLAlchemy", "sandbox") from error

__all__ = [
    "Delivery",
    "Entry",
    "Fault",
    "Faults",
    "Ledger",
    "Limits",
    "RootCall",
    "Sandbox",
    "Snapshot",
    "VirtualClock",
    "jitter",
    "read_snapshot",
]

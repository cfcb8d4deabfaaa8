"""An embedded Twenty: GraphQL and REST over HTTP on SQLite, with the real server's rules and traps.

It imports nothing of the package but the errors, so that a bug of the client cannot hide in its own mirror.
"""

from .faults import Fault, Faults
from .ledger import Entry, Ledger, RootCall
from .limits import Limits
from .server import Sandbox
from .snapshot import Snapshot, read_snapshot

__all__ = ["Entry", "Fault", "Faults", "Ledger", "Limits", "RootCall", "Sandbox", "Snapshot", "read_snapshot"]

"""What the ``twenty_sandbox`` fixture gives: a fresh workspace over HTTP, factories, the ledger, faults.

>>> def test_report(twenty_sandbox):
...     acme = twenty_sandbox.make("company", name="Acme")
...     twenty_sandbox.make("person", 10, company=acme, jobTitle=lambda n: f"Job {n}")
...     assert my_program.count_people() == 10                      # finds it by TWENTY_API_URL and TWENTY_API_KEY
...     assert twenty_sandbox.ledger.tokens == 1
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, overload

from twentyql.sandbox.background import Background
from twentyql.sandbox.demo import demo_snapshot
from twentyql.sandbox.factories import Factory
from twentyql.sandbox.http.faults import Faults
from twentyql.sandbox.http.ledger import Ledger
from twentyql.sandbox.http.rest_calls import record_selection
from twentyql.sandbox.http.server import Sandbox
from twentyql.sandbox.records.image import Image, make_image
from twentyql.sandbox.root import Root
from twentyql.sandbox.snapshot import Snapshot, read_snapshot

Row = dict[str, Any]
EVERY_ROW = {"or": [{"deletedAt": {"is": "NULL"}}, {"deletedAt": {"is": "NOT_NULL"}}]}
ALL = 10**9


class TwentySandbox:
    """A workspace of its own on a server in another thread; it works for plain, asyncio and anyio tests alike.

    ``url`` and ``key`` lead to it, ``ledger`` says what was asked of it, ``faults`` breaks it, ``sandbox`` is the
    server itself.
    """

    def __init__(self, sandbox: Sandbox, background: Background, seed: int = 1) -> None:
        self.sandbox = sandbox
        self.closed = False
        self._background = background
        background.run(sandbox.start())
        self._factory = Factory(sandbox.engine.model, seed)

    @property
    def url(self) -> str:
        """The address of the server."""
        return self.sandbox.url

    @property
    def key(self) -> str:
        """A key that it takes."""
        return self.sandbox.key

    @property
    def ledger(self) -> Ledger:
        """Every request with its roots, tokens, status and codes."""
        return self.sandbox.ledger

    @property
    def faults(self) -> Faults:
        """Faults to inject: ``faults.add(Fault.HTTP_502, times=2)``."""
        return self.sandbox.faults

    @overload
    def make(self, name: str, /, **given: Any) -> Row: ...
    @overload
    def make(self, name: str, count: int, /, **given: Any) -> list[Row]: ...
    def make(self, name: str, count: int | None = None, /, **given: Any) -> Row | list[Row]:
        """Put one record into the workspace, or a list of ``count``, and give what was put there, with ids.

        Fields that are not given get believable values, the same in every run. ``given`` may hold constants, parts of
        composites, functions of the row's number, and records for to-one relations. Nothing of it is in the ledger and
        it costs no tokens. Raises UsageError for an object or a field that does not exist.
        """
        self._factory.model = self.sandbox.engine.model
        record = self._factory.record(name)
        rows = self._factory.rows(name, 1 if count is None else count, given)
        self.sandbox.engine.load({record.plural: rows}, check=False)
        return rows[0] if count is None else rows

    def records(self, name: str, *, deleted: bool = False) -> list[Row]:
        """All records of an object with their own fields, in the order of their ids; with those in the bin if wanted.

        It looks past limits, faults and ledger, for the last lines of a test.
        """
        engine = self.sandbox.engine
        record = self._factory.record(name)
        selection = {"edges": {"node": record_selection(engine.model, record, 0)}}
        everything = deleted and "deletedAt" in record.by_name
        arguments = {"first": ALL} | ({"filter": EVERY_ROW} if everything else {})
        return [edge["node"] for edge in engine.run(Root(record.plural, arguments, selection))["edges"]]

    def close(self) -> None:
        """Stop the server."""
        if not self.closed:
            self._background.run(self.sandbox.stop())
        self.closed = True


class TwentySandboxes:
    """Opens sandboxes for tests: each image is made when first asked for, then copied. ``close`` ends them all.

    >>> workspace = twenty_sandboxes(rows=300, limits="stock")
    """

    def __init__(self, snapshot: str | None = None) -> None:
        self._snapshot = snapshot
        self._images: dict[tuple[str | None, int, int], Image] = {}
        self._background = Background()
        self._open: list[TwentySandbox] = []

    def __call__(
        self, *, snapshot: str | Path | None = None, rows: int = 0, seed: int = 1, **options: Any
    ) -> TwentySandbox:
        """A fresh workspace. Raises SchemaError for a broken snapshot.

        ``snapshot`` is a folder (of ``pull``, which has no rows, or of ``snapshot``), ``""`` the demo even where the
        project has a snapshot of its own; the demo has ``rows`` people, else its data model alone. ``options`` are
        those of `Sandbox`.
        """
        folder = self._snapshot if snapshot is None else str(snapshot) or None
        key = (folder, rows, seed)
        if key not in self._images:
            self._images[key] = make_image(read_snapshot(Path(folder)) if folder else _demo(rows, seed))
        opened = TwentySandbox(Sandbox.copy_of(self._images[key], **options), self._background, seed)
        self._open = [*(each for each in self._open if not each.closed), opened]
        return opened

    def close(self) -> None:
        """Stop all servers and their thread."""
        for each in self._open:
            each.close()
        self._background.close()


def _demo(rows: int, seed: int) -> Snapshot:
    """The demo; of none it keeps the data model alone."""
    made = demo_snapshot(rows, seed)
    none: Mapping[str, list[Row]] = {}
    return made if rows else Snapshot(made.objects, made.workspace, none)

"""The engine: runs one root field against the rows of a sandbox, with the real server's rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import RLock
from typing import Any

from twentyql.sandbox.model import Model, pascal
from twentyql.sandbox.records.changes import Writer
from twentyql.sandbox.records.duplicates import read_duplicates
from twentyql.sandbox.records.groups import read_groups
from twentyql.sandbox.records.layout import Layout, lay_out
from twentyql.sandbox.records.merging import merge
from twentyql.sandbox.records.reads import read_list, read_one
from twentyql.sandbox.records.search import search
from twentyql.sandbox.records.store import Store, dangling
from twentyql.sandbox.records.writes import write_runners
from twentyql.sandbox.root import Root

Runner = Callable[[Root], Any]


def _now() -> datetime:
    return datetime.now(UTC)


class Engine:
    """Rows of a workspace in SQLite, asked root by root; one thread at a time, ``close`` it when done.

    ``page_cap`` silently clamps the page size of lists; ``withheld`` holds the plural names of objects whose rows the
    list root counts but does not show; ``warnings`` says what the loaded rows lack.
    """

    def __init__(
        self,
        model: Model,
        db: Path | None = None,
        *,
        now: Callable[[], datetime] = _now,
        actor: str = "sandbox",
    ) -> None:
        """Open the database (a file, or memory) and create the tables of ``model`` that it lacks.

        Rows are written at the time that ``now`` tells, by an API key called ``actor``.
        """
        self.model = model
        self.warnings: tuple[str, ...] = ()
        self.withheld: set[str] = set()
        self.page_cap: int | None = None
        self._store = Store(lay_out(model), db)
        self._writer = Writer(self._store, now, actor)
        self._lock = RLock()
        self._runners: dict[str, Runner] = {"search": partial(search, self._store)}
        for layout in self._store.layouts.by_singular.values():
            self._add(layout)

    def _add(self, layout: Layout) -> None:
        record, store = layout.record, self._store
        self._runners[record.plural] = partial(self._list, layout)
        self._runners[record.singular] = partial(read_one, store, layout)
        self._runners[f"{record.plural}GroupBy"] = partial(read_groups, store, layout)
        self._runners[f"{record.singular}Duplicates"] = partial(read_duplicates, store, layout)
        writes = write_runners(self._writer, layout)
        writes[f"merge{pascal(record.plural)}"] = partial(merge, writer=self._writer, layout=layout)
        self._runners.update({name: partial(self._change, run) for name, run in writes.items()})

    def _list(self, layout: Layout, root: Root) -> Any:
        withheld = layout.record.plural in self.withheld
        return read_list(self._store, layout, root, page_cap=self.page_cap, withheld=withheld)

    def _change(self, run: Runner, root: Root) -> Any:
        """Run a mutation: all of it or nothing."""
        try:
            answer = run(root)
        except BaseException:
            self._store.rollback()
            raise
        self._store.commit()
        return answer

    def load(self, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        """Insert rows by plural name, in the form of the API; missing fields are null."""
        with self._lock:
            for plural, batch in rows.items():
                self._store.load(plural, batch)
            self.warnings = tuple(dangling(self._store))

    @property
    def empty(self) -> bool:
        """Whether there are no rows yet: a database file of an earlier run has some."""
        with self._lock:
            return self._store.empty()

    def knows(self, root_name: str) -> bool:
        """Whether a root field of this name is run here."""
        return root_name in self._runners

    def run(self, root: Root) -> Any:
        """The value of one root field, ready for JSON. Raises Refused."""
        with self._lock:
            return self._runners[root.name](root)

    def close(self) -> None:
        """Release the database."""
        self._store.close()

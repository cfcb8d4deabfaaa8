"""The engine: runs one root field against the rows of a sandbox, with the real server's rules."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import RLock
from typing import Any

from sqlalchemy import exc

from twentyql.sandbox.model import Model, missing_targets, pascal
from twentyql.sandbox.records.changes import Writer
from twentyql.sandbox.records.duplicates import read_duplicates
from twentyql.sandbox.records.events import Event, Log
from twentyql.sandbox.records.groups import read_groups
from twentyql.sandbox.records.kept import unusable
from twentyql.sandbox.records.layout import Layout, Layouts, lay_out
from twentyql.sandbox.records.merging import merge
from twentyql.sandbox.records.reads import read_list, read_one
from twentyql.sandbox.records.remap import remap
from twentyql.sandbox.records.search import search
from twentyql.sandbox.records.store import Store, dangling
from twentyql.sandbox.records.writes import write_runners
from twentyql.sandbox.root import Root

Runner = Callable[[Root], Any]


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


class Engine:
    """Rows of a workspace in SQLite, asked root by root; one thread at a time, ``close`` it when done.

    ``page_cap`` silently clamps the page size of lists; ``withheld`` holds the plural names of objects whose rows the
    list root counts but does not show; ``warnings`` says what the loaded rows lack. ``on_model`` is called with the new
    data model whenever it has changed, by `change_model` here or in another process on the same file.
    """

    def __init__(
        self,
        model: Model,
        db: Path | None = None,
        *,
        now: Callable[[], datetime] = utc_now,
        actor: str = "sandbox",
        image: bytes | None = None,
        layouts: Layouts | None = None,
    ) -> None:
        """Open the database (a file, or memory) and create the tables of ``model`` that it lacks.

        A file that keeps a data model of its own is served by that. Rows are written at the time that ``now`` tells, by
        an API key called ``actor``. ``image`` and ``layouts`` are those of another engine of the same model, for a fast
        start with its rows. Raises ConfigError for a file that cannot be used.
        """
        self.warnings: tuple[str, ...] = ()
        self.withheld: set[str] = set()
        self.page_cap: int | None = None
        self.on_model: Callable[[Model], None] = lambda model: None
        try:
            self._store = Store(layouts or lay_out(model), db, image)
        except (sqlite3.Error, exc.DBAPIError) as error:
            raise unusable(db, getattr(error, "orig", None) or error) from error
        self._writer = Writer(self._store, now, actor, Log(self._store))
        self._listener: Callable[[Sequence[Event]], None] | None = None
        self._lock = RLock()
        self._runners: dict[str, Runner] = {}
        self._add_all()

    @property
    def model(self) -> Model:
        """The data model as it is now."""
        return self._store.layouts.model

    @property
    def layouts(self) -> Layouts:
        """How the records lie in tables, to be shared with an engine of the same model."""
        return self._store.layouts

    def _add_all(self) -> None:
        self._runners = {"search": partial(search, self._store)}
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
        """Run a mutation: all of it or nothing. Whoever listens is told of it afterwards."""
        log = self._writer.log
        try:
            with self._store.transaction():
                answer = run(root)
                events = log.take()
        finally:
            log.clear()
        if events and self._listener is not None:
            self._listener(events)
        return answer

    def listen(self, listener: Callable[[Sequence[Event]], None] | None) -> None:
        """Call ``listener`` with what each write did, in the engine's thread; None ends that."""
        self._listener = listener
        self._writer.log.on = listener is not None

    def load(
        self, rows: Mapping[str, Sequence[Mapping[str, Any]]], *, into_empty: bool = False, check: bool = True
    ) -> bool:
        """Insert rows by plural name, in the form of the API; missing fields are null. Raises SchemaError.

        ``into_empty`` leaves a database that has rows as it is, and the answer is then False; ``check`` looks for what
        to warn of.
        """
        with self._lock:
            with self._store.transaction():
                wanted = not into_empty or self._store.empty()
                for plural, batch in rows.items() if wanted else ():
                    self._store.load(plural, batch)
            if check:
                self.warnings = (*missing_targets(self.model), *dangling(self._store))
            return wanted

    @property
    def empty(self) -> bool:
        """Whether there are no rows yet: a database file of an earlier run has some."""
        with self._lock:
            return self._store.empty()

    def counts(self) -> dict[str, tuple[int, int]]:
        """How many living rows each object has and how many in the bin, by plural name."""
        with self._lock:
            return self._store.counts()

    def change_model(self, model: Model) -> None:
        """Serve ``model`` from now on: tables follow, rows stay, a file keeps it.

        Objects and fields are told by their ids, so renamed ones keep their values; deactivated ones keep them out of
        sight; new fields get their default in every row; what is gone from ``model`` is gone for good. Afterwards
        `on_model` is called.
        """
        with self._lock:
            self._store.change_model(lay_out(model), self._writer.default)
            self._add_all()
        self.on_model(model)

    def refresh(self) -> None:
        """Follow a change of the data model that another process has made in the same file."""
        with self._lock:
            if not self._store.refresh():
                return
            self._add_all()
        self.on_model(self.model)

    def remap(self, singular: str, name: str, values: Mapping[str, str | None]) -> None:
        """Replace values of a SELECT or MULTI_SELECT field in every row, as when its options change."""
        with self._lock, self._store.transaction():
            remap(self._store, self._store.layouts.by_singular[singular], name, values)

    def knows(self, root_name: str) -> bool:
        """Whether a root field of this name is run here."""
        return root_name in self._runners

    def run(self, root: Root) -> Any:
        """The value of one root field, ready for JSON. Raises Refused."""
        with self._lock:
            return self._runners[root.name](root)

    def keep(self, name: str, value: Any) -> None:
        """Write a value for JSON beside the rows, such as the webhooks of a workspace: a file still has it later."""
        with self._lock:
            self._store.keep(name, value)

    def kept(self, name: str) -> Any:
        """What `keep` wrote under ``name``, or None."""
        with self._lock:
            return self._store.kept(name)

    def image(self) -> bytes:
        """The database as bytes, for engines that start with the same rows."""
        with self._lock:
            return self._store.serialize()

    def close(self) -> None:
        """Release the database."""
        self._store.close()
